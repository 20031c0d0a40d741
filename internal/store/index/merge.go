package index

import (
	"cmp"
	"slices"
)

const (
	// smallRows is how many rows a small part has at most. To merge two takes
	// some milliseconds, and an Edit does it; larger ones are for Merge.
	smallRows = 1 << 10
	// crowd is of how many parts that could be merged a View has too many. Merges
	// that keep up leave six.
	crowd = 32
)

// A Merge is one part made of several of a View.
type Merge struct {
	from  []part     // as they were
	moved [][]uint16 // of each of from: what its live rows became
	to    *segment
}

// Merge makes one part of large ones of the View, so that there are few and what
// is gone takes little memory; nil when there is nothing to do. It takes a tenth of
// a second and changes nothing: View.With takes what was made.
func (v *View) Merge() *Merge {
	from := untidy(v.parts, true)
	if from == nil {
		return nil
	}
	return merge(v.directory, from)
}

// Untidy reports whether there is something to Merge.
func (v *View) Untidy() bool { return untidy(v.parts, true) != nil }

// Crowded reports whether so much waits to be merged that who makes further Views
// should wait for it.
func (v *View) Crowded() bool {
	n := 0
	for i := range v.parts {
		if p := &v.parts[i]; p.rows > smallRows && p.alive <= maxRows/2 {
			n++
		}
	}
	return n > crowd
}

// With is v with what was made of it, or of a View that it came from by edits. One
// that was made anew stays as it is.
func (v *View) With(m *Merge) *View {
	out := *v
	out.parts = m.in(v.parts)
	return &out
}

// untidy finds parts to be made one, among the large or the small: one that has
// more dead rows than live ones, or two of about the same size. parts rise by
// live rows, of which each has some.
func untidy(parts []part, large bool) []part {
	var last *part
	for i := range parts {
		p := &parts[i]
		if (p.rows > smallRows) != large {
			continue
		}
		if 2*p.alive < p.rows {
			return []part{*p}
		}
		if last != nil && p.alive < 2*last.alive && last.alive+p.alive <= maxRows {
			return []part{*last, *p}
		}
		last = p
	}
	return nil
}

func merge(d *directory, from []part) *Merge {
	m := &Merge{from: from}
	b := &building{directory: d}
	for i := range from {
		m.moved = append(m.moved, b.addLive(&from[i]))
	}
	m.to = b.finish()
	return m
}

// in returns parts with the new one in place of those that it was made of. What
// has died in them since is dead in it; of one that is not there any more all has.
func (m *Merge) in(parts []part) []part {
	to := whole(m.to)
	out := make([]part, 0, len(parts))
	for i := range parts {
		if !slices.ContainsFunc(m.from, func(f part) bool { return f.segment == parts[i].segment }) {
			out = append(out, parts[i])
		}
	}
	for i, f := range m.from {
		now := newBitmap(f.rows)
		if at := slices.IndexFunc(parts, func(p part) bool { return p.segment == f.segment }); at >= 0 {
			now = parts[at].live
		}
		for row := range f.live.rows {
			if !now.has(uint16(row)) {
				to.live.remove(m.moved[i][row])
				to.alive--
			}
		}
	}
	if to.alive > 0 {
		out = append(out, to)
	}
	slices.SortStableFunc(out, byAlive)
	return out
}

func byAlive(a, b part) int { return cmp.Compare(a.alive, b.alive) }
