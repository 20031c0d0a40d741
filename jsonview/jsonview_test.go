package jsonview

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

const doc = ` { "a" : {"b":[1, "two", {"c":null}], "esc\u0041pe":"line\nbreak \u00e9 \ud83d\ude00"} , "flag":"true", "n": -12.5e3, "a":"second", "empty":{}, "list":[ ] } `

func TestGet(t *testing.T) {
	get := func(want string, path ...string) {
		t.Helper()
		if got := Get(doc, path...); got != want {
			t.Errorf("Get(%v) = %q, want %q", path, got, want)
		}
	}
	get(strings.TrimSpace(doc))
	get(`[1, "two", {"c":null}]`, "a", "b")
	get(`-12.5e3`, "n")
	get(`{}`, "empty")
	get("", "missing")
	get("", "a", "b", "c")
	get("", "n", "x")
	get(`"line\nbreak \u00e9 \ud83d\ude00"`, "a", "escApe")
	if got := GetString(doc, "a", "escApe"); got != "line\nbreak é 😀" {
		t.Errorf("unescaped: %q", got)
	}
	if got := GetString(doc, "n"); got != "" {
		t.Errorf("a number as a string: %q", got)
	}
	if v, ok := GetBool(doc, "flag"); !v || !ok {
		t.Error(`"true" is no boolean`)
	}
	if _, ok := GetBool(doc, "n"); ok {
		t.Error("a number is a boolean")
	}
	if n, ok := GetInt(`{"n":"42"}`, "n"); n != 42 || !ok {
		t.Error("a number in a string is not read")
	}
}

func TestIterators(t *testing.T) {
	var names []string
	for n := range Object(Get(doc)) {
		names = append(names, n)
	}
	if want := []string{"a", "flag", "n", "a", "empty", "list"}; !slices.Equal(names, want) {
		t.Errorf("members %v, want %v", names, want)
	}
	if got := slices.Collect(Array(`[1,[2,3],"x,y",{"z":"]"}]`)); !slices.Equal(got, []string{"1", "[2,3]", `"x,y"`, `{"z":"]"}`}) {
		t.Errorf("elements %q", got)
	}
	for range Array("[]") {
		t.Error("an element in an empty array")
	}
	for range Object(" {} ") {
		t.Error("a member in an empty object")
	}
	if got := Strings(`["a",1,"b"]`); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("strings %q", got)
	}
	if got := Strings(`"alone"`); !slices.Equal(got, []string{"alone"}) {
		t.Errorf("strings %q", got)
	}
}

func TestMalformedEndsTheSearch(t *testing.T) {
	for _, raw := range []string{"", "{", `{"a"`, `{"a":`, `{"a":1`, `{"a" 1}`, `{a:1}`, `{"a":"x`, `["a"`, `{"x":{"y":[}`, "\\", `"\`, `{"a":}`} {
		for range Object(raw) {
		}
		for range Array(raw) {
		}
		Get(raw, "a", "b")
		String(raw)
	}
	if got := Get(`{"x":{"y":[},"a":1}`, "a"); got != "" {
		t.Errorf("found %q behind a broken value", got)
	}
}

func TestBrokenEscapesStay(t *testing.T) {
	for in, want := range map[string]string{`\q`: `\q`, `\u12`: `\u12`, `\ud800`: "\uFFFD", `\ud800\u0041`: "\uFFFDA", `a\`: `a\`} {
		if got := string(Unescape(nil, in)); got != want {
			t.Errorf("Unescape(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestDeepNestingNeedsNoStack(t *testing.T) {
	deep := strings.Repeat("[", 1<<20) + strings.Repeat("]", 1<<20)
	if end := Skip(deep, 0); end != len(deep) {
		t.Errorf("ends at %d of %d", end, len(deep))
	}
}

func TestNoAllocation(t *testing.T) {
	if n := testing.AllocsPerRun(100, func() {
		Get(doc, "a", "b")
		GetString(doc, "flag")
		for range Object(doc) {
		}
	}); n > 0 {
		t.Errorf("%.0f allocations", n)
	}
}

// FuzzAgainstEncodingJSON: on valid documents members and strings are what
// encoding/json reads; on all others nothing panics.
func FuzzAgainstEncodingJSON(f *testing.F) {
	for _, s := range []string{doc, `{"a":[1,2,{"b":"\u00e9"}]}`, `[]`, `{"a":"\\"}`, `{"":""}`, "{\"a\":\"\xff\"}", `{"\u0061":1}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := map[string]string{}
		for n, v := range Object(strings.TrimSpace(s)) {
			got[n] = v
			String(v)
		}
		Skip(s, 0)
		var want map[string]json.RawMessage
		if json.Unmarshal([]byte(s), &want) != nil || strings.ContainsRune(s, '\uFFFD') {
			return
		}
		if len(got) != len(want) {
			t.Fatalf("members %v, want %v", slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)))
		}
		for n, raw := range want {
			if got[n] != string(raw) {
				t.Fatalf("member %q is %q, want %q", n, got[n], raw)
			}
			var text string
			if json.Unmarshal(raw, &text) == nil && string(raw) != "null" && !strings.ContainsRune(text, '\uFFFD') && String(got[n]) != text {
				t.Fatalf("text of %s is %q, want %q", raw, String(got[n]), text)
			}
		}
	})
}

func ExampleGet() {
	record := `{"requestParameters":{"bucketName":"data","key":"a/b"}}`
	fmt.Println(GetString(record, "requestParameters", "bucketName"))
	// Output: data
}
