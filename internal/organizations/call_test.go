package organizations

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/smithy-go"

	"picket/internal/awscall"
)

// TestPlace has the addresses of the AWS General Reference (AWS Organizations
// endpoints and quotas), and those of the other partitions, which the AWS SDKs
// have.
func TestPlace(t *testing.T) {
	own, err := url.Parse("http://192.0.2.1:9000/base")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		server      awscall.Server
		url, region string // url "" is a refusal
	}{
		{awscall.Server{Region: "us-east-1"}, "https://organizations.us-east-1.amazonaws.com/", "us-east-1"},
		{awscall.Server{Region: "eu-central-1"}, "https://organizations.us-east-1.amazonaws.com/", "us-east-1"},
		{awscall.Server{Region: "eu-central-1", FIPS: true}, "https://organizations-fips.us-east-1.amazonaws.com/", "us-east-1"},
		{awscall.Server{Region: "us-west-2", DualStack: true}, "https://organizations.us-east-1.api.aws/", "us-east-1"},
		{awscall.Server{Region: "us-west-2", DualStack: true, FIPS: true}, "https://organizations-fips.us-east-1.api.aws/", "us-east-1"},
		{awscall.Server{Region: "us-gov-east-1"}, "https://organizations.us-gov-west-1.amazonaws.com/", "us-gov-west-1"},
		{awscall.Server{Region: "us-gov-east-1", FIPS: true}, "https://organizations.us-gov-west-1.amazonaws.com/", "us-gov-west-1"},
		{awscall.Server{Region: "cn-north-1"}, "https://organizations.cn-northwest-1.amazonaws.com.cn/", "cn-northwest-1"},
		{awscall.Server{Region: "us-iso-west-1"}, "https://organizations.us-iso-east-1.c2s.ic.gov/", "us-iso-east-1"},
		{awscall.Server{Region: "us-isob-east-1"}, "https://organizations.us-isob-east-1.sc2s.sgov.gov/", "us-isob-east-1"},
		{awscall.Server{Region: "eu-west-1", Own: own}, "http://192.0.2.1:9000/base", "eu-west-1"},
		{awscall.Server{Region: "example.com/"}, "", ""},
		{awscall.Server{Region: "a b", Own: own}, "", ""},
	} {
		at, err := place(c.server)
		if c.url == "" && err == nil {
			t.Errorf("%+v is at %s", c.server, &at.URL)
		}
		if got := at.URL.String(); c.url != "" && (err != nil || got != c.url || at.Region != c.region) {
			t.Errorf("%+v is at %s, signed for %s (%v), want %s and %s", c.server, got, at.Region, err, c.url, c.region)
		}
	}
}

// TestDecodeError has the errors of Smithy's AWS JSON 1.1 protocol (operation
// error serialization): all of these name the same.
func TestDecodeError(t *testing.T) {
	for _, c := range []struct{ kind, body, code, message string }{
		{"", `{"__type": "FooError"}`, "FooError", ""},
		{"", `{"__type": "FooError:http://internal.amazon.com/coral/com.amazon.coral.validate/"}`, "FooError", ""},
		{"", `{"__type": "aws.protoocoltests.restjson#FooError"}`, "FooError", ""},
		{"", `{"__type": "aws.protoocoltests.restjson#FooError:http://internal.amazon.com/coral/com.amazon.coral.validate/"}`, "FooError", ""},
		{"", `{"code": "FooError", "message": "Hi"}`, "FooError", "Hi"},
		{"", `{"__type": "FooError", "code": 7, "Message": "Hi"}`, "FooError", "Hi"},
		{"FooError", "", "FooError", ""},
		{"FooError:http://internal.amazon.com/coral/com.amazon.coral.validate/", `{"__type": "Other"}`, "FooError", ""},
		{"", "", "UnknownError", "the server answered 503 Service Unavailable and gave no reason"},
		{"", `{"message": "Hi"}`, "UnknownError", "Hi"},
		{"", "<html><body>Bad Gateway</body></html>", "", ""},
		{"", `{"__type": {}}`, "", ""},
	} {
		err := decodeError(503, c.kind, []byte(c.body))
		var api smithy.APIError
		switch is := errors.As(err, &api); {
		case err == nil || is != (c.code != ""):
			t.Errorf("%q with %s: %v, want the code %q", c.kind, c.body, err, c.code)
		case is && (api.ErrorCode() != c.code || api.ErrorMessage() != c.message):
			t.Errorf("%q with %s: %v, want %s: %s", c.kind, c.body, err, c.code, c.message)
		}
	}
}

// TestCircles: a listing that comes back to where it was ends.
func TestCircles(t *testing.T) {
	for _, c := range []struct{ before, circle int }{{0, 1}, {0, 2}, {3, 1}, {2, 3}, {9, 5}} {
		calls := 0
		configure(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.Header.Get("X-Amz-Target"), "DescribeOrganization") {
				fmt.Fprint(w, described)
				return
			}
			if calls++; calls > 100 {
				t.Errorf("%+v: still listing", c)
				w.WriteHeader(http.StatusForbidden)
				return
			}
			fmt.Fprintf(w, `{"Accounts": [], "NextToken": "page %d"}`, min(calls, c.before)+max(0, calls-c.before)%c.circle)
		}))
		if org, err := ask(t.Context()); err == nil || !strings.Contains(err.Error(), "circle") {
			t.Errorf("%+v: %v, %v", c, org, err)
		}
	}
}

// TestLongAnswer: memory is bounded.
func TestLongAnswer(t *testing.T) {
	for _, status := range []int{200, 400} {
		configure(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			fmt.Fprint(w, described, strings.Repeat(" ", most))
		}))
		if _, err := ask(t.Context()); err == nil || !strings.Contains(err.Error(), "longer than 16 MB") {
			t.Errorf("%d: %v", status, err)
		}
	}
}

func FuzzAnswer(f *testing.F) {
	for _, s := range []string{described, `{"Accounts": [` + account(management, "ACTIVE", "") + `], "NextToken": "1"}`, `{"__type": "a#B:c", "message": "m"}`, "", "null", "[]", "<html>"} {
		f.Add(400, "", []byte(s))
	}
	f.Fuzz(func(t *testing.T, status int, kind string, data []byte) {
		if decodeError(status, kind, data) == nil {
			t.Error("no error")
		}
		var p page
		if decode(data, &p) != nil {
			return
		}
		if accounts, err := appendActive(nil, p.Accounts); err == nil && len(data) > 0 && (len(accounts) > len(data) || !json.Valid(data)) {
			t.Errorf("%d accounts", len(accounts))
		}
	})
}
