package buckets

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
)

// network answers requests; it keeps them.
type network struct {
	answer func(n int, r *http.Request) (status int, header http.Header, body string) // to the request n, from 1
	asked  []*http.Request
}

func (w *network) Do(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	w.asked = append(w.asked, r)
	status, header, body := w.answer(len(w.asked), r)
	if header == nil {
		header = http.Header{}
	}
	return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
}

func (w *network) client(t *testing.T, alter ...func(*aws.Config)) *Client {
	t.Helper()
	cfg := aws.Config{Region: "us-east-1", HTTPClient: w, Credentials: credentials.NewStaticCredentialsProvider("AKIAIOSFODNN7EXAMPLE", "secret", "")}
	for _, f := range alter {
		f(&cfg)
	}
	c, err := FromConfig(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var bucket = Bucket{Name: "amzn-s3-demo-bucket"}

func answering(status int, body string) *network {
	return &network{answer: func(int, *http.Request) (int, http.Header, string) { return status, nil, body }}
}

const firstPage = `<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>amzn-s3-demo-bucket</Name><Prefix>a</Prefix>
<NextContinuationToken>1ueGcxLPRx1Tr/XYExHnhbYLgveDs2J+wm36Hy4vbOwM=</NextContinuationToken><KeyCount>2</KeyCount><MaxKeys>2</MaxKeys>
<EncodingType>url</EncodingType><IsTruncated>true</IsTruncated>
<Contents><Key>a+b/%2B%25%01/%C3%BC</Key><LastModified>2026-03-02T00:00:00.000Z</LastModified><ETag>&quot;70ee1738b6b21e2c8a43f3a5ab0eee71&quot;</ETag><Size>434234</Size><StorageClass>STANDARD</StorageClass></Contents>
<Contents><Key>a//</Key><Size>0</Size></Contents></ListBucketResult>`

// TestListPages: all pages are read, and keys are what they were.
func TestListPages(t *testing.T) {
	w := &network{answer: func(n int, _ *http.Request) (int, http.Header, string) {
		if n == 1 {
			return 200, nil, firstPage
		}
		return 200, nil, `<ListBucketResult><Contents><Key>z+%20</Key><Size>7</Size></Contents></ListBucketResult>` // keys as they are
	}}
	var got []Object
	for o, err := range w.client(t).List(t.Context(), Bucket{Name: bucket.Name, Owner: "111122223333"}, "a b/ü", 2) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, o)
	}
	want := []Object{{"a b/+%\x01/ü", `"70ee1738b6b21e2c8a43f3a5ab0eee71"`, 434234}, {"a//", "", 0}, {"z+%20", "", 7}}
	if !slices.Equal(got, want) {
		t.Errorf("listed %+v, want %+v", got, want)
	}
	for i, token := range []string{"", "1ueGcxLPRx1Tr/XYExHnhbYLgveDs2J+wm36Hy4vbOwM="} {
		r := w.asked[i]
		if q := r.URL.Query(); q.Get("list-type") != "2" || q.Get("prefix") != "a b/ü" || q.Get("max-keys") != "2" || q.Get("continuation-token") != token ||
			r.Header.Get("X-Amz-Expected-Bucket-Owner") != "111122223333" || r.URL.Path != "/" {
			t.Errorf("request %d: %s, %v", i, r.URL, r.Header)
		}
	}
}

// TestListStops: whoever has seen enough sees no more pages.
func TestListStops(t *testing.T) {
	w := answering(200, firstPage)
	for range w.client(t).List(t.Context(), bucket, "", 0) {
		break
	}
	if len(w.asked) != 1 {
		t.Errorf("%d requests", len(w.asked))
	}
}

// TestBadListings: an answer that is no listing is no empty one, and one that has
// no end ends.
func TestBadListings(t *testing.T) {
	for name, body := range map[string]string{
		"empty":         "",
		"web page":      "<html><body>Sign in</body></html>",
		"cut off":       firstPage[:400],
		"no next page":  "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>",
		"always next":   firstPage,
		"bad escape":    strings.Replace(firstPage, "%2B", "%2", 1),
		"bad size":      strings.Replace(firstPage, "434234", "much", 1),
		"very long":     firstPage + strings.Repeat(" ", most),
		"other charset": strings.Replace(firstPage, "UTF-8", "UTF-7", 1),
	} {
		var last error
		for _, err := range answering(200, body).client(t).List(t.Context(), bucket, "", 0) {
			last = err
		}
		if last == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestGet(t *testing.T) {
	for _, c := range []struct {
		part       Part
		rang, etag string
	}{
		{Part{}, "", ""},
		{Part{To: 10}, "bytes=0-9", ""},
		{Part{From: 5, To: 10}, "bytes=5-9", ""},
		{Part{From: 5, ETag: `"x"`}, "bytes=5-", `"x"`},
	} {
		w := answering(206, "content")
		body, err := w.client(t).Get(t.Context(), bucket, "a//../b c", c.part)
		if err != nil {
			t.Fatal(err)
		}
		if data, err := io.ReadAll(body); err != nil || string(data) != "content" {
			t.Errorf("read %q, %v", data, err)
		}
		r := w.asked[0]
		if r.Header.Get("Range") != c.rang || r.Header.Get("If-Match") != c.etag || r.URL.RequestURI() != "/a//../b%20c" || r.Header.Get("Accept-Encoding") != "identity" {
			t.Errorf("%+v: %s with %v", c.part, r.URL.RequestURI(), r.Header)
		}
	}
	w := answering(200, "")
	if _, err := w.client(t).Get(t.Context(), bucket, "", Part{}); err == nil || len(w.asked) > 0 {
		t.Errorf("the object without a name: %v", err)
	}
}

func TestPutEmpty(t *testing.T) {
	const key = "arn:aws:kms:eu-west-1:111122223333:key/1535186e-bb4f-4c29-b8a3-01be27f9139e"
	w := answering(200, "")
	if err := w.client(t).PutEmpty(t.Context(), Bucket{Name: bucket.Name, Owner: "111122223333", Region: "eu-west-1"}, "AWSLogs/", key); err != nil {
		t.Fatal(err)
	}
	r := w.asked[0]
	if r.Method != "PUT" || r.URL.String() != "https://amzn-s3-demo-bucket.s3.eu-west-1.amazonaws.com/AWSLogs/" || r.ContentLength != 0 || r.Body != nil ||
		r.Header.Get("X-Amz-Server-Side-Encryption") != "aws:kms" || r.Header.Get("X-Amz-Server-Side-Encryption-Aws-Kms-Key-Id") != key ||
		r.Header.Get("X-Amz-Expected-Bucket-Owner") != "111122223333" || !strings.Contains(r.Header.Get("Authorization"), "/eu-west-1/s3/aws4_request") {
		t.Errorf("%s %s, %d bytes, %v", r.Method, r.URL, r.ContentLength, r.Header)
	}
}

// TestUnsigned: without credentials, public buckets can be read.
func TestUnsigned(t *testing.T) {
	w := answering(200, "")
	c := w.client(t, func(cfg *aws.Config) { cfg.Credentials = aws.AnonymousCredentials{} })
	if err := c.Head(t.Context(), bucket, "a"); err != nil || w.asked[0].Header.Get("Authorization") != "" {
		t.Errorf("%v, signed with %q", err, w.asked[0].Header.Get("Authorization"))
	}
}

func TestUserAgent(t *testing.T) {
	w := answering(200, "")
	c := w.client(t, func(cfg *aws.Config) { cfg.AppID = "night-shift" })
	if err := c.Head(t.Context(), bucket, "a"); err != nil {
		t.Fatal(err)
	}
	if got := w.asked[0].UserAgent(); !strings.HasPrefix(got, "aws-sdk-go-v2/") || !strings.Contains(got, " picket/") || !strings.Contains(got, "app/night-shift") {
		t.Errorf("user agent %q", got)
	}
}

const slowDown = "<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"

// TestRepetition: what may go well the next time is asked again, as often as is
// set, and nothing else is.
func TestRepetition(t *testing.T) {
	for _, c := range []struct {
		name     string
		status   int
		bad      int // answers before a good one
		attempts int // of the bucket
		max      int // of the configuration
		requests int
	}{
		{"once", 503, 1, 0, 0, 2},
		{"as often as usual", 503, 9, 0, 0, 3},
		{"as often as the configuration says", 503, 9, 0, 5, 5},
		{"as often as the call says", 500, 9, 2, 5, 2},
		{"refusals", 403, 1, 0, 0, 1},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := &network{answer: func(n int, _ *http.Request) (int, http.Header, string) {
				if n <= c.bad {
					return c.status, nil, strings.Replace(slowDown, "SlowDown", map[int]string{403: "AccessDenied", 500: "InternalError", 503: "SlowDown"}[c.status], 1)
				}
				return 200, nil, ""
			}}
			b := bucket
			b.Attempts = c.attempts
			err := w.client(t, func(cfg *aws.Config) { cfg.RetryMaxAttempts = c.max }).Head(t.Context(), b, "a")
			if good := c.bad < c.requests; len(w.asked) != c.requests || good != (err == nil) {
				t.Errorf("%s: %d requests, want %d; %v", c.name, len(w.asked), c.requests, err)
			}
		})
	}
}

// TestCancelled: whoever waits for the next attempt can be sent home.
func TestCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		w := &network{answer: func(int, *http.Request) (int, http.Header, string) {
			time.AfterFunc(time.Millisecond, cancel)
			return 503, nil, slowDown
		}}
		b := bucket
		b.Attempts = 100
		err := w.client(t).Head(ctx, b, "a")
		if !errors.Is(err, context.Canceled) || len(w.asked) > 2 {
			t.Errorf("%d requests, %v", len(w.asked), err)
		}
	})
}

// TestElsewhere: a bucket's home is told by the refusal, and asked there it
// answers.
func TestElsewhere(t *testing.T) {
	w := &network{answer: func(_ int, r *http.Request) (int, http.Header, string) {
		if !strings.Contains(r.URL.Host, "ap-south-1") {
			return 301, http.Header{"X-Amz-Bucket-Region": {"ap-south-1"}}, "<Error><Code>PermanentRedirect</Code><Message>elsewhere</Message></Error>"
		}
		return 200, nil, ""
	}}
	c, b := w.client(t), bucket
	err := c.Head(t.Context(), b, "a")
	if b.Region = Home(err); b.Region != "ap-south-1" || !Is(err, "PermanentRedirect") {
		t.Errorf("at home in %q: %v", b.Region, err)
	}
	if err := c.Head(t.Context(), b, "a"); err != nil || Home(err) != "" {
		t.Error(err)
	}
}

func FuzzListing(f *testing.F) {
	for _, s := range []string{firstPage, "<ListBucketResult/>", "<html/>", "", `<ListBucketResult><EncodingType>url</EncodingType><Contents><Key>%</Key></Contents></ListBucketResult>`,
		"<ListBucketResult><IsTruncated>1</IsTruncated><Contents><Size>-1</Size></Contents></ListBucketResult>", slowDown} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		l, err := decodeListing(data)
		if err != nil {
			return
		}
		for _, o := range l.Contents {
			if len(o.Key) > len(data) { // nothing is made of nothing
				t.Errorf("a key of %d bytes from %d", len(o.Key), len(data))
			}
		}
	})
}
