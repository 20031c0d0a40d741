package logformat

import (
	"bytes"
	"encoding/binary"

	"picket/jsonview"
)

// A schema lists the members of one object that decoders know of, wanted or
// not. It is a constant; what is learned while reading stands in an order.
type schema struct {
	slot  int // which of a scanner's orders belongs to it
	keys  []key
	index [indexSize]uint8 // by keyHash: place in keys; collisions go on to the next
}

const indexSize = 256

// key is one member of a schema. The first of a schema's keys stands for "no
// key yet", the last for every key that is not listed.
type key struct {
	name  string
	kind  kind
	id    field
	sub   *schema
	width int       // of the name with its quotes
	word  [4]uint64 // the name with its quotes in groups of eight
	mask  [4]uint64 // which bytes of word count
}

// kind says what is done with a member's value.
type kind uint8

const (
	skippedValue kind = iota
	textValue         // a string: note what is inside the quotes; of other scalars, the text
	rawValue          // any value but null: note the text
	objectValue       // read its members by sub, and note the text
	listValue         // a list of records: stop behind its bracket
)

// keyWindow is the widest name, quotes included, that is compared by words.
const keyWindow = 32

func wanted(k kind, id field, name string) key { return key{name: name, kind: k, id: id} }

func nested(id field, name string, sub *schema) key {
	return key{name: name, kind: objectValue, id: id, sub: sub}
}

func list(name string) key { return key{name: name, kind: listValue} }

// newSchema makes a schema of the wanted keys and of names whose values are
// skipped; listing those is worth it because listed names are predicted.
func newSchema(slot int, keys []key, skipped ...string) *schema {
	s := &schema{slot: slot, keys: append([]key{{}}, keys...)}
	for _, name := range skipped {
		s.keys = append(s.keys, key{name: name})
	}
	if len(s.keys) >= maxKeys {
		panic("logformat: schema has too many keys")
	}
	for i := 1; i < len(s.keys); i++ {
		s.keys[i].prepare()
		h := keyHash([]byte(s.keys[i].name))
		for s.index[h] != 0 {
			h = (h + 1) % indexSize
		}
		s.index[h] = uint8(i)
	}
	s.keys = append(s.keys, key{})
	return s
}

func (k *key) prepare() {
	var quoted [keyWindow]byte
	k.width = len(k.name) + 2
	if k.width > keyWindow {
		panic("logformat: name too long: " + k.name)
	}
	copy(quoted[:], `"`+k.name+`"`)
	for w := range k.word {
		k.word[w] = binary.LittleEndian.Uint64(quoted[8*w:])
		if n := k.width - 8*w; n >= 8 {
			k.mask[w] = ^uint64(0)
		} else if n > 0 {
			k.mask[w] = 1<<(8*n) - 1
		}
	}
}

func keyHash(name []byte) int {
	n := len(name)
	if n == 0 {
		return 0
	}
	return (int(name[0]) + 7*int(name[n-1]) + 31*int(name[n/2]) + 13*n) % indexSize
}

// find returns the place of name in keys, or of the key for unlisted names.
func (sc *schema) find(name []byte) int {
	for h := keyHash(name); sc.index[h] != 0; h = (h + 1) % indexSize {
		if i := sc.index[h]; sc.keys[i].name == string(name) {
			return int(i)
		}
	}
	return len(sc.keys) - 1
}

// order remembers, for each key of a schema, the two keys that came behind it
// last. Logs of one origin write members in one order, with some left out, so
// nearly every name is recognised by comparing it with one or two.
type order [maxKeys][2]uint8

const maxKeys = 64

// object reads the members of the object whose first one begins at i, into
// out, and returns the place behind its closing brace.
func (s *scanner) object(sc *schema, i int) int {
	src, ord := s.text, &s.orders[sc.slot]
	if i = s.space(i); i < len(src) && src[i] == '}' {
		return i + 1
	}
	prev := 0
	for {
		at := int(ord[prev][0])
		if at < len(sc.keys) && i+keyWindow <= len(src) && sc.keys[at].begins(src[i:i+keyWindow]) {
			i += sc.keys[at].width
		} else if at, i = s.name(sc, prev, i); i < 0 {
			return failed
		}
		prev = at
		k := &sc.keys[at]
		if i < len(src) && src[i] == ':' {
			i++
		} else if i = s.colon(i); i < 0 {
			return failed
		}
		if i < len(src) && src[i] <= ' ' {
			i = s.space(i)
		}
		if k.kind == textValue && i < len(src) && src[i] == '"' {
			i = s.string(k.id, i+1)
		} else {
			i = s.member(k, i)
		}
		if i < 0 {
			return i
		}
		if i < len(src) && src[i] <= ' ' {
			i = s.space(i)
		}
		if i >= len(src) {
			return failed
		}
		if src[i] != ',' {
			if src[i] == '}' {
				return i + 1
			}
			return failed
		}
		if i++; i < len(src) && src[i] <= ' ' {
			i = s.space(i)
		}
	}
}

// begins reports whether window begins with the key and its quotes.
func (k *key) begins(window []byte) bool {
	_ = window[keyWindow-1]
	d := (binary.LittleEndian.Uint64(window) ^ k.word[0]) & k.mask[0]
	d |= (binary.LittleEndian.Uint64(window[8:]) ^ k.word[1]) & k.mask[1]
	if k.width > 16 {
		d |= (binary.LittleEndian.Uint64(window[16:]) ^ k.word[2]) & k.mask[2]
		d |= (binary.LittleEndian.Uint64(window[24:]) ^ k.word[3]) & k.mask[3]
	}
	return d == 0 && k.width > 0
}

// name finds out which key stands at i when it is not the likeliest after
// prev, and remembers the answer.
func (s *scanner) name(sc *schema, prev, i int) (at, next int) {
	ord := &s.orders[sc.slot][prev]
	if at = int(ord[1]); at < len(sc.keys) && i+keyWindow <= len(s.text) && sc.keys[at].begins(s.text[i:i+keyWindow]) {
		ord[0], ord[1] = ord[1], ord[0]
		return at, i + sc.keys[at].width
	}
	if i >= len(s.text) || s.text[i] != '"' {
		return 0, failed
	}
	e := s.quote(i + 1)
	if e < 0 {
		return 0, failed
	}
	at = sc.find(plainName(s.text[i+1 : e]))
	if int(ord[0]) != at {
		ord[0], ord[1] = uint8(at), ord[0]
	}
	return at, e + 1
}

// plainName resolves escapes, which no service writes but JSON allows.
func plainName(name []byte) []byte {
	if bytes.IndexByte(name, '\\') < 0 {
		return name
	}
	return jsonview.Unescape(nil, string(name))
}

func (s *scanner) colon(i int) int {
	if i = s.space(i); i >= len(s.text) || s.text[i] != ':' {
		return failed
	}
	return i + 1
}

// member reads the value at i of key k, which is no wanted string.
func (s *scanner) member(k *key, i int) int {
	if i >= len(s.text) {
		return failed
	}
	switch k.kind {
	case textValue, rawValue:
		return s.other(k, i)
	case objectValue:
		if s.text[i] != '{' {
			return s.value(i)
		}
		e := s.object(k.sub, i+1)
		if e > 0 {
			s.out[k.id] = span{uint32(i), uint32(e - i)}
		}
		return e
	case listValue:
		if s.text[i] == '[' {
			s.inside = i + 1
			return entered
		}
	}
	return s.value(i)
}

// string notes the string whose inside begins at i.
func (s *scanner) string(id field, i int) int {
	if i < s.plain || i > s.escape {
		s.findEscape(i)
	}
	n := bytes.IndexByte(s.text[i:], '"')
	if n < 0 {
		return failed
	}
	if s.escape < i+n {
		e := escapedQuote(s.text, i)
		if e < 0 {
			return failed
		}
		s.out[id] = span{uint32(i), uint32(e-i) | escaped}
		return e + 1
	}
	s.out[id] = span{uint32(i), uint32(n)}
	return i + n + 1
}

// other notes a value that need not be a string. A null counts as absent, and
// so does an object or array where a text is wanted.
func (s *scanner) other(k *key, i int) int {
	e := s.value(i)
	if e < 0 {
		return failed
	}
	if c := s.text[i]; c == 'n' || k.kind == textValue && (c == '{' || c == '[') {
		s.out[k.id] = span{}
		return e
	}
	s.out[k.id] = span{uint32(i), uint32(e - i)}
	return e
}
