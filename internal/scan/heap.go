package scan

import (
	"math"

	"picket/event"
)

// place is where a row stands in the order of all rows.
type place struct {
	at    event.Time
	order int
	kind  event.Kind
}

func (a place) before(b place) bool {
	if a.at != b.at {
		return a.at < b.at
	}
	if a.order != b.order {
		return a.order < b.order
	}
	return a.kind < b.kind
}

// never is after every row.
var never = place{at: math.MaxInt64}

// A cursor is the rows of one kind of a source's current chunk.
type cursor struct {
	place
	lo, n int
	src   *source
	chunk *chunk
}

// end is the first row, after the one c stands at, that is not before limit.
func (c *cursor) end(limit place) int {
	last := limit.at // a row of this time is still due if c comes first in a tie
	if !(place{limit.at, c.order, c.kind}).before(limit) {
		last--
	}
	hi := c.lo + 1
	if c.kind == event.KindFlow {
		for rows := c.chunk.batch.Flows; hi < c.n && rows[hi].At <= last; hi++ {
		}
		return hi
	}
	for hi < c.n && c.chunk.batch.At(c.kind, hi) <= last {
		hi++
	}
	return hi
}

// cursors is a binary heap, the earliest first.
type cursors []cursor

func (h *cursors) push(c cursor) {
	*h = append(*h, c)
	s := *h
	for i := len(s) - 1; i > 0; {
		up := (i - 1) / 2
		if !s[i].before(s[up].place) {
			return
		}
		s[i], s[up] = s[up], s[i]
		i = up
	}
}

func (h *cursors) pop() cursor {
	s := *h
	top := s[0]
	last := len(s) - 1
	s[0] = s[last]
	s[last] = cursor{}
	*h = s[:last]
	h.fix()
	return top
}

// fix restores the order after the first cursor moved on.
func (h *cursors) fix() {
	s := *h
	for i := 0; ; {
		least := i
		for c := 2*i + 1; c <= 2*i+2 && c < len(s); c++ {
			if s[c].before(s[least].place) {
				least = c
			}
		}
		if least == i {
			return
		}
		s[i], s[least] = s[least], s[i]
		i = least
	}
}

// second is the place of the earliest cursor but the first.
func (h cursors) second() place {
	l := never
	for i := 1; i < min(len(h), 3); i++ {
		if h[i].before(l) {
			l = h[i].place
		}
	}
	return l
}
