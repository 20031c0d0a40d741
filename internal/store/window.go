package store

import (
	"fmt"
	"math"

	"picket/event"
	"picket/finding"
)

// A window is a stretch of updatedAt, from lo to before hi in Unix milliseconds,
// with the whole days in it, from first to before end. What was updated on them
// is counted already.
type window struct{ lo, first, end, hi int64 }

const (
	day     = int64(event.Day)
	endless = int64(1) << 60
)

// windowOf parts the tests that say a window from the others. ok is false when
// they say none, or one without a whole day.
func windowOf(tests []finding.Test) (w window, others []finding.Test, ok bool) {
	w = window{lo: -endless, hi: endless}
	for _, t := range tests {
		if t.Attribute.Path != "updatedAt" || t.Negate || len(t.Ranges) != 1 {
			others = append(others, t)
			continue
		}
		r := t.Ranges[0]
		w.lo = max(w.lo, after(r.Lo, r.LoOpen))
		w.hi = min(w.hi, after(r.Hi, !r.HiOpen))
	}
	w.first = (max(w.lo, 1) + day - 1) / day * day // the day of 0 has findings without a time
	w.end = max(w.hi, 0) / day * day
	return w, others, len(others) < len(tests) && w.first < w.end
}

// after is the first whole number from x on, x itself left out if it is open.
func after(x float64, open bool) int64 {
	n := int64(math.Ceil(min(max(x, -float64(endless)), float64(endless))))
	if open && float64(n) == x {
		n++
	}
	return n
}

// from is a FROM clause like that of counters, of the findings of the window
// that w and the tests leave: the counters of its days and, one by one, what was
// updated before and after them.
func (v *window) from(q *query, w *Where, g Group, tests []finding.Test) string {
	grain := grainOf(ByDate, tests)
	if g == ByType {
		grain = grainDayTypes
	}
	days := fmt.Sprintf("SELECT f.account, f.day, f.severity, f.type, f.n, f.latest FROM finding_cells f WHERE f.grain = %d AND %s", grain, w.scope(q, "f.region", "f.account"))
	for i := range tests {
		days += " AND " + q.onRow(&tests[i])
	}
	days += " AND f.n > 0 AND f.day >= " + q.arg(v.first) + " AND f.day < " + q.arg(v.end)
	return "(" + days + v.edge(q, w, tests, v.lo, v.first) + v.edge(q, w, tests, v.end, v.hi) + ") f WHERE 1 = 1"
}

// edge adds the findings of a part of a day, in the form of counters.
func (v *window) edge(q *query, w *Where, tests []finding.Test, lo, hi int64) string {
	if lo >= hi {
		return ""
	}
	return " UNION ALL SELECT f.account, " + dayColumn + ", f.severity, f.type, 1, f.updated FROM findings f WHERE " + w.scope(q, "f.region", unindexed("f.account")) +
		" AND " + q.meets(tests) + " AND f.updated <> 0 AND f.updated >= " + q.arg(lo) + " AND f.updated < " + q.arg(hi)
}
