package sigv4_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"picket/internal/awsrpc/sigv4"
)

var signedAt = time.Date(2026, 9, 20, 10, 11, 12, 0, time.UTC)

func hashOf(body string) string {
	sum := sha256.Sum256([]byte(body))
	return hex.EncodeToString(sum[:])
}

// sent is a request signed by the Go SDK, after a journey over the wire: what
// the client writes is read again as the server reads it.
func sent(t testing.TB, r *http.Request) (*http.Request, []byte) {
	t.Helper()
	var wire bytes.Buffer
	if err := r.Write(&wire); err != nil {
		t.Fatal(err)
	}
	got, err := http.ReadRequest(bufio.NewReader(&wire))
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	return got, body
}

func request(t testing.TB, method, target, body string, header http.Header) *http.Request {
	t.Helper()
	r, err := http.NewRequest(method, target, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for name, values := range header {
		r.Header[name] = values
	}
	return r
}

func signHTTP(t testing.TB, r *http.Request, hash, token string, at time.Time) {
	t.Helper()
	creds := aws.Credentials{AccessKeyID: exampleKey, SecretAccessKey: exampleSecret, SessionToken: token}
	if err := v4.NewSigner().SignHTTP(context.Background(), creds, r, hash, "guardduty", "eu-west-1", at); err != nil {
		t.Fatal(err)
	}
}

// presign returns r as the holder of the presigned URL sends it.
func presign(t testing.TB, r *http.Request, hash, token string, at time.Time) *http.Request {
	t.Helper()
	creds := aws.Credentials{AccessKeyID: exampleKey, SecretAccessKey: exampleSecret, SessionToken: token}
	target, header, err := v4.NewSigner().PresignHTTP(context.Background(), creds, r, hash, "guardduty", "eu-west-1", at)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	host := header.Get("Host")
	header.Del("Host")
	signed := request(t, r.Method, target, string(body), header)
	signed.Host = host // as PresignHTTP asks: without a default port
	return signed
}

func TestSignedByGoSDK(t *testing.T) {
	arn := "/tags/" + url.PathEscape("arn:aws:guardduty:eu-west-1:111122223333:detector/12abc/filter/a b+c")
	for _, tc := range []struct {
		name, method, target, body, token string
		header                            http.Header
	}{
		{name: "plain", method: "GET", target: "http://127.0.0.1:4500/detector"},
		{name: "no path", method: "GET", target: "http://127.0.0.1:4500"},
		{name: "default port", method: "GET", target: "http://example.com:80/detector"},
		{name: "IPv6 host", method: "GET", target: "http://[::1]:4500/detector"},
		{name: "escaped path", method: "GET", target: "http://127.0.0.1:4500" + arn},
		{name: "unclean path", method: "GET", target: "http://127.0.0.1:4500/a//b/./c/../d/"},
		{name: "repeated query keys", method: "DELETE", target: "http://127.0.0.1:4500" + arn + "?tagKeys=k%201&tagKeys=k%3D2&tagKeys=%C3%BC&tagKeys=Z"},
		{name: "unclean path and repeated keys", method: "DELETE", target: "http://127.0.0.1:4500/a/../b?k=%C3%BC&k=%3D&k=Z"},
		{name: "plus and empty values", method: "GET", target: "http://127.0.0.1:4500/x?nextToken=a%2Bb%2Fc%3D&flag&q=a+b&=v"},
		{name: "body", method: "POST", target: "http://127.0.0.1:4500/detector", body: `{"enable":true}`, header: http.Header{"Content-Type": {"application/json"}}},
		{name: "awsJson", method: "POST", target: "http://127.0.0.1:4500/", body: `{}`, header: http.Header{"X-Amz-Target": {"Logs_20140328.PutLogEvents"}}},
		{name: "session token", method: "GET", target: "http://127.0.0.1:4500/detector", token: exampleToken},
		{name: "odd headers", method: "GET", target: "http://127.0.0.1:4500/", header: http.Header{"X-Odd": {"  a   b  ", "", "c"}, "X-Empty": {""}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			signed := request(t, tc.method, tc.target, tc.body, tc.header)
			signHTTP(t, signed, hashOf(tc.body), tc.token, signedAt)
			r, body := sent(t, signed)
			if _, err := sigv4.Verify(r, body, signedAt, exampleKeys(tc.token)); err != nil {
				t.Errorf("in the header: %v", err)
			}
			if tc.header["X-Amz-Target"] != nil {
				return // moves into the query, where no awsJson service looks for it
			}
			r, body = sent(t, presign(t, request(t, tc.method, tc.target, tc.body, tc.header), hashOf(tc.body), tc.token, signedAt))
			if id, err := sigv4.Verify(r, body, signedAt, exampleKeys(tc.token)); err != nil || !id.Presigned {
				t.Errorf("presigned: %+v, %v", id, err)
			}
		})
	}
}

func TestUnsignedPayload(t *testing.T) {
	for _, tc := range []struct {
		unsigned sigv4.Unsigned
		tls, ok  bool
	}{
		{sigv4.UnsignedOverTLS, true, true},
		{sigv4.UnsignedOverTLS, false, false},
		{sigv4.UnsignedNever, true, false},
		{sigv4.UnsignedNever, false, false},
		{sigv4.UnsignedAlways, false, true},
		{sigv4.UnsignedAlways, true, true},
	} {
		signed := request(t, "POST", "http://127.0.0.1:4500/detector", "anything", http.Header{"X-Amz-Content-Sha256": {"UNSIGNED-PAYLOAD"}})
		signHTTP(t, signed, "UNSIGNED-PAYLOAD", "", signedAt)
		r, body := sent(t, signed)
		if tc.tls {
			r.TLS = &tls.ConnectionState{}
		}
		_, err := sigv4.Verifier{Key: exampleKeys(""), Unsigned: tc.unsigned}.Verify(r, body, signedAt)
		if (err == nil) != tc.ok {
			t.Errorf("%+v: %v", tc, err)
		}
	}
}

// FuzzSignedBySDK has the Go SDK sign whatever the fuzzer makes up; what it
// signed must verify, and must not once a byte of it is changed.
func FuzzSignedBySDK(f *testing.F) {
	f.Add("/tags/a b", "tagKeys", "ü", "=", "x   y", "{}", "")
	f.Add("//a/../b/.", "", "", "+", " ", "", exampleToken)
	f.Add("/%2f;a", "X-Amz-Signature", "%", "&", "\x7f", "\x00", "t")
	f.Fuzz(func(t *testing.T, path, key, value1, value2, header, body, token string) {
		if strings.HasPrefix(key, "X-Amz-") || !wireable(header) || !wireable(token) {
			t.Skip("what the SDK itself adds, or cannot be sent as a header")
		}
		u := url.URL{Scheme: "http", Host: "127.0.0.1:4500", Path: "/" + path,
			RawQuery: url.Values{key: {value1, value2}, "k": {value2}}.Encode()}
		fresh := func() *http.Request {
			return request(t, "POST", u.String(), body, http.Header{"X-Odd": {header, "b"}})
		}
		headerSigned := fresh()
		signHTTP(t, headerSigned, hashOf(body), token, signedAt)
		for form, signed := range map[string]*http.Request{"header": headerSigned, "query": presign(t, fresh(), hashOf(body), token, signedAt)} {
			r, got := sent(t, signed)
			if _, err := sigv4.Verify(r, got, signedAt, exampleKeys(token)); err != nil {
				t.Fatalf("signed in the %s: %v\n%s %v", form, err, r.RequestURI, r.Header)
			}
			if _, err := sigv4.Verify(r, append(got, 'x'), signedAt, exampleKeys(token)); err == nil {
				t.Fatalf("signed in the %s: a longer body passes", form)
			}
			r.RequestURI += "x"
			if _, err := sigv4.Verify(r, got, signedAt, exampleKeys(token)); err == nil {
				t.Fatalf("signed in the %s: a longer %q passes", form, r.RequestURI)
			}
		}
	})
}

// wireable says whether s survives as the value of a header.
func wireable(s string) bool {
	for _, c := range []byte(s) {
		if c < ' ' || c > '~' {
			return false
		}
	}
	return strings.TrimSpace(s) == s
}

// FuzzVerify holds the verifier to not panicking and to refusing what nobody signed.
func FuzzVerify(f *testing.F) {
	for _, tc := range botocoreRequests {
		f.Add(strings.ReplaceAll(tc.raw, "\n", "\r\n"))
	}
	f.Add("GET /?%zz;&&= HTTP/1.1\r\nHost: h\r\nAuthorization: AWS4- Credential=////, SignedHeaders=;;, Signature=\r\n\r\n")
	signatures := map[string]bool{}
	for _, tc := range botocoreRequests {
		_, signature, _ := strings.Cut(tc.raw, "Signature=")
		signatures[signature[:64]] = true
	}
	f.Fuzz(func(t *testing.T, raw string) {
		r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(raw)))
		if err != nil {
			t.Skip()
		}
		body, _ := io.ReadAll(r.Body)
		id, err := sigv4.Verify(r, body, botocoreTime, func(string) (sigv4.Secret, error) { return sigv4.NewSecret(exampleSecret, ""), nil })
		if err != nil {
			return
		}
		for signature := range signatures {
			if strings.Contains(raw, signature) {
				return
			}
		}
		t.Errorf("%+v verified without a signature anybody made", id)
	})
}

func BenchmarkVerify(b *testing.B) {
	body := strings.Repeat("x", 4096)
	signed := request(b, "POST", "http://127.0.0.1:4500/detector/12abc/findings?maxResults=50", body, http.Header{"Content-Type": {"application/json"}})
	signHTTP(b, signed, hashOf(body), "", signedAt)
	r, got := sent(b, signed)
	keys := exampleKeys("")
	b.SetBytes(int64(len(got)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := sigv4.Verify(r, got, signedAt, keys); err != nil {
			b.Fatal(err)
		}
	}
}
