package index

import (
	"cmp"
	"slices"
	"strings"

	"picket/event"
)

// maxRows is how many findings a segment has at most: rows are 16 bits.
const maxRows = 1 << 16

// A Column is what findings can be sorted by.
type Column uint8

// The columns; the first four are times.
const (
	LastSeen Column = iota
	FirstSeen
	Created
	Updated
	Account
	Type
	Severity
	Confidence
)

const timeColumns = 4

// timePaths are the attributes that are asked in columns.
var timePaths = map[string]Column{"service.eventLastSeen": LastSeen, "service.eventFirstSeen": FirstSeen, "createdAt": Created, "updatedAt": Updated}

func (e *Entry) time(c Column) int64 {
	return [timeColumns]int64{LastSeen: e.LastSeen, FirstSeen: e.FirstSeen, Created: e.Created, Updated: e.Updated}[c]
}

// segment is findings, a row each. Nothing of it changes once it is made.
type segment struct {
	rows  int
	seqs  []int64
	bySeq []uint16 // rows in the order of seqs

	ids    string // one after the other
	idEnds []uint32

	regions, accounts, types column[string]
	severity, confidence     column[float64]
	cells                    column[cell]
	times                    [timeColumns][]int64
	zones                    [timeColumns]zones[int64] // of the times
	bounds                   [timeColumns]span         // of the times

	resources    []uint32 // numbers in the directory
	resourceEnds []uint32

	terms   postings
	numbers map[uint64]*postings // by attribute; keys are ordered numbers
}

// cell is what findings are counted by that are counted by date.
type cell struct {
	day      int64
	severity float64
}

func compareCells(a, b cell) int {
	return cmp.Or(cmp.Compare(a.day, b.day), cmp.Compare(a.severity, b.severity))
}

// span is the times from lo to before hi.
type span struct{ lo, hi int64 }

func (s *segment) id(row int) string {
	from := uint32(0)
	if row > 0 {
		from = s.idEnds[row-1]
	}
	return s.ids[from:s.idEnds[row]]
}

func (s *segment) resourcesOf(row int) []uint32 {
	from := uint32(0)
	if row > 0 {
		from = s.resourceEnds[row-1]
	}
	return s.resources[from:s.resourceEnds[row]]
}

// row finds a finding by its number.
func (s *segment) row(seq int64) (uint16, bool) {
	i, ok := slices.BinarySearchFunc(s.bySeq, seq, func(row uint16, seq int64) int { return cmp.Compare(s.seqs[row], seq) })
	if !ok {
		return 0, false
	}
	return s.bySeq[i], true
}

// building makes a segment. What it has of its own becomes the segment's of the
// same name.
type building struct {
	segment
	directory *directory

	ids     strings.Builder
	terms   gathering
	numbers map[uint64]*gathering
}

// addEntry adds a row.
func (b *building) addEntry(e *Entry) {
	row := b.addRow(e)
	for _, r := range e.Resources {
		b.resources = append(b.resources, b.directory.number(Key{e.Account, r.ID, r.Kind}))
	}
	b.resourceEnds = append(b.resourceEnds, uint32(len(b.resources)))
	for _, t := range e.terms {
		b.terms.add(t, row)
	}
	for _, n := range e.numbers {
		b.number(n.attribute).add(ordered(n.value), row)
	}
}

// addRow adds what is in the columns.
func (b *building) addRow(e *Entry) (row uint16) {
	row = uint16(b.rows)
	b.rows++
	b.seqs = append(b.seqs, e.Seq)
	b.ids.WriteString(e.ID)
	b.idEnds = append(b.idEnds, uint32(b.ids.Len()))
	b.regions.add(e.Region)
	b.accounts.add(e.Account)
	b.types.add(e.Type)
	b.severity.add(e.Severity)
	b.confidence.add(e.Confidence)
	b.cells.add(cell{e.Updated - e.Updated%int64(event.Day), e.Severity})
	for c := range b.times {
		b.times[c] = append(b.times[c], e.time(Column(c)))
	}
	return row
}

func (b *building) number(attribute uint64) *gathering {
	g := b.numbers[attribute]
	if g == nil {
		if b.numbers == nil {
			b.numbers = map[uint64]*gathering{}
		}
		g = &gathering{}
		b.numbers[attribute] = g
	}
	return g
}

// addLive adds the live rows of a segment and says which they are now.
func (b *building) addLive(p *part) (moved []uint16) {
	moved = make([]uint16, p.rows)
	for row := range p.live.rows {
		moved[row] = b.addRow(p.entry(row))
		b.resources = append(b.resources, p.resourcesOf(row)...)
		b.resourceEnds = append(b.resourceEnds, uint32(len(b.resources)))
	}
	for key, row := range p.terms.all {
		if p.live.has(row) {
			b.terms.add(key, moved[row])
		}
	}
	for attribute, numbers := range p.numbers {
		g := b.number(attribute)
		for key, row := range numbers.all {
			if p.live.has(row) {
				g.add(key, moved[row])
			}
		}
	}
	return moved
}

// entry is what the columns say of a row.
func (s *segment) entry(row int) *Entry {
	return &Entry{Seq: s.seqs[row], ID: s.id(row), Account: s.accounts.at(row), Region: s.regions.at(row), Type: s.types.at(row),
		Severity: s.severity.at(row), Confidence: s.confidence.at(row),
		Created: s.times[Created][row], Updated: s.times[Updated][row], FirstSeen: s.times[FirstSeen][row], LastSeen: s.times[LastSeen][row]}
}

// finish arranges what was added. The segment keeps nothing else of b.
func (b *building) finish() *segment {
	s := b.segment
	s.ids = strings.Clone(b.ids.String())
	s.bySeq = make([]uint16, s.rows)
	for i := range s.bySeq {
		s.bySeq[i] = uint16(i)
	}
	slices.SortFunc(s.bySeq, func(a, b uint16) int { return cmp.Compare(s.seqs[a], s.seqs[b]) })
	for _, c := range []*column[string]{&s.regions, &s.accounts, &s.types} {
		c.seal(strings.Compare)
	}
	s.severity.seal(cmp.Compare)
	s.confidence.seal(cmp.Compare)
	s.cells.seal(compareCells)
	s.seqs, s.idEnds, s.resources, s.resourceEnds = fit(s.seqs), fit(s.idEnds), fit(s.resources), fit(s.resourceEnds)
	for c, times := range s.times {
		s.times[c] = fit(times)
		z := zonesOf(times)
		s.zones[c], s.bounds[c] = z, span{slices.Min(z.lo), slices.Max(z.hi) + 1}
	}
	s.terms = b.terms.postings(s.rows)
	s.numbers = make(map[uint64]*postings, len(b.numbers))
	for attribute, g := range b.numbers {
		p := g.postings(s.rows)
		s.numbers[attribute] = &p
	}
	return &s
}

// fit is s without the room that it was given to grow.
func fit[T any](s []T) []T { return append(make([]T, 0, len(s)), s...) }
