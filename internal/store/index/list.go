package index

import (
	"cmp"
	"math"
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
		l.after = &hit{rank: l.ranks.of(after.Value) ^ l.flip(), last: after.Last, id: after.ID}
	}
	for _, s := range l.stretches(v) {
		if l.behind(s.first, math.MaxInt64) {
			break // and so are the segments after it
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

// flip turns ranks round by ^ when the list is descending.
func (l *lister) flip() int64 {
	if l.order.Desc {
		return -1
	}
	return 0
}

// A stretch is the part of a list that one segment has: the ranks of its rows, not
// yet flipped, or of their codes.
type stretch struct {
	part  *part
	ranks []int64
	times *zones[int64] // of the ranks when they are of rows
	codes []uint16
	zones *zones[uint16] // of the codes
	first int64          // the lowest rank, flipped
}

func (l *lister) stretch(p *part) stretch {
	s := stretch{part: p}
	if c := l.order.Column; c < timeColumns {
		s.ranks, s.times = p.times[c], &p.zones[c]
		s.first = min(p.bounds[c].lo^l.flip(), (p.bounds[c].hi-1)^l.flip())
		return s
	}
	s.ranks, s.codes, s.zones = l.ranks.codes(p.segment)
	s.first = min(s.ranks[0]^l.flip(), s.ranks[len(s.ranks)-1]^l.flip())
	return s
}

// rank is that of a row, not flipped.
func (s *stretch) rank(row int) int64 {
	if s.codes != nil {
		row = int(s.codes[row])
	}
	return s.ranks[row]
}

// best is the lowest flipped rank of 64 rows.
func (s *stretch) best(zone int, flip int64) int64 {
	var lo, hi int64
	if s.codes != nil {
		lo, hi = s.ranks[s.zones.lo[zone]], s.ranks[s.zones.hi[zone]]
	} else {
		lo, hi = s.times.lo[zone], s.times.hi[zone]
	}
	return min(lo^flip, hi^flip)
}

// stretches are in the order of their first finding.
func (l *lister) stretches(v *View) []stretch {
	out := make([]stretch, len(v.parts))
	for i := range v.parts {
		out[i] = l.stretch(&v.parts[i])
	}
	slices.SortStableFunc(out, func(a, b stretch) int { return cmp.Compare(a.first, b.first) })
	return out
}

// look offers the findings of a stretch, 64 rows after the other. Rows are in the
// order of coming as a rule, so that the newest of a list of the newest are last.
func (l *lister) look(s *stretch) {
	rows := l.rows(s.part)
	for i := range rows {
		if l.order.Desc {
			i = len(rows) - 1 - i
		}
		if rows[i] != 0 && !l.behind(s.best(i, l.flip()), s.part.zones[LastSeen].hi[i]) {
			l.offer(s, rows[i:i+1], i<<6)
		}
	}
}

// behind reports whether what has a rank from best on, and no last event after
// last, can't be on the page.
func (l *lister) behind(best, last int64) bool {
	if !l.found.full() {
		return false
	}
	worst := l.found.last()
	return best > worst.rank || best == worst.rank && last < worst.last
}

// offer offers the findings of rows from row base on.
func (l *lister) offer(s *stretch, rows bitmap, base int) {
	for row := range rows.rows {
		row += base
		h := hit{rank: s.rank(row) ^ l.flip(), last: s.part.times[LastSeen][row], part: s.part, row: row}
		if l.behind(h.rank, h.last) {
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
