package intel

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"strconv"

	"picket/event"
)

// Set answers for all lists at once. It is immutable and safe for concurrent
// use; the zero Set and a nil Set are empty.
type Set struct {
	v4      table4
	v6      table6
	ports   portTable
	domains domainTable
	lists   []Info
	sources []source
	names   []string
}

// Lists returns what the set was made of, in the order of adding. The caller
// must not change it.
func (s *Set) Lists() []Info {
	if s == nil {
		return nil
	}
	return s.lists
}

// Lookup returns the categories of ip, entries for the given port included. An
// address on a trusted list has MarkTrusted and nothing else. Addresses that
// are not Public have no marks, whatever the lists say. It does not allocate.
func (s *Set) Lookup(ip event.IP, port uint16) event.Marks {
	if s == nil {
		return 0
	}
	v, is4 := quad(&ip)
	if !is4 {
		return s.lookup6(ip, port)
	}
	if !s.v4.maybe(v) {
		return 0
	}
	return s.lookup4(ip, port)
}

// quad is ip.V4 and ip.Is4 in one. Methods of IP copy it once each, which is
// half the time a lookup takes.
func quad(ip *event.IP) (v uint32, is4 bool) {
	low := binary.BigEndian.Uint64(ip[8:])
	return uint32(low), binary.BigEndian.Uint64(ip[:8]) == 0 && low>>32 == 0xffff
}

func (s *Set) lookup4(ip event.IP, port uint16) event.Marks {
	m := s.v4.marks(ip.V4())
	if m == 0 || !ip.Public() {
		return 0
	}
	return s.withPort(m, ip, port)
}

func (s *Set) lookup6(ip event.IP, port uint16) event.Marks {
	m := s.v6.marks(ip)
	if m == 0 || !ip.Public() {
		return 0
	}
	return s.withPort(m, ip, port)
}

// withPort adds the marks of entries for ip and port to those of the address.
func (s *Set) withPort(m event.Marks, ip event.IP, port uint16) event.Marks {
	if m&markPorts == 0 {
		return m
	}
	m &^= markPorts
	for _, e := range s.ports.at(ip, port) {
		m |= s.sources[e.ref.source].mark
	}
	return settle(m)
}

// Domain returns the categories of a name, which must be lower case and
// without final dot, and the part of it that a list holds: the name itself or
// one of its parents. Of several categories on the way up, those of the longest
// match count; a trusted name has MarkTrusted and nothing else. matched is a
// view of name. It does not allocate.
func (s *Set) Domain(name string) (m event.Marks, matched string) {
	if s == nil {
		return 0, ""
	}
	m, start := s.domains.lookup(name)
	if m == 0 {
		return 0, ""
	}
	return m, name[start:]
}

// Match is one list's word on an address or name.
type Match struct {
	Mark        event.Marks // one category
	ListName    string
	ThreatNames []string // sorted, empty when the list gives none
	Indicator   string   // the narrowest entry that matched, as a list would write it
	Custom      bool     // the list is the customer's own
}

// IPMatches returns the lists behind the result of Lookup, in the order in
// which they were added. It is for reporting: it allocates and takes
// microseconds.
func (s *Set) IPMatches(ip event.IP, port uint16) []Match {
	marks := s.Lookup(ip, port)
	if marks == 0 {
		return nil
	}
	c := collector{set: s, marks: marks}
	if ip.Is4() {
		s.v4.covering(ip.V4(), func(r record4) {
			var octets [4]byte
			binary.BigEndian.PutUint32(octets[:], r.first())
			prefix := netip.PrefixFrom(netip.AddrFrom4(octets), r.length())
			c.add(ref{uint16(r.source()), uint16(r.name())}, prefixText(prefix))
		})
	} else {
		s.v6.covering(ip.Addr(), func(p netip.Prefix, r ref) { c.add(r, prefixText(p)) })
	}
	for _, e := range s.ports.at(ip, port) {
		c.add(e.ref, netip.AddrPortFrom(e.ip.Addr(), e.port).String())
	}
	return c.matches()
}

// DomainMatches returns the lists behind the result of Domain, in the order in
// which they were added.
func (s *Set) DomainMatches(name string) []Match {
	marks, _ := s.Domain(name)
	if marks == 0 {
		return nil
	}
	c := collector{set: s, marks: marks}
	for start := 0; start >= 0; start = parent(name, start) {
		entry, ok := s.domains.find(name[start:])
		if !ok {
			continue
		}
		said := s.domains.entries[entry].marks(name, start)
		for _, r := range s.domains.refsOf(entry) {
			if r.covers(name, start) {
				c.add(r.ref, r.text(name[start:]))
			}
		}
		c.settle(said)
	}
	return c.matches()
}

// covers reports whether the reference's scope takes in name, of which its
// entry begins at start.
func (r domainRef) covers(name string, start int) bool {
	switch r.scope {
	case ScopeExact:
		return start == 0
	case ScopeChildren:
		return start > 0
	case scopeZone:
		return start > 0 && !operatorName(name, start)
	}
	return true
}

func (r domainRef) text(name string) string {
	if r.scope == ScopeChildren || r.scope == scopeZone {
		return "*." + name
	}
	return name
}

// collector gathers matches, one a list and category.
type collector struct {
	set   *Set
	marks event.Marks // categories still wanted
	found []sourced
}

type sourced struct {
	source uint16
	Match
}

// add takes one entry in. Of several entries of one list the last is kept as
// the indicator, so entries have to come widest first.
func (c *collector) add(r ref, indicator string) {
	src := c.set.sources[r.source]
	if r.source == 0 || src.mark&c.marks == 0 {
		return
	}
	i := slices.IndexFunc(c.found, func(f sourced) bool { return f.source == r.source })
	if i < 0 {
		list := c.set.lists[src.list]
		c.found = append(c.found, sourced{r.source, Match{Mark: src.mark, ListName: list.Name, Custom: list.Custom}})
		i = len(c.found) - 1
	}
	m := &c.found[i].Match
	m.Indicator = indicator
	if name := c.set.names[r.name]; name != "" && !slices.Contains(m.ThreatNames, name) {
		m.ThreatNames = append(m.ThreatNames, name)
	}
}

// settle ends the search for the kinds of marks that an entry decided: shorter
// entries have no say in them any more.
func (c *collector) settle(said event.Marks) {
	for _, kind := range [...]event.Marks{feedMarks, threatMarks, contextMarks, event.MarkTrusted} {
		if said&kind != 0 {
			c.marks &^= kind
		}
	}
}

func (c *collector) matches() []Match {
	slices.SortStableFunc(c.found, func(a, b sourced) int { return int(a.source) - int(b.source) })
	out := make([]Match, len(c.found))
	for i, f := range c.found {
		slices.Sort(f.ThreatNames)
		out[i] = f.Match
	}
	return out
}

// String says how much a set holds, for logs.
func (s *Set) String() string {
	n := 0
	for _, l := range s.Lists() {
		n += l.Entries
	}
	return strconv.Itoa(n) + " entries of " + strconv.Itoa(len(s.Lists())) + " lists"
}
