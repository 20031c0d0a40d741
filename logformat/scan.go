package logformat

import (
	"bytes"

	"picket/event"
	"picket/jsonview"
)

// A scanner reads JSON in one pass without building anything: it notes where
// the wanted values stand. It does not judge what it skips; brackets and
// quotes decide. All its methods take the place to read from and return the
// place behind what they read, or fail. None reads outside text.
type scanner struct {
	text  []byte
	whole []byte // the chunk; text is all of it or ends earlier
	// No backslash stands in whole[plain:escape]. A string that ends there has no
	// escapes, at the price of two comparisons.
	plain, escape int
	out           [maxFields]span
	orders        [numSchemas]order
	scratch       []byte
	inside        int // set with entered: the place behind the container's bracket
}

// Negative results of scanner methods.
const (
	failed  = -1 // malformed, or text ends first
	entered = -2 // the object holds a list of records; see scanner.inside
)

// span is a value's place in text. The highest bit of n marks a string with
// escapes.
type span struct{ off, n uint32 }

const escaped = 1 << 31

func (sp span) len() int { return int(sp.n &^ escaped) }

func (s *scanner) on(text []byte) {
	s.text, s.whole = text, text
	s.changed()
}

// changed forgets what is known of text.
func (s *scanner) changed() { s.plain, s.escape = 0, -1 }

// view returns the text of a span: unescaped if it is a string.
func (s *scanner) view(b *event.Batch, id field) string {
	sp := s.out[id]
	if sp.n < escaped {
		return event.View(s.text[sp.off : sp.off+sp.n])
	}
	return s.unescaped(b, sp)
}

// raw returns the text of a span as it stands.
func (s *scanner) raw(id field) string {
	sp := s.out[id]
	return event.View(s.text[sp.off : sp.off+sp.n])
}

func (s *scanner) unescaped(b *event.Batch, sp span) string {
	raw := event.View(s.text[sp.off : int(sp.off)+sp.len()])
	s.scratch = jsonview.Unescape(s.scratch[:0], raw)
	return b.Keep(s.scratch)
}

// space returns the place of the first byte at or behind i that is no white space.
func (s *scanner) space(i int) int { return space(s.text, i) }

func space(text []byte, i int) int {
	for i < len(text) && text[i] <= ' ' && isSpace(text[i]) {
		i++
	}
	return i
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\r' || c == '\t' }

// findEscape moves plain and escape to i.
func (s *scanner) findEscape(i int) {
	n := bytes.IndexByte(s.whole[i:], '\\')
	if n < 0 {
		n = len(s.whole) - i
	}
	s.plain, s.escape = i, i+n
}

// quote returns the place of the quote that closes the string whose inside
// begins at i.
func (s *scanner) quote(i int) int { return quote(s.text, i) }

func quote(text []byte, i int) int {
	n := bytes.IndexByte(text[i:], '"')
	if n < 0 {
		return failed
	}
	if e := i + n; text[e-1] != '\\' {
		return e
	}
	return escapedQuote(text, i)
}

// escapedQuote is quote for strings that have an escape.
func escapedQuote(text []byte, i int) int {
	for at := i; ; {
		n := bytes.IndexByte(text[at:], '"')
		if n < 0 {
			return failed
		}
		at += n
		back := at
		for back > i && text[back-1] == '\\' {
			back--
		}
		if (at-back)%2 == 0 {
			return at
		}
		at++
	}
}

// value skips the value at i.
func (s *scanner) value(i int) int {
	if i >= len(s.text) {
		return failed
	}
	switch s.text[i] {
	case '"':
		e := s.quote(i + 1)
		if e < 0 {
			return failed
		}
		return e + 1
	case '{', '[':
		return s.nested(i)
	}
	return s.scalar(i)
}

// scalar skips a number or a literal. Whatever runs on to the next delimiter
// passes: nobody reads it.
func (s *scanner) scalar(i int) int {
	start := i
	for i < len(s.text) && scalarByte[s.text[i]] {
		i++
	}
	if i == start || i == len(s.text) {
		return failed
	}
	return i
}

var scalarByte = func() (t [256]bool) {
	for c := range t {
		t[c] = c > ' ' && c != ',' && c != '}' && c != ']' && c != '"' && c != '{' && c != '[' && c != ':'
	}
	return
}()

// nested skips the object or array at i.
func (s *scanner) nested(i int) int {
	if s.text[i] == '[' {
		if e := s.flatArray(i); e > 0 {
			return e
		}
	}
	return s.brackets(i)
}

// flatArray skips an array that has no other array inside and no escapes; it
// fails for any other. The first closing bracket is the array's own if an even
// number of quotes comes before it, for then it stands outside of strings.
func (s *scanner) flatArray(i int) int {
	i++
	n := bytes.IndexByte(s.text[i:], ']')
	if n <= 0 {
		if n == 0 {
			return i + 1
		}
		return failed
	}
	if i < s.plain || i > s.escape {
		s.findEscape(i)
	}
	in := s.text[i : i+n]
	if s.escape < i+n || bytes.Count(in, quoteMark)%2 != 0 || bytes.IndexByte(in, '[') >= 0 {
		return failed
	}
	return i + n + 1
}

var quoteMark = []byte{'"'}

// brackets skips a nested value by counting brackets outside of strings.
func (s *scanner) brackets(i int) int {
	text, depth := s.text, 0
	for i < len(text) {
		c := text[i]
		i++
		if c == '"' {
			n := bytes.IndexByte(text[i:], '"')
			if n < 0 {
				return failed
			}
			if n > 0 && text[i+n-1] == '\\' {
				if n = escapedQuote(text, i); n < 0 {
					return failed
				}
				i = n + 1
				continue
			}
			i += n + 1
			continue
		}
		if depth += int(bracket[c]); depth == 0 {
			return i
		}
	}
	return failed
}

var bracket = [256]int8{'{': 1, '[': 1, '}': -1, ']': -1}
