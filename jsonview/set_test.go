package jsonview

import "testing"

func TestSet(t *testing.T) {
	for _, tc := range []struct {
		object, raw string
		path        []string
		want        string
	}{
		{`{"a":1,"b":2}`, `3`, []string{"a"}, `{"a":3,"b":2}`},
		{`{"a":1}`, `"x"`, []string{"b"}, `{"a":1,"b":"x"}`},
		{`{"a":{"b":1,"c":[2]},"d":null}`, `true`, []string{"a", "b"}, `{"a":{"b":true,"c":[2]},"d":null}`},
		{`{}`, `1`, []string{"a", "b"}, `{"a":{"b":1}}`},
		{`{"a":7}`, `1`, []string{"a", "b"}, `{"a":{"b":1}}`},
		{`{"a":1,"a":2}`, `3`, []string{"a"}, `{"a":3}`},
		{`{"ä\"\u0007":1}`, `2`, []string{"b"}, `{"ä\"\u0007":1,"b":2}`},
		{`{"a":1}`, `{"b":2}`, nil, `{"b":2}`},
	} {
		if got := Set(tc.object, tc.raw, tc.path...); got != tc.want {
			t.Errorf("Set(%s, %s, %q) = %s, want %s", tc.object, tc.raw, tc.path, got, tc.want)
		}
	}
}
