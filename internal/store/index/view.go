package index

import (
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

// tidy merges small parts until no two of them are of about the same size and
// none has more dead rows than live ones, which Merge does for large ones. So
// there are few, and a finding is moved a few times only, however many edits come
// after it.
func (e *Edit) tidy() []part {
	parts := slices.DeleteFunc(e.parts, func(p part) bool { return p.alive == 0 })
	slices.SortStableFunc(parts, byAlive)
	for {
		from := untidy(parts, false)
		if from == nil {
			return parts
		}
		parts = merge(e.from.directory, from).in(parts)
	}
}
