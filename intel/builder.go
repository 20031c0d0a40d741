package intel

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"slices"
	"sync"

	"picket/event"
)

// ref says where an entry comes from.
type ref struct {
	source uint16 // index into sources
	name   uint16 // index into names, 0 for none
}

// source is one list's entries of one category.
type source struct {
	list uint16
	mark event.Marks
}

// Info describes one list of a Set.
type Info struct {
	List
	Stats
}

// Builder collects lists and makes a Set of them. It is not safe for
// concurrent use. The zero Builder is empty and ready.
type Builder struct {
	lists     []Info
	sources   []source // [0] marks addresses that have entries with ports
	names     []string // threat names; [0] is none
	nameIDs   map[string]uint16
	records4  []record4
	records6  []record6
	endpoints []endpoint
	domains   []domainAdd
	arena     []byte
}

// AddFile is Add for the file at l.Path.
func (b *Builder) AddFile(l List) (Stats, error) {
	f, err := os.Open(l.Path)
	if err != nil {
		return Stats{}, fmt.Errorf("open list %q: %w", l.Name, err)
	}
	defer f.Close()
	return b.Add(l, f)
}

// Add reads a list from r, gzip or not. Either the whole list is added or,
// with an error, nothing of it. Names of lists need not be unique. A Builder
// takes up to 1023 lists.
func (b *Builder) Add(l List, r io.Reader) (Stats, error) {
	if l.MaxEntries == 0 {
		l.MaxEntries = DefaultMaxEntries
	}
	if l.MaxBytes == 0 {
		l.MaxBytes = DefaultMaxBytes
	}
	before := *b
	st, err := b.add(l, r)
	if err != nil {
		before.names, before.nameIDs = b.names, b.nameIDs // shared with the lists before; unused names do no harm
		*b = before
		return st, fmt.Errorf("read list %q: %w", l.Name, err)
	}
	return st, nil
}

func (b *Builder) add(l List, r io.Reader) (Stats, error) {
	if len(b.lists) == maxSources {
		return Stats{}, errLists
	}
	b.lists = append(b.lists, Info{List: l})
	in := intake{Builder: b, list: &l, index: uint16(len(b.lists) - 1)}
	b.begin()
	st, err := Read(r, l.Format, l.MaxBytes, in.take)
	if err != nil {
		return st, err
	}
	st.Entries -= in.passed
	st.Ignored += in.passed
	if l.Custom && st.Entries == 0 {
		return st, errors.New("no valid entry")
	}
	b.lists[in.index].Stats = st
	return st, nil
}

// begin gives a new builder the source and the name that every builder has.
func (b *Builder) begin() {
	if len(b.sources) == 0 {
		b.sources = append(b.sources, source{mark: markPorts})
		b.names = append(b.names, "")
		b.nameIDs = map[string]uint16{"": 0}
	}
}

// intake takes the entries of one list into the builder.
type intake struct {
	*Builder
	list   *List
	index  uint16
	taken  int
	passed int    // entries left out by the list's rules
	source uint16 // of the mark last seen
	mark   event.Marks
}

var errLists = errors.New("too many lists")

func (in *intake) take(e *Entry) error {
	mark := e.Marks
	if mark == 0 {
		mark = in.list.Mark
	}
	if in.leftOut(e, mark) {
		in.passed++
		return nil
	}
	if in.taken++; in.taken > in.list.MaxEntries {
		return fmt.Errorf("more than %d entries", in.list.MaxEntries)
	}
	if mark != in.mark || mark == 0 {
		if err := in.open(mark); err != nil {
			return err
		}
	}
	r := ref{in.source, in.intern(e.Threat)}
	if e.Domain != nil {
		in.domain(e, r)
		return nil
	}
	in.address(e, r)
	return nil
}

// open finds or makes the source of the list's entries of one category.
func (in *intake) open(mark event.Marks) error {
	if mark == 0 {
		return errors.New("neither list nor entry has a category")
	}
	in.mark = mark
	for i := range in.sources {
		if in.sources[i] == (source{in.index, mark}) && i > 0 {
			in.source = uint16(i)
			return nil
		}
	}
	if len(in.sources) > maxSources {
		return errLists
	}
	in.source = uint16(len(in.sources))
	in.sources = append(in.sources, source{in.index, mark})
	return nil
}

// intern returns the id of a threat name. When a Set has more different names
// than fit (65535), the later ones are not kept.
func (b *Builder) intern(name []byte) uint16 {
	if len(name) == 0 {
		return 0
	}
	id, ok := b.nameIDs[string(name)]
	if ok || len(b.names) > maxNames {
		return id
	}
	const longest = 256 // a name, not a report
	own := string(bytes.ToValidUTF8(name[:min(len(name), longest)], nil))
	id = uint16(len(b.names))
	b.names = append(b.names, own)
	b.nameIDs[string(name)] = id
	return id
}

// leftOut applies the rules of the list to e.
func (in *intake) leftOut(e *Entry, mark event.Marks) bool {
	l := in.list
	switch {
	case e.Confidence != 0 && e.Confidence < l.MinConfidence,
		e.Domain != nil && l.Addresses:
		return true
	case l.Custom || l.Authoritative || mark&accusing == 0:
		return false
	case e.Domain != nil:
		return e.URL && sharedName(string(e.Domain))
	default:
		return e.Port == 0 && e.Prefix.IsSingleIP() && sharedAddress(e.Prefix.Addr())
	}
}

// accusing are the categories that call a host bad, and so must not hit
// infrastructure that many share.
const accusing = event.MarkC2 | event.MarkMining | event.MarkBlackhole | event.MarkDropPoint | event.MarkPhishing |
	event.MarkDriveBy | event.MarkDGA | event.MarkScanner | event.MarkMaliciousCaller | event.MarkAbused |
	event.MarkRepMining | event.MarkRepMalicious | event.MarkRepSuspicious

func (in *intake) address(e *Entry, r ref) {
	a := e.Prefix.Addr()
	if e.Port != 0 {
		in.endpoints = append(in.endpoints, endpoint{event.IPFrom(a), e.Port, r})
		r = ref{}
	}
	if !a.Is4() {
		in.records6 = append(doubled(in.records6), record6{e.Prefix.Masked(), r})
		return
	}
	in.records4 = append(doubled(in.records4), newRecord4(event.IPFrom(a).V4(), e.Prefix.Bits(), uint32(r.source), uint32(r.name)))
}

func (in *intake) domain(e *Entry, r ref) {
	add := domainAdd{off: uint32(len(in.arena)), len: uint8(len(e.Domain)), scope: in.scope(e), ref: r}
	if !in.list.Custom && !in.list.Authoritative && in.mark&accusing != 0 {
		add.guard = guardName
		if e.URL {
			add.guard = guardPage
		}
	}
	in.arena = append(in.arena, e.Domain...)
	in.domains = append(doubled(in.domains), add)
}

// doubled has room for one more. append alone makes large slices longer by a
// quarter, and copying them so often was a sixth of the time to load a list.
func doubled[T any](s []T) []T {
	if len(s) == cap(s) {
		return slices.Grow(s, len(s)+1)
	}
	return s
}

// scope decides what an entry covers: what it says, unless that is a name under
// which strangers live side by side.
func (in *intake) scope(e *Entry) Scope {
	l := in.list
	switch {
	case l.Zones && e.Scope != ScopeChildren:
		return scopeZone
	case l.Authoritative, e.Scope == ScopeExact:
		return e.Scope
	case l.Custom && e.Scope == ScopeChildren:
		if icannSuffix(string(e.Domain)) {
			return ScopeExact
		}
		return e.Scope
	case e.URL || sharedName(string(e.Domain)):
		return ScopeExact
	}
	return e.Scope
}

// Build makes a Set of everything added. The builder must not be used again:
// the Set takes its memory over.
func (b *Builder) Build() *Set {
	marks := make([]event.Marks, len(b.sources))
	for i, s := range b.sources {
		marks[i] = s.mark
	}
	s := &Set{lists: b.lists, sources: b.sources, names: b.names}
	var wg sync.WaitGroup
	wg.Go(func() { s.domains = newDomainTable(b.arena, b.domains, marks) })
	s.v4 = newTable4(b.records4, marks)
	s.v6 = newTable6(b.records6, marks)
	s.ports = newPortTable(b.endpoints)
	wg.Wait()
	*b = Builder{}
	return s
}

// prefixText prints a prefix as lists write it: an address without its length.
func prefixText(p netip.Prefix) string {
	if p.IsSingleIP() {
		return p.Addr().String()
	}
	return p.String()
}
