// Package jsonview reads values out of JSON text without building a tree: a
// value is a view of the text it stands in. It exists because detectors need
// two or three members of documents that are up to 256 KB long. It trusts
// nothing: malformed text ends a search, it never panics, and it uses no stack
// in proportion to nesting. It imports the standard library.
//
// A raw value is the text of one JSON value without surrounding white space.
// The empty string means absent or malformed.
package jsonview

import (
	"iter"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Get follows path through nested objects and returns the raw value at its
// end, "" when a member is missing. Of repeated members the first counts.
func Get(raw string, path ...string) string {
	for _, name := range path {
		if raw = member(raw, name); raw == "" {
			return ""
		}
	}
	return trim(raw)
}

// GetString is Get for a string member: its unescaped text, "" for anything else.
func GetString(raw string, path ...string) string { return String(Get(raw, path...)) }

// GetBool is Get for a boolean member, written as a JSON boolean or, as some
// services do, as a string.
func GetBool(raw string, path ...string) (v, ok bool) {
	switch strings.Trim(Get(raw, path...), `"`) {
	case "true", "True":
		return true, true
	case "false", "False":
		return false, true
	}
	return false, false
}

// GetInt is Get for an integer member, written as a number or a string.
func GetInt(raw string, path ...string) (int64, bool) {
	text := strings.Trim(Get(raw, path...), `"`)
	if text == "" {
		return 0, false // without the error that ParseInt would allocate
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil
}

// IsString, IsObject and IsArray tell what kind of value raw is.
func IsString(raw string) bool { return len(raw) > 1 && raw[0] == '"' }

// IsObject reports whether raw is an object.
func IsObject(raw string) bool { return len(raw) > 1 && raw[0] == '{' }

// IsArray reports whether raw is an array.
func IsArray(raw string) bool { return len(raw) > 1 && raw[0] == '[' }

// String returns the text of a raw string value; "" for any other value. It
// allocates only when the text has escapes.
func String(raw string) string {
	if len(raw) < 2 || raw[0] != '"' || raw[len(raw)-1] != '"' {
		return ""
	}
	s := raw[1 : len(raw)-1]
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	return string(Unescape(make([]byte, 0, len(s)), s))
}

// Unescape appends the text of s, the inside of a JSON string, to dst.
// A broken escape is kept as it stands.
func Unescape(dst []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c != '\\' || i+1 == len(s) {
			dst = append(dst, c)
			continue
		}
		i++
		switch s[i] {
		case 'n':
			dst = append(dst, '\n')
		case 't':
			dst = append(dst, '\t')
		case 'r':
			dst = append(dst, '\r')
		case 'b':
			dst = append(dst, '\b')
		case 'f':
			dst = append(dst, '\f')
		case '"', '\\', '/':
			dst = append(dst, s[i])
		case 'u':
			r, n := unicodeEscape(s[i+1:])
			if n == 0 {
				dst = append(dst, '\\', 'u')
				continue
			}
			dst = utf8.AppendRune(dst, r)
			i += n
		default:
			dst = append(dst, '\\', s[i])
		}
	}
	return dst
}

// unicodeEscape reads XXXX or a surrogate pair XXXX\uXXXX and says how many
// bytes it took, 0 when broken.
func unicodeEscape(s string) (rune, int) {
	a, ok := hex4(s)
	if !ok {
		return 0, 0
	}
	if !utf16.IsSurrogate(a) {
		return a, 4
	}
	if len(s) >= 10 && s[4] == '\\' && s[5] == 'u' {
		if b, ok := hex4(s[6:]); ok {
			if r := utf16.DecodeRune(a, b); r != utf8.RuneError {
				return r, 10
			}
		}
	}
	return utf8.RuneError, 4
}

func hex4(s string) (rune, bool) {
	if len(s) < 4 {
		return 0, false
	}
	n, err := strconv.ParseUint(s[:4], 16, 32)
	return rune(n), err == nil
}

// Object yields the members of a raw object: unescaped name and raw value.
// It stops at the first malformed one.
func Object(raw string) iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for i := open(raw, '{'); i > 0; {
			name, val, next := pair(raw, i)
			if next < 0 || !yield(String(name), val) {
				return
			}
			i = comma(raw, next)
		}
	}
}

// Array yields the elements of a raw array. It stops at the first malformed one.
func Array(raw string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for i := open(raw, '['); i > 0; {
			i = space(raw, i)
			end := Skip(raw, i)
			if end < 0 || !yield(raw[i:end]) {
				return
			}
			i = comma(raw, end)
		}
	}
}

// OneOrMany yields the elements of an array, or raw itself when it is another
// value: policies write a single item without brackets.
func OneOrMany(raw string) iter.Seq[string] {
	if IsArray(raw) {
		return Array(raw)
	}
	return func(yield func(string) bool) {
		if raw != "" {
			yield(raw)
		}
	}
}

// Strings collects the string elements of OneOrMany.
func Strings(raw string) []string {
	var out []string
	for v := range OneOrMany(raw) {
		if IsString(v) {
			out = append(out, String(v))
		}
	}
	return out
}

func member(raw, name string) string {
	raw = trim(raw)
	for i := open(raw, '{'); i > 0; {
		n, val, next := pair(raw, i)
		if next < 0 {
			return ""
		}
		if in := n[1 : len(n)-1]; in == name || strings.IndexByte(in, '\\') >= 0 && String(n) == name {
			return val
		}
		i = comma(raw, next)
	}
	return ""
}

// pair reads `"name" : value` at i.
func pair(raw string, i int) (name, val string, next int) {
	i = space(raw, i)
	e := skipString(raw, i)
	if e < 0 {
		return "", "", -1
	}
	name = raw[i:e]
	i = space(raw, e)
	if i >= len(raw) || raw[i] != ':' {
		return "", "", -1
	}
	i = space(raw, i+1)
	if e = Skip(raw, i); e < 0 {
		return "", "", -1
	}
	return name, raw[i:e], e
}

// open returns the place after the opening bracket of a non-empty value, else 0.
func open(raw string, bracket byte) int {
	if len(raw) < 2 || raw[0] != bracket {
		return 0
	}
	i := space(raw, 1)
	if i >= len(raw) || raw[i] == bracket+2 { // ']' is '['+2, '}' is '{'+2
		return 0
	}
	return i
}

// comma returns the place after the comma that follows i, 0 at the end.
func comma(raw string, i int) int {
	i = space(raw, i)
	if i >= len(raw) || raw[i] != ',' {
		return 0
	}
	return i + 1
}

func space(raw string, i int) int {
	for i < len(raw) && (raw[i] == ' ' || raw[i] == '\n' || raw[i] == '\t' || raw[i] == '\r') {
		i++
	}
	return i
}

func trim(raw string) string { return strings.Trim(raw, " \n\t\r") }

// Skip returns the place after the value that begins at i, -1 when it does not
// end. It checks brackets and strings, not numbers and literals.
func Skip(raw string, i int) int {
	if i >= len(raw) {
		return -1
	}
	switch raw[i] {
	case '"':
		return skipString(raw, i)
	case '{', '[':
		return skipNested(raw, i)
	}
	start := i
	for i < len(raw) && strings.IndexByte(",]} \n\t\r:\"{[", raw[i]) < 0 {
		i++
	}
	if i == start {
		return -1
	}
	return i
}

func skipNested(raw string, i int) int {
	depth := 0
	for i < len(raw) {
		switch raw[i] {
		case '"':
			if i = skipString(raw, i); i < 0 {
				return -1
			}
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		}
		i++
	}
	return -1
}

func skipString(raw string, i int) int {
	if i >= len(raw) || raw[i] != '"' {
		return -1
	}
	for i++; ; {
		n := strings.IndexByte(raw[i:], '"')
		if n < 0 {
			return -1
		}
		i += n
		back := 0
		for raw[i-1-back] == '\\' {
			back++
		}
		if i++; back%2 == 0 {
			return i
		}
	}
}
