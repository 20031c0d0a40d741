package awsrpc

import (
	"bytes"
	"encoding/base64"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// appendStruct appends the JSON of a struct's body members. Absent members are
// left out, but for those that the service is known to write as null, and for
// required lists and maps, which are written empty: clients iterate over them.
func appendStruct(b []byte, s *structure, v reflect.Value) []byte {
	b = append(b, '{')
	for _, m := range s.members {
		f := v.Field(m.field)
		if m.in != inBody || f.IsNil() && !m.null && !m.hollow() {
			continue
		}
		if b[len(b)-1] != '{' {
			b = append(b, ',')
		}
		b = appendString(b, m.wire)
		b = append(b, ':')
		switch {
		case !f.IsNil():
			b = appendValue(b, m.value, reflect.Indirect(f))
		case m.null:
			b = append(b, "null"...)
		default:
			b = appendValue(b, m.value, f)
		}
	}
	return append(b, '}')
}

// hollow reports whether an absent member is written as an empty one.
func (m *member) hollow() bool {
	return m.required && (m.value.kind == kindList || m.value.kind == kindMap)
}

func appendValue(b []byte, p *value, v reflect.Value) []byte {
	switch p.kind {
	case kindStruct:
		return appendStruct(b, p.fields, v)
	case kindString:
		return appendString(b, v.String())
	case kindInt32, kindInt64:
		return strconv.AppendInt(b, v.Int(), 10)
	case kindFloat:
		return appendFloat(b, v.Float())
	case kindBool:
		return strconv.AppendBool(b, v.Bool())
	case kindTime:
		return appendTime(b, p.iso, v.Interface().(time.Time))
	case kindBlob:
		b = append(b, '"')
		b = base64.StdEncoding.AppendEncode(b, v.Bytes())
		return append(b, '"')
	case kindMap:
		return appendMap(b, p, v)
	}
	b = append(b, '[')
	for i := range v.Len() {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendValue(b, p.elem, v.Index(i))
	}
	return append(b, ']')
}

// appendMap writes the entries by key, so that equal answers are equal bytes.
func appendMap(b []byte, p *value, v reflect.Value) []byte {
	keys := v.MapKeys()
	slices.SortFunc(keys, func(x, y reflect.Value) int { return strings.Compare(x.String(), y.String()) })
	b = append(b, '{')
	for i, k := range keys {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(b, k.String())
		b = append(b, ':')
		b = appendValue(b, p.elem, v.MapIndex(k))
	}
	return append(b, '}')
}

// appendFloat writes the three values without a numeral as the protocols do.
func appendFloat(b []byte, f float64) []byte {
	switch {
	case math.IsNaN(f):
		return append(b, `"NaN"`...)
	case math.IsInf(f, 1):
		return append(b, `"Infinity"`...)
	case math.IsInf(f, -1):
		return append(b, `"-Infinity"`...)
	}
	if a := math.Abs(f); a != 0 && (a < 1e-6 || a >= 1e21) {
		return strconv.AppendFloat(b, f, 'e', -1, 64)
	}
	n := len(b)
	if b = strconv.AppendFloat(b, f, 'f', -1, 64); !bytes.ContainsRune(b[n:], '.') {
		b = append(b, ".0"...) // as the services do: clients show 8.0 and 8 as they come
	}
	return b
}

func appendTime(b []byte, iso bool, t time.Time) []byte {
	if iso {
		return t.UTC().AppendFormat(b, `"2006-01-02T15:04:05.000Z"`)
	}
	ms := t.UnixMilli()
	if ms%1000 == 0 {
		return strconv.AppendInt(b, ms/1000, 10)
	}
	return strconv.AppendFloat(b, float64(ms)/1000, 'f', 3, 64)
}

// appendString writes s as JSON; what is not UTF-8 becomes U+FFFD.
func appendString(b []byte, s string) []byte {
	const hexDigits = "0123456789abcdef"
	b = append(b, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r == '\n':
			b = append(b, '\\', 'n')
		case r == '\r':
			b = append(b, '\\', 'r')
		case r == '\t':
			b = append(b, '\\', 't')
		case r < ' ' || r == 0x7f:
			b = append(b, '\\', 'u', '0', '0', hexDigits[r>>4], hexDigits[r&15])
		default:
			b = utf8.AppendRune(b, r)
		}
	}
	return append(b, '"')
}
