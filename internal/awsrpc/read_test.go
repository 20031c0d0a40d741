package awsrpc

import (
	"encoding/json"
	"math"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

type colour string

// all has a member of every kind.
type all struct {
	Text   *string             `aws:"text"`
	Colour *colour             `aws:"colour"`
	Small  *int32              `aws:"small"`
	Big    *int64              `aws:"big"`
	Part   *float64            `aws:"part"`
	Yes    *bool               `aws:"yes"`
	At     *time.Time          `aws:"at"`
	Day    *time.Time          `aws:"day,iso8601"`
	Blob   []byte              `aws:"blob"`
	List   []string            `aws:"list"`
	Short  []all               `aws:"short,limit=Two"`
	Map    map[string][]colour `aws:"map"`
	Within *all                `aws:"within"`
	Absent *string             `aws:"absent,null"`
	Needed []string            `aws:"needed,required"`
	Label  *string             `aws:"text2,uri"`
}

func planned(t testing.TB) *structure {
	t.Helper()
	s, err := newPlanner(map[string]Limit{"Two": {Max: new(int64(2))}}).structure(reflect.TypeFor[all]())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestReadBody(t *testing.T) {
	at := time.Date(2026, 3, 4, 5, 6, 7, 500e6, time.UTC)
	for _, tc := range []struct {
		body string
		want all
	}{
		{``, all{}},
		{" \n", all{}},
		{`{}`, all{}},
		{`{"text":"a","text":"b"}`, all{Text: new("b")}},
		{`{"text":"a","text":null}`, all{}},
		{`{"Text":"names match exactly","TEXT":1}`, all{}},
		{`{"unknown":{"a":[1,{"b":null}]},"text":""}`, all{Text: new("")}},
		{`{"text":"\"\\\/\b\f\n\r\t\u00fc\ud83d\ude00ü"}`, all{Text: new("\"\\/\b\f\n\r\tü😀ü")}},
		{`{"text":"\ud83d"}`, all{Text: new("\ufffd")}},
		{`{"colour":"RED"}`, all{Colour: new(colour("RED"))}},
		{`{"small":-2147483648,"big":9223372036854775807}`, all{Small: new(int32(math.MinInt32)), Big: new(int64(math.MaxInt64))}},
		{`{"part":-1.5e2}`, all{Part: new(-150.0)}},
		{`{"part":"Infinity"}`, all{Part: new(math.Inf(1))}},
		{`{"yes":false}`, all{Yes: new(false)}},
		{`{"at":1772600767.5,"day":"2026-03-04T06:06:07.500+01:00"}`, all{At: &at, Day: &at}},
		{`{"blob":"AP8="}`, all{Blob: []byte{0, 255}}},
		{`{"list":[],"map":{}}`, all{List: []string{}, Map: map[string][]colour{}}},
		{`{"list":["a","b"],"map":{"k":["RED"]}}`, all{List: []string{"a", "b"}, Map: map[string][]colour{"k": {"RED"}}}},
		{`{"short":[{},{"text":"a"},{},{},{}]}`, all{Short: []all{{}, {Text: new("a")}, {}}}}, // one beyond the limit is kept
		{`{"within":{"within":{"small":1}}}`, all{Within: &all{Within: &all{Small: new(int32(1))}}}},
		{`{"text2":"is a label, not in the body"}`, all{}},
	} {
		var got all
		if v := readBody([]byte(tc.body), planned(t), reflect.ValueOf(&got).Elem()); v != nil {
			t.Errorf("%s: %+v", tc.body, v)
		} else if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s: -want +got\n%s", tc.body, diff)
		}
	}
}

func TestReadBodyRefuses(t *testing.T) {
	for _, tc := range []struct {
		body string
		rule Rule
		path string
	}{
		{`{`, RuleSyntax, ""},
		{`{}x`, RuleSyntax, ""},
		{`{} {}`, RuleSyntax, ""},
		{`{"text":"a",}`, RuleSyntax, "text"},
		{`{"text" "a"}`, RuleSyntax, ""},
		{`{text:"a"}`, RuleSyntax, ""},
		{`{"unknown":01}`, RuleSyntax, ""},
		{`{"unknown":1.}`, RuleSyntax, ""},
		{`{"unknown":nul}`, RuleSyntax, ""},
		{`{"unknown":"a` + "\n" + `"}`, RuleSyntax, ""},
		{`{"unknown":"\x"}`, RuleSyntax, ""},
		{`{"unknown":"\u12g4"}`, RuleSyntax, ""},
		{`{"unknown":[1,]}`, RuleSyntax, ""},
		{"{\"text\":\"\xff\"}", RuleSyntax, ""},
		{strings.Repeat(`{"within":`, 70) + `{}` + strings.Repeat(`}`, 70), RuleSyntax, ""},
		{`{"unknown":` + strings.Repeat(`[`, 70) + strings.Repeat(`]`, 70) + `}`, RuleSyntax, ""},
		{`[]`, RuleType, ""},
		{`null`, RuleType, ""},
		{`{"text":1}`, RuleType, "text"},
		{`{"text":{}}`, RuleType, "text"},
		{`{"small":2147483648}`, RuleType, "small"},
		{`{"small":1.0}`, RuleType, "small"},
		{`{"small":"1"}`, RuleType, "small"},
		{`{"part":"1"}`, RuleType, "part"},
		{`{"yes":"true"}`, RuleType, "yes"},
		{`{"at":"2026-03-04T05:06:07Z"}`, RuleType, "at"},
		{`{"at":1e300}`, RuleType, "at"},
		{`{"day":1772600767}`, RuleType, "day"},
		{`{"blob":"%"}`, RuleType, "blob"},
		{`{"list":"a"}`, RuleType, "list"},
		{`{"list":["a",null]}`, RuleType, "list.1"},
		{`{"map":[]}`, RuleType, "map"},
		{`{"map":{"k":["RED",7]}}`, RuleType, "map.k.1"},
		{`{"within":{"short":[{},{"yes":0}]}}`, RuleType, "within.short.1.yes"},
		{`{"text":[}`, RuleSyntax, "text"}, // broken syntax is told before the type
	} {
		v := readBody([]byte(tc.body), planned(t), reflect.New(reflect.TypeFor[all]()).Elem())
		if v == nil {
			t.Errorf("%s: accepted", tc.body)
		} else if v.Rule != tc.rule || tc.rule == RuleType && strings.Join(v.Path, ".") != tc.path {
			t.Errorf("%s: rule %d at %v, want %d at %s", tc.body, v.Rule, v.Path, tc.rule, tc.path)
		}
	}
}

func TestAppendStruct(t *testing.T) {
	at := time.Date(2026, 3, 4, 5, 6, 7, 500e6, time.UTC)
	whole := at.Truncate(time.Second)
	for want, in := range map[string]all{
		`{"absent":null,"needed":[]}`:                                                      {},
		`{"text":"\"\\\n\u0001<ü😀\ufffd","absent":null,"needed":["a"]}`:                    {Text: new("\"\\\n\x01<ü😀\xff"), Needed: []string{"a"}},
		`{"at":1772600767.500,"day":"2026-03-04T05:06:07.500Z","absent":null,"needed":[]}`: {At: &at, Day: &at},
		`{"at":1772600767,"absent":"","needed":[]}`:                                        {At: &whole, Absent: new("")},
		`{"part":"NaN","absent":null,"needed":[]}`:                                         {Part: new(math.NaN())},
		`{"part":1e-07,"absent":null,"needed":[]}`:                                         {Part: new(1e-7)},
		`{"blob":"AP8=","absent":null,"needed":[]}`:                                        {Blob: []byte{0, 255}},
		`{"map":{"a":[],"b":["RED"]},"absent":null,"needed":[]}`:                           {Map: map[string][]colour{"b": {"RED"}, "a": {}}},
	} {
		got := string(appendStruct(nil, planned(t), reflect.ValueOf(in)))
		want = strings.ReplaceAll(want, `\ufffd`, "\ufffd")
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		if !json.Valid([]byte(got)) {
			t.Errorf("%s is no JSON", got)
		}
	}
}

var seeds = []string{``, `{}`, `{"text":"\ud83d\ude00","small":-1,"part":1e9,"at":1.5,"day":"2026-03-04T05:06:07Z"}`,
	`{"map":{"k":["RED"]},"within":{"short":[{},{}]},"blob":"AP8=","list":["a"],"unknown":[[{}]]}`, `{"a":01}`, `{"text":"\u12"}`, `[1,2]`}

// FuzzSyntax holds the reader to encoding/json: it accepts the same text, but
// for what is not an object, not UTF-8, or nested too deep.
func FuzzSyntax(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	empty := &structure{}
	f.Fuzz(func(t *testing.T, body []byte) {
		text := strings.Trim(string(body), " \t\r\n")
		want := text == "" || json.Valid(body) && text[0] == '{' && utf8.Valid(body) && !deep(body)
		v := readBody(body, empty, reflect.ValueOf(struct{}{}))
		if (v == nil) != want {
			t.Errorf("%q: %+v, want accepted %v", body, v, want)
		}
	})
}

// deep is a second opinion on nesting.
func deep(body []byte) bool {
	dec := json.NewDecoder(strings.NewReader(string(body)))
	for depth := 0; ; {
		token, err := dec.Token()
		if err != nil {
			return false
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			if depth++; depth > maxDepth {
				return true
			}
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
	}
}

// FuzzRoundTrip: what is read and written again reads the same.
func FuzzRoundTrip(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		s := planned(t)
		var first, second all
		if readBody(body, s, reflect.ValueOf(&first).Elem()) != nil {
			return
		}
		text := appendStruct(nil, s, reflect.ValueOf(first))
		if v := readBody(text, s, reflect.ValueOf(&second).Elem()); v != nil {
			t.Fatalf("%q became %q: %+v", body, text, v)
		}
		hollow := cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".Needed" }, cmpopts.EquateEmpty())
		soon := cmpopts.EquateApproxTime(time.Millisecond)
		if diff := cmp.Diff(first, second, hollow, soon, cmpopts.EquateNaNs()); diff != "" {
			t.Errorf("%q became %q: -first +second\n%s", body, text, diff)
		}
	})
}

func BenchmarkReadBody(b *testing.B) {
	body := []byte(`{"short":[{"text":"hello","big":1772600767500}],"list":[` + strings.Repeat(`"a message of a plain log line, about as long as they are",`, 999) + `"end"]}`)
	s := planned(b)
	b.ReportAllocs()
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		var v all
		readBody(body, s, reflect.ValueOf(&v).Elem())
	}
}

func TestSetText(t *testing.T) {
	type outside struct {
		Yes   *bool      `aws:"yes,query"`
		Count *int64     `aws:"count,query"`
		At    *time.Time `aws:"at,query"`
		Keys  []string   `aws:"keys,query"`
		Name  *string    `aws:"X-Name,header"`
		None  *string    `aws:"none,query"`
	}
	s, err := newPlanner(nil).structure(reflect.TypeFor[outside]())
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest("GET", "/?yes=true&count=-7&at=2026-03-04T05:06:07Z&keys=b&keys=a%2Cc&keys=", nil)
	r.Header.Set("X-Name", "n")
	var got outside
	if v := readRest(r, nil, s, reflect.ValueOf(&got).Elem()); v != nil {
		t.Fatalf("%+v", v)
	}
	at := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	want := outside{Yes: new(true), Count: new(int64(-7)), At: &at, Keys: []string{"b", "a,c", ""}, Name: new("n")}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	for query, path := range map[string]string{"yes=maybe": "yes", "count=1.5": "count", "count=": "count", "at=noon": "at", "x=%zz": ""} {
		v := readRest(httptest.NewRequest("GET", "/?"+query, nil), nil, s, reflect.New(reflect.TypeFor[outside]()).Elem())
		if v == nil || v.In != "query" || strings.Join(v.Path, ".") != path {
			t.Errorf("%s: %+v", query, v)
		}
	}
}

func TestPlannerRefuses(t *testing.T) {
	limits := map[string]Limit{"Bad": {Pattern: "("}}
	for name, v := range map[string]any{
		"no tag": struct{ A *string }{},
		"an unknown option": struct {
			A *string `aws:"a,optional"`
		}{},
		"an unknown limit": struct {
			A *string `aws:"a,limit=None"`
		}{},
		"a broken pattern": struct {
			A *string `aws:"a,limit=Bad"`
		}{},
		"a map of numbers": struct {
			A map[int]string `aws:"a"`
		}{},
		"a type without form": struct {
			A *uint `aws:"a"`
		}{},
		"one further below": struct {
			A []struct {
				B *complex64 `aws:"b"`
			} `aws:"a"`
		}{},
	} {
		if _, err := newPlanner(limits).structure(reflect.TypeOf(v)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
