package e2e

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// An httpCall is a request that no SDK would make. Its zero values are those of
// a good one by the administrator.
type httpCall struct {
	method, path, body   string
	account, key, secret string
	region, service      string
	contentType          string
	late                 time.Duration // how old the signature is
	unsigned             bool
	change               func(*http.Request) // after signing
}

// An answer is what came back, with the error's names as clients find them.
type answer struct {
	status  int
	class   string // of the header, which SDKs raise
	message string
	types   []string // the body's __type and type
	body    string
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// send makes and signs a request and sends it.
func (w *world) send(t *testing.T, c httpCall) answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), or(c.method, "POST"), w.url+c.path, strings.NewReader(c.body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", or(c.contentType, "application/json"))
	if !c.unsigned {
		hash := sha256.Sum256([]byte(c.body))
		key := aws.Credentials{AccessKeyID: or(c.key, keyOf(or(c.account, adminAccount))), SecretAccessKey: or(c.secret, secret)}
		err := v4.NewSigner().SignHTTP(t.Context(), key, r, hex.EncodeToString(hash[:]), or(c.service, "guardduty"), or(c.region, w.region), time.Now().Add(-c.late))
		if err != nil {
			t.Fatal(err)
		}
	}
	if c.change != nil {
		c.change(r)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	return read(t, res)
}

func read(t *testing.T, res *http.Response) answer {
	t.Helper()
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	a := answer{status: res.StatusCode, class: res.Header.Get("X-Amzn-ErrorType"), body: string(body)}
	var told struct{ Message, X__type, Type string }
	var members map[string]any
	if json.Unmarshal(body, &told) == nil && json.Unmarshal(body, &members) == nil {
		a.message = told.Message
		for _, name := range []string{"__type", "type"} {
			if text, ok := members[name].(string); ok {
				a.types = append(a.types, text)
			}
		}
	}
	return a
}

// bad are the types of ordinary refusals.
var bad = []string{"InvalidInputException", "InvalidInputException"}

func (a answer) want(t *testing.T, status int, class, message string, types []string) {
	t.Helper()
	if a.status != status || a.class != class || message != "" && a.message != message || !slices.Equal(a.types, types) {
		t.Errorf("got %d %s %v: %s\nwant %d %s %v: %s", a.status, a.class, a.types, a.body, status, class, types, message)
	}
}

const (
	createDetector = `{"enable":true}`
	badJSON        = "The request is rejected because the JSON could not be processed."
)

func TestNobodyElseIsLetIn(t *testing.T) { each(t, testNobodyElseIsLetIn) }

func testNobodyElseIsLetIn(t *testing.T, w *world) {
	for name, tc := range map[string]struct {
		httpCall
		class string
	}{
		"unsigned":          {httpCall{unsigned: true}, "MissingAuthenticationTokenException"},
		"unknown key":       {httpCall{key: "AKIANOBODY"}, "UnrecognizedClientException"},
		"wrong secret":      {httpCall{secret: "another-secret"}, "InvalidSignatureException"},
		"signed long ago":   {httpCall{late: 16 * time.Minute}, "InvalidSignatureException"},
		"signed in future":  {httpCall{late: -16 * time.Minute}, "InvalidSignatureException"},
		"another service":   {httpCall{service: "iam"}, ""},
		"another body":      {httpCall{change: func(r *http.Request) { swap(r, `{"enable":false}`) }}, "InvalidSignatureException"},
		"another path":      {httpCall{change: func(r *http.Request) { r.URL.Path = "/detector/" }}, "InvalidSignatureException"},
		"another region":    {httpCall{change: func(r *http.Request) { replace(r, w.region, "us-east-1") }}, "InvalidSignatureException"},
		"another query":     {httpCall{change: func(r *http.Request) { r.URL.RawQuery = "x=1" }}, "InvalidSignatureException"},
		"half a header":     {httpCall{change: func(r *http.Request) { r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=") }}, ""},
		"no date":           {httpCall{change: func(r *http.Request) { r.Header.Del("X-Amz-Date") }}, ""},
		"a bearer token":    {httpCall{unsigned: true, change: func(r *http.Request) { r.Header.Set("Authorization", "Bearer x") }}, ""},
		"basic credentials": {httpCall{unsigned: true, change: func(r *http.Request) { r.SetBasicAuth(keyOf(adminAccount), secret) }}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			tc.path, tc.body = "/detector", createDetector
			got := w.send(t, tc.httpCall)
			if got.status != 403 || got.class == "" || tc.class != "" && got.class != tc.class || got.message == "" || got.types != nil {
				t.Errorf("got %d %s: %s\nwant 403 %s", got.status, got.class, got.body, tc.class)
			}
		})
	}
	if ids := w.admin.listDetectors(t); len(ids) != 0 {
		t.Errorf("a refused request made %v", ids)
	}
	if ids := w.client(adminAccount, "us-east-1").listDetectors(t); len(ids) != 0 {
		t.Errorf("a refused request made %v in the region that it was moved to", ids)
	}
}

func swap(r *http.Request, body string) {
	r.Body, r.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
}

func replace(r *http.Request, from, to string) {
	r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), from, to, 1))
}

func TestSignatureOfAFewMinutesAgo(t *testing.T) { each(t, testSignatureOfAFewMinutesAgo) }

func testSignatureOfAFewMinutesAgo(t *testing.T, w *world) {
	for _, late := range []time.Duration{14 * time.Minute, -14 * time.Minute} {
		if got := w.send(t, httpCall{method: "GET", path: "/detector", late: late}); got.status != 200 || got.body != `{"detectorIds":[]}` {
			t.Errorf("of %v ago: %d %s", late, got.status, got.body)
		}
	}
}

func TestMalformedRequests(t *testing.T) { each(t, testMalformedRequests) }

func testMalformedRequests(t *testing.T, w *world) {
	deep := `{"enable":true,"dataSources":` + strings.Repeat(`{"s3Logs":`, 100_000/2) // under the limit of the body's size
	for name, body := range map[string]string{
		"no JSON":             `enable=true`,
		"half of JSON":        `{"enable":tr`,
		"two values":          `{"enable":true}{"enable":true}`,
		"a list":              `[]`,
		"a string":            `"enable"`,
		"null":                `null`,
		"too deep":            deep[:200_000],
		"no UTF-8":            "{\"enable\":true,\"clientToken\":\"\xff\xfe\"",
		"a text for a switch": `{"enable":"true"}`,
		"a number for it":     `{"enable":1}`,
		"an object for it":    `{"enable":{}}`,
		"a list for a text":   `{"enable":true,"clientToken":["a"]}`,
		"a text for a list":   `{"enable":true,"features":"S3_DATA_EVENTS"}`,
		"a list for a map":    `{"enable":true,"tags":[]}`,
		"a number for a tag":  `{"enable":true,"tags":{"a":1}}`,
	} {
		t.Run(name, func(t *testing.T) {
			w.send(t, httpCall{path: "/detector", body: body}).want(t, 400, "BadRequestException", badJSON, bad)
		})
	}
	w.send(t, httpCall{path: "/detector"}).want(t, 400, "BadRequestException", "", bad)
	for _, size := range []int{300 << 10, 12 << 20} { // the longer is still being sent when it is refused
		large := `{"enable":true,"clientToken":"` + strings.Repeat("x", size) + `"}`
		if got := w.send(t, httpCall{path: "/detector", body: large}); got.status != 413 && got.status != 400 || got.class == "" {
			t.Errorf("a body of %d bytes: %d %s", size, got.status, got.body)
		}
	}
	if ids := w.admin.listDetectors(t); len(ids) != 0 {
		t.Errorf("a refused request made %v", ids)
	}
}

func TestContentTypes(t *testing.T) { each(t, testContentTypes) }

func testContentTypes(t *testing.T, w *world) {
	for contentType, want := range map[string]int{"application/json; charset=utf-8": 200, "application/x-amz-json-1.1": 200, "text/plain": 415, "application/xml": 415} {
		got := w.send(t, httpCall{path: "/detector", body: createDetector, contentType: contentType})
		if got.status != want || want != 200 && (got.class == "" || got.message == "") {
			t.Errorf("%s: %d %s", contentType, got.status, got.body)
		}
		ids := w.admin.listDetectors(t)
		if (len(ids) == 1) != (want == 200) {
			t.Fatalf("%s made %v", contentType, ids)
		}
		for _, id := range ids {
			w.admin.deleteDetector(t, id)
		}
	}
}

func TestUnknownOperations(t *testing.T) { each(t, testUnknownOperations) }

func testUnknownOperations(t *testing.T, w *world) {
	for _, c := range []httpCall{
		{method: "GET", path: "/nothing"},
		{method: "GET", path: "/"},
		{method: "PUT", path: "/detector", body: createDetector},
		{method: "PATCH", path: "/detector/" + unknownID},
		{method: "GET", path: "/detector/" + unknownID + "/nothing"},
		{method: "GET", path: "//detector"},
		{method: "GET", path: "/DETECTOR"},
	} {
		if got := w.send(t, c); got.status < 400 || got.status > 499 || got.class == "" || got.message == "" {
			t.Errorf("%s %s: %d %s %s", c.method, c.path, got.status, got.class, got.body)
		}
	}
}

func TestErrorsOnTheWire(t *testing.T) { each(t, testErrorsOnTheWire) }

func testErrorsOnTheWire(t *testing.T, w *world) {
	w.send(t, httpCall{method: "GET", path: "/detector/" + unknownID}).want(t, 400, "BadRequestException", notOwned, bad)
	id := w.admin.detector(t)
	for _, account := range []string{memberAccount, otherAccount} {
		w.send(t, httpCall{method: "GET", path: "/detector/" + id, account: account}).want(t, 400, "BadRequestException", notOwned, bad)
	}
	w.send(t, httpCall{path: "/tags/" + strings.ReplaceAll(w.admin.arn("detector/"+id), "/", "%2F"), body: `{"tags":{"aws:a":"b"}}`}).
		want(t, 400, "BadRequestException", "Invalid tag key. Customers cannot set tag keys starting with aws: (case insensitive)", nil)
	if got := w.send(t, httpCall{path: "/detector/" + id, body: `{"unknown":{"deep":[1]}}`}); got.status != 200 || strings.TrimSpace(got.body) != "" && got.body != "{}" {
		t.Errorf("a member that the model lacks: %d %s", got.status, got.body)
	}
}
