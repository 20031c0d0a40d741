package index

import (
	"cmp"
	"slices"
	"sync"
)

// A View is the findings of one moment. It is safe for concurrent use. The zero
// View has none.
type View struct {
	parts     []part
	directory *directory
	keys      []Key
	started   int // keys when the directory was new
}

// part is a segment with the rows of it that count.
type part struct {
	*segment
	live  bitmap
	alive int
}

// Outgrown reports whether what the View remembers of findings that are gone
// takes so much memory that it should be made anew, from the zero View.
func (v *View) Outgrown() bool { return len(v.keys) > 2*v.started+1<<20 }

// An Edit makes a View from another. It is used by one goroutine.
type Edit struct {
	from     *View
	parts    []part
	copied   []bool // which live sets are the edit's own
	growing  *building
	pairs    int // that the segment before had, as the next may have
	grown    []*segment
	builders sync.WaitGroup
}

// Edit begins a View that is like v. Finish is owed.
func (v *View) Edit() *Edit {
	from := v
	if v.directory == nil {
		from = &View{directory: &directory{}}
	}
	return &Edit{from: from, parts: slices.Clone(from.parts), copied: make([]bool, len(from.parts))}
}

// Delete takes out a finding that the Edit began with, if there is one of that
// number.
func (e *Edit) Delete(seq int64) {
	for i := range e.parts {
		p := &e.parts[i]
		row, ok := p.row(seq)
		if !ok || !p.live.has(row) {
			continue
		}
		if !e.copied[i] {
			p.live, e.copied[i] = slices.Clone(p.live), true
		}
		p.live.remove(row)
		p.alive--
		return
	}
}

// Add puts in a finding. It keeps nothing of x.
func (e *Edit) Add(x *Entry) {
	if e.growing == nil {
		e.growing = &building{directory: e.from.directory}
		e.growing.terms.expect(e.pairs)
	}
	e.growing.addEntry(x)
	if e.growing.rows == maxRows {
		e.flush()
	}
}

// flush finishes the growing segment on another goroutine, one at a time.
func (e *Edit) flush() {
	b := e.growing
	e.growing, e.pairs = nil, len(b.terms.keys)
	e.builders.Wait()
	e.builders.Go(func() { e.grown = append(e.grown, b.finish()) })
}

// Finish returns the View.
func (e *Edit) Finish() *View {
	if e.growing != nil {
		e.flush()
	}
	e.builders.Wait()
	for _, s := range e.grown {
		e.parts = append(e.parts, whole(s))
	}
	v := &View{parts: e.tidy(), directory: e.from.directory, started: e.from.started}
	v.keys = v.directory.all()
	if len(e.from.parts) == 0 {
		v.started = len(v.keys)
	}
	return v
}

func whole(s *segment) part { return part{s, allOf(s.rows), s.rows} }

// tidy merges parts until no two are of about the same size and none has more
// dead rows than live ones. So there are few, and a finding is moved a few times
// only, however many edits come after it.
func (e *Edit) tidy() []part {
	parts := slices.DeleteFunc(e.parts, func(p part) bool { return p.alive == 0 })
	for i := range parts {
		if 2*parts[i].alive < parts[i].rows {
			parts[i] = e.merge(&parts[i])
		}
	}
	for {
		slices.SortStableFunc(parts, func(a, b part) int { return cmp.Compare(a.alive, b.alive) })
		i := alike(parts)
		if i < 0 {
			return parts
		}
		parts[i] = e.merge(&parts[i], &parts[i+1])
		parts = slices.Delete(parts, i+1, i+2)
	}
}

// alike finds a part that can be merged with the next, -1 when there is none.
func alike(parts []part) int {
	for i := range len(parts) - 1 {
		if a, b := parts[i].alive, parts[i+1].alive; b < 2*a && a+b <= maxRows {
			return i
		}
	}
	return -1
}

func (e *Edit) merge(parts ...*part) part {
	b := &building{directory: e.from.directory}
	for _, p := range parts {
		b.addLive(p)
	}
	return whole(b.finish())
}
