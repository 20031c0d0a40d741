package sigv4_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"picket/internal/awsrpc/sigv4"
	"picket/internal/fault"
)

const mismatch = "The request signature we calculated does not match the signature you provided. " +
	"Check your AWS Secret Access Key and signing method. Consult the service documentation for details."

const invalidToken = "The security token included in the request is invalid."

// signedRaw is a good request; the refused ones are made of it by replacement.
const signedRaw = `DELETE /tags/x?tagKeys=a&tagKeys=b HTTP/1.1
Host: 127.0.0.1:4500
X-Amz-Target: Service.Operation
X-Other: value
X-Amz-Date: 20260920T101112Z
Authorization: AUTH
Content-Length: 4

body`

// goodRequest is signedRaw signed by the Go SDK.
func goodRequest(t testing.TB, token string) string {
	t.Helper()
	r := request(t, "DELETE", "http://127.0.0.1:4500/tags/x?tagKeys=a&tagKeys=b", "body",
		http.Header{"X-Amz-Target": {"Service.Operation"}, "X-Other": {"value"}})
	signHTTP(t, r, hashOf("body"), token, signedAt)
	raw := strings.Replace(signedRaw, "AUTH", r.Header.Get("Authorization"), 1)
	if token != "" {
		raw = strings.Replace(raw, "X-Other", "X-Amz-Security-Token: "+token+"\nX-Other", 1)
	}
	return raw
}

func checkRefusal(t *testing.T, err error, reason sigv4.Reason, message string) {
	t.Helper()
	if err == nil {
		t.Fatal("the request was verified")
	}
	var got sigv4.Reason
	if !errors.As(err, &got) || got != reason {
		t.Errorf("reason %q, want %q", got, reason)
	}
	if fault.Of(err) != fault.Unauthenticated {
		t.Errorf("kind %v", fault.Of(err))
	}
	if got := fault.Message(err); got != message {
		t.Errorf("message\n%q, want\n%q", got, message)
	}
	if strings.Contains(err.Error(), exampleSecret) || strings.Contains(err.Error(), "Signature=") {
		t.Errorf("the error gives a secret away: %v", err)
	}
}

func TestGoodRequest(t *testing.T) {
	for _, token := range []string{"", exampleToken} {
		r, body := received(t, goodRequest(t, token))
		if _, err := sigv4.Verify(r, body, signedAt, exampleKeys(token)); err != nil {
			t.Errorf("token %q: %v", token, err)
		}
	}
}

// Messages are the services' own where they have one for the case.
func TestRefusals(t *testing.T) {
	const incomplete, invalid = sigv4.IncompleteSignature, sigv4.InvalidSignature
	for _, tc := range []struct {
		name, old, new string
		reason         sigv4.Reason
		message        string
	}{
		{"tampered path", "/tags/x", "/tags/y", invalid, mismatch},
		{"tampered query", "tagKeys=b", "tagKeys=c", invalid, mismatch},
		{"added query", "tagKeys=b", "tagKeys=b&c", invalid, mismatch},
		{"added semicolon", "tagKeys=b", "tagKeys=b;c", invalid, "The query string of the request cannot be decoded."},
		{"query not decodable", "tagKeys=b", "tagKeys=%zz", invalid, "The query string of the request cannot be decoded."},
		{"tampered method", "DELETE", "PUT", invalid, mismatch},
		{"tampered host", "Host: 127.0.0.1", "Host: 127.0.0.2", invalid, mismatch},
		{"tampered header", "X-Other: value", "X-Other: Value", invalid, mismatch},
		{"repeated header", "X-Other: value", "X-Other: value\nX-Other: value", invalid, mismatch},
		{"removed header", "X-Other: value\n", "", invalid, "The request has no 'x-other' header, which is a 'SignedHeader' in the AWS Authorization."},
		{"tampered body", "body", "bodY", invalid, mismatch},
		{"tampered date", "T101112Z\n", "T101113Z\n", invalid, mismatch},
		{"tampered region", "eu-west-1", "eu-west-2", invalid, mismatch},
		{"tampered service", "/guardduty/", "/logs/", invalid, mismatch},
		{"tampered signature", "Signature=", "Signature=0", invalid, mismatch},
		{"unsigned session token", "X-Other:", "X-Amz-Security-Token: t\nX-Other:", invalid, "'X-Amz-Security-Token' must be a 'SignedHeader' in the AWS Authorization."},
		{"unknown key", "AKIDEXAMPLE", "AKIDUNKNOWN", sigv4.UnrecognizedClient, invalidToken},
		{"not signed", "Authorization:", "X-Authorization:", sigv4.MissingToken, "Missing Authentication Token"},
		{"another scheme", "AWS4-HMAC-SHA256", "Bearer", sigv4.MissingToken, "Missing Authentication Token"},
		{"another algorithm", "AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256", incomplete, "Unsupported AWS 'algorithm': 'AWS4-ECDSA-P256-SHA256' (only AWS4-HMAC-SHA256 for now)."},
		{"two headers", "Authorization:", "Authorization: AWS4-\nAuthorization:", incomplete, "The request has more than one Authorization header."},
		{"two forms", "tagKeys=b", "X-Amz-Signature=b", incomplete, "The request has both an Authorization header and a signature in its query."},
		{"no date", "X-Amz-Date:", "X-Date:", incomplete, "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."},
		{"two dates", "X-Other:", "X-Amz-Date: 20260920T101112Z\nX-Other:", incomplete, "The request has more than one 'X-Amz-Date' header."},
		{"no date and no signature", "X-Amz-Date: 20260920T101112Z\nAuthorization: AWS4-HMAC-SHA256 ", "Authorization: AWS4-HMAC-SHA256 X", incomplete,
			"Authorization header requires 'Credential' parameter. Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."},
		{"bad date", "T101112Z\n", "T101112.5Z\n", incomplete,
			"Date must be in ISO-8601 'basic format'. Got '20260920T101112.5Z'. See http://en.wikipedia.org/wiki/ISO_8601"},
		{"no equal sign", "SignedHeaders=", "SignedHeaders,X=", incomplete, "Invalid key=value pair (missing equal-sign) in Authorization header."},
		{"parameter twice", "SignedHeaders=", "Signature=0, SignedHeaders=", incomplete, "Authorization header has more than one 'Signature' parameter."},
		{"host not signed", "content-length;host;", "content-length;", invalid, "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."},
		{"date not signed", "x-amz-date;", "", invalid, "'X-Amz-Date' must be a 'SignedHeader' in the AWS Authorization."},
		{"operation not signed", ";x-amz-target", "", invalid, "'X-Amz-Target' must be a 'SignedHeader' in the AWS Authorization."},
		{"headers unsorted", "content-length;host", "host;content-length", incomplete, "The 'SignedHeaders' in the AWS Authorization must be lower case, sorted and unique."},
		{"header twice", "host;", "host;host;", incomplete, "The 'SignedHeaders' in the AWS Authorization must be lower case, sorted and unique."},
		{"short credential", "/aws4_request", "", incomplete,
			"Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'AKIDEXAMPLE/20260920/eu-west-1/guardduty'"},
		{"scope wrong throughout", "20260920/eu-west-1/guardduty/aws4_request", "20260921///x", invalid,
			"Credential should be scoped to a valid region, not ''. Credential should be scoped to correct service. " +
				"Credential should be scoped with a valid terminator: 'aws4_request', not 'x'. " +
				"Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20260921' != '20260920', from '20260920T101112Z'."},
		{"wrong body hash", "X-Other:", "X-Amz-Content-Sha256: " + hashOf("other") + "\nX-Other:", invalid, "The provided 'x-amz-content-sha256' header does not match what was computed."},
		{"two body hashes", "X-Other:", "X-Amz-Content-Sha256: a\nX-Amz-Content-Sha256: b\nX-Other:", incomplete, "The request has more than one 'X-Amz-Content-Sha256' header."},
		{"signed in chunks", "X-Other:", "X-Amz-Content-Sha256: STREAMING-AWS4-HMAC-SHA256-PAYLOAD\nX-Other:", invalid,
			"Payloads signed in chunks are not supported: x-amz-content-sha256 must be the hash of the whole body."},
		{"body declared unsigned", "X-Other:", "X-Amz-Content-Sha256: UNSIGNED-PAYLOAD\nX-Other:", invalid,
			"The payload must be signed: x-amz-content-sha256 must not be UNSIGNED-PAYLOAD here."},
	} {
		t.Run(tc.name, func(t *testing.T) {
			good := goodRequest(t, "")
			if !strings.Contains(good, tc.old) {
				t.Fatalf("no %q in\n%s", tc.old, good)
			}
			r, body := received(t, strings.Replace(good, tc.old, tc.new, 1))
			_, err := sigv4.Verify(r, body, signedAt, exampleKeys(""))
			checkRefusal(t, err, tc.reason, tc.message)
		})
	}
}

// Swapped values of a repeated key are one and the same canonical query, by
// every client's order: the handler sees another order and the same set.
func TestQueryOrderIsNotSigned(t *testing.T) {
	r, body := received(t, strings.Replace(goodRequest(t, ""), "tagKeys=a&tagKeys=b", "tagKeys=b&tagKeys=a", 1))
	if _, err := sigv4.Verify(r, body, signedAt, exampleKeys("")); err != nil {
		t.Error(err)
	}
}

func TestSessionTokens(t *testing.T) {
	for _, tc := range []struct{ name, sent, known string }{
		{"sent, but the key has none", exampleToken, ""},
		{"not sent, but the key has one", "", exampleToken},
		{"another one", exampleToken, exampleToken + "x"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r, body := received(t, goodRequest(t, tc.sent))
			_, err := sigv4.Verify(r, body, signedAt, exampleKeys(tc.known))
			checkRefusal(t, err, sigv4.UnrecognizedClient, invalidToken)
			r, body = sent(t, presign(t, request(t, "GET", "http://127.0.0.1:4500/", "", nil), hashOf(""), tc.sent, signedAt))
			_, err = sigv4.Verify(r, body, signedAt, exampleKeys(tc.known))
			checkRefusal(t, err, sigv4.UnrecognizedClient, invalidToken)
		})
	}
}

// Times are those of the messages that AWS publishes for a clock that is off.
func TestClock(t *testing.T) {
	raw := goodRequest(t, "")
	for _, tc := range []struct {
		now     time.Time
		message string
	}{
		{signedAt.Add(15 * time.Minute), ""},
		{signedAt.Add(15*time.Minute + 999*time.Millisecond), ""},
		{signedAt.Add(15*time.Minute + time.Second), "Signature expired: 20260920T101112Z is now earlier than 20260920T101113Z (20260920T102613Z - 15 min.)"},
		{signedAt.Add(24 * time.Hour), "Signature expired: 20260920T101112Z is now earlier than 20260921T095612Z (20260921T101112Z - 15 min.)"},
		{signedAt.Add(-15 * time.Minute), ""},
		{signedAt.Add(-15*time.Minute - time.Second), "Signature not yet current: 20260920T101112Z is still later than 20260920T101111Z (20260920T095611Z + 15 min.)"},
		{signedAt.Add(-24 * time.Hour).In(time.FixedZone("", 3600)), "Signature not yet current: 20260920T101112Z is still later than 20260919T102612Z (20260919T101112Z + 15 min.)"},
	} {
		r, body := received(t, raw)
		if _, err := sigv4.Verify(r, body, tc.now, exampleKeys("")); tc.message != "" {
			checkRefusal(t, err, sigv4.InvalidSignature, tc.message)
		} else if err != nil {
			t.Errorf("at %v: %v", tc.now, err)
		}
	}
}

func TestPresignedExpiry(t *testing.T) {
	for _, tc := range []struct {
		expires string
		after   time.Duration
		reason  sigv4.Reason
		message string
	}{
		{"60", time.Minute, "", ""},
		{"60", 61 * time.Second, sigv4.InvalidSignature, "Signature expired: 20260920T101112Z is now earlier than 20260920T101113Z (20260920T101213Z - 1 min.)"},
		{"90", 91 * time.Second, sigv4.InvalidSignature, "Signature expired: 20260920T101112Z is now earlier than 20260920T101113Z (20260920T101243Z - 90 sec.)"},
		{"604800", 7 * 24 * time.Hour, "", ""},
		{"604801", 0, sigv4.IncompleteSignature, "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds"},
		{"0", 0, sigv4.IncompleteSignature, "X-Amz-Expires must be positive"},
		{"1h", 0, sigv4.IncompleteSignature, "X-Amz-Expires should be a number"},
		{"", 15 * time.Minute, "", ""},
		{"", 16 * time.Minute, sigv4.InvalidSignature, "Signature expired: 20260920T101112Z is now earlier than 20260920T101212Z (20260920T102712Z - 15 min.)"},
		{"60", -16 * time.Minute, sigv4.InvalidSignature, "Signature not yet current: 20260920T101112Z is still later than 20260920T101012Z (20260920T095512Z + 15 min.)"},
	} {
		target := "http://127.0.0.1:4500/detector?x=y"
		if tc.expires != "" {
			target += "&X-Amz-Expires=" + tc.expires
		}
		r, body := sent(t, presign(t, request(t, "GET", target, "", nil), hashOf(""), "", signedAt))
		if _, err := sigv4.Verify(r, body, signedAt.Add(tc.after), exampleKeys("")); tc.message != "" {
			checkRefusal(t, err, tc.reason, tc.message)
		} else if err != nil {
			t.Errorf("expires %q, after %v: %v", tc.expires, tc.after, err)
		}
	}
}

func TestPresignedRefusals(t *testing.T) {
	good := botocoreRequests[3].raw
	for _, tc := range []struct {
		name, old, new string
		reason         sigv4.Reason
		message        string
	}{
		{"longer life", "Expires=60", "Expires=61", sigv4.InvalidSignature, mismatch},
		{"other page", "maxResults=5", "maxResults=6", sigv4.InvalidSignature, mismatch},
		{"parameter twice", "maxResults=5", "X-Amz-Date=20260920T101112Z", sigv4.IncompleteSignature, "AWS query-string parameters must include 'X-Amz-Date' only once."},
		{"parameters missing", "X-Amz-Date=20260920T101112Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host", "x=y", sigv4.IncompleteSignature,
			"AWS query-string parameters must include 'X-Amz-SignedHeaders'. AWS query-string parameters must include 'X-Amz-Date'. Re-examine the query-string parameters."},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r, body := received(t, strings.Replace(good, tc.old, tc.new, 1))
			_, err := sigv4.Verify(r, body, botocoreTime, exampleKeys(""))
			checkRefusal(t, err, tc.reason, tc.message)
		})
	}
}

func TestPlainDateHeader(t *testing.T) {
	r := request(t, "GET", "http://127.0.0.1:4500/", "", http.Header{"Date": {"Sun, 20 Sep 2026 10:11:12 GMT"}})
	signHTTP(t, r, hashOf(""), "", signedAt)
	got, body := sent(t, r)
	got.Header.Del("X-Amz-Date")
	_, err := sigv4.Verify(got, body, signedAt, exampleKeys(""))
	checkRefusal(t, err, sigv4.InvalidSignature, "The request has no 'x-amz-date' header, which is a 'SignedHeader' in the AWS Authorization.")
	got.Header.Set("Authorization", strings.Replace(got.Header.Get("Authorization"), "date;host;x-amz-date", "host", 1))
	_, err = sigv4.Verify(got, body, signedAt, exampleKeys(""))
	checkRefusal(t, err, sigv4.InvalidSignature, "'Date' must be a 'SignedHeader' in the AWS Authorization.")
}

func TestKeyErrors(t *testing.T) {
	r, body := received(t, goodRequest(t, ""))
	for _, tc := range []struct {
		name   string
		secret sigv4.Secret
		err    error
		kind   fault.Kind
	}{
		{"broken store", sigv4.Secret{}, io.ErrUnexpectedEOF, fault.Internal},
		{"wrapped not found", sigv4.Secret{}, fmt.Errorf("x: %w", fault.New(fault.NotFound, "")), fault.Unauthenticated},
		{"no secret", sigv4.Secret{}, nil, fault.Unauthenticated},
		{"other secret", sigv4.NewSecret("other", ""), nil, fault.Unauthenticated},
	} {
		_, err := sigv4.Verify(r, body, signedAt, func(string) (sigv4.Secret, error) { return tc.secret, tc.err })
		if err == nil || fault.Of(err) != tc.kind {
			t.Errorf("%s: %v", tc.name, err)
		}
		if tc.kind == fault.Internal && !errors.Is(err, tc.err) {
			t.Errorf("%s: %v lost its cause", tc.name, err)
		}
	}
}

func TestSecretShowsNothing(t *testing.T) {
	secret := sigv4.NewSecret(exampleSecret, exampleToken)
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "secret", secret, "in", struct{ S sigv4.Secret }{secret})
	inJSON, err := json.Marshal(map[string]any{"s": secret, "p": &secret})
	if err != nil {
		t.Fatal(err)
	}
	for _, shown := range []string{log.String(), string(inJSON), fmt.Sprint(secret, &secret, []sigv4.Secret{secret}),
		fmt.Sprintf("%v %+v %#v", struct{ s sigv4.Secret }{secret}, struct{ s *sigv4.Secret }{&secret}, []any{secret}) + "[redacted]",
		fmt.Sprintf("%v %+v %#v %s %q %x %d", secret, secret, secret, secret, secret, secret, secret)} {
		if strings.Contains(shown, exampleSecret[:8]) || strings.Contains(shown, exampleToken[:8]) || strings.Contains(shown, fmt.Sprintf("%x", exampleSecret[:4])) {
			t.Errorf("shows the secret: %s", shown)
		}
		if !strings.Contains(shown, "[redacted]") {
			t.Errorf("does not say that there is a secret: %s", shown)
		}
	}
}
