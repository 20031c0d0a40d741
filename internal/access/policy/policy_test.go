package policy_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"picket/internal/access/policy"
	"picket/internal/fault"
)

const detector = "arn:aws:guardduty:eu-west-1:111122223333:detector/12abc"

func parsed(t testing.TB, document string) *policy.Policy {
	t.Helper()
	p, err := policy.Parse([]byte(document))
	if err != nil {
		t.Fatalf("%v\n%s", err, document)
	}
	return p
}

// allow is a document with one Allow statement for everything that has these
// elements more.
func allow(elements string) string {
	return `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*",` + elements + `}}`
}

func TestDecide(t *testing.T) {
	const readOnly = `{"Version":"2012-10-17","Statement":[
		{"Sid":"Read","Effect":"Allow","Action":["guardduty:Get*","guardduty:List*"],"Resource":"*"},
		{"Sid":"NoSecretFilter","Effect":"Deny","Action":"guardduty:GetFilter","Resource":"arn:aws:guardduty:*:*:detector/*/filter/secret"}]}`
	for _, tc := range []struct {
		name, document, action, resource string
		want                             policy.Decision
	}{
		{"admin", policy.Admin, "guardduty:CreateDetector", "*", policy.Decision{Verdict: policy.Allowed, Statement: 1}},
		{"no statement matches", readOnly, "guardduty:CreateDetector", detector, policy.Decision{}},
		{"allowed", readOnly, "guardduty:GetDetector", detector, policy.Decision{Verdict: policy.Allowed, Statement: 1, Sid: "Read"}},
		{"action names have no case", readOnly, "GuardDuty:getdetector", detector, policy.Decision{Verdict: policy.Allowed, Statement: 1, Sid: "Read"}},
		{"a deny wins", readOnly, "guardduty:GetFilter", detector + "/filter/secret", policy.Decision{Verdict: policy.Denied, Statement: 2, Sid: "NoSecretFilter"}},
		{"the deny is of another resource", readOnly, "guardduty:GetFilter", detector + "/filter/open", policy.Decision{Verdict: policy.Allowed, Statement: 1, Sid: "Read"}},
		{"another service", readOnly, "logs:GetLogEvents", "*", policy.Decision{}},
		{"deny before allow", `{"Statement":[{"Effect":"Deny","Action":"*","Resource":"*"},{"Effect":"Allow","Action":"*","Resource":"*"}]}`,
			"a:B", "*", policy.Decision{Verdict: policy.Denied, Statement: 1}},
		{"NotAction allows the others", `{"Statement":{"Effect":"Allow","NotAction":["iam:*","guardduty:Delete*"],"Resource":"*"}}`,
			"guardduty:GetDetector", detector, policy.Decision{Verdict: policy.Allowed, Statement: 1}},
		{"NotAction leaves out its own", `{"Statement":{"Effect":"Allow","NotAction":["iam:*","guardduty:Delete*"],"Resource":"*"}}`,
			"guardduty:DeleteDetector", detector, policy.Decision{}},
		{"NotResource denies the others", `{"Statement":{"Effect":"Deny","Action":"*","NotResource":"` + detector + `"}}`,
			"a:B", detector + "/filter/x", policy.Decision{Verdict: policy.Denied, Statement: 1}},
		{"NotResource leaves out its own", `{"Statement":{"Effect":"Deny","Action":"*","NotResource":"` + detector + `"}}`,
			"a:B", detector, policy.Decision{}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := parsed(t, tc.document).Decide(policy.Request{Action: tc.action, Resource: tc.resource})
			if got != tc.want {
				t.Errorf("got %+v, want %+v", got, tc.want)
			}
		})
	}
	if got := (*policy.Policy)(nil).Decide(policy.Request{Action: "a:B", Resource: "*"}); got.Verdict != policy.Unmatched {
		t.Errorf("no policy decides %v", got)
	}
}

func TestResources(t *testing.T) {
	for _, tc := range []struct {
		pattern, resource string
		want              bool
	}{
		{"*", "*", true},
		{"*", detector, true},
		{detector, detector, true},
		{detector, detector + "x", false},
		{detector, "*", false},
		{"arn:aws:guardduty:*:111122223333:detector/*", detector, true},
		{"arn:aws:guardduty:*:111122223333:detector/*", detector + "/filter/f", true},
		{"arn:aws:guardduty:*:444455556666:detector/*", detector, false},
		{"arn:aws:guardduty:eu-west-?:111122223333:detector/12ab?", detector, true},
		{"arn:aws:guardduty:eu-west-?:111122223333:detector/12abc?", detector, false},
		{"arn:aws:guardduty:*", detector, true}, // a "*" goes beyond colons
		{"arn:aws:guardduty:*:detector/*", detector, true},
		{"ARN:aws:guardduty:*", "", false},
		{"arn:aws:s3:::b/${*}", "arn:aws:s3:::b/x", false},
		{"arn:aws:s3:::b/${*}", "arn:aws:s3:::b/*", true},
		{"arn:aws:s3:::b/?", "arn:aws:s3:::b/é", true},
		{"arn:aws:s3:::b/??", "arn:aws:s3:::b/é", false},
		{"arn:aws:s3:::b/*é?x", "arn:aws:s3:::b/éééx", true},
	} {
		p, err := policy.Parse(fmt.Appendf(nil, `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":%q}}`, tc.pattern))
		if strings.HasPrefix(tc.pattern, "ARN") {
			if err == nil {
				t.Errorf("%q is taken for an ARN", tc.pattern)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Decide(policy.Request{Action: "a:B", Resource: tc.resource}).Verdict == policy.Allowed; got != tc.want {
			t.Errorf("%q and %q: %v, want %v", tc.pattern, tc.resource, got, tc.want)
		}
	}
}

// The rules for missing keys, negated operators and quantifiers are those of the
// IAM user guide, "Condition operators" and "Single-valued vs. multivalued context keys".
func TestConditions(t *testing.T) {
	for _, tc := range []struct {
		condition string
		values    []string // of the key test:k; nil when the request does not have it
		want      bool
	}{
		{`"StringEquals":{"test:k":"a"}`, []string{"a"}, true},
		{`"StringEquals":{"TEST:K":"a"}`, []string{"a"}, true},
		{`"StringEquals":{"test:k":"a"}`, []string{"A"}, false},
		{`"StringEquals":{"test:k":["a","b"]}`, []string{"b"}, true},
		{`"StringEquals":{"test:k":"a*"}`, []string{"ab"}, false},
		{`"StringEquals":{"test:k":"a"}`, nil, false},
		{`"StringEqualsIfExists":{"test:k":"a"}`, nil, true},
		{`"StringEqualsIfExists":{"test:k":"a"}`, []string{"b"}, false},
		{`"StringNotEquals":{"test:k":["a","b"]}`, []string{"b"}, false},
		{`"StringNotEquals":{"test:k":["a","b"]}`, []string{"c"}, true},
		{`"StringNotEquals":{"test:k":"a"}`, nil, true},
		{`"StringEqualsIgnoreCase":{"test:k":"aB"}`, []string{"Ab"}, true},
		{`"StringNotEqualsIgnoreCase":{"test:k":"aB"}`, []string{"Ab"}, false},
		{`"StringLike":{"test:k":"a*c?"}`, []string{"abbcd"}, true},
		{`"StringLike":{"test:k":"a*c?"}`, []string{"abbc"}, false},
		{`"StringNotLike":{"test:k":"a*"}`, []string{"abc"}, false},
		{`"ArnLike":{"test:k":"arn:aws:iam::111122223333:user/*"}`, []string{"arn:aws:iam::111122223333:user/ann"}, true},
		{`"ArnEquals":{"test:k":"arn:aws:iam::*:user/ann"}`, []string{"arn:aws:iam::111122223333:user/ann"}, true},
		{`"ArnLike":{"test:k":"arn:aws:*:*:*:user/ann"}`, []string{"arn:aws:iam::111122223333:user/ann"}, true},
		{`"ArnLike":{"test:k":"arn:aws:i*3:user/ann:*:*:*"}`, []string{"arn:aws:iam::111122223333:user/ann"}, false},
		{`"ArnLike":{"test:k":"*"}`, []string{"anything"}, true},
		{`"ArnNotLike":{"test:k":"arn:aws:iam::111122223333:user/*"}`, []string{"arn:aws:iam::111122223333:role/r"}, true},
		{`"ArnNotEquals":{"test:k":"arn:aws:iam::111122223333:user/*"}`, []string{"arn:aws:iam::111122223333:user/r"}, false},
		{`"NumericEquals":{"test:k":10}`, []string{"10.0"}, true},
		{`"NumericNotEquals":{"test:k":"10"}`, []string{"10.0"}, false},
		{`"NumericLessThan":{"test:k":"10"}`, []string{"9.9"}, true},
		{`"NumericLessThan":{"test:k":"10"}`, []string{"10"}, false},
		{`"NumericLessThanEquals":{"test:k":"10"}`, []string{"1e1"}, true},
		{`"NumericGreaterThan":{"test:k":"10"}`, []string{"11"}, true},
		{`"NumericGreaterThanEquals":{"test:k":"10"}`, []string{"ten"}, false},
		{`"DateLessThan":{"test:k":"2026-09-20T10:00:00Z"}`, []string{"2026-09-20T09:59:59Z"}, true},
		{`"DateLessThan":{"test:k":"2026-09-20T10:00:00+02:00"}`, []string{"2026-09-20T09:59:59Z"}, false},
		{`"DateGreaterThan":{"test:k":"2026-09-20"}`, []string{"2026-09-20T00:00:01Z"}, true},
		{`"DateGreaterThanEquals":{"test:k":"1789862400"}`, []string{"2026-09-20T00:00:00Z"}, true},
		{`"DateLessThanEquals":{"test:k":"2026-09-20T10:00Z"}`, []string{"2026-09-20T10:00:00Z"}, true},
		{`"DateEquals":{"test:k":"2026-09-20T10:00:00Z"}`, []string{"2026-09-20T12:00:00+02:00"}, true},
		{`"DateNotEquals":{"test:k":"2026-09-20T10:00:00Z"}`, []string{"2026-09-20T10:00:00Z"}, false},
		{`"Bool":{"test:k":"true"}`, []string{"true"}, true},
		{`"Bool":{"test:k":true}`, []string{"false"}, false},
		{`"Bool":{"test:k":"False"}`, []string{"false"}, true},
		{`"Bool":{"test:k":"false"}`, nil, false},
		{`"BoolIfExists":{"test:k":"false"}`, nil, true},
		{`"IpAddress":{"test:k":"192.0.2.0/24"}`, []string{"192.0.2.255"}, true},
		{`"IpAddress":{"test:k":"192.0.2.0/24"}`, []string{"192.0.3.0"}, false},
		{`"IpAddress":{"test:k":["198.51.100.7","192.0.2.1/24"]}`, []string{"192.0.2.9"}, true},
		{`"IpAddress":{"test:k":"192.0.2.0/24"}`, []string{"::ffff:192.0.2.1"}, true},
		{`"IpAddress":{"test:k":"::ffff:192.0.2.0/120"}`, []string{"192.0.2.1"}, true},
		{`"IpAddress":{"test:k":"0.0.0.0/0"}`, []string{"2001:db8::1"}, false},
		{`"IpAddress":{"test:k":"2001:db8::/32"}`, []string{"2001:db8::1"}, true},
		{`"IpAddress":{"test:k":"2001:db8::/32"}`, []string{"2001:db8::1%eth0"}, true},
		{`"NotIpAddress":{"test:k":"192.0.2.0/24"}`, []string{"192.0.2.1"}, false},
		{`"NotIpAddress":{"test:k":"192.0.2.0/24"}`, nil, true},
		{`"Null":{"test:k":"true"}`, nil, true},
		{`"Null":{"test:k":"true"}`, []string{"a"}, false},
		{`"Null":{"test:k":false}`, []string{"a"}, true},
		{`"Null":{"test:k":false}`, nil, false},
		{`"ForAllValues:StringEquals":{"test:k":["a","b"]}`, []string{"a", "b", "a"}, true},
		{`"ForAllValues:StringEquals":{"test:k":["a","b"]}`, []string{"a", "c"}, false},
		{`"ForAllValues:StringEquals":{"test:k":["a","b"]}`, nil, true},
		{`"ForAllValues:StringNotEquals":{"test:k":["a","b"]}`, []string{"c", "a"}, false},
		{`"ForAnyValue:StringEquals":{"test:k":["a","b"]}`, []string{"c", "b"}, true},
		{`"ForAnyValue:StringEquals":{"test:k":["a","b"]}`, []string{"c"}, false},
		{`"ForAnyValue:StringEquals":{"test:k":["a","b"]}`, nil, false},
		{`"ForAnyValue:StringNotEquals":{"test:k":["a","b"]}`, []string{"a", "c"}, true},
		{`"ForAnyValue:StringNotEquals":{"test:k":["a","b"]}`, nil, false},
		{`"ForAnyValue:StringLikeIfExists":{"test:k":"a*"}`, nil, true},
		{`"StringEquals":{"test:k":"a"},"StringLike":{"test:k":"b*"}`, []string{"a"}, false},
		{`"StringEquals":{"test:k":"a"},"StringLike":{"test:k":"a*"}`, []string{"a"}, true},
		{`"StringEquals":{"test:k":"a","test:missing":"b"}`, []string{"a"}, false},
		{`"StringEquals":{"test:k":"${aws:username}"}`, []string{"ann"}, true},
		{`"StringEquals":{"test:k":"x-${aws:username}-${$}"}`, []string{"x-ann-$"}, true},
		{`"StringEquals":{"test:k":"${test:none, 'dflt'}"}`, []string{"dflt"}, true},
		{`"StringEquals":{"test:k":"${test:none}"}`, []string{""}, false},
		{`"StringLike":{"test:k":"${test:star}"}`, []string{"anything"}, false},
		{`"StringLike":{"test:k":"${test:star}"}`, []string{"*?"}, true},
		{`"StringLike":{"test:k":"${test:bytes}"}`, []string{"anything"}, false},
		{``, nil, true},
	} {
		ctx := policy.Context{}
		ctx.Set("aws:UserName", "ann")
		ctx.Set("test:star", "*?")
		ctx.Set("test:bytes", "\xff")
		if tc.values != nil {
			ctx.Set("Test:K", tc.values...)
		}
		p := parsed(t, allow(`"Condition":{`+tc.condition+`}`))
		if got := p.Decide(policy.Request{Action: "a:B", Resource: "*", Context: ctx}).Verdict == policy.Allowed; got != tc.want {
			t.Errorf("%s with %q: %v, want %v", tc.condition, tc.values, got, tc.want)
		}
	}
}

func TestVariables(t *testing.T) {
	own := policy.Context{}
	own.Set("aws:username", "ann")
	for _, tc := range []struct {
		name, version, effect, element string
		ctx                            policy.Context
		want                           policy.Verdict
	}{
		{"put in", "2012-10-17", "Allow", "Resource", own, policy.Allowed},
		{"not known", "2012-10-17", "Allow", "Resource", nil, policy.Unmatched},
		{"not known to a NotResource that allows", "2012-10-17", "Allow", "NotResource", nil, policy.Unmatched},
		{"not known to a NotResource that denies", "2012-10-17", "Deny", "NotResource", nil, policy.Denied},
		{"no variables in the old version", "2008-10-17", "Allow", "Resource", own, policy.Unmatched},
	} {
		document := fmt.Sprintf(`{"Version":%q,"Statement":{"Effect":%q,"Action":"*",%q:"arn:aws:s3:::b/${aws:UserName}/*"}}`, tc.version, tc.effect, tc.element)
		if got := parsed(t, document).Decide(policy.Request{Action: "s3:GetObject", Resource: "arn:aws:s3:::b/ann/x", Context: tc.ctx}).Verdict; got != tc.want {
			t.Errorf("%s: %v, want %v", tc.name, got, tc.want)
		}
	}
}

func TestParseErrors(t *testing.T) {
	statement := func(s string) string {
		return `{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{` + s + `}]}`
	}
	const rest = `,"Action":"*","Resource":"*"`
	for document, want := range map[string]string{
		``:                                   "not JSON",
		`{`:                                  "not JSON",
		`{"Statement":[1,}`:                  "not JSON",
		`[]`:                                 "not a JSON object",
		`{} {}`:                              "something follows",
		"{\"Id\":\"\xff\"}":                  "not UTF-8",
		`{"Version":"2012-10-17"}`:           "no Statement",
		`{"Statement":[]}`:                   "no Statement",
		`{"Statement":null}`:                 "no Statement",
		`{"Statement":[null]}`:               "statement 1: not an object",
		`{"Version":"2012","Statement":{}}`:  "Version is neither",
		`{"Version":2012,"Statement":{}}`:    "Version is neither",
		`{"Id":1,"Statement":{}}`:            "Id is not a string",
		`{"statement":{}}`:                   `unknown element "statement"`,
		`{"Id":"a","Id":"b","Statement":{}}`: "Id stands there twice",
		statement(`"Effect":"Deny","Effect":"Allow"` + rest):                                    "statement 2: Effect stands there twice",
		statement(`"Effect":"allow"` + rest):                                                    "statement 2: Effect is neither",
		statement(rest[1:]):                                                                     "statement 2: Effect is neither",
		statement(`"Effect":"Allow","Efect":1` + rest):                                          `statement 2: unknown element "Efect"`,
		statement(`"Effect":"Allow","Principal":"*"` + rest):                                    "statement 2: a policy of a key should not specify a Principal",
		statement(`"Effect":"Allow","Resource":"*"`):                                            "statement 2: there must be one of Action and NotAction",
		statement(`"Effect":"Allow","NotAction":"*"` + rest):                                    "statement 2: there must be one of Action and NotAction",
		statement(`"Effect":"Allow","Action":"*"`):                                              "statement 2: there must be one of Resource and NotResource",
		statement(`"Effect":"Allow","Action":[],"Resource":"*"`):                                "statement 2: Action is an empty list",
		statement(`"Effect":"Allow","Action":7,"Resource":"*"`):                                 "statement 2: Action has a value of the wrong type",
		statement(`"Effect":"Allow","Action":"Get*","Resource":"*"`):                            `statement 2: Action "Get*": neither "*" nor of the form service:Action`,
		statement(`"Effect":"Allow","Action":"gua*y:Get","Resource":"*"`):                       `statement 2: Action "gua*y:Get": the service has`,
		statement(`"Effect":"Allow","Action":"a:Get-","Resource":"*"`):                          `statement 2: Action "a:Get-": the action has`,
		statement(`"Effect":"Allow","Action":"*","Resource":"detector"`):                        `statement 2: Resource "detector": neither "*" nor an ARN`,
		statement(`"Effect":"Allow","Action":"*","Resource":"arn:aws:guardduty"`):               `statement 2: Resource "arn:aws:guardduty": neither`,
		statement(`"Sid":"a b","Effect":"Allow"` + rest):                                        "statement 2: Sid is not a string of letters and digits",
		statement(`"Sid":"A","Effect":"Allow"` + rest + `},{"Sid":"A","Effect":"Allow"` + rest): `statement 3: Sid "A" is taken`,
		allow(`"Condition":[]`):                                                                 "statement 1: Condition is not an object",
		allow(`"Condition":{"StringEquals":"x"}`):                                               "Condition StringEquals is not an object",
		allow(`"Condition":{"StringEqual":{"a:b":"c"}}`):                                        "Condition StringEqual: unknown operator",
		allow(`"Condition":{"stringequals":{"a:b":"c"}}`):                                       "unknown operator",
		allow(`"Condition":{"NullIfExists":{"a:b":"true"}}`):                                    "unknown operator",
		allow(`"Condition":{"StringEquals":{"ab":"c"}}`):                                        `"ab" is not the name of a condition key`,
		allow(`"Condition":{"StringEquals":{"a:b":[]}}`):                                        "a:b is an empty list",
		allow(`"Condition":{"StringEquals":{"a:b":{}}}`):                                        "a:b has a value of the wrong type",
		allow(`"Condition":{"StringEquals":{"a:b":"c","A:B":"d"}}`):                             "Condition StringEquals a:b stands there twice",
		allow(`"Condition":{"NumericEquals":{"a:b":"0x10"}}`):                                   `a:b "0x10": not a decimal number`,
		allow(`"Condition":{"NumericEquals":{"a:b":"NaN"}}`):                                    "not a decimal number",
		allow(`"Condition":{"DateLessThan":{"a:b":"tomorrow"}}`):                                "neither a date",
		allow(`"Condition":{"Bool":{"a:b":"yes"}}`):                                             "neither true nor false",
		allow(`"Condition":{"Null":{"a:b":"yes"}}`):                                             "neither true nor false",
		allow(`"Condition":{"IpAddress":{"a:b":"192.0.2.0/33"}}`):                               "neither an IP address",
		allow(`"Condition":{"IpAddress":{"a:b":"fe80::1%eth0"}}`):                               "neither an IP address",
		allow(`"Condition":{"ArnLike":{"a:b":"arn:aws"}}`):                                      "not an ARN",
		allow(`"Condition":{"StringLike":{"a:b":"${aws:username"}}`):                            "is not closed",
		allow(`"Condition":{"StringLike":{"a:b":"${username}"}}`):                               "is not the name of a condition key",
		allow(`"Condition":{"StringLike":{"a:b":"${a:b, x}"}}`):                                 "not in single quotes",
		allow(`"Condition":` + strings.Repeat(`{"a":`, 20) + `1` + strings.Repeat(`}`, 20)):     "nested more than 8 deep",
		allow(`"Sid":"` + strings.Repeat("a", 6144) + `"`):                                      "at most 6144",
		strings.Repeat(" ", 131073):                                                             "at most 131072",
	} {
		_, err := policy.Parse([]byte(document))
		if err == nil {
			t.Errorf("accepted: %.200s", document)
			continue
		}
		if fault.Of(err) != fault.Invalid || !strings.Contains(fault.Message(err), want) {
			t.Errorf("%.200s\ngot  %v: %s\nwant %s", document, fault.Of(err), fault.Message(err), want)
		}
	}
}

// White space does not count towards the size of a policy.
func TestSizeWithoutWhiteSpace(t *testing.T) {
	fixed := len(allow(`"Sid":""`))
	for extra, ok := range map[int]bool{6144 - fixed: true, 6145 - fixed: false} {
		document := strings.ReplaceAll(allow(`"Sid":"`+strings.Repeat("a", extra)+`"`), ",", ",\n\t  ")
		if _, err := policy.Parse([]byte(document)); (err == nil) != ok {
			t.Errorf("%d characters: %v", extra+fixed, err)
		}
	}
}

// A pattern of the greatest size meets the longest text in which every star
// must be tried anew. Backtracking over more than one star would not end.
func TestHostilePatternIsBounded(t *testing.T) {
	p := parsed(t, `{"Statement":{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::`+strings.Repeat("*a", 3000)+`b"}}`)
	start := time.Now()
	p.Decide(policy.Request{Action: "s3:GetObject", Resource: "arn:aws:s3:::" + strings.Repeat("a", 8192)})
	if took := time.Since(start); took > 20*time.Second {
		t.Errorf("took %v", took)
	}
}

// FuzzPolicy holds parser and evaluation to not panicking and to four laws: what
// is read is JSON, the same question has the same answer, nothing is allowed
// without an Allow, and a statement that denies everything wins.
func FuzzPolicy(f *testing.F) {
	for _, condition := range []string{`"IpAddress":{"aws:SourceIp":"192.0.2.0/24"}`, `"ForAllValues:StringLike":{"aws:TagKeys":["a*","${aws:username, 'x'}"]}`,
		`"ArnLikeIfExists":{"a:b":"arn:aws:iam::*:user/${a:b}"}`, `"DateLessThan":{"a:b":1}`, `"Null":{"a:b":true}`, `"NumericNotEquals":{"a:b":"1e3"}`} {
		f.Add(allow(`"Condition":{`+condition+`}`), "guardduty:GetDetector", detector, "ann")
	}
	f.Add(`{"Statement":[{"Effect":"Deny","NotAction":"a:B","NotResource":["arn:aws:s3:::${aws:username}?*"]}]}`, "a:B", "", "\xff")
	f.Fuzz(func(t *testing.T, document, action, resource, value string) {
		p, err := policy.Parse([]byte(document))
		if err != nil {
			if fault.Of(err) != fault.Invalid {
				t.Fatalf("kind %v", fault.Of(err))
			}
			return
		}
		if !json.Valid([]byte(document)) {
			t.Fatalf("not JSON, but a policy: %q", document)
		}
		r := policy.Request{Action: action, Resource: resource, Context: policy.Context{}}
		for _, key := range []string{"aws:username", "a:b", "aws:TagKeys", "aws:SourceIp"} {
			r.Context.Set(key, value, value)
		}
		d := p.Decide(r)
		if again := p.Decide(r); again != d {
			t.Fatalf("%+v, then %+v", d, again)
		}
		if d.Verdict == policy.Allowed && !strings.Contains(document, "llow") && !strings.Contains(document, `\u`) {
			t.Fatal("allowed without an Allow")
		}
		var whole struct{ Statement any }
		if json.Unmarshal([]byte(document), &whole) != nil {
			return
		}
		statements, ok := whole.Statement.([]any)
		if !ok {
			statements = []any{whole.Statement}
		}
		denying, err := json.Marshal(map[string]any{"Version": "2012-10-17",
			"Statement": append(statements, map[string]any{"Effect": "Deny", "Action": "*", "Resource": "*"})})
		if err != nil {
			t.Fatal(err)
		}
		if p, err := policy.Parse(denying); err == nil && p.Decide(r).Verdict != policy.Denied {
			t.Fatalf("%s does not deny", denying)
		}
	})
}

func BenchmarkDecide(b *testing.B) {
	p := parsed(b, `{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Action":["guardduty:Get*","guardduty:List*"],"Resource":"arn:aws:guardduty:*:*:detector/*","Condition":{"IpAddress":{"aws:SourceIp":"192.0.2.0/24"}}},
		{"Effect":"Deny","Action":"guardduty:Delete*","Resource":"*","Condition":{"StringNotEquals":{"aws:username":"${aws:username}-x"}}}]}`)
	r := policy.Request{Action: "guardduty:GetDetector", Resource: detector, Context: policy.Context{}}
	r.Context.Set("aws:SourceIp", "192.0.2.9")
	b.ReportAllocs()
	for b.Loop() {
		if p.Decide(r).Verdict != policy.Allowed {
			b.Fatal("denied")
		}
	}
}
