package scan

import (
	"context"

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

	waiting []*file   // not yet open, in order of their first record
	opened  int       // files that were opened
	ahead   []*source // open, their time has not come
	early   int64     // cost of those
	cost    int64     // of all open files
	heap    cursors

	runs  []event.Run // due, and not yet shown to the engine
	rows  int         // in runs
	spent []*chunk    // used up by runs
	held  int64       // bytes of those
	hits  []finding.Hit
}

const (
	// openBudget bounds what all open files may hold in memory, by their cost.
	openBudget = 160 << 20
	// showRows is how many rows the engine is shown at once. It joins hits of one
	// issue within that, so the number must not depend on how rows are spread
	// over files.
	showRows = 4096
	// maxHeld is how much memory may wait for so many rows to come together.
	maxHeld = 24 << 20
	// readAhead is how many files are opened before their time: so many at
	// least, and small ones up to a cost and a number.
	readAhead      = 4
	readAheadCost  = 8 << 20
	readAheadFiles = 64
)

// run merges all files to the end.
func (m *merger) run(ctx context.Context) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		m.readAhead()
		m.activate()
		if len(m.heap) == 0 {
			if len(m.ahead) == 0 && len(m.waiting) == 0 {
				break
			}
			continue
		}
		m.step()
	}
	m.show()
	return ctx.Err() // readers stop early when it ends
}

// readAhead opens files while that keeps within the budget, and one if nothing
// is open at all.
func (m *merger) readAhead() {
	for len(m.waiting) > 0 {
		c := m.waiting[0].cost()
		fits := m.cost+c <= openBudget || m.cost == 0
		early := len(m.ahead) < readAhead || len(m.ahead) < readAheadFiles && m.early+c <= readAheadCost
		if !fits || !early {
			return
		}
		m.openNext()
	}
}

func (m *merger) openNext() {
	s := newSource(m.waiting[0], m.opened)
	m.waiting[0] = nil
	m.waiting = m.waiting[1:]
	m.opened++
	m.cost += s.cost
	m.early += s.cost
	m.ahead = append(m.ahead, s)
	m.open(s)
}

// activate brings in the files whose time has come: those that begin before
// the next row. When no file is active the next one is.
func (m *merger) activate() {
	for len(m.ahead) > 0 && (len(m.heap) == 0 || m.ahead[0].head <= m.heap[0].at) {
		s := m.ahead[0]
		m.ahead = m.ahead[1:]
		m.early -= s.cost
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
	for k := range event.NumKinds {
		if n := c.batch.Rows(k); n > 0 {
			c.left++
			m.heap.push(cursor{place: place{c.batch.At(k, 0), s.order, k}, n: n, src: s, chunk: c})
		}
	}
}

// step takes the longest run of rows that is due.
func (m *merger) step() {
	c := &m.heap[0]
	lo, hi := c.lo, min(c.end(m.limit()), c.lo+showRows-m.rows)
	m.runs = append(m.runs, event.Run{Batch: &c.chunk.batch, Kind: c.kind, Lo: lo, Hi: hi})
	m.rows += hi - lo
	if c.lo = hi; hi < c.n {
		c.at = c.chunk.batch.At(c.kind, hi)
		m.heap.fix()
	} else {
		m.finish()
	}
	if m.rows >= showRows || m.held >= maxHeld {
		m.show()
	}
}

// limit is the row before which the first cursor's rows must stop: another
// cursor's next, or the first of a file that is not active yet.
func (m *merger) limit() place {
	l := m.heap.second()
	if len(m.ahead) > 0 {
		if a := (place{at: m.ahead[0].head, order: m.ahead[0].order}); a.before(l) {
			l = a
		}
	}
	return l
}

// finish drops the first cursor, whose rows are used up; with the chunk's last
// kind the file's next chunk is taken.
func (m *merger) finish() {
	c := m.heap.pop()
	if c.chunk.left--; c.chunk.left > 0 {
		return
	}
	m.spent = append(m.spent, c.chunk)
	m.held += int64(cap(c.chunk.buf))
	m.advance(c.src)
}

// show hands the runs to the engine and gives back the chunks they used up.
func (m *merger) show() {
	if len(m.runs) > 0 {
		m.hits = m.engine.Process(m.hits[:0], m.runs)
		for i := range m.hits {
			m.take(m.hits[i])
		}
		clear(m.hits)
	}
	for i, c := range m.spent {
		c.release()
		m.spent[i] = nil
	}
	m.runs, m.spent = m.runs[:0], m.spent[:0]
	m.rows, m.held = 0, 0
}
