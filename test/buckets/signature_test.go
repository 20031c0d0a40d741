package buckets

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// verify computes the signature of a request from what is sent, as S3 does: the
// path is escaped once and not cleaned, and the header has the body's hash (S3
// API reference, Authenticating Requests, Signature Calculations for the
// Authorization Header).
func verify(t *testing.T, r *http.Request) {
	t.Helper()
	verifyHash(t, r, r.Header.Get("X-Amz-Content-Sha256"))
}

// verifyHash computes it with a body's hash.
func verifyHash(t *testing.T, r *http.Request, hash string) {
	t.Helper()
	auth := r.Header.Get("Authorization")
	scope, rest, ok1 := strings.Cut(strings.TrimPrefix(auth, "AWS4-HMAC-SHA256 Credential="+accessKey+"/"), ", SignedHeaders=")
	signed, signature, ok2 := strings.Cut(rest, ", Signature=")
	if !ok1 || !ok2 {
		t.Errorf("authorization %q", auth)
		return
	}
	var canonical strings.Builder
	canonical.WriteString(r.Method + "\n" + r.URL.EscapedPath() + "\n" + canonicalQuery(r.URL.RawQuery) + "\n")
	for name := range strings.SplitSeq(signed, ";") {
		value := strings.Join(r.Header.Values(name), ",")
		switch name {
		case "host":
			value = r.URL.Host
		case "content-length":
			value = strconv.FormatInt(r.ContentLength, 10)
		}
		canonical.WriteString(name + ":" + strings.TrimSpace(value) + "\n")
	}
	canonical.WriteString("\n" + signed + "\n" + hash)
	sum := sha256.Sum256([]byte(canonical.String()))
	text := "AWS4-HMAC-SHA256\n" + r.Header.Get("X-Amz-Date") + "\n" + scope + "\n" + hex.EncodeToString(sum[:])
	signingKey := []byte("AWS4" + secretKey)
	for part := range strings.SplitSeq(scope, "/") {
		signingKey = mac(signingKey, part)
	}
	if want := hex.EncodeToString(mac(signingKey, text)); signature != want {
		t.Errorf("%s %s is signed %s, want %s of:\n%s", r.Method, r.URL, signature, want, canonical.String())
	}
	for name := range r.Header {
		if name = strings.ToLower(name); strings.HasPrefix(name, "x-amz-") && !slices.Contains(strings.Split(signed, ";"), name) {
			t.Errorf("%s is not signed", name)
		}
	}
}

func canonicalQuery(raw string) string {
	pairs := strings.Split(raw, "&")
	for i, p := range pairs {
		name, value, _ := strings.Cut(p, "=")
		pairs[i] = escaped(name) + "=" + escaped(value)
	}
	slices.Sort(pairs)
	return strings.TrimPrefix(strings.Join(pairs, "&"), "=")
}

// escaped is a part of a query as signatures have it: RFC 3986's unreserved
// characters stay as they are.
func escaped(s string) string {
	plain, err := url.QueryUnescape(s)
	if err != nil {
		return err.Error()
	}
	return strings.ReplaceAll(url.QueryEscape(plain), "+", "%20")
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}
