package intel

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"picket/event"
)

func TestDomain(t *testing.T) {
	zones := List{Name: "dyn", Mark: event.MarkAbused, Format: "TXT", Zones: true, Authoritative: true}
	s := set(t,
		feed(event.MarkC2), "bad.example\nexact.example\n*.wild.example\ngithub.io\nevil.github.io\ncom\nco.uk\n*.herokuapp.com\nhttp://shared.example/x\nhttps://drive.google.com/x\nhttp://lone.example/x\npopular.example\n",
		feed(event.MarkPhishing), "login.bad.example\nhttp://cdn.popular.example/kit\n",
		zones, "dyn.example\nduckdns.org\n",
		List{Name: "hosts", Mark: event.MarkDriveBy, Format: "TXT"}, "0.0.0.0 host.bad.example\n",
		List{Name: "top", Mark: event.MarkPopular, Format: "RANK_CSV"}, "1,popular.example\n2,bad.example\n3,shared.example\n",
		threats, "custom.example\n*.blogspot.com\nnetlify.app\n*.org\nbad.example\n",
		trusted, "good.bad.example\ntrusted.example\n")
	f := func(name string, want event.Marks, wantMatched string) {
		t.Helper()
		if got, matched := s.Domain(name); got != want || matched != wantMatched {
			t.Errorf("%s: marks %b by %q, want %b by %q", name, got, matched, want, wantMatched)
		}
	}
	const c2, phishing, driveBy, abused, popular, threat, trust = event.MarkC2, event.MarkPhishing, event.MarkDriveBy,
		event.MarkAbused, event.MarkPopular, event.MarkThreat, event.MarkTrusted
	// A feed's word on a popular name is dropped, a customer's is not.
	f("bad.example", popular|threat, "bad.example")
	f("popular.example", popular, "popular.example")
	f("cdn.popular.example", popular, "popular.example")
	f("shared.example", popular, "shared.example")
	// The longest match decides the category; the customer's word stays beside it.
	f("login.bad.example", phishing|popular|threat, "login.bad.example")
	f("a.b.login.bad.example", phishing|popular|threat, "login.bad.example")
	f("host.bad.example", driveBy|popular|threat, "host.bad.example")
	f("a.host.bad.example", popular|threat, "bad.example") // hosts files are exact
	f("x.exact.example", c2, "exact.example")
	f("xexact.example", 0, "")
	// *. is children only.
	f("wild.example", 0, "")
	f("a.b.wild.example", c2, "wild.example")
	// Public suffixes and shared hosts of a feed match themselves alone.
	f("github.io", c2, "github.io")
	f("innocent.github.io", 0, "")
	f("evil.github.io", c2, "evil.github.io")
	f("www.evil.github.io", c2, "evil.github.io")
	f("example.com", 0, "")
	f("bbc.co.uk", 0, "")
	f("app.herokuapp.com", 0, "") // a wildcard in a feed changes nothing about that
	// A URL speaks of its host alone, and of a shared host not at all.
	f("lone.example", c2, "lone.example")
	f("www.lone.example", 0, "")
	f("drive.google.com", 0, "")
	// A customer's wildcard on a shared host is meant, a bare one guarded, a registry's refused.
	f("x.blogspot.com", threat, "blogspot.com")
	f("x.netlify.app", 0, "")
	f("example.org", 0, "")
	// Zones mark what they give away.
	f("dyn.example", 0, "")
	f("www.dyn.example", 0, "")
	f("ns1.dyn.example", 0, "")
	f("host.dyn.example", abused, "dyn.example")
	f("a.host.dyn.example", abused, "dyn.example")
	f("rat.duckdns.org", abused, "duckdns.org")
	f("www.duckdns.org", 0, "")
	// Trusted wins over longer and shorter matches.
	f("good.bad.example", trust, "good.bad.example")
	f("a.good.bad.example", trust, "good.bad.example")
	f("trusted.example", trust, "trusted.example")
	for _, odd := range []string{"", ".", "..", "example", ".bad.example.", strings.Repeat("a.", 200) + "example", "\x00.\xff"} {
		if m, _ := s.Domain(odd); m != 0 {
			t.Errorf("%q has marks %b", odd, m)
		}
	}
}

func TestDomainMatches(t *testing.T) {
	s := set(t,
		List{Name: "families", Mark: event.MarkC2, Format: "TRAIL_TSV"}, "zeus\tbad.example\nemotet\tbad.example\nkit\tc.bad.example\n",
		feed(event.MarkPhishing), "*.bad.example\n",
		threats, "bad.example\n",
		trusted, "ok.bad.example\n")
	f := func(name string, want ...Match) {
		t.Helper()
		if diff := cmp.Diff(want, s.DomainMatches(name)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	deny := Match{Mark: event.MarkThreat, ListName: "deny", Indicator: "bad.example", Custom: true}
	zeus := Match{Mark: event.MarkC2, ListName: "families", ThreatNames: []string{"emotet", "zeus"}, Indicator: "bad.example"}
	wild := Match{Mark: event.MarkPhishing, ListName: "feed", Indicator: "*.bad.example"}
	f("bad.example", zeus, deny)
	f("x.bad.example", zeus, wild, deny)
	f("y.c.bad.example", Match{Mark: event.MarkC2, ListName: "families", ThreatNames: []string{"kit"}, Indicator: "c.bad.example"}, deny)
	f("ok.bad.example", Match{Mark: event.MarkTrusted, ListName: "allow", Indicator: "ok.bad.example", Custom: true})
	f("example.com")
}

// The table must agree with a map asked for every parent.
func TestDomainAgreesWithPlainTwin(t *testing.T) {
	r := rand.New(rand.NewPCG(21, 22))
	name := func() string {
		var labels []string
		for range 2 + r.IntN(4) {
			labels = append(labels, string(rune('a'+r.IntN(5))))
		}
		return strings.Join(labels, ".") + ".example"
	}
	for round := range 20 {
		twin := map[string]Scope{}
		var text strings.Builder
		for range 1 << (round % 10) {
			n := name()
			if _, ok := twin[n]; ok {
				continue
			}
			if r.IntN(3) == 0 {
				twin[n] = ScopeChildren
				fmt.Fprintln(&text, "*."+n)
			} else {
				twin[n] = ScopeTree
				fmt.Fprintln(&text, n)
			}
		}
		s := set(t, feed(event.MarkC2), text.String())
		for range 500 {
			n, want := name(), ""
			for start := 0; start >= 0 && want == ""; start = parent(n, start) {
				if scope, ok := twin[n[start:]]; ok && (scope == ScopeTree || start > 0) {
					want = n[start:]
				}
			}
			if _, got := s.Domain(n); got != want {
				t.Fatalf("round %d: %q matches %q, want %q", round, n, got, want)
			}
		}
	}
}

func TestRegistrable(t *testing.T) {
	var memo SuffixMemo
	for name, want := range map[string]string{
		"example.com":                     "example.com",
		"www.example.com":                 "example.com",
		"a.b.example.co.uk":               "example.co.uk",
		"user.github.io":                  "user.github.io", // the private section counts
		"a.user.github.io":                "user.github.io",
		"x.unknown-tld":                   "x.unknown-tld",
		"com":                             "",
		"co.uk":                           "",
		"github.io":                       "",
		"localhost":                       "",
		"":                                "",
		".com":                            "",
		".":                               "",
		"..com":                           "",
		strings.Repeat("a", 300) + ".com": strings.Repeat("a", 300) + ".com",
	} {
		for _, f := range []func(string) int{Registrable, memo.Registrable, memo.Registrable} {
			got := ""
			if start := f(name); start >= 0 {
				got = name[start:]
			}
			if got != want {
				t.Errorf("%.40q: registrable %q, want %q", name, got, want)
			}
		}
	}
}

func FuzzDomain(f *testing.F) {
	for _, s := range []string{"www.bad.example", "a..b", ".", "login.bad.example", "x.duckdns.org"} {
		f.Add(s)
	}
	var b Builder
	if err := b.AddBuiltin(); err != nil {
		f.Fatal(err)
	}
	if _, err := b.Add(feed(event.MarkC2), strings.NewReader("bad.example\n*.login.bad.example\n")); err != nil {
		f.Fatal(err)
	}
	s := b.Build()
	f.Fuzz(func(t *testing.T, name string) {
		m, matched := s.Domain(name)
		if m == 0 != (matched == "") || !strings.HasSuffix(name, matched) {
			t.Fatalf("%q: marks %b by %q", name, m, matched)
		}
		var all event.Marks
		for _, match := range s.DomainMatches(name) {
			all |= match.Mark
		}
		if all != m {
			t.Fatalf("%q: lists say %b, lookup %b", name, all, m)
		}
		if start := Registrable(name); start < -1 || start >= 0 && slices.Contains(strings.Split(name[start:], "."), "") && !strings.Contains(name, "..") && !strings.HasSuffix(name, ".") {
			t.Fatalf("%q: registrable at %d", name, start)
		}
	})
}
