package wiretest

import (
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"picket/internal/awsrpc"
)

// Refusals breaks, one by one, every rule that the model has for an input of
// every operation, and wants each refused as the client's error with a message,
// before the operation is called. It returns how many rules it broke.
func (s *Service) Refusals(t *testing.T) (broken int) {
	server := s.NewServer(t)
	for _, op := range s.API.Operations {
		for i := 0; ; i++ {
			in := s.input(op.Name, true)
			b := breaker{limits: s.Recorder.Fill.Limits, nth: i}
			if b.structure(in, true); b.what == "" {
				break
			}
			broken++
			t.Run(op.Name+"/"+b.what, func(t *testing.T) { s.refused(t, op, server.URL, in) })
		}
	}
	return broken
}

func (s *Service) refused(t *testing.T, op awsrpc.Operation, base string, in reflect.Value) {
	t.Helper()
	r, err := NewRequest(&s.API, op, base, in)
	if err != nil {
		t.Fatal(err)
	}
	s.Recorder.In = reflect.Value{}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, _ := io.ReadAll(res.Body)
	if res.StatusCode != http.StatusBadRequest || !strings.Contains(string(body), `"message":"`) || res.Header.Get("X-Amzn-ErrorType") == "" {
		t.Errorf("status %d: %s", res.StatusCode, body)
	}
	if s.Recorder.In.IsValid() {
		t.Error("the operation was called")
	}
}

// A breaker breaks the nth rule that it meets in a structure.
type breaker struct {
	limits map[string]awsrpc.Limit
	nth    int
	path   []string
	what   string // what was broken, empty when there are fewer rules
}

// now reports whether the rule at hand is the one to break.
func (b *breaker) now(rule string) bool {
	if b.nth--; b.nth != -1 {
		return false
	}
	b.what = strings.Join(b.path, ".") + " " + rule
	return true
}

func (b *breaker) structure(v reflect.Value, top bool) {
	for i := range v.NumField() {
		f, tag := v.Field(i), readTag(v.Type().Field(i))
		if f.IsNil() || b.what != "" {
			continue
		}
		b.path = append(b.path, tag.wire)
		if tag.required && tag.in != "uri" && b.now("missing") {
			f.SetZero()
		} else {
			b.value(f, b.limits[tag.limit], tag.in == "uri" && top)
		}
		b.path = b.path[:len(b.path)-1]
	}
}

func (b *breaker) value(v reflect.Value, l awsrpc.Limit, label bool) {
	switch v.Kind() {
	case reflect.Pointer:
		b.value(v.Elem(), l, label)
	case reflect.Struct:
		if v.Type().NumField() > 0 && readTag(v.Type().Field(0)).wire != "" {
			b.structure(v, false)
		}
	case reflect.Slice:
		b.list(v, l)
	case reflect.Map:
		b.mapping(v, l)
	case reflect.String:
		b.text(v, l, label)
	case reflect.Int32, reflect.Int64:
		if l.Min != nil && b.now("too small") {
			v.SetInt(*l.Min - 1)
		} else if l.Max != nil && b.now("too large") {
			v.SetInt(*l.Max + 1)
		}
	}
}

func (b *breaker) list(v reflect.Value, l awsrpc.Limit) {
	if l.Min != nil && *l.Min > 0 && b.now("too short") {
		v.SetLen(0)
		return
	}
	if l.Max != nil && b.now("too long") {
		for int64(v.Len()) <= *l.Max {
			v.Set(reflect.Append(v, v.Index(0)))
		}
		return
	}
	b.value(v.Index(0), b.limits[l.Elem], false)
}

func (b *breaker) mapping(v reflect.Value, l awsrpc.Limit) {
	key := v.MapKeys()[0]
	elem := reflect.New(v.Type().Elem()).Elem()
	elem.Set(v.MapIndex(key))
	if l.Min != nil && *l.Min > 0 && b.now("too short") {
		v.SetMapIndex(key, reflect.Value{})
		return
	}
	if l.Max != nil && b.now("too long") {
		for i := int64(0); i <= *l.Max; i++ {
			v.SetMapIndex(reflect.ValueOf(fmt.Sprintf("k%d", i)), elem)
		}
		return
	}
	before := b.what
	name := reflect.New(key.Type()).Elem()
	name.Set(key)
	b.text(name, b.limits[l.Key], false)
	b.value(elem, b.limits[l.Elem], false)
	if b.what != before {
		v.SetMapIndex(key, reflect.Value{})
		v.SetMapIndex(name, elem)
	}
}

// text breaks a string's rules. A label of a path can't be empty: without it
// the path is another one.
func (b *breaker) text(v reflect.Value, l awsrpc.Limit, label bool) {
	switch {
	case l.Enum != nil:
		if b.now("not of the set") {
			v.SetString("NO_SUCH_VALUE")
		}
	case l.Min != nil && *l.Min > 0 && !label && b.now("too short"):
		v.SetString(strings.Repeat("a", int(*l.Min)-1))
	case l.Max != nil && b.now("too long"):
		v.SetString(strings.Repeat("a", int(*l.Max)+1))
	case l.NoPrefix != "" && b.now("reserved"):
		v.SetString(strings.ToUpper(l.NoPrefix) + "x")
	case l.Pattern != "" && b.now("of another pattern"):
		v.SetString("*:€")
	}
}
