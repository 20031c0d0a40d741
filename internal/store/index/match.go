package index

import (
	"math"

	"picket/finding"
)

// A Query selects findings.
type Query struct {
	Region   string          // "" is any
	Accounts map[string]bool // those that are true; nil is any
	Tests    []finding.Test  // all must be met; those by pattern are met by none
}

// matcher is a Query made ready for the segments.
type matcher struct {
	query *Query
	tests []test
}

// test is a finding.Test by the keys of what it names.
type test struct {
	negate bool
	terms  []uint64 // in postings of texts

	attribute uint64    // whose numbers are asked
	ranges    []between // of numbers
	column    Column    // where most times are, if column < timeColumns
	spans     []span    // in the column
}

// between is the keys from lo to hi.
type between struct{ lo, hi uint64 }

func newMatcher(q *Query) *matcher {
	m := &matcher{query: q}
	for i := range q.Tests {
		m.tests = append(m.tests, newTest(&q.Tests[i]))
	}
	return m
}

func newTest(t *finding.Test) test {
	out := test{negate: t.Negate, column: timeColumns}
	switch t.By {
	case finding.ByText:
		for _, text := range t.Texts {
			out.terms = append(out.terms, term(t.Attribute.Path, text))
		}
	case finding.ByRange:
		out.attribute = term(t.Attribute.Path)
		if c, ok := timePaths[t.Attribute.Path]; ok {
			out.column = c
		}
		for _, r := range t.Ranges {
			out.ranges = append(out.ranges, keysOf(r))
			out.spans = append(out.spans, span{firstFrom(r.Lo, r.LoOpen), firstFrom(r.Hi, !r.HiOpen)})
		}
	}
	return out
}

func keysOf(r finding.Range) between {
	b := between{ordered(r.Lo), ordered(r.Hi)}
	if r.LoOpen {
		b.lo++
	}
	if r.HiOpen {
		b.hi--
	}
	return b
}

const endless = int64(1) << 60

// firstFrom is the first whole number from x on, x itself left out if it is open.
func firstFrom(x float64, open bool) int64 {
	n := int64(math.Ceil(min(max(x, -float64(endless)), float64(endless))))
	if open && float64(n) == x {
		n++
	}
	return n
}

// rows are the rows of the part that the query selects, nil when there are none.
func (m *matcher) rows(p *part) bitmap {
	out := make(bitmap, len(p.live))
	copy(out, p.live)
	q := m.query
	if q.Region != "" && !p.regions.keep(out, func(r string) bool { return r == q.Region }) {
		return nil
	}
	if q.Accounts != nil && !p.accounts.keep(out, func(a string) bool { return q.Accounts[a] }) {
		return nil
	}
	met := make(bitmap, len(out))
	for i := range m.tests {
		clear(met)
		m.tests[i].add(p.segment, met)
		if !out.keep(met, m.tests[i].negate) {
			return nil
		}
	}
	return out
}

// add adds the rows that have a value the test names.
func (t *test) add(s *segment, met bitmap) {
	for _, key := range t.terms {
		s.terms.addKey(met, key)
	}
	if len(t.ranges) == 0 {
		return
	}
	if numbers := s.numbers[t.attribute]; numbers != nil {
		for _, r := range t.ranges {
			numbers.addBetween(met, r.lo, r.hi)
		}
	}
	if t.column < timeColumns {
		for _, within := range t.spans {
			addTimes(met, s.times[t.column], &s.zones[t.column], within)
		}
	}
}

// addTimes adds the rows whose time lies within, 0 being none.
func addTimes(met bitmap, times []int64, z *zones[int64], within span) {
	if within.lo >= within.hi {
		return
	}
	for i := range met {
		switch lo, hi := z.lo[i], z.hi[i]; {
		case hi < within.lo || lo >= within.hi:
		case lo > 0 && lo >= within.lo && hi < within.hi:
			met[i] = ^uint64(0)
		default:
			met[i] |= timesWithin(times[i<<6:min(i<<6+64, len(times))], within)
		}
	}
}

// timesWithin is addTimes for up to 64 rows. It has no branch for a row: which
// are within can't be foretold.
func timesWithin(times []int64, within span) (rows uint64) {
	width := uint64(within.hi - within.lo)
	for bit, at := range times {
		in, some := uint64(0), uint64(0)
		if uint64(at-within.lo) < width {
			in = 1
		}
		if at != 0 {
			some = 1
		}
		rows |= (in & some) << bit
	}
	return rows
}
