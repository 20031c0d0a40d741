package intel

import (
	"runtime"
	"slices"
	"sync"
)

// AddFiles is AddFile for several lists, which are read at once, one a
// processor. The result is that of adding them one by one: a list that can't be
// read is left out. errs has the error of each list, nil when it was added.
func (b *Builder) AddFiles(lists []List) (errs []error) {
	parts := make([]Builder, len(lists))
	errs = make([]error, len(lists))
	work := make(chan struct{}, runtime.GOMAXPROCS(0))
	var wg sync.WaitGroup
	for i := range lists {
		work <- struct{}{}
		wg.Go(func() {
			_, errs[i] = parts[i].AddFile(lists[i])
			<-work
		})
	}
	wg.Wait()
	var read []part
	for i := range parts {
		if errs[i] != nil {
			continue
		}
		var m mapping
		if m, errs[i] = b.adopt(&parts[i]); errs[i] == nil {
			read = append(read, part{&parts[i], m})
		}
	}
	b.take(read)
	return errs
}

// A part is what one list gave, on its way into a builder where sources and
// names have other numbers.
type part struct {
	*Builder
	mapping
}

type mapping struct {
	source uint16 // added to all but source 0, which is the same in every builder
	names  []uint16
}

func (m mapping) ref(r ref) ref {
	if r.source != 0 {
		r.source += m.source
	}
	return ref{r.source, m.names[r.name]}
}

// adopt adds o's lists, sources and names to b's, or with an error nothing.
func (b *Builder) adopt(o *Builder) (mapping, error) {
	b.begin()
	if len(b.lists)+len(o.lists) > maxSources || len(b.sources)+len(o.sources)-1 > maxSources+1 {
		return mapping{}, errLists
	}
	m := mapping{source: uint16(len(b.sources) - 1), names: make([]uint16, len(o.names))}
	for i, name := range o.names {
		m.names[i] = b.intern([]byte(name))
	}
	for _, s := range o.sources[1:] {
		b.sources = append(b.sources, source{s.list + uint16(len(b.lists)), s.mark})
	}
	b.lists = append(b.lists, o.lists...)
	return m, nil
}

// take adds the entries of adopted parts, in their order, all at once.
func (b *Builder) take(parts []part) {
	var records4, records6, domains, arena int
	for _, p := range parts {
		records4, records6 = records4+len(p.records4), records6+len(p.records6)
		domains, arena = domains+len(p.domains), arena+len(p.arena)
	}
	// Room is made before: what is being filled must not move.
	b.records4, b.records6 = slices.Grow(b.records4, records4), slices.Grow(b.records6, records6)
	b.domains, b.arena = slices.Grow(b.domains, domains), slices.Grow(b.arena, arena)
	var wg sync.WaitGroup
	for _, p := range parts {
		from := uint32(len(b.arena))
		to := Builder{records4: longer(&b.records4, len(p.records4)), records6: longer(&b.records6, len(p.records6)),
			domains: longer(&b.domains, len(p.domains)), arena: longer(&b.arena, len(p.arena))}
		wg.Go(func() { p.fill(&to, from) })
		for _, e := range p.endpoints {
			e.ref = p.ref(e.ref)
			b.endpoints = append(b.endpoints, e)
		}
	}
	wg.Wait()
}

// longer makes s longer by n, for which it has room, and returns the new part.
func longer[T any](s *[]T, n int) []T {
	at := len(*s)
	*s = (*s)[:at+n]
	return (*s)[at:]
}

// fill writes p's entries to those of to, which are as many; domains lie from
// from on in the arena they go to.
func (p *part) fill(to *Builder, from uint32) {
	for i, r := range p.records4 {
		ref := p.ref(ref{uint16(r.source()), uint16(r.name())})
		to.records4[i] = r&^(1<<(sourceBits+nameBits)-1) | record4(ref.source)<<nameBits | record4(ref.name)
	}
	for i, r := range p.records6 {
		r.ref = p.ref(r.ref)
		to.records6[i] = r
	}
	copy(to.arena, p.arena)
	for i, d := range p.domains {
		d.off += from
		d.ref = p.ref(d.ref)
		to.domains[i] = d
	}
}
