package namescore

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

const base32 = "abcdefghijklmnopqrstuvwxyz234567"

// send adds n names, gap apart, and returns how many it took to a yes, 0 if
// none came.
func send(c TunnelContext, n int, gap int64, carrier bool, draw func(r *rand.Rand, i int) string) (TunnelVerdict, int) {
	var tun Tunnel
	p := DefaultTunnel()
	r := rand.New(rand.NewPCG(21, 8))
	var v TunnelVerdict
	for i := range n {
		if tun.Add(draw(r, i), carrier, start+int64(i)*gap) {
			var ok bool
			if v, ok = tun.Verdict(&p, c); ok {
				return v, i + 1
			}
		}
	}
	return v, 0
}

// payload is a name of n characters or so, in labels as long as DNS allows.
func payload(r *rand.Rand, n int) string {
	var parts []string
	for n > 0 {
		k := min(n, 60)
		parts = append(parts, letterDraw(r, base32, k, k))
		n -= k + 1
	}
	return strings.Join(parts, ".")
}

func TestTunnelFires(t *testing.T) {
	f := func(name string, c TunnelContext, within, n int, gap int64, carrier bool, draw func(*rand.Rand, int) string) {
		t.Helper()
		if v, got := send(c, n, gap, carrier, draw); got == 0 || got > within {
			t.Errorf("%s: yes after %d names, want one within %d: %+v", name, got, within, v)
		}
	}
	var none TunnelContext
	f("two labels of base32 and a counter, TXT", none, 80, 300, 400, true, func(r *rand.Rand, i int) string {
		return fmt.Sprintf("%04d.%s.%s.t", i, payload(r, 60), payload(r, 50))
	})
	f("113 to 229 characters", none, 150, 929, second, false, func(r *rand.Rand, _ int) string {
		return payload(r, 100+r.IntN(116))
	})
	f("a popular domain, ten times as much", TunnelContext{Popular: true}, 1400, 3000, second, false, func(r *rand.Rand, _ int) string {
		return payload(r, 60)
	})
	f("very long, half as many", none, 70, 80, 30*second, false, func(r *rand.Rand, _ int) string { return payload(r, 100) })
	f("numbers that fetch data", none, 300, 500, second, true, func(r *rand.Rand, _ int) string {
		return fmt.Sprint(1e9 + r.IntN(1e9))
	})
	f("three an hour, the domain's only client", TunnelContext{Sole: true}, 72, 72, 20*minute, false, func(r *rand.Rand, _ int) string {
		return payload(r, 120)
	})
}

func TestTunnelStaysQuiet(t *testing.T) {
	f := func(name string, c TunnelContext, n int, gap int64, draw func(*rand.Rand, int) string) {
		t.Helper()
		if v, got := send(c, n, gap, false, draw); got != 0 {
			t.Errorf("%s: yes after %d names: %+v", name, got, v)
		}
	}
	sole := TunnelContext{Sole: true}
	f("a content network's hashes", sole, 5000, second, func(r *rand.Rand, _ int) string { return "d" + letterDraw(r, digits36, 13, 13) })
	f("one long name, over and over", sole, 5000, second, func(*rand.Rand, int) string { return payload(rand.New(rand.NewPCG(1, 1)), 120) })
	f("fifty long names, over and over", TunnelContext{}, 5000, second, func(_ *rand.Rand, i int) string {
		return payload(rand.New(rand.NewPCG(uint64(i%50), 1)), 60)
	})
	f("hosts of a zone by number", sole, 5000, second, func(_ *rand.Rand, i int) string { return fmt.Sprintf("node-%d.rack-%d.dc", i, i%40) })
	f("long names of words", sole, 5000, 10*second, func(r *rand.Rand, _ int) string {
		return strings.Join([]string{word(r), word(r), word(r), word(r), word(r), word(r)}, ".")
	})
	f("a popular domain", TunnelContext{Popular: true}, 500, second, func(r *rand.Rand, _ int) string { return payload(r, 40) })
	f("slow, but others ask too", TunnelContext{}, 72, 20*minute, func(r *rand.Rand, _ int) string { return payload(r, 120) })
	f("numbers asked for addresses", sole, 5000, second, func(r *rand.Rand, _ int) string {
		return fmt.Sprint(1e9 + r.IntN(1e9))
	})
	f("the domain itself", sole, 500, second, func(*rand.Rand, int) string { return "" })
}

func TestTunnelForgets(t *testing.T) {
	var tun Tunnel
	p := DefaultTunnel()
	r := rand.New(rand.NewPCG(5, 5))
	for i := range int64(60) {
		tun.Add(payload(r, 60), false, start+i*second)
	}
	v, _ := tun.Verdict(&p, TunnelContext{})
	if want := 60 * 60 * 4.6 / 8; math.Abs(v.Data-want) > 0.25*want {
		t.Errorf("60 names of 60 base32 characters carry %v bytes, want about %.0f", v.Data, want)
	}
	tun.Add("www", false, start+3*hour)
	if v, _ = tun.Verdict(&p, TunnelContext{}); math.Round(v.Names) != 1 || v.Queries != 1 || v.Data < 1500 {
		t.Errorf("three hours later the hour has %v names of %v queries, the day %v bytes; want 1 of 1 and still above 1500", v.Names, v.Queries, v.Data)
	}
	tun.Add("www", false, start+75*hour)
	if v, _ = tun.Verdict(&p, TunnelContext{}); v.Data > 2 {
		t.Errorf("three days later %v bytes are counted, want those of www", v.Data)
	}
}

func TestTunnelTakesRecordsInAnyOrder(t *testing.T) {
	var tun Tunnel
	p := DefaultTunnel()
	r := rand.New(rand.NewPCG(6, 6))
	for i := range int64(150) {
		tun.Add(payload(r, 60), true, start+(i%7)*minute-(i%3)*minute)
	}
	if v, ok := tun.Verdict(&p, TunnelContext{}); !ok {
		t.Errorf("150 names within ten minutes in disorder: no verdict: %+v", v)
	}
	before := tun.clock
	tun.Add("late", false, start-1000*hour)
	if tun.clock != before {
		t.Error("an old record turned the clock back")
	}
}

func TestTunnelAllocatesNothing(t *testing.T) {
	var tun Tunnel
	p := DefaultTunnel()
	name, at := payload(rand.New(rand.NewPCG(1, 2)), 120), start
	if n := testing.AllocsPerRun(1000, func() {
		at += minute
		tun.Add(name, true, at)
		tun.Verdict(&p, TunnelContext{Sole: true})
	}); n != 0 {
		t.Errorf("Add and Verdict allocate %v times", n)
	}
}

func TestExemptions(t *testing.T) {
	x := NewExemptions(append(TunnelExemptions(), Exemption{Label, "beacon", "own telemetry"}))
	f := func(name string, registrable int, want bool) {
		t.Helper()
		if why, got := x.Covers(name, registrable); got != want || got == (why == "") {
			t.Errorf("Covers(%q) = %q, %v, want %v", name, why, got, want)
		}
	}
	f("d41d8cd98f00b204e9800998ecf8427e.hash.sophosxl.net", 38, true)
	f("2.0.0.127.zen.spamhaus.org", 14, true)
	f("spamhaus.org", 0, true)
	f("notspamhaus.org", 0, false)
	f("e1234.dscb.akamaiedge.net", 11, true)
	f("akamai.example.com", 7, false)
	f("bucket.s3.eu-west-1.amazonaws.com", 0, true)
	f("1.2.0.192.in-addr.arpa", -1, true)
	f("_acme-challenge.www.example.com", 20, true)
	f("s1._domainkey.example.com", 14, true)
	f("a.beacon.example.com", 9, true)
	f("abcdefgh.example.com", 9, false)
	f("", -1, false)
	if n := testing.AllocsPerRun(100, func() { x.Covers("a.b.c.d.example.com", 8) }); n != 0 {
		t.Errorf("Covers allocates %v times", n)
	}
}

func TestShippedExemptionsAreSaidOnce(t *testing.T) {
	all := TunnelExemptions()
	seen := map[Exemption]bool{}
	for _, e := range all {
		key := Exemption{Match: e.Match, Value: e.Value}
		if seen[key] || e.Value != strings.ToLower(strings.Trim(e.Value, ".")) || e.Why == "" {
			t.Errorf("exemption %q is listed twice, not in lower case, or without a reason", e.Value)
		}
		seen[key] = true
	}
	for _, e := range all {
		for rest := e.Value; e.Match == Under; {
			_, parent, more := strings.Cut(rest, ".")
			if !more {
				break
			}
			if seen[Exemption{Match: Under, Value: parent}] {
				t.Errorf("exemption %q is needless: %q is listed", e.Value, parent)
			}
			rest = parent
		}
	}
}

func FuzzTunnel(f *testing.F) {
	f.Add("www", true, start, int64(1))
	f.Add(strings.Repeat("a.", 300), false, int64(math.MinInt64), int64(math.MaxInt64))
	f.Add("..", false, int64(-1), -hour)
	f.Fuzz(func(t *testing.T, sub string, carrier bool, at, step int64) {
		var tun Tunnel
		p := DefaultTunnel()
		for range 5 {
			tun.Add(sub, carrier, at)
			if v, ok := tun.Verdict(&p, TunnelContext{Sole: true}); ok || v.Names > 1.5 {
				t.Errorf("one name is a tunnel: %+v", v)
			}
			at += step
		}
	})
}

func FuzzCovers(f *testing.F) {
	x := NewExemptions(TunnelExemptions())
	f.Add("a.spamhaus.org", 2)
	f.Add("..", -5)
	f.Add("_", 1<<40)
	f.Fuzz(func(t *testing.T, name string, registrable int) {
		if why, ok := x.Covers(name, registrable); ok == (why == "") {
			t.Errorf("Covers(%q, %d) = %q, %v", name, registrable, why, ok)
		}
	})
}

func BenchmarkTunnel(b *testing.B) {
	b.ReportAllocs()
	r := rand.New(rand.NewPCG(1, 1))
	names := make([]string, 512)
	for i := range names {
		names[i] = payload(r, 110)
	}
	var tun Tunnel
	p := DefaultTunnel()
	b.SetBytes(int64(len(names[0])))
	for i := 0; b.Loop(); i++ {
		if tun.Add(names[i%len(names)], true, start+int64(i)*second) {
			tun.Verdict(&p, TunnelContext{})
		}
	}
}

func BenchmarkCovers(b *testing.B) {
	x := NewExemptions(TunnelExemptions())
	b.ReportAllocs()
	for b.Loop() {
		x.Covers("www.shop.example.com", 9)
	}
}
