package publish

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"picket/internal/fault"
	"picket/internal/store"
)

const key = "arn:aws:kms:eu-west-1:111122223333:key/1535186e-bb4f-4c29-b8a3-01be27f9139e"

func destination(arn string) store.Destination {
	return store.Destination{Meta: store.Meta{Scope: store.Scope{Region: "eu-west-1", Account: "111122223333"}, ID: "d", Status: Pending},
		Type: "S3", ARN: arn, KMSKeyARN: key}
}

// withS3 has S3 be at an URL.
func withS3(t *testing.T, url string) {
	t.Helper()
	for name, value := range map[string]string{"AWS_ENDPOINT_URL_S3": url, "AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "s", "AWS_REGION": "us-east-1"} {
		t.Setenv(name, value)
	}
}

// fakeS3 knows the buckets good, which has a folder, and ones by the name of the
// error that they answer with. put hears of what is written.
func fakeS3(t *testing.T, put func(r *http.Request)) {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		bucket := strings.Split(r.URL.Path, "/")[1]
		listing := r.Method == http.MethodGet
		code := map[string]string{"nosuchbucket": "NoSuchBucket", "denied": "AccessDenied", "nokey": "KMS.NotFoundException", "broken": "InvalidDigest"}[bucket]
		if bucket == "lookless" && listing {
			code = "AccessDenied"
		}
		switch {
		case code != "":
			w.WriteHeader(cmp.Or(map[string]int{"NoSuchBucket": 404, "AccessDenied": 403}[code], 400))
			fmt.Fprintf(w, "<Error><Code>%s</Code><Message>no</Message></Error>", code)
		case listing && r.URL.Query().Get("prefix") == "folder/":
			fmt.Fprint(w, "<ListBucketResult><Contents><Key>folder/</Key></Contents></ListBucketResult>")
		case listing:
			fmt.Fprint(w, "<ListBucketResult></ListBucketResult>")
		default:
			put(r)
		}
	}))
	t.Cleanup(s.Close)
	withS3(t, s.URL)
}

func TestCheck(t *testing.T) {
	var written []string
	fakeS3(t, func(r *http.Request) {
		written = append(written, r.Method+" "+r.URL.Path)
		if r.Header.Get("X-Amz-Server-Side-Encryption") != "aws:kms" || r.Header.Get("X-Amz-Server-Side-Encryption-Aws-Kms-Key-Id") != key || r.ContentLength > 0 {
			t.Errorf("written with %v, %d bytes", r.Header, r.ContentLength)
		}
	})
	v := New(openStore(t), slog.New(slog.DiscardHandler))
	for _, tc := range []struct {
		place   string
		err     error
		written string
	}{
		{"good", nil, "PUT /good/AWSLogs/"},
		{"good/folder", nil, "PUT /good/folder/AWSLogs/"},
		{"good/folder/", nil, "PUT /good/folder/AWSLogs/"},
		{"good/other", ErrFolder, ""},
		{"lookless/folder", ErrLook, ""},
		{"nosuchbucket", fault.NotFound, ""},
		{"nosuchbucket/folder", fault.NotFound, ""},
		{"denied", fault.Denied, ""},
		{"nokey", fault.Denied, ""},
	} {
		written = nil
		d := destination("arn:aws:s3:::" + tc.place)
		err := v.Check(t.Context(), &d, 10*time.Second)
		if !errors.Is(err, tc.err) || tc.err == nil && err != nil || strings.Join(written, ",") != tc.written {
			t.Errorf("%s: %v, want %v; written %q, want %q", tc.place, err, tc.err, written, tc.written)
		}
		if errors.Is(err, ErrFolder) && tc.err != ErrFolder {
			t.Errorf("%s: a missing bucket is taken for a missing folder", tc.place)
		}
	}
	d := destination("arn:aws:s3:::broken")
	if err := v.Check(t.Context(), &d, 10*time.Second); err == nil || errors.Is(err, fault.NotFound) || errors.Is(err, fault.Denied) {
		t.Errorf("what S3 says of a broken request says nothing of the destination: %v", err)
	}
}

func openStore(t *testing.T) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "test.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// TestPendingIsSettled: what could not be said when a destination was made is
// found out later, by whichever server is there.
func TestPendingIsSettled(t *testing.T) {
	fakeS3(t, func(*http.Request) {})
	for arn, want := range map[string]string{"arn:aws:s3:::good": Publishing, "arn:aws:s3:::nosuchbucket": Unable, "arn:aws:s3:::broken": Unable} {
		if got := settled(t, arn); got.Status != want || got.FailureSince.IsZero() != (want == Publishing) {
			t.Errorf("%s: %+v, want %s", arn, got, want)
		}
	}
	withS3(t, "http://127.0.0.1:1")
	if got := settled(t, "arn:aws:s3:::good"); got.Status != Unable || got.FailureSince.IsZero() {
		t.Errorf("without S3: %+v", got)
	}
}

func settled(t *testing.T, arn string) store.Destination {
	t.Helper()
	db, d := openStore(t), destination(arn)
	if err := db.Write(t.Context(), func(tx *store.Tx) error { return store.Destinations.Insert(tx, &d) }); err != nil {
		t.Fatal(err)
	}
	v := New(db, slog.New(slog.DiscardHandler))
	v.given = 100 * time.Millisecond
	v.Start()
	defer v.Stop()
	for range 500 {
		err := db.Read(t.Context(), func(tx *store.Tx) (err error) {
			d, err = store.Destinations.Get(tx, d.Scope, d.ID)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if d.Status != Pending {
			return d
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatalf("%s stays pending", arn)
	return d
}
