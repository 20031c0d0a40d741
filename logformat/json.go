package logformat

import (
	"bytes"

	"picket/event"
)

// guess is the kind of JSON record that is tried first: the kind of the last.
type guess uint8

const (
	guessNone guess = iota
	guessTrail
	guessDNS
	guessAudit
	guessEnvelope
	numGuesses
)

var guessSchemas = [numGuesses]*schema{
	guessTrail: trailSchema, guessDNS: dnsSchema, guessAudit: auditSchema, guessEnvelope: envelopeSchema,
}

// verdict says whether a record was of the kind that was tried.
type verdict bool

const (
	done     verdict = true  // it was, and gave a row or was counted
	stranger verdict = false // it is of another kind
)

// json decodes a stream of JSON values: objects on lines of their own, objects
// one behind the other, arrays of them, and objects that hold such an array.
func (st *State) json(b *event.Batch, first guess, final bool) int {
	i := st.begin(b, final)
	if i < 0 {
		return 0
	}
	if st.guess == guessNone {
		st.guess = first
	}
	if st.skipping {
		i = st.resync(0, final)
	}
	for !st.skipping {
		if st.refused {
			return len(b.Data)
		}
		if i = st.between(i); i >= len(b.Data) {
			break
		}
		next := st.step(i, final)
		if next <= i {
			return i
		}
		i = next
	}
	if final && st.nest.depth > 0 {
		st.bad(len(b.Data), "file ends inside a list of records")
		st.nest.depth = 0
	}
	return i
}

// between skips what stands between values.
func (st *State) between(i int) int {
	text := st.scan.text
	for i < len(text) && (text[i] == ',' || isSpace(text[i])) {
		i++
	}
	return i
}

// step reads what begins at i: a record, or a bracket around records. It
// returns i when it needs more bytes.
func (st *State) step(i int, final bool) int {
	c, top := st.scan.text[i], st.nest.top()
	switch {
	case top == '{':
		return st.tail(i, final)
	case c == '{':
		return st.element(i, final)
	case c == '[' && st.nest.push('['):
		return i + 1
	case c == ']' && top == '[':
		st.nest.pop()
		return i + 1
	}
	return st.broken(i, final)
}

// element reads the record at i, or enters the object at i if it holds a list
// of records.
func (st *State) element(i int, final bool) int {
	s := &st.scan
	if st.lines {
		if n := bytes.IndexByte(s.whole[i:], '\n'); n >= 0 {
			s.text = s.whole[:i+n]
		}
	}
	e := st.record(i, &st.guess)
	s.text = s.whole
	if e > 0 {
		st.good += e - i
		if len(st.opening) == 0 {
			st.sound(i, e)
		}
		return e
	}
	if e == entered && st.nest.push('{') && st.nest.push('[') {
		return s.inside
	}
	return st.broken(i, final)
}

// sound notes how the first whole record of the file looks.
func (st *State) sound(i, e int) {
	text := st.scan.text[i:e]
	st.lines = st.nest.depth == 0 && bytes.IndexByte(text, '\n') < 0
	open := bytes.IndexByte(text, '"') + 1
	if end := bytes.IndexByte(text[open:], '"'); open > 0 && end >= 0 && open+end < maxOpening {
		st.opening = append(st.opening, text[:open+end+1]...)
	}
}

// maxOpening bounds the text by which the next record is found after a broken one.
const maxOpening = 48

// record reads the record at i and makes rows of it. The kind it turned out to
// be goes to *g.
func (st *State) record(i int, g *guess) int {
	e := st.read(*g, i)
	if e < 0 || st.row(*g, i, e) == done {
		return e
	}
	if !st.reread(i, e, g) {
		st.bad(i, "record of an unknown kind")
	}
	return e
}

// read scans the object at i as one of kind g.
func (st *State) read(g guess, i int) int {
	clear(st.scan.out[:])
	return st.scan.object(guessSchemas[g], i+1)
}

func (st *State) row(g guess, i, e int) verdict {
	switch g {
	case guessTrail:
		return st.trail(i, e)
	case guessDNS:
		return st.dns(i, e)
	case guessAudit:
		return st.audit(i, e)
	default:
		return st.envelope(i, e)
	}
}

// reread finds out what the record in [i, e) is and reads it as that.
func (st *State) reread(i, e int, g *guess) bool {
	found := shape(st.scan.text[i:e])
	if found&seenDigest != 0 {
		st.skip(SkipDigest)
		return true
	}
	for _, kind := range tellingKinds {
		if found&kind.seen != 0 && kind.guess != *g && st.read(kind.guess, i) == e && st.row(kind.guess, i, e) == done {
			*g = kind.guess
			return true
		}
	}
	if found&seenDetail != 0 {
		st.skip(SkipOther)
		return true
	}
	return false
}

// tellingKinds says what a record may be that has a telling member.
var tellingKinds = []struct {
	seen  seen
	guess guess
}{
	{seenEnvelope, guessEnvelope},
	{seenEventName | seenDetail, guessTrail},
	{seenQueryName, guessDNS},
	{seenAudit, guessAudit},
}

// tail reads a member of an object that holds a list of records, or its end.
func (st *State) tail(i int, final bool) int {
	s := &st.scan
	switch s.text[i] {
	case '}':
		st.nest.pop()
		return i + 1
	case '"':
		e := s.quote(i + 1)
		if e < 0 {
			break
		}
		at := s.colon(e + 1)
		if at < 0 {
			break
		}
		at = s.space(at)
		k := &trailSchema.keys[trailSchema.find(s.text[i+1:e])]
		if k.kind == listValue && at < len(s.text) && s.text[at] == '[' && st.nest.push('[') {
			return at + 1
		}
		if at = s.value(at); at > 0 {
			return at
		}
	}
	return st.broken(i, final)
}

// nesting is what brackets stand open around the records. Real files have two.
type nesting struct {
	open  [8]byte
	depth int
}

func (n *nesting) top() byte {
	if n.depth == 0 {
		return 0
	}
	return n.open[n.depth-1]
}

func (n *nesting) push(c byte) bool {
	if n.depth == len(n.open) {
		return false
	}
	n.open[n.depth] = c
	n.depth++
	return true
}

func (n *nesting) pop() { n.depth-- }
