package awsrpc

import (
	"encoding/base64"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"time"
	"unicode/utf8"
)

// maxDepth is how deep values may be nested in a body. The deepest input of
// the three services has 8 levels.
const maxDepth = 64

// A reader decodes JSON text into structs, in one pass and by the tags of the
// structs alone: names match exactly, unknown members are skipped (but must be
// JSON), null is absent, of repeated members the last counts.
type reader struct {
	text  string
	pos   int
	depth int
}

// readBody decodes body, which must be one JSON object or empty, into the
// struct dst. It returns a violation of RuleSyntax or RuleType, or nil.
func readBody(body []byte, s *structure, dst reflect.Value) *Violation {
	r := &reader{text: string(body)}
	r.space()
	if r.pos == len(r.text) {
		return nil
	}
	if !utf8.Valid(body) {
		return r.syntax("the body is not UTF-8")
	}
	if v := r.structure(s, dst); v != nil {
		return v
	}
	if r.space(); r.pos < len(r.text) {
		return r.syntax("text follows the body")
	}
	return nil
}

// wrongType reports a value that is JSON but of another type than want. The
// value is read over, so that broken syntax is told first.
func (r *reader) wrongType(want string) *Violation {
	start := r.pos
	if v := r.skip(); v != nil {
		return v
	}
	return &Violation{Rule: RuleType, Value: abridged(r.text[start:r.pos]), Detail: "expected " + want}
}

// value decodes the next value into dst, which is settable and of v's type.
// Null is the caller's affair.
func (r *reader) value(v *value, dst reflect.Value) *Violation {
	c := r.peek()
	switch v.kind {
	case kindStruct:
		return r.structure(v.fields, dst)
	case kindList:
		return r.list(v, dst)
	case kindMap:
		return r.mapping(v, dst)
	case kindBool:
		return r.boolean(c, dst)
	case kindString, kindBlob:
		return r.stringOrBlob(v, c, dst)
	case kindTime:
		return r.time(v, c, dst)
	}
	return r.number(v, c, dst)
}

func (r *reader) structure(s *structure, dst reflect.Value) *Violation {
	if r.peek() != '{' {
		return r.wrongType("an object")
	}
	return r.object(func(name string) *Violation {
		m := s.body[name]
		if m == nil {
			return r.skip()
		}
		return below(name, r.field(m.value, dst.Field(m.field)))
	})
}

// field decodes into a struct's field: a pointer, list or map, nil for null.
func (r *reader) field(v *value, dst reflect.Value) *Violation {
	dst.SetZero()
	if r.peek() == 'n' {
		return r.literal("null")
	}
	if dst.Kind() == reflect.Pointer {
		dst.Set(reflect.New(v.t))
		dst = dst.Elem()
	}
	return r.value(v, dst)
}

// list decodes an array. Of elements beyond the limit it keeps one, enough for
// the check to refuse the list: small text must not become much memory.
func (r *reader) list(v *value, dst reflect.Value) *Violation {
	if r.peek() != '[' {
		return r.wrongType("a list")
	}
	most := math.MaxInt
	if v.rule != nil && v.rule.Max != nil {
		most = int(*v.rule.Max)
	}
	dst.Set(reflect.MakeSlice(v.t, 0, 0))
	return r.array(func(i int) *Violation {
		if i > most {
			return r.skip()
		}
		dst.Grow(1)
		dst.SetLen(i + 1)
		dst.Index(i).SetZero()
		return below(strconv.Itoa(i), r.value(v.elem, dst.Index(i)))
	})
}

// mapping decodes a map, keeping like list one entry beyond the limit.
func (r *reader) mapping(v *value, dst reflect.Value) *Violation {
	if r.peek() != '{' {
		return r.wrongType("a map")
	}
	most := math.MaxInt
	if v.rule != nil && v.rule.Max != nil {
		most = int(*v.rule.Max)
	}
	dst.Set(reflect.MakeMap(v.t))
	return r.object(func(name string) *Violation {
		if dst.Len() > most {
			return r.skip()
		}
		elem := reflect.New(v.t.Elem()).Elem()
		if violation := r.value(v.elem, elem); violation != nil {
			return below(name, violation)
		}
		dst.SetMapIndex(reflect.ValueOf(name).Convert(v.t.Key()), elem)
		return nil
	})
}

func (r *reader) boolean(c byte, dst reflect.Value) *Violation {
	switch c {
	case 't':
		dst.SetBool(true)
		return r.literal("true")
	case 'f':
		dst.SetBool(false)
		return r.literal("false")
	}
	return r.wrongType("true or false")
}

// stringOrBlob decodes a string, or a blob's base64.
func (r *reader) stringOrBlob(v *value, c byte, dst reflect.Value) *Violation {
	if c != '"' {
		return r.wrongType("a string")
	}
	s, violation := r.str()
	if violation != nil {
		return violation
	}
	if v.kind == kindString {
		dst.SetString(s)
		return nil
	}
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return &Violation{Rule: RuleType, Value: abridged(s), Detail: "expected base64"}
	}
	dst.SetBytes(b)
	return nil
}

func (r *reader) number(v *value, c byte, dst reflect.Value) *Violation {
	if c == '"' && v.kind == kindFloat {
		return r.notANumber(dst)
	}
	if c != '-' && (c < '0' || c > '9') {
		return r.wrongType("a number")
	}
	text, violation := r.numeral()
	if violation != nil {
		return violation
	}
	if err := setNumber(v, text, dst); err != nil {
		return &Violation{Rule: RuleType, Value: abridged(text), Detail: err.Error()}
	}
	return nil
}

// notANumber decodes the three floating-point values that JSON has no numerals for.
func (r *reader) notANumber(dst reflect.Value) *Violation {
	s, violation := r.str()
	if violation != nil {
		return violation
	}
	switch s {
	case "NaN", "Infinity", "-Infinity":
		f, _ := strconv.ParseFloat(s, 64)
		dst.SetFloat(f)
		return nil
	}
	return &Violation{Rule: RuleType, Value: abridged(s), Detail: "expected a number"}
}

// setNumber sets dst to the number in text.
func setNumber(v *value, text string, dst reflect.Value) error {
	if v.kind == kindFloat {
		f, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return fmt.Errorf("expected a number that fits a double")
		}
		dst.SetFloat(f)
		return nil
	}
	bits := 64
	if v.kind == kindInt32 {
		bits = 32
	}
	n, err := strconv.ParseInt(text, 10, bits)
	if err != nil {
		return fmt.Errorf("expected an integer of %d bits", bits)
	}
	dst.SetInt(n)
	return nil
}

func (r *reader) time(v *value, c byte, dst reflect.Value) *Violation {
	start := r.pos
	var text string
	var violation *Violation
	switch {
	case v.iso && c == '"':
		text, violation = r.str()
	case !v.iso && (c == '-' || c >= '0' && c <= '9'):
		text, violation = r.numeral()
	default:
		return r.wrongType("a timestamp")
	}
	if violation != nil {
		return violation
	}
	t, err := parseTime(v.iso, text)
	if err != nil {
		return &Violation{Rule: RuleType, Value: abridged(r.text[start:r.pos]), Detail: "expected a timestamp"}
	}
	dst.Set(reflect.ValueOf(t))
	return nil
}

// parseTime reads ISO 8601 text or seconds since 1970, to the millisecond.
func parseTime(iso bool, text string) (time.Time, error) {
	if iso {
		return time.Parse(time.RFC3339, text)
	}
	seconds, err := strconv.ParseFloat(text, 64)
	if err != nil || math.Abs(seconds) > 253402300799 { // the end of the year 9999
		return time.Time{}, fmt.Errorf("read time %q: out of range", text)
	}
	return time.UnixMilli(int64(math.Round(seconds * 1000))).UTC(), nil
}
