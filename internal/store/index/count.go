package index

import (
	"cmp"
	"strings"
)

// A Group is what findings are counted by.
type Group uint8

// The groups.
const (
	ByAccount Group = iota
	ByDay           // the UTC day of Updated, and severity
	ByType
	ByResource
	BySeverity
)

// A Total is one group of findings. Of the members before N those are set that
// the group goes by.
type Total struct {
	Account, Type string
	Resource      Resource
	Day           int64 // its begin
	Severity      float64

	N      int
	Latest int64 // when the last was updated
}

// Count counts findings in groups, largest first, equal ones by name; BySeverity
// the worst first. ascending turns that round. limit 0 is all groups.
func (v *View) Count(q *Query, g Group, ascending bool, limit int) []Total {
	c := counter{matcher: newMatcher(q), view: v}
	compare := compareTotals
	if g == BySeverity {
		compare = func(a, b *Total) int { return cmp.Compare(b.Severity, a.Severity) }
	}
	c.out = best[Total]{limit: limit, compare: compare}
	if ascending {
		c.out.compare = func(a, b *Total) int { return compare(b, a) }
	}
	switch g {
	case ByAccount:
		count(&c, func(s *segment) *column[string] { return &s.accounts }, func(a string) Total { return Total{Account: a} })
	case ByType:
		count(&c, func(s *segment) *column[string] { return &s.types }, func(t string) Total { return Total{Type: t} })
	case BySeverity:
		count(&c, func(s *segment) *column[float64] { return &s.severity }, func(x float64) Total { return Total{Severity: x} })
	case ByDay:
		count(&c, func(s *segment) *column[cell] { return &s.cells }, func(d cell) Total { return Total{Day: d.day, Severity: d.severity} })
	case ByResource:
		c.resources()
	}
	return c.out.sorted()
}

// Size is how many findings the query selects.
func (v *View) Size(q *Query) int {
	m, n := newMatcher(q), 0
	for i := range v.parts {
		n += m.rows(&v.parts[i]).count()
	}
	return n
}

func compareTotals(a, b *Total) int {
	if a.N != b.N {
		return cmp.Compare(b.N, a.N)
	}
	return cmp.Or(strings.Compare(a.Type, b.Type), cmp.Compare(a.Day, b.Day), cmp.Compare(a.Severity, b.Severity),
		strings.Compare(a.Resource.ID, b.Resource.ID), strings.Compare(a.Account, b.Account), strings.Compare(a.Resource.Kind, b.Resource.Kind))
}

// counter makes one statistic.
type counter struct {
	*matcher
	view *View
	out  best[Total]
}

// tally counts one group.
type tally struct {
	n      int
	latest int64
}

func (t *tally) add(n int, at int64) {
	t.n += n
	if at > t.latest { // most are not: nothing is written
		t.latest = at
	}
}

// count counts by the values of a column.
func count[K comparable](c *counter, column func(*segment) *column[K], total func(K) Total) {
	sums := map[K]tally{}
	for i := range c.view.parts {
		p := &c.view.parts[i]
		by, updated := column(p.segment), p.times[Updated]
		tallies := make([]tally, len(by.values))
		for row := range c.rows(p).rows {
			tallies[by.codes[row]].add(1, updated[row])
		}
		for code, t := range tallies {
			if t.n > 0 {
				sum := sums[by.values[code]]
				sum.add(t.n, t.latest)
				sums[by.values[code]] = sum
			}
		}
	}
	for value, t := range sums {
		x := total(value)
		x.N, x.Latest = t.n, t.latest
		c.out.offer(x)
	}
}

// resources counts by resource; a finding counts for each that it has.
func (c *counter) resources() {
	tallies := make([]tally, len(c.view.keys))
	for i := range c.view.parts {
		p := &c.view.parts[i]
		updated := p.times[Updated]
		for row := range c.rows(p).rows {
			for _, number := range p.resourcesOf(row) {
				tallies[number].add(1, updated[row])
			}
		}
	}
	for number, t := range tallies {
		if t.n > 0 {
			k := c.view.keys[number]
			c.out.offer(Total{Account: k.Account, Resource: Resource{k.ID, k.Kind}, N: t.n, Latest: t.latest})
		}
	}
}
