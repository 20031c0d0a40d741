package index

import (
	"cmp"
	"slices"
	"strings"
)

// An Order is what a list goes by. Ties go by LastSeen falling, then by id,
// whatever the direction.
type Order struct {
	Column Column
	Desc   bool
}

// A Place is where a finding stands in an order.
type Place struct {
	Value any // of the order's column: string, float64 or int64
	Last  int64
	ID    string
}

// List returns the first findings of the order, up to limit, that come behind
// after, nil being the beginning.
func (v *View) List(q *Query, o Order, after *Place, limit int) []Place {
	l := lister{matcher: newMatcher(q), order: o, ranks: v.ranking(o.Column)}
	l.found = best[hit]{limit: limit, compare: compareHits}
	if after != nil {
		l.after = &hit{rank: l.turned(l.ranks.of(after.Value)), last: after.Last, id: after.ID}
	}
	for _, s := range l.stretches(v) {
		if l.found.full() && s.first > l.found.last().rank {
			break // no finding of this segment or those behind it comes before those that were found
		}
		l.look(&s)
	}
	out := []Place{}
	for _, h := range l.found.sorted() {
		out = append(out, Place{h.part.value(o.Column, h.row), h.last, h.id})
	}
	return out
}

// lister makes one page. It sorts by rank: a whole number for each value of the
// column, in their order, turned round when the list is descending.
type lister struct {
	*matcher
	order Order
	ranks ranking
	after *hit
	found best[hit]
}

// hit is a finding on its way to the page.
type hit struct {
	rank, last int64
	id         string
	part       *part
	row        int
}

func compareHits(a, b *hit) int {
	if c := cmp.Compare(a.rank, b.rank); c != 0 {
		return c
	}
	if c := cmp.Compare(b.last, a.last); c != 0 {
		return c
	}
	return strings.Compare(a.id, b.id)
}

func (l *lister) turned(rank int64) int64 {
	if l.order.Desc {
		return ^rank
	}
	return rank
}

// A stretch is the part of a list that one segment has.
type stretch struct {
	part  *part
	ranks []int64 // of each row, or of each code; not turned
	codes []uint16
	first int64 // the lowest rank, turned
}

// stretches are in the order of their first finding.
func (l *lister) stretches(v *View) []stretch {
	out := make([]stretch, len(v.parts))
	for i := range v.parts {
		p := &v.parts[i]
		s := stretch{part: p}
		if l.order.Column < timeColumns {
			s.ranks = p.times[l.order.Column]
			b := p.bounds[l.order.Column]
			s.first = min(l.turned(b.lo), l.turned(b.hi-1))
		} else {
			s.ranks, s.codes = l.ranks.codes(p.segment)
			s.first = min(l.turned(slices.Min(s.ranks)), l.turned(slices.Max(s.ranks)))
		}
		out[i] = s
	}
	slices.SortStableFunc(out, func(a, b stretch) int { return cmp.Compare(a.first, b.first) })
	return out
}

// look offers the findings of a stretch.
func (l *lister) look(s *stretch) {
	last := s.part.times[LastSeen]
	for row := range l.rows(s.part).rows {
		h := hit{part: s.part, row: row, last: last[row]}
		if s.codes == nil {
			h.rank = l.turned(s.ranks[row])
		} else {
			h.rank = l.turned(s.ranks[s.codes[row]])
		}
		if l.found.full() {
			worst := l.found.last()
			if h.rank > worst.rank || h.rank == worst.rank && h.last < worst.last {
				continue
			}
		}
		if l.after != nil && h.rank < l.after.rank {
			continue
		}
		h.id = s.part.id(row)
		if l.after == nil || compareHits(&h, l.after) > 0 {
			l.found.offer(h)
		}
	}
}

// value is what a row has in a column.
func (s *segment) value(c Column, row int) any {
	switch c {
	case Account:
		return s.accounts.at(row)
	case Type:
		return s.types.at(row)
	case Severity:
		return s.severity.at(row)
	case Confidence:
		return s.confidence.at(row)
	}
	return s.times[c][row]
}
