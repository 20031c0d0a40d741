package lists

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"picket/internal/fault"
)

// onWeb has web addresses answered by a handler.
func onWeb(t *testing.T, h http.HandlerFunc) (url string) {
	t.Helper()
	s := httptest.NewTLSServer(h)
	t.Cleanup(s.Close)
	old := web.Transport
	web.Transport = s.Client().Transport
	t.Cleanup(func() { web.Transport = old })
	return s.URL
}

func TestFetchFromWeb(t *testing.T) {
	url := onWeb(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/list":
			fmt.Fprint(w, "198.51.100.7\n")
		case "/moved":
			http.Redirect(w, r, "/list", http.StatusFound)
		case "/away":
			http.Redirect(w, r, "http://127.0.0.1/list", http.StatusFound)
		default:
			http.Error(w, "no", http.StatusGone)
		}
	})
	f := newFetcher(Sources{HTTPS: true})
	for path, want := range map[string]fault.Kind{"/list": 0, "/moved": 0, "/away": fault.Internal, "/gone": fault.Denied} {
		data, err := f.fetch(t.Context(), url+path, "", "eu-west-1")
		if good := path == "/list" || path == "/moved"; good != (err == nil) || good != (string(data) == "198.51.100.7\n") || !good && fault.Of(err) != want {
			t.Errorf("%s: %q, %v", path, data, err)
		}
	}
	if _, err := newFetcher(Sources{}).fetch(t.Context(), url+"/list", "", "eu-west-1"); fault.Of(err) != fault.Invalid {
		t.Errorf("without leave: %v", err)
	}
}

func TestFetchBoundsSizeAndTime(t *testing.T) {
	url := onWeb(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/silent" {
			<-r.Context().Done()
			return
		}
		block := []byte(strings.Repeat("x", 1<<20))
		for {
			if _, err := w.Write(block); err != nil {
				return
			}
		}
	})
	f := newFetcher(Sources{HTTPS: true})
	if _, err := f.fetch(t.Context(), url+"/endless", "", ""); fault.Of(err) != fault.Invalid || fault.Message(err) != "The file is larger than 35 MB." {
		t.Errorf("endless: %v", err)
	}
	began := time.Now()
	if data, err := f.fetch(t.Context(), url+"/silent", "", ""); err == nil || time.Since(began) > 2*answerTime {
		t.Errorf("silent: %d bytes, %v after %v", len(data), err, time.Since(began))
	}
}

// TestBucketElsewhere: S3 says in which region a bucket is.
func TestBucketElsewhere(t *testing.T) {
	asked := 0
	fakeS3(t, func(w http.ResponseWriter, r *http.Request) {
		if asked++; asked == 1 {
			w.Header().Set("X-Amz-Bucket-Region", "ap-south-1")
			s3Error(w, http.StatusMovedPermanently, "PermanentRedirect")
			return
		}
		fmt.Fprint(w, "198.51.100.7\n")
	})
	if data, err := newFetcher(Sources{}).fetch(t.Context(), "s3://bucket/key", "", "eu-west-1"); err != nil || string(data) != "198.51.100.7\n" {
		t.Errorf("%q, %v", data, err)
	}
}
