package intel

import (
	"fmt"
	"testing"
)

// text prints an entry the way the tables of these tests write it.
func text(e *Entry) string {
	s := string(e.Domain)
	if e.Domain == nil {
		s = prefixText(e.Prefix.Masked())
		if e.Port != 0 {
			s += fmt.Sprintf(" port %d", e.Port)
		}
	}
	s = []string{"", "exact ", "children of ", "zone "}[e.Scope] + s
	if e.URL {
		s += " by URL"
	}
	return s
}

func TestIndicator(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		var e Entry
		if err := indicator([]byte(in), &e); err != nil {
			t.Errorf("%q: %v", in, err)
		} else if got := text(&e); got != want {
			t.Errorf("%q = %q, want %q", in, got, want)
		}
	}
	f("198.51.100.7", "198.51.100.7")
	f("203.0.113.77/24", "203.0.113.0/24") // host bits masked
	f("203.0.113.77/32", "203.0.113.77")
	f("10.0.0.0/8", "10.0.0.0/8") // private ranges are kept
	f("198.51.100.7:8080", "198.51.100.7 port 8080")
	f("2001:db8::1", "2001:db8::1")
	f("2001:DB8::/32", "2001:db8::/32")
	f("[2001:db8::1]:443", "2001:db8::1 port 443")
	f("[2001:db8::1]", "2001:db8::1")
	f("::ffff:198.51.100.7", "198.51.100.7")
	f("::ffff:198.51.100.7/120", "198.51.100.0/24")
	f("Bad.Example", "bad.example")
	f("bad.example.", "bad.example")
	f("*.bad.example", "children of bad.example")
	f(".bad.example", "bad.example")
	f("||bad.example^", "bad.example")
	f("bad.example:8443", "bad.example")
	f("bad.example/gate.php", "bad.example by URL")
	f("192.0.2.1.bad.example", "192.0.2.1.bad.example")
	f("_tcp.bad-host.example", "_tcp.bad-host.example")
	f("http://bad.example/a?b=http://good.example", "bad.example by URL")
	f("https://user:secret@bad.example:8443/", "bad.example by URL")
	f("http://198.51.100.7/x", "198.51.100.7 port 80 by URL")
	f("hxxps://198.51.100.7", "198.51.100.7 port 443 by URL")
	f("tcp://198.51.100.7:4444", "198.51.100.7 port 4444 by URL")
	f("http://[2001:db8::1]:8080/x", "2001:db8::1 port 8080 by URL")
}

func TestIndicatorRefuses(t *testing.T) {
	for _, in := range []string{
		"", ".", "*", "*.", "localhost", "bad..example", "-", "bad.example..", "a b.example", "bad.123",
		"198.51.100", "198.51.100.256", "198.051.100.7", "198.51.100.7/33", "198.51.100.7/", "198.51.100.7/24/1",
		"198.51.100.7:", "198.51.100.7:0", "198.51.100.7:65536", "198.51.100.7:+80", "198.51.100.0/24:80",
		"0.0.0.0/0", "0.0.0.0/7", "::/0", "2000::/3", "2001:db8::/129", "2001:db8::g", "::", "::/64", "[::]:80", "[2001:db8::1", "[2001:db8::1]x",
		"http://", "http:///path", "http://user@/", "bad.example:port", "bücher.example",
		"<html>", "198.51.100.7,", "198.51.100.7#4#2#Scanning", "::ffff:198.51.100.7/90",
	} {
		var e Entry
		if err := indicator([]byte(in), &e); err == nil {
			t.Errorf("%q taken as %q", in, text(&e))
		}
	}
}

func FuzzIndicator(f *testing.F) {
	for _, s := range []string{"198.51.100.7:80", "203.0.113.0/24", "[2001:db8::1]:443", "*.bad.example", "http://u@bad.example:1/x", "||a.b^"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		var e Entry
		if indicator(in, &e) != nil {
			return
		}
		if e.Domain != nil == e.Prefix.IsValid() {
			t.Fatalf("%q is a domain and an address, or neither: %+v", in, e)
		}
		if e.Prefix.IsValid() && (e.Prefix.Bits() < MinPrefixBits || e.Port != 0 && !e.Prefix.IsSingleIP()) {
			t.Fatalf("%q taken as %v port %d", in, e.Prefix, e.Port)
		}
		// What was understood, written down again, means the same.
		again := Entry{}
		plain := string(e.Domain)
		if e.Domain == nil {
			plain = e.Prefix.String()
		}
		if err := indicator([]byte(plain), &again); err != nil {
			t.Fatalf("%q gave %q, which is refused: %v", in, plain, err)
		}
	})
}
