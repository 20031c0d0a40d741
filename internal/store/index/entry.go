package index

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"math"
	"slices"

	"picket/finding"
)

// An Entry is what the index knows of a finding.
type Entry struct {
	Seq                 int64 // the finding's number, by which it is taken out
	ID, Account, Region string

	Type                                  string
	Severity, Confidence                  float64
	Created, Updated, FirstSeen, LastSeen int64 // Unix milliseconds, 0 for none
	Resources                             []Resource

	terms   []uint64 // of texts, each once
	numbers []number // each once
}

// A Resource is something that a finding is about.
type Resource struct{ ID, Kind string }

type number struct {
	attribute uint64
	value     float64
}

// SetValues notes what criteria can ask for. The times of the entry must be set:
// they are asked where they are, and not noted again.
func (e *Entry) SetValues(vs finding.Values) {
	e.terms, e.numbers = e.terms[:0], e.numbers[:0]
	for _, v := range vs {
		if !v.Attribute.Kind.Numeric() {
			e.terms = append(e.terms, term(v.Attribute.Path, v.Text))
			continue
		}
		c, ok := timePaths[v.Attribute.Path]
		if !ok || v.Number == 0 || float64(e.time(c)) != v.Number {
			e.numbers = append(e.numbers, number{term(v.Attribute.Path), v.Number})
		}
	}
	slices.Sort(e.terms)
	e.terms = slices.Compact(e.terms)
	slices.SortFunc(e.numbers, compareNumbers)
	e.numbers = slices.Compact(e.numbers)
}

func compareNumbers(a, b number) int {
	if a.attribute != b.attribute {
		if a.attribute < b.attribute {
			return -1
		}
		return 1
	}
	switch {
	case a.value < b.value:
		return -1
	case a.value > b.value:
		return 1
	}
	return 0
}

// term is 64 bits of SHA-256 over parts: an attribute's path and a value, or the
// path alone. Among 100 million values two are the same with a chance of 0.03%;
// who makes two collide on purpose gets two of their own findings listed together.
func term(parts ...string) uint64 {
	h := sha256.New()
	for _, p := range parts {
		var n [8]byte
		binary.LittleEndian.PutUint64(n[:], uint64(len(p)))
		h.Write(n[:])
		h.Write([]byte(p))
	}
	return binary.LittleEndian.Uint64(h.Sum(nil))
}

// Encode writes the entry, without its number, id, account and region.
func (e *Entry) Encode() []byte {
	b := make([]byte, 0, 256+8*len(e.terms)+16*len(e.numbers))
	b = appendText(b, e.Type)
	for _, x := range []float64{e.Severity, e.Confidence} {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(x))
	}
	for _, ms := range []int64{e.Created, e.Updated, e.FirstSeen, e.LastSeen} {
		b = binary.AppendVarint(b, ms)
	}
	b = binary.AppendUvarint(b, uint64(len(e.Resources)))
	for _, r := range e.Resources {
		b = appendText(appendText(b, r.ID), r.Kind)
	}
	b = binary.AppendUvarint(b, uint64(len(e.terms)))
	for _, t := range e.terms {
		b = binary.LittleEndian.AppendUint64(b, t)
	}
	b = binary.AppendUvarint(b, uint64(len(e.numbers)))
	for _, n := range e.numbers {
		b = binary.LittleEndian.AppendUint64(b, n.attribute)
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(n.value))
	}
	return b
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

var errEntry = errors.New("a finding's index entry is damaged")

// Decode reads what Encode wrote. It leaves the other members of e alone and
// uses e's memory.
func (e *Entry) Decode(b []byte) error {
	r := reader{rest: b}
	e.Type = r.text()
	e.Severity, e.Confidence = math.Float64frombits(r.fixed()), math.Float64frombits(r.fixed())
	e.Created, e.Updated, e.FirstSeen, e.LastSeen = r.varint(), r.varint(), r.varint(), r.varint()
	e.Resources, e.terms, e.numbers = e.Resources[:0], e.terms[:0], e.numbers[:0]
	for range r.count(2) {
		e.Resources = append(e.Resources, Resource{r.text(), r.text()})
	}
	for range r.count(8) {
		e.terms = append(e.terms, r.fixed())
	}
	for range r.count(16) {
		e.numbers = append(e.numbers, number{r.fixed(), math.Float64frombits(r.fixed())})
	}
	if r.bad || len(r.rest) > 0 {
		return errEntry
	}
	return nil
}

// reader takes an encoded entry apart; once it is bad it gives zeros.
type reader struct {
	rest []byte
	bad  bool
}

func (r *reader) take(n int) []byte {
	if r.bad = r.bad || n < 0 || n > len(r.rest); r.bad {
		return nil
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}

func (r *reader) fixed() uint64 {
	if b := r.take(8); b != nil {
		return binary.LittleEndian.Uint64(b)
	}
	return 0
}

func (r *reader) varint() int64 {
	x, n := binary.Varint(r.rest)
	r.bad = r.bad || n <= 0
	r.take(max(n, 0))
	return x
}

// count reads how many parts of at least size bytes follow.
func (r *reader) count(size int) int {
	x, n := binary.Uvarint(r.rest)
	r.bad = r.bad || n <= 0 || x > uint64(len(r.rest)/size)
	r.take(max(n, 0))
	if r.bad {
		return 0
	}
	return int(x)
}

func (r *reader) text() string { return string(r.take(r.count(1))) }
