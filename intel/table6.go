package intel

import (
	"cmp"
	"net/netip"
	"slices"

	"github.com/gaissmai/bart"

	"picket/event"
)

// record6 is one IPv6 prefix of one list.
type record6 struct {
	prefix netip.Prefix // masked
	ref    ref
}

// table6 answers for IPv6 addresses. Lists of them are short, so a general
// prefix table does.
type table6 struct {
	tree    marksOfPrefixes // nil when there are no entries
	records map[netip.Prefix][]ref
}

// marksOfPrefixes is *bart.Table[event.Marks]. Were a field of that type, every
// package that imports this one would compile the generic table again.
type marksOfPrefixes interface {
	Lookup(netip.Addr) (event.Marks, bool)
}

func newTable6(records []record6, marks []event.Marks) table6 {
	if len(records) == 0 {
		return table6{}
	}
	tree := new(bart.Table[event.Marks])
	t := table6{tree: tree, records: make(map[netip.Prefix][]ref, len(records))}
	// Widest first, so that each prefix inherits from those around it.
	slices.SortStableFunc(records, func(a, b record6) int {
		return cmp.Or(cmp.Compare(a.prefix.Bits(), b.prefix.Bits()), a.prefix.Addr().Compare(b.prefix.Addr()))
	})
	for _, r := range records {
		t.records[r.prefix] = append(t.records[r.prefix], r.ref)
		around, _ := tree.LookupPrefix(r.prefix)
		tree.Insert(r.prefix, around|marks[r.ref.source])
	}
	return t
}

func (t *table6) marks(ip event.IP) event.Marks {
	if t.tree == nil {
		return 0
	}
	m, _ := t.tree.Lookup(netip.AddrFrom16(ip))
	return settle(m)
}

// covering calls visit for every entry whose prefix holds a, widest first.
func (t *table6) covering(a netip.Addr, visit func(netip.Prefix, ref)) {
	for length := MinPrefixBits; length <= 128; length++ {
		prefix := netip.PrefixFrom(a, length).Masked()
		for _, r := range t.records[prefix] {
			visit(prefix, r)
		}
	}
}

// endpoint is one entry that names a port.
type endpoint struct {
	ip   event.IP
	port uint16
	ref  ref
}

func compareEndpoints(a, b endpoint) int {
	return cmp.Or(slices.Compare(a.ip[:], b.ip[:]), cmp.Compare(a.port, b.port))
}

// portTable holds the entries that name a port, sorted. It is asked only when
// the address is known to have such an entry.
type portTable []endpoint

func newPortTable(es []endpoint) portTable {
	slices.SortStableFunc(es, compareEndpoints)
	return slices.Clip(es)
}

// at returns the entries for ip and port.
func (t portTable) at(ip event.IP, port uint16) []endpoint {
	want := endpoint{ip: ip, port: port}
	i, ok := slices.BinarySearchFunc(t, want, compareEndpoints)
	if !ok {
		return nil
	}
	j := i
	for j < len(t) && t[j].ip == ip && t[j].port == port {
		j++
	}
	return t[i:j]
}
