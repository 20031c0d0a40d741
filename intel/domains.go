package intel

import (
	"cmp"
	"math/bits"
	"math/rand/v2"
	"slices"

	"picket/event"
)

// domainAdd is one domain of one list as it was read; the name lies in the
// builder's arena.
type domainAdd struct {
	off   uint32
	len   uint8
	scope Scope
	guard guard
	ref   ref
}

// guard says when a list of popular names overrules an entry.
type guard uint8

const (
	guardNone guard = iota
	guardName       // when the name is popular: feeds list the likes of google.com by mistake
	guardPage       // when the name or a parent is popular: one bad page does not make a bad host
)

// domainEntry is one name with the marks of all lists that hold it: for the
// name itself, for every name below it, and for names below it that the zone's
// operator gave away.
type domainEntry struct {
	off              uint32
	len              uint8
	self, tree, zone event.Marks
}

// domainRef says which list put an entry there.
type domainRef struct {
	entry uint32
	scope Scope
	guard guard
	ref   ref
}

// domainTable finds a name and its parents. Names are hashed from the right, so
// that one pass over a name meets the hash of every parent on its way. Two bits
// a node say whether a suffix is an entry and whether entries lie below it;
// most names end there, after their registrable part. The multiplier is random
// for each table, so nobody can prepare a list of colliding names.
type domainTable struct {
	mul     uint64
	shift   uint8    // of the index into nodes
	nodes   []uint64 // 32 nodes of two bits a word: nodeEntry, nodeParent
	slots   []uint64 // hash's upper half, entry's index + 1
	entries []domainEntry
	arena   []byte
	refs    []domainRef // sorted by entry
}

const (
	nodeEntry  = 1
	nodeParent = 2
)

func newDomainTable(arena []byte, adds []domainAdd, marks []event.Marks) domainTable {
	t := domainTable{arena: slices.Clip(arena), mul: rand.Uint64() | 1}
	if len(adds) == 0 {
		return t
	}
	// Names have a parent or two; eight bits each keep most names that are not
	// listed from ever reaching a slot.
	t.shift = uint8(64 - max(bits.Len(uint(len(adds)))+3, 6))
	t.nodes = make([]uint64, 1<<(64-t.shift)/32)
	t.slots = make([]uint64, 1<<(bits.Len(uint(len(adds)))+1))
	t.entries = make([]domainEntry, 0, len(adds))
	t.refs = make([]domainRef, 0, len(adds))
	for _, a := range adds {
		t.refs = append(t.refs, domainRef{t.insert(a), a.scope, a.guard, a.ref})
	}
	t.entries = slices.Clip(t.entries)
	t.dropPopular(marks)
	for _, r := range t.refs {
		t.entries[r.entry].add(r.scope, marks[r.ref.source])
	}
	slices.SortStableFunc(t.refs, func(a, b domainRef) int { return cmp.Compare(a.entry, b.entry) })
	return t
}

// dropPopular removes the guarded entries that lists of popular names overrule.
func (t *domainTable) dropPopular(marks []event.Marks) {
	popular := make([]bool, len(t.entries))
	for _, r := range t.refs {
		if marks[r.ref.source] == event.MarkPopular {
			popular[r.entry] = true
		}
	}
	t.refs = slices.DeleteFunc(t.refs, func(r domainRef) bool {
		return r.guard >= guardName && popular[r.entry] || r.guard == guardPage && t.below(r.entry, popular)
	})
}

// below reports whether a parent of the entry's name is an entry in set.
func (t *domainTable) below(entry uint32, set []bool) bool {
	name := t.name(&t.entries[entry])
	for start := parent(name, 0); start >= 0; start = parent(name, start) {
		if i, ok := t.find(name[start:]); ok && set[i] {
			return true
		}
	}
	return false
}

func (e *domainEntry) add(scope Scope, m event.Marks) {
	switch scope {
	case ScopeTree:
		e.self |= m
		e.tree |= m
	case ScopeExact:
		e.self |= m
	case ScopeChildren:
		e.tree |= m
	case scopeZone:
		e.zone |= m
	}
}

func (t *domainTable) name(e *domainEntry) string {
	return string(t.arena[e.off : e.off+uint32(e.len)])
}

// parent returns where the parent of name[start:] begins, -1 when there is none.
func parent(name string, start int) int {
	for i := start; i < len(name); i++ {
		if name[i] == '.' {
			return i + 1
		}
	}
	return -1
}

// step takes one more byte, from the right, into h.
func (t *domainTable) step(h uint64, c byte) uint64 { return (h + uint64(c) + 1) * t.mul }

// finish spreads h over all bits: the top ones index nodes and slots.
func finish(h uint64) uint64 {
	h ^= h >> 32
	return h * 0x9e3779b97f4a7c15 // 2^64 divided by the golden ratio
}

func (t *domainTable) node(f uint64) uint64 {
	i := f >> (t.shift & 63)
	return t.nodes[i>>5] >> (i & 31 * 2) & 3
}

func (t *domainTable) setNode(f, bit uint64) {
	i := f >> t.shift
	t.nodes[i>>5] |= bit << (i & 31 * 2)
}

// insert finds or makes the entry of a and marks its parents on the way.
func (t *domainTable) insert(a domainAdd) uint32 {
	name := t.arena[a.off : a.off+uint32(a.len)]
	h := uint64(0)
	for i := len(name) - 1; i >= 0; i-- {
		if name[i] == '.' {
			t.setNode(finish(h), nodeParent)
		}
		h = t.step(h, name[i])
	}
	f := finish(h)
	t.setNode(f, nodeEntry)
	i := t.slot(f, string(name))
	if t.slots[i] == 0 {
		t.entries = append(t.entries, domainEntry{off: a.off, len: a.len})
		t.slots[i] = f>>32<<32 | uint64(len(t.entries))
	}
	return uint32(t.slots[i]) - 1
}

// slot returns the index of name's slot: the one that holds it, or the empty
// one where it would be. Slots are at least twice the entries, so one is empty.
func (t *domainTable) slot(f uint64, name string) int {
	last := len(t.slots) - 1
	for i := int(f>>20) & last; ; i = (i + 1) & last {
		s := t.slots[i]
		if s == 0 {
			return i
		}
		if s>>32 == f>>32 && t.holds(uint32(s)-1, name) {
			return i
		}
	}
}

func (t *domainTable) holds(entry uint32, name string) bool {
	e := &t.entries[entry]
	return string(t.arena[e.off:e.off+uint32(e.len)]) == name
}

// find returns the entry of exactly name.
func (t *domainTable) find(name string) (entry uint32, ok bool) {
	if len(t.entries) == 0 {
		return 0, false
	}
	h := uint64(0)
	for i := len(name) - 1; i >= 0; i-- {
		h = t.step(h, name[i])
	}
	s := t.slots[t.slot(finish(h), name)]
	return uint32(s) - 1, s != 0
}

// lookup returns the marks of name and where in it the longest entry begins
// that gave any of them.
func (t *domainTable) lookup(name string) (m event.Marks, start int) {
	if len(t.entries) == 0 {
		return 0, 0
	}
	var found verdict
	h := uint64(0)
	for i := len(name) - 1; ; i-- {
		if i < 0 || name[i] == '.' {
			f := finish(h)
			node := t.node(f)
			if node&nodeEntry != 0 {
				if s := t.slots[t.slot(f, name[i+1:])]; s != 0 {
					found.take(t.entries[uint32(s)-1].marks(name, i+1), i+1)
				}
			}
			if i < 0 || node&nodeParent == 0 {
				return found.settled()
			}
		}
		h = t.step(h, name[i])
	}
}

// marks returns what e, which begins at start, says of name.
func (e *domainEntry) marks(name string, start int) event.Marks {
	if start == 0 {
		return e.self
	}
	if e.zone == 0 || operatorName(name, start) {
		return e.tree
	}
	return e.tree | e.zone
}

// operatorName reports whether the label left of start is one that the operator
// of a zone keeps for itself.
func operatorName(name string, start int) bool {
	end := start - 1
	at := end
	for at > 0 && name[at-1] != '.' {
		at--
	}
	switch label := name[at:end]; label {
	case "www", "ns", "dns", "mail", "mx", "smtp", "api", "app", "my", "admin", "account", "accounts", "login",
		"update", "updates", "dynupdate", "members", "checkip", "ip", "help", "support", "docs", "wiki", "blog",
		"forum", "status", "news", "cdn", "static", "assets", "img", "dev", "freedns", "_dmarc":
		return true
	default:
		return len(label) == 3 && label[:2] == "ns" && label[2] >= '0' && label[2] <= '9'
	}
}

// The marks a name can have are of three kinds, and the longest entry decides
// within each: a name's own category beats its parent's, but never hides that
// a customer listed the parent or that the parent is widely used.
const (
	contextMarks = event.MarkPopular | event.MarkAWS | event.MarkOwned
	threatMarks  = event.MarkThreat
	feedMarks    = ^(contextMarks | threatMarks | event.MarkTrusted)
)

// verdict collects the marks of a name's entries, shortest entry first.
type verdict struct {
	marks          event.Marks
	start          int // of the longest entry that gave a threat or feed mark
	context, trust int // of the longest that gave a context mark, the trusted mark
}

func (v *verdict) take(m event.Marks, start int) {
	for _, kind := range [...]event.Marks{feedMarks, threatMarks, contextMarks, event.MarkTrusted} {
		if m&kind == 0 {
			continue
		}
		v.marks = v.marks&^kind | m&kind
		switch kind {
		case contextMarks:
			v.context = start
		case event.MarkTrusted:
			v.trust = start
		default:
			v.start = start
		}
	}
}

func (v *verdict) settled() (event.Marks, int) {
	switch {
	case v.marks&event.MarkTrusted != 0:
		return event.MarkTrusted, v.trust
	case v.marks&^contextMarks != 0:
		return v.marks, v.start
	}
	return v.marks, v.context
}

// refsOf returns the lists behind an entry.
func (t *domainTable) refsOf(entry uint32) []domainRef {
	i, _ := slices.BinarySearchFunc(t.refs, entry, func(r domainRef, e uint32) int { return cmp.Compare(r.entry, e) })
	j := i
	for j < len(t.refs) && t.refs[j].entry == entry {
		j++
	}
	return t.refs[i:j]
}
