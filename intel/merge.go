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
	for i := range parts {
		if errs[i] == nil {
			errs[i] = b.merge(&parts[i])
		}
		parts[i] = Builder{}
	}
	return errs
}

// merge adds what o collected, or with an error nothing of it, as if its lists
// had been added to b. o must not be used again.
func (b *Builder) merge(o *Builder) error {
	if len(b.sources) == 0 {
		*b = *o
		return nil
	}
	if len(b.lists)+len(o.lists) > maxSources || len(b.sources)+len(o.sources)-1 > maxSources+1 {
		return errLists
	}
	m := mapping{source: uint16(len(b.sources) - 1), names: make([]uint16, len(o.names))}
	for i, name := range o.names {
		m.names[i] = b.intern([]byte(name))
	}
	for _, s := range o.sources[1:] {
		b.sources = append(b.sources, source{s.list + uint16(len(b.lists)), s.mark})
	}
	b.lists = append(b.lists, o.lists...)
	b.mergeEntries(o, m)
	return nil
}

func (b *Builder) mergeEntries(o *Builder, m mapping) {
	b.records4 = slices.Grow(b.records4, len(o.records4))
	for _, r := range o.records4 {
		to := m.ref(ref{uint16(r.source()), uint16(r.name())})
		b.records4 = append(b.records4, newRecord4(r.first(), r.length(), uint32(to.source), uint32(to.name)))
	}
	b.records6 = slices.Grow(b.records6, len(o.records6))
	for _, r := range o.records6 {
		r.ref = m.ref(r.ref)
		b.records6 = append(b.records6, r)
	}
	for _, e := range o.endpoints {
		e.ref = m.ref(e.ref)
		b.endpoints = append(b.endpoints, e)
	}
	from := uint32(len(b.arena))
	b.arena = append(b.arena, o.arena...)
	b.domains = slices.Grow(b.domains, len(o.domains))
	for _, d := range o.domains {
		d.off += from
		d.ref = m.ref(d.ref)
		b.domains = append(b.domains, d)
	}
}

// mapping says what sources and names of one builder are called in another.
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
