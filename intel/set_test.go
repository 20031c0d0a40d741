package intel

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"picket/event"
)

// set builds a Set of lists given as list and text in turn.
func set(t testing.TB, lists ...any) *Set {
	t.Helper()
	var b Builder
	for i := 0; i < len(lists); i += 2 {
		if _, err := b.Add(lists[i].(List), strings.NewReader(lists[i+1].(string))); err != nil {
			t.Fatal(err)
		}
	}
	return b.Build()
}

func ip(t testing.TB, s string) event.IP {
	t.Helper()
	a, ok := event.ParseIP(s)
	if !ok {
		t.Fatalf("not an address: %q", s)
	}
	return a
}

// feed, threats and trusted are the kinds of list the tests are made of.
func feed(m event.Marks) List {
	return List{Name: "feed", Mark: m, Format: "TXT"}
}

var (
	threats = List{Name: "deny", Mark: event.MarkThreat, Custom: true, Format: "TXT"}
	trusted = List{Name: "allow", Mark: event.MarkTrusted, Custom: true, Format: "TXT"}
)

func TestLookup(t *testing.T) {
	s := set(t,
		feed(event.MarkC2), "198.51.100.7\n203.0.113.0/24\n198.51.100.9:4444\n2001:db8:1::/48\n[2001:db8:2::1]:443\n10.1.1.1\n8.8.8.8\n104.16.1.1\n104.16.1.2:8443\n",
		feed(event.MarkScanner), "198.51.100.0/24\n203.0.113.5\n",
		threats, "203.0.113.128/25\n8.8.4.4\n192.0.2.0/24\n192.0.2.66\n2001:db8:1:1::/64\n",
		trusted, "203.0.113.200\n192.0.2.64/26\n198.51.100.64/27\n2001:db8:1:1::5\n")
	f := func(addr string, port uint16, want event.Marks) {
		t.Helper()
		if got := s.Lookup(ip(t, addr), port); got != want {
			t.Errorf("%s port %d: marks %b, want %b", addr, port, got, want)
		}
	}
	const c2, scanner, threat, trust = event.MarkC2, event.MarkScanner, event.MarkThreat, event.MarkTrusted
	f("198.51.100.7", 443, c2|scanner)
	f("198.51.100.8", 443, scanner)
	f("198.51.101.8", 443, 0)
	f("203.0.113.5", 1, c2|scanner)
	f("203.0.113.127", 1, c2)
	f("203.0.113.128", 1, c2|threat)
	f("203.0.112.255", 1, 0)
	f("203.0.114.0", 1, 0)
	// A port counts only where it is named.
	f("198.51.100.9", 4444, c2|scanner)
	f("198.51.100.9", 4445, scanner)
	f("2001:db8:2::1", 443, c2)
	f("2001:db8:2::1", 80, 0)
	// Trusted wins whichever prefix is longer.
	f("203.0.113.200", 1, trust)
	f("203.0.113.201", 1, c2|threat)
	f("192.0.2.66", 1, trust)
	f("192.0.2.63", 1, threat)
	f("198.51.100.65", 1, trust)
	f("2001:db8:1:1::5", 1, trust)
	f("2001:db8:1:1::6", 1, c2|threat)
	f("2001:db8:1:2::6", 1, c2)
	f("2001:db8:3::", 1, 0)
	// Private addresses never act; shared addresses are not taken from feeds without a port.
	f("10.1.1.1", 1, 0)
	f("8.8.8.8", 53, 0)
	f("104.16.1.1", 443, 0)
	f("104.16.1.2", 8443, c2)
	f("8.8.4.4", 53, threat) // a customer means it
	if got := s.Lookup(event.IP{}, 0); got != 0 {
		t.Errorf("no address has marks %b", got)
	}
}

func TestEmptySets(t *testing.T) {
	for name, s := range map[string]*Set{"nil": nil, "zero": {}, "built": new(Builder).Build()} {
		if m := s.Lookup(event.IPv4(0xc6336407), 80); m != 0 {
			t.Errorf("%s set: address has marks %b", name, m)
		}
		if m, _ := s.Domain("bad.example"); m != 0 {
			t.Errorf("%s set: domain has marks %b", name, m)
		}
		if s.IPMatches(event.IPv4(0xc6336407), 80) != nil || s.DomainMatches("bad.example") != nil || s.Lists() != nil {
			t.Errorf("%s set has contents", name)
		}
	}
}

func TestIPMatches(t *testing.T) {
	s := set(t,
		List{Name: "families", Mark: event.MarkC2, Format: "TRAIL_TSV"}, "zeus\t198.51.100.7\nemotet\t198.51.100.7\nzeus\t198.51.100.7:443\nkit\t203.0.113.9\nmirai\t2001:db8::/32\n",
		threats, "198.51.100.0/24\n198.51.100.7\n203.0.113.9\n",
		trusted, "203.0.113.0/24\n")
	f := func(addr string, port uint16, want ...Match) {
		t.Helper()
		if diff := cmp.Diff(want, s.IPMatches(ip(t, addr), port)); diff != "" {
			t.Errorf("%s port %d (-want +got):\n%s", addr, port, diff)
		}
	}
	f("198.51.100.7", 80,
		Match{Mark: event.MarkC2, ListName: "families", ThreatNames: []string{"emotet", "zeus"}, Indicator: "198.51.100.7"},
		Match{Mark: event.MarkThreat, ListName: "deny", Indicator: "198.51.100.7", Custom: true})
	f("198.51.100.7", 443,
		Match{Mark: event.MarkC2, ListName: "families", ThreatNames: []string{"emotet", "zeus"}, Indicator: "198.51.100.7:443"},
		Match{Mark: event.MarkThreat, ListName: "deny", Indicator: "198.51.100.7", Custom: true})
	f("198.51.100.8", 80, Match{Mark: event.MarkThreat, ListName: "deny", Indicator: "198.51.100.0/24", Custom: true})
	f("203.0.113.9", 80, Match{Mark: event.MarkTrusted, ListName: "allow", Indicator: "203.0.113.0/24", Custom: true})
	f("2001:db8::9", 80, Match{Mark: event.MarkC2, ListName: "families", ThreatNames: []string{"mirai"}, Indicator: "2001:db8::/32"})
	f("192.0.2.1", 80)
}

func TestAddIsAllOrNothing(t *testing.T) {
	var b Builder
	if _, err := b.Add(threats, strings.NewReader("192.0.2.1\nbad.example\n")); err != nil {
		t.Fatal(err)
	}
	small := threats
	small.MaxEntries = 2
	for _, l := range []struct {
		list List
		text string
		want string
	}{
		{small, "198.51.100.1\n198.51.100.2\nworse.example\n", "more than 2 entries"},
		{threats, "# nothing\n", "no valid entry"},
		{List{Name: "x", Format: "TXT"}, "198.51.100.1\n", "has a category"},
		{List{Name: "x", Mark: event.MarkC2, Format: "OTX_CSV"}, "Indicator type,Indicator\nIPv4,198.51.100.3\nIPv4,\"x\n", "OTX_CSV: line 3"},
	} {
		_, err := b.Add(l.list, strings.NewReader(l.text))
		if err == nil || !strings.Contains(err.Error(), l.want) {
			t.Errorf("adding %q: error %v, want %q in it", l.text, err, l.want)
		}
	}
	s := b.Build()
	if len(s.Lists()) != 1 || s.Lists()[0].Entries != 2 {
		t.Errorf("lists are %+v, want the first alone", s.Lists())
	}
	for v := range uint32(4) {
		if m := s.Lookup(event.IPv4(0xc6336400+v), 0); m != 0 {
			t.Errorf("198.51.100.%d of a refused list has marks %b", v, m)
		}
	}
	if m, _ := s.Domain("worse.example"); m != 0 {
		t.Errorf("a domain of a refused list has marks %b", m)
	}
	if m := s.Lookup(ip(t, "192.0.2.1"), 0); m != event.MarkThreat {
		t.Errorf("the list before is damaged: marks %b", m)
	}
}

func TestConfidenceAndKindRules(t *testing.T) {
	callers, _ := CategoryList("malicious_caller")
	addresses := threats
	addresses.Addresses = true
	var b Builder
	st, err := b.Add(callers, strings.NewReader("198.51.100.1\t2\n198.51.100.2\t3\n198.51.100.3\n"))
	if err != nil || st.Entries != 2 || st.Ignored != 1 {
		t.Errorf("callers: %+v, %v; want one of three left out, the one on two lists only", st, err)
	}
	if _, err := b.Add(addresses, strings.NewReader("198.51.100.9\nbad.example\n")); err != nil {
		t.Fatal(err)
	}
	s := b.Build()
	if m, _ := s.Domain("bad.example"); m != 0 {
		t.Error("a name in an IP list acts")
	}
	for addr, want := range map[string]event.Marks{"198.51.100.1": 0, "198.51.100.2": event.MarkMaliciousCaller, "198.51.100.3": event.MarkMaliciousCaller} {
		if got := s.Lookup(ip(t, addr), 0); got != want {
			t.Errorf("%s: marks %b, want %b", addr, got, want)
		}
	}
}

// The table must agree with the plainest reading of the same prefixes.
func TestLookupAgreesWithPlainTwin(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	marks := []event.Marks{event.MarkScanner, event.MarkThreat, event.MarkTrusted}
	for round := range 30 {
		type entry struct {
			prefix netip.Prefix
			mark   event.Marks
		}
		var twin []entry
		var b Builder
		for _, mark := range marks {
			var text strings.Builder
			for range 1 + r.IntN(1<<(round%12)) {
				a := event.IPv4(0xc0000000 | r.Uint32N(1<<uint(8+round%20))).Addr()
				bits := 32 - r.IntN(13)
				if r.IntN(3) == 0 {
					raw := [16]byte{0x20, 0x01, 0x0d, 0xb8, 15: byte(r.Uint32N(64))}
					a, bits = netip.AddrFrom16(raw), 128-r.IntN(16)
				}
				p := netip.PrefixFrom(a, bits)
				twin = append(twin, entry{p.Masked(), mark})
				fmt.Fprintln(&text, p)
			}
			if _, err := b.Add(List{Name: "l", Mark: mark, Custom: true}, strings.NewReader(text.String())); err != nil {
				t.Fatal(err)
			}
		}
		s := b.Build()
		check := func(a netip.Addr) {
			want := event.Marks(0)
			for _, e := range twin {
				if e.prefix.Contains(a) {
					want |= e.mark
				}
			}
			if want&event.MarkTrusted != 0 {
				want = event.MarkTrusted
			}
			if !event.IPFrom(a).Public() {
				want = 0
			}
			if got := s.Lookup(event.IPFrom(a), 0); got != want {
				t.Fatalf("round %d: %v has marks %b, want %b", round, a, got, want)
			}
		}
		for range 300 {
			e := twin[r.IntN(len(twin))]
			check(e.prefix.Addr())
			check(lastAddr(e.prefix))
			check(e.prefix.Addr().Prev())
			check(lastAddr(e.prefix).Next())
			check(event.IPv4(0xc0000000 | r.Uint32N(1<<uint(8+round%20))).Addr())
		}
	}
}

func TestRadixSortAgreesWithSort(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	var a []record4
	for range 10_000 {
		a = append(a, newRecord4(r.Uint32N(1<<12)<<20, 8+r.IntN(25), r.Uint32N(maxSources), r.Uint32N(maxNames)))
	}
	sortRecords(a)
	for i := 1; i < len(a); i++ {
		if a[i-1] > a[i] {
			t.Fatalf("record %d is out of order", i)
		}
	}
}

func TestLookupsDoNotAllocate(t *testing.T) {
	s := set(t,
		feed(event.MarkC2), "198.51.100.7\n198.51.100.9:4444\n2001:db8:1::/48\nbad.example\n*.dyn.example\n",
		trusted, "192.0.2.0/24\ngood.example\n")
	addrs := []event.IP{ip(t, "198.51.100.7"), ip(t, "198.51.100.9"), ip(t, "192.0.2.1"), ip(t, "203.0.113.1"), ip(t, "2001:db8:1::1"), ip(t, "2001:db8:9::1")}
	names := []string{"a.bad.example", "x.y.dyn.example", "good.example", "www.example.com", ""}
	var memo SuffixMemo
	n := testing.AllocsPerRun(100, func() {
		for _, a := range addrs {
			s.Lookup(a, 4444)
		}
		for _, name := range names {
			s.Domain(name)
			memo.Registrable(name)
		}
	})
	if n != 0 {
		t.Errorf("lookups allocate %v times", n)
	}
}
