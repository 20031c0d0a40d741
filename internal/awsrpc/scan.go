package awsrpc

import (
	"fmt"
	"strconv"

	"picket/jsonview"
)

func (r *reader) syntax(format string, args ...any) *Violation {
	return &Violation{Rule: RuleSyntax, Detail: fmt.Sprintf(format, args...) + " at byte " + strconv.Itoa(r.pos)}
}

func (r *reader) space() {
	for r.pos < len(r.text) {
		switch r.text[r.pos] {
		case ' ', '\t', '\n', '\r':
			r.pos++
		default:
			return
		}
	}
}

// peek returns the next character that is not space, 0 at the end.
func (r *reader) peek() byte {
	if r.space(); r.pos < len(r.text) {
		return r.text[r.pos]
	}
	return 0
}

// object reads an object and calls each for every member, with the reader
// before its value.
func (r *reader) object(each func(name string) *Violation) *Violation {
	if r.depth++; r.depth > maxDepth {
		return r.syntax("nested too deep")
	}
	r.pos++
	for first := true; ; first = false {
		c := r.peek()
		if c == '}' && first {
			break
		}
		if c != '"' {
			return r.syntax("expected a name")
		}
		name, v := r.str()
		if v != nil {
			return v
		}
		if r.peek() != ':' {
			return r.syntax("expected a colon")
		}
		r.pos++
		if v := each(name); v != nil {
			return v
		}
		if c = r.peek(); c == '}' {
			break
		}
		if c != ',' {
			return r.syntax("expected a comma")
		}
		r.pos++
	}
	r.depth--
	r.pos++
	return nil
}

// array is object for an array.
func (r *reader) array(each func(i int) *Violation) *Violation {
	if r.depth++; r.depth > maxDepth {
		return r.syntax("nested too deep")
	}
	r.pos++
	for i := 0; ; i++ {
		c := r.peek()
		if c == ']' && i == 0 {
			break
		}
		if v := each(i); v != nil {
			return v
		}
		if c = r.peek(); c == ']' {
			break
		}
		if c != ',' {
			return r.syntax("expected a comma")
		}
		r.pos++
	}
	r.depth--
	r.pos++
	return nil
}

func (r *reader) literal(want string) *Violation {
	if len(r.text)-r.pos < len(want) || r.text[r.pos:r.pos+len(want)] != want {
		return r.syntax("expected %s", want)
	}
	r.pos += len(want)
	return nil
}

// str reads a string. The result shares the text's memory unless it has escapes.
func (r *reader) str() (string, *Violation) {
	r.pos++
	start, escaped := r.pos, false
	for r.pos < len(r.text) {
		switch c := r.text[r.pos]; {
		case c == '"':
			s := r.text[start:r.pos]
			r.pos++
			if escaped {
				s = string(jsonview.Unescape(make([]byte, 0, len(s)), s))
			}
			return s, nil
		case c == '\\':
			escaped = true
			if n := escape(r.text[r.pos:]); n > 0 {
				r.pos += n
				continue
			}
			return "", r.syntax("a broken escape")
		case c < ' ':
			return "", r.syntax("a control character in a string")
		}
		r.pos++
	}
	return "", r.syntax("a string without an end")
}

// escape returns the length of the escape that s begins with, 0 when it is none.
func escape(s string) int {
	if len(s) < 2 {
		return 0
	}
	switch s[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		for i := 2; i < 6; i++ {
			if i >= len(s) || !isHex(s[i]) {
				return 0
			}
		}
		return 6
	}
	return 0
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

// numeral reads a number as JSON writes them.
func (r *reader) numeral() (string, *Violation) {
	start := r.pos
	if r.text[r.pos] == '-' {
		r.pos++
	}
	switch n := r.digits(); {
	case n == 0:
		return "", r.syntax("expected a digit")
	case n > 1 && r.text[r.pos-n] == '0':
		return "", r.syntax("a number begins with 0")
	}
	if r.at('.') {
		if r.pos++; r.digits() == 0 {
			return "", r.syntax("expected a digit")
		}
	}
	if r.at('e') || r.at('E') {
		if r.pos++; r.at('+') || r.at('-') {
			r.pos++
		}
		if r.digits() == 0 {
			return "", r.syntax("expected a digit")
		}
	}
	return r.text[start:r.pos], nil
}

func (r *reader) at(c byte) bool { return r.pos < len(r.text) && r.text[r.pos] == c }

func (r *reader) digits() int {
	start := r.pos
	for r.pos < len(r.text) && r.text[r.pos] >= '0' && r.text[r.pos] <= '9' {
		r.pos++
	}
	return r.pos - start
}

// skip reads over the next value.
func (r *reader) skip() *Violation {
	switch c := r.peek(); {
	case c == '{':
		return r.object(func(string) *Violation { return r.skip() })
	case c == '[':
		return r.array(func(int) *Violation { return r.skip() })
	case c == '"':
		_, v := r.str()
		return v
	case c == 't':
		return r.literal("true")
	case c == 'f':
		return r.literal("false")
	case c == 'n':
		return r.literal("null")
	case c == '-' || c >= '0' && c <= '9':
		_, v := r.numeral()
		return v
	}
	return r.syntax("expected a value")
}
