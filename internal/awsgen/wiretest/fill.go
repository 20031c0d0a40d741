package wiretest

import (
	"reflect"
	"strings"
	"time"

	"picket/internal/awsrpc"
)

// A Filler makes values that satisfy the limits of a model.
type Filler struct {
	Limits map[string]awsrpc.Limit
	// Samples has, by pattern, a string that matches it.
	Samples map[string]string
	// Unions are structures of which only one member may be set.
	Unions []reflect.Type
	// All fills every member, not only the required ones.
	All bool

	stack []reflect.Type
}

type tag struct {
	wire, limit string
	in          string // body, uri, query, header
	required    bool
	iso         bool
}

func readTag(f reflect.StructField) tag {
	wire, options, _ := strings.Cut(f.Tag.Get("aws"), ",")
	t := tag{wire: wire, in: "body"}
	for _, o := range strings.Split(options, ",") {
		switch name, arg, _ := strings.Cut(o, "="); name {
		case "uri", "query", "header":
			t.in = name
		case "required":
			t.required = true
		case "iso8601":
			t.iso = true
		case "limit":
			t.limit = arg
		}
	}
	return t
}

// Fill sets the members of the struct v.
func (f *Filler) Fill(v reflect.Value) {
	t := v.Type()
	for _, above := range f.stack {
		if above == t {
			return
		}
	}
	f.stack = append(f.stack, t)
	defer func() { f.stack = f.stack[:len(f.stack)-1] }()
	union := false
	for _, u := range f.Unions {
		union = union || u == t
	}
	for i := range t.NumField() {
		tag := readTag(t.Field(i))
		if !f.All && !tag.required && !union {
			continue
		}
		f.value(v.Field(i), tag.limit, tag.wire)
		if union {
			return
		}
	}
}

// sampleTime has milliseconds, which is what the protocols carry.
var sampleTime = time.Date(2026, 3, 4, 5, 6, 7, 500e6, time.UTC)

func (f *Filler) value(v reflect.Value, limit, name string) {
	l := f.Limits[limit]
	switch {
	case v.Type() == reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(sampleTime))
	case v.Kind() == reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		f.value(v.Elem(), limit, name)
	case v.Kind() == reflect.Struct:
		f.Fill(v)
	case v.Kind() == reflect.Slice:
		n := max(1, atLeast(l))
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			f.value(v.Index(i), l.Elem, name)
		}
	case v.Kind() == reflect.Map:
		key, elem := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		f.value(key, l.Key, name)
		f.value(elem, l.Elem, name)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, elem)
	default:
		f.scalar(v, l, name)
	}
}

func (f *Filler) scalar(v reflect.Value, l awsrpc.Limit, name string) {
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Float64:
		v.SetFloat(2.5)
	case reflect.Int32, reflect.Int64:
		v.SetInt(max(7, int64(atLeast(l))))
	case reflect.String:
		v.SetString(f.text(l, name))
	default:
		panic("wiretest: no value of type " + v.Type().String())
	}
}

func (f *Filler) text(l awsrpc.Limit, name string) string {
	switch {
	case l.Enum != nil:
		return l.Enum[len(l.Enum)-1]
	case l.Pattern != "" && f.Samples[l.Pattern] == "":
		panic("wiretest: no sample of pattern " + l.Pattern)
	case l.Pattern != "":
		return f.Samples[l.Pattern]
	}
	text := name + ` "ü" <&> 1/2?`
	if l.Max != nil && int64(len(text)) > *l.Max {
		text = strings.Repeat("7", int(*l.Max))
	}
	return text + strings.Repeat("x", max(0, atLeast(l)-len(text)))
}

func atLeast(l awsrpc.Limit) int {
	if l.Min == nil {
		return 0
	}
	return int(*l.Min)
}
