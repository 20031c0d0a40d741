package intel

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"picket/event"
)

// Lists that are read at once answer as lists that are read one after the
// other, whatever they hold, and a broken one takes nothing with it.
func TestAddFiles(t *testing.T) {
	dir := t.TempDir()
	file := func(l List, name, text string) List {
		l.Name, l.Path = name, filepath.Join(dir, name)
		if err := os.WriteFile(l.Path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return l
	}
	lists := []List{
		file(feed(event.MarkC2), "c2", "198.51.100.7\n198.51.100.9:4444\n2001:db8:1::/48\n[2001:db8:2::1]:443\nbad.example.com\n"),
		file(threats, "broken", "no entry here\n"),
		file(List{Mark: event.MarkPhishing, Format: "TRAIL_TSV"}, "families", "zeus\tbad.example.com\nemotet\t203.0.113.5\n"),
		file(List{Mark: event.MarkC2, Format: "TRAIL_TSV"}, "more-families", "kit\t203.0.113.5\nemotet\tevil.example.net\n"),
		file(threats, "deny", "203.0.113.0/24\n198.51.100.7\n*.example.org\nevil.example.net\n"),
		file(trusted, "allow", "203.0.113.64/26\nok.example.org\n"),
	}
	var together, inTurn Builder
	errs := together.AddFiles(lists)
	for i, l := range lists {
		_, err := inTurn.AddFile(l)
		if diff := cmp.Diff(said(err), said(errs[i])); diff != "" {
			t.Errorf("error of list %q (-one by one +at once):\n%s", l.Name, diff)
		}
	}
	if errs[1] == nil || errs[0] != nil || errs[5] != nil {
		t.Errorf("errors %v, want one for the second list and none for the others", errs)
	}
	a, b := inTurn.Build(), together.Build()
	if diff := cmp.Diff(a.Lists(), b.Lists()); diff != "" {
		t.Errorf("lists (-one by one +at once):\n%s", diff)
	}
	for _, addr := range []string{"198.51.100.7", "198.51.100.9", "203.0.113.5", "203.0.113.70", "2001:db8:1::5", "2001:db8:2::1", "192.0.2.1"} {
		for _, port := range []uint16{443, 4444} {
			if m, n := a.Lookup(ip(t, addr), port), b.Lookup(ip(t, addr), port); m != n {
				t.Errorf("%s port %d: marks %b one by one, %b at once", addr, port, m, n)
			}
			if diff := cmp.Diff(a.IPMatches(ip(t, addr), port), b.IPMatches(ip(t, addr), port)); diff != "" {
				t.Errorf("%s port %d (-one by one +at once):\n%s", addr, port, diff)
			}
		}
	}
	for _, name := range []string{"bad.example.com", "www.bad.example.com", "a.example.org", "ok.example.org", "evil.example.net", "example.com"} {
		if diff := cmp.Diff(a.DomainMatches(name), b.DomainMatches(name)); diff != "" {
			t.Errorf("%s (-one by one +at once):\n%s", name, diff)
		}
	}
	if m := b.Lookup(ip(t, "198.51.100.7"), 443); m != event.MarkC2|event.MarkThreat {
		t.Errorf("marks of an address on two lists: %b", m)
	}
}

func said(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
