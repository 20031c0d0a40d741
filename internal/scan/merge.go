package scan

import (
	"context"
	"math"

	"picket/engine"
	"picket/event"
	"picket/finding"
)

// A merger puts the rows of all files into one order: by time, then by the
// file's place, then by the place in the file. It keeps open the files whose
// time has come and reads some ahead. Every decision follows from the files'
// contents alone, so the order is the same whatever the number of workers.
type merger struct {
	engine *engine.Engine
	take   func(finding.Hit)
	open   func(*source) // begins to read a file
	closed func(*source)

	waiting []*source // not yet open, in order of their first record
	ahead   []*source // open, their time has not come
	heap    cursors
	cost    int64 // of all open files
	runs    []event.Run
	hits    []finding.Hit
}

const (
	// openBudget bounds what all open files may hold in memory, counted as
	// sourceCost each: two chunks and their rows.
	openBudget = 160 << 20
	sourceCost = 5 * chunkBytes
	// maxRuns is how many runs are handed to the engine at once at most.
	maxRuns = 4096
	// readAhead is how many files are opened before their time.
	readAhead = 8
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
	lo, n  int
	src    *source
	chunk  *chunk
	others *int // kinds of the chunk not yet used up
}

// run merges all files to the end.
func (m *merger) run(ctx context.Context) error {
	for {
		m.readAhead()
		m.activate()
		if len(m.heap) == 0 {
			if len(m.ahead) == 0 && len(m.waiting) == 0 {
				break
			}
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		m.step()
	}
	m.flush()
	return nil
}

// readAhead opens files until the budget or the number ahead is used up.
func (m *merger) readAhead() {
	for len(m.waiting) > 0 && len(m.ahead) < readAhead && m.cost+sourceCost <= openBudget {
		m.openNext()
	}
}

func (m *merger) openNext() {
	s := m.waiting[0]
	m.waiting = m.waiting[1:]
	s.cost = sourceCost
	m.cost += s.cost
	m.ahead = append(m.ahead, s)
	m.open(s)
}

// activate brings in the files whose time has come: those that begin before
// the next row. When no file is active the next one is.
func (m *merger) activate() {
	for len(m.ahead) > 0 && (len(m.heap) == 0 || m.ahead[0].head <= m.heap[0].at) {
		s := m.ahead[0]
		m.ahead = m.ahead[1:]
		m.advance(s)
		m.readAhead()
	}
}

// advance takes the next chunk of s.
func (m *merger) advance(s *source) {
	c, ok := <-s.chunks
	if !ok {
		m.cost -= s.cost
		m.closed(s)
		return
	}
	others := new(int)
	for k := range event.NumKinds {
		if n := c.batch.Rows(k); n > 0 {
			*others++
			m.heap.push(cursor{place: place{c.batch.At(k, 0), s.order, k}, n: n, src: s, chunk: c, others: others})
		}
	}
}

// step takes the longest run of rows that is due.
func (m *merger) step() {
	c := &m.heap[0]
	hi := m.end(c, m.limit())
	m.runs = append(m.runs, event.Run{Batch: &c.chunk.batch, Kind: c.kind, Lo: c.lo, Hi: hi})
	if c.lo = hi; hi < c.n {
		c.at = c.chunk.batch.At(c.kind, hi)
		m.heap.fix()
		if len(m.runs) >= maxRuns {
			m.flush()
		}
		return
	}
	m.finish()
}

// end is the first row of c, after the one it stands at, that is not before limit.
func (m *merger) end(c *cursor, limit place) int {
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

// limit is the row before which the first cursor's rows must stop: another
// cursor's next, or the first of a file that is not active yet.
func (m *merger) limit() place {
	l := never
	for i := 1; i < min(len(m.heap), 3); i++ {
		if m.heap[i].before(l) {
			l = m.heap[i].place
		}
	}
	if len(m.ahead) > 0 {
		if a := (place{at: m.ahead[0].head, order: m.ahead[0].order}); a.before(l) {
			l = a
		}
	}
	return l
}

// finish drops the first cursor, whose rows are used up; with the chunk's last
// kind the chunk goes back and the file's next one is taken.
func (m *merger) finish() {
	c := m.heap.pop()
	if *c.others--; *c.others > 0 {
		return
	}
	m.flush()
	c.chunk.release()
	m.advance(c.src)
}

func (m *merger) flush() {
	if len(m.runs) == 0 {
		return
	}
	m.hits = m.engine.Process(m.hits[:0], m.runs)
	for i := range m.hits {
		m.take(m.hits[i])
	}
	clear(m.hits)
	m.runs = m.runs[:0]
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
