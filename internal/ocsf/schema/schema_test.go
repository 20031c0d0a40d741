package schema

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// small is a schema with one of everything.
const small = `{
"version": "1.2.0",
"classes": {"1001": {"name": "act", "attributes": {
	"class_uid": {"type": "integer_t", "required": true, "enum": {"1001": "Act"}},
	"activity_id": {"type": "integer_t", "required": true, "enum": {"0": "Unknown", "1": "Create", "99": "Other"}, "sibling": "activity_name"},
	"activity_name": {"type": "string_t"},
	"type_uid": {"type": "long_t", "required": true},
	"metadata": {"type": "object_t", "object": "metadata", "required": true},
	"ends": {"type": "object_t", "object": "end", "array": true},
	"choice": {"type": "object_t", "object": "choice"},
	"flag": {"type": "boolean_t"},
	"score": {"type": "float_t"},
	"kind": {"type": "string_t", "enum": {"a": "", "b": ""}},
	"kinds": {"type": "integer_t", "array": true, "enum": {"1": "One", "2": "Two"}},
	"seen_time": {"type": "timestamp_t"},
	"data": {"type": "json_t"},
	"mail": {"type": "email_t"},
	"subnet": {"type": "subnet_t"},
	"link": {"type": "url_t"},
	"id": {"type": "uuid_t"},
	"cloud": {"type": "string_t", "required": true, "profile": "cloud"},
	"unmapped": {"type": "object_t", "object": "object"}}}},
"objects": {
	"metadata": {"name": "metadata", "attributes": {"version": {"type": "string_t", "required": true}, "profiles": {"type": "string_t", "array": true}}},
	"end": {"name": "end", "at_least_one": ["ip", "name"], "attributes": {"ip": {"type": "ip_t"}, "name": {"type": "hostname_t"}, "mac": {"type": "mac_t"}, "port": {"type": "port_t"}, "inner": {"type": "object_t", "object": "end"}}},
	"choice": {"name": "choice", "just_one": ["x", "y"], "attributes": {"x": {"type": "string_t"}, "y": {"type": "string_t"}}},
	"object": {"name": "object"}}}`

func load(t *testing.T) *Schema {
	t.Helper()
	s, err := Parse([]byte(small))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// minimal is an event with all that is required, and more members.
func minimal(more string) string {
	if more != "" {
		more = "," + more
	}
	return `{"class_uid":1001,"activity_id":1,"type_uid":100101,"metadata":{"version":"1.2.0"}` + more + `}`
}

func TestValidEvents(t *testing.T) {
	s := load(t)
	for _, more := range []string{
		``,
		`"activity_name":"Create"`,
		`"ends":[]`,
		`"ends":[{"ip":"192.0.2.1","port":0},{"ip":"2001:db8::1","port":65535},{"name":"a-b.example.com","mac":"00:1B:63:84:45:e6"}]`,
		`"ends":[{"name":"a","inner":{"name":"b","inner":{"ip":"::"}}}]`,
		`"choice":{"x":""}`,
		`"flag":false,"score":1,"kind":"a","kinds":[1,2],"seen_time":-1`,
		`"score":-1.5e3`, `"choice":{"x":"` + strings.Repeat("é", 65535) + `"}`,
		`"data":null`, `"data":[1,{"a":"b"}]`,
		`"mail":"a.b@example.com","subnet":"192.0.2.0/24","link":"https://example.com/","id":"01234567-89ab-cdef-0123-456789ABCDEF"`,
		`"unmapped":{"anything":{"goes":[null]}}`,
		`"kind":"b","flag":true`,
	} {
		if err := s.Validate([]byte(minimal(more))); err != nil {
			t.Errorf("%s: %v", more, err)
		}
	}
	other := strings.Replace(minimal(`"activity_name":"Frobnicate"`), `"activity_id":1,"type_uid":100101`, `"activity_id":99,"type_uid":100199`, 1)
	if err := s.Validate([]byte(other)); err != nil {
		t.Errorf("the source's own words beside 99: %v", err)
	}
}

func TestViolations(t *testing.T) {
	s := load(t)
	f := func(more string, want ...Problem) {
		t.Helper()
		check(t, s, minimal(more), want...)
	}
	// Attributes the schema does not have.
	f(`"nonsense":1`, Problem{"nonsense", "act has no such attribute"})
	f(`"ends":[{"ip":"::","nonsense":1}]`, Problem{"ends[0].nonsense", "end has no such attribute"})
	// Kinds of values.
	f(`"flag":"true"`, Problem{"flag", "want a boolean, got a string"})
	f(`"flag":null`, Problem{"flag", "want a boolean, got null"})
	f(`"score":"1"`, Problem{"score", "want a number, got a string"})
	f(`"seen_time":"2026-01-05"`, Problem{"seen_time", "want an integer, got a string"})
	f(`"seen_time":1.5`, Problem{"seen_time", "1.5 is not a 64-bit integer"})
	f(`"seen_time":9223372036854775808`, Problem{"seen_time", "9223372036854775808 is not a 64-bit integer"})
	f(`"activity_name":1`, Problem{"activity_name", "want a string, got a number"})
	f(`"ends":{}`, Problem{"ends", "want a list, got an object"})
	f(`"ends":["x"]`, Problem{"ends[0]", "want an object, got a string"})
	f(`"choice":[]`, Problem{"choice", "want an object, got a list"})
	f(`"unmapped":true`, Problem{"unmapped", "want an object, got a boolean"})
	// Forms of strings, and ranges.
	f(`"ends":[{"ip":"192.0.2.256"}]`, Problem{"ends[0].ip", `"192.0.2.256" is not an IP address`})
	f(`"ends":[{"name":"_tcp.example.com"}]`, Problem{"ends[0].name", `"_tcp.example.com" is not a host name`})
	f(`"ends":[{"name":""}]`, Problem{"ends[0].name", `"" is not a host name`})
	f(`"ends":[{"ip":"::","mac":"00:1B"}]`, Problem{"ends[0].mac", `"00:1B" is not a MAC address`})
	f(`"ends":[{"ip":"::","port":65536}]`, Problem{"ends[0].port", "65536 is not a port"})
	f(`"ends":[{"ip":"::","port":-1}]`, Problem{"ends[0].port", "-1 is not a port"})
	f(`"mail":"example.com"`, Problem{"mail", `"example.com" is not an e-mail address`})
	f(`"id":"0123"`, Problem{"id", `"0123" is not a UUID`})
	f(`"subnet":"`+strings.Repeat("1", 43)+`"`, Problem{"subnet", "more than 42 characters"})
	f(`"choice":{"x":"`+strings.Repeat("é", 65536)+`"}`, Problem{"choice.x", "more than 65535 characters"})
	// Enumerations and their captions.
	f(`"kind":"c"`, Problem{"kind", `"c" is not one of the attribute's values`})
	f(`"kinds":[1,3]`, Problem{"kinds[1]", `"3" is not one of the attribute's values`})
	f(`"activity_name":"Make"`, Problem{"activity_id", `1 is captioned "Make", want "Create"`})
	// Constraints.
	f(`"ends":[{"port":1}]`, Problem{"ends[0]", "end needs at least one of ip, name"})
	f(`"choice":{}`, Problem{"choice", "choice needs exactly one of x, y"})
	f(`"choice":{"x":"","y":""}`, Problem{"choice", "choice needs exactly one of x, y"})
	// All the way down, in order.
	f(`"ends":[{"name":"a","inner":{"port":"x"}}],"flag":1`,
		Problem{"ends[0].inner.port", "want an integer, got a string"},
		Problem{"ends[0].inner", "end needs at least one of ip, name"},
		Problem{"flag", "want a boolean, got a number"})
	// Profiles.
	f(`"cloud":"AWS"`, Problem{"cloud", `attribute of profile "cloud", which metadata.profiles does not list`})
	f(`"seen_time_dt":"2026-01-05T00:00:00Z"`, Problem{"seen_time_dt", "act has no such attribute"})
}

func TestEventRules(t *testing.T) {
	s := load(t)
	edit := func(old, new string) string { return strings.Replace(minimal(""), old, new, 1) }
	check(t, s, edit(`,"metadata":{"version":"1.2.0"}`, ``), Problem{"metadata", "required attribute is missing"})
	check(t, s, edit(`{"version":"1.2.0"}`, `{}`), Problem{"metadata.version", "required attribute is missing"})
	check(t, s, edit(`1.2.0`, `1.1.0`), Problem{"metadata.version", `"1.1.0" is not the schema's version "1.2.0"`})
	check(t, s, edit(`"type_uid":100101`, `"type_uid":100100`), Problem{"type_uid", "100100 is not class_uid × 100 + activity_id = 100101"})
	check(t, s, edit(`"class_uid":1001`, `"class_uid":1002`), Problem{"class_uid", `"1002" is not a class of this schema`})
	check(t, s, `{}`, Problem{"class_uid", "null is not a class of this schema"})
	check(t, s, `null`, Problem{"class_uid", "null is not a class of this schema"})
}

func TestProfiles(t *testing.T) {
	s := load(t)
	with := func(profile, more string) string {
		return strings.Replace(minimal(more), `"1.2.0"`, `"1.2.0","profiles":["`+profile+`"]`, 1)
	}
	check(t, s, with("cloud", `"cloud":"AWS"`))
	check(t, s, with("cloud", ``), Problem{"cloud", "required attribute is missing"})
	check(t, s, with("datetime", `"seen_time_dt":"2026-01-05T00:00:00.123+01:00"`))
	check(t, s, with("datetime", `"seen_time_dt":"yesterday"`), Problem{"seen_time_dt", `"yesterday" is not a date and time`})
	check(t, s, with("datetime", `"score_dt":"2026-01-05T00:00:00Z"`), Problem{"score_dt", "act has no such attribute"})
}

// check expects exactly these problems of an event.
func check(t *testing.T, s *Schema, event string, want ...Problem) {
	t.Helper()
	err := s.Validate([]byte(event))
	var invalid *Invalid
	if err != nil && !errors.As(err, &invalid) {
		t.Fatalf("%.200s: %v", event, err)
	}
	var got []Problem
	if invalid != nil {
		got = invalid.Problems
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%.200s: -want +got:\n%s", event, diff)
	}
}

func TestNotAnObject(t *testing.T) {
	s := load(t)
	for _, text := range []string{``, `[]`, `"x"`, `{`, minimal("") + `{}`, minimal("") + `x`} {
		var invalid *Invalid
		if err := s.Validate([]byte(text)); err == nil || errors.As(err, &invalid) {
			t.Errorf("%.40q: got %v, want a parse error", text, err)
		}
	}
}

// TestProblemsAreBounded: a hostile event can't make an error without end.
func TestProblemsAreBounded(t *testing.T) {
	var more strings.Builder
	for i := range 1000 {
		if i > 0 {
			more.WriteByte(',')
		}
		fmt.Fprintf(&more, `"x%d":1`, i)
	}
	var invalid *Invalid
	if err := load(t).Validate([]byte(minimal(more.String()))); !errors.As(err, &invalid) || len(invalid.Problems) != 50 {
		t.Errorf("got %.200v", err)
	}
}

func TestInvalidReadsWell(t *testing.T) {
	err := &Invalid{"1.2.0", []Problem{{"a.b", "is wrong"}, {"", "act needs at least one of x, y"}}}
	want := "not an OCSF 1.2.0 event: a.b: is wrong; act needs at least one of x, y"
	if got := err.Error(); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestParseRefusesGaps: a schema that names what it does not have would let
// everything through, or panic.
func TestParseRefusesGaps(t *testing.T) {
	for text, want := range map[string]string{
		`{`:                      "parse OCSF schema: unexpected end of JSON input",
		`{"classes":{"1":null}}`: "OCSF class 1: is null",
		`{"classes":{"1":{"attributes":{"a":null}}}}`:                                 "OCSF class 1: attribute a is null",
		`{"classes":{"1":{"attributes":{"a":{"type":"new_t"}}}}}`:                     `OCSF class 1: attribute a: no type "new_t"`,
		`{"objects":{"o":{"attributes":{"a":{"type":"object_t","object":"other"}}}}}`: `OCSF object o: attribute a: no object "other"`,
	} {
		if _, err := Parse([]byte(text)); err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %s", text, err, want)
		}
	}
}

func FuzzValidate(f *testing.F) {
	s, err := Parse([]byte(small))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(minimal(`"ends":[{"ip":"192.0.2.1"}],"kinds":[1]`))
	f.Add(minimal(`"unmapped":{"a":[1e400]},"seen_time":1e2`))
	f.Add(`{"class_uid":"1001","metadata":[]}`)
	f.Add(`{"class_uid":1001,"metadata":{"profiles":[1,"cloud"]},"type_uid":-9223372036854775808}`)
	f.Fuzz(func(t *testing.T, event string) {
		err := s.Validate([]byte(event))
		again := s.Validate([]byte(event))
		if fmt.Sprint(err) != fmt.Sprint(again) {
			t.Errorf("%v, then %v", err, again)
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add(small)
	f.Add(`{"classes":{"1001":{}}}`)
	f.Fuzz(func(t *testing.T, text string) {
		if s, err := Parse([]byte(text)); err == nil {
			_ = s.Validate([]byte(minimal(`"ends":[{"ip":"x"}]`))) // must not panic
		}
	})
}
