package namescore

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
	"unsafe"
)

const (
	second = int64(1000)
	minute = 60 * second
	hour   = 60 * minute
	start  = int64(1_700_000_000_000)
)

func TestSizes(t *testing.T) {
	if n := unsafe.Sizeof(Burst{}); n > 512 {
		t.Errorf("a Burst takes %d bytes, want 512 at most", n)
	}
	if n := unsafe.Sizeof(Tunnel{}); n > 384 {
		t.Errorf("a Tunnel takes %d bytes, want 384 at most", n)
	}
}

// query is one look-up of a host's story.
type query struct {
	label, suffix string
	failed        bool
	at            int64
}

// tell adds the story and returns the first verdict that was yes, if any, and
// the number of queries it took.
func tell(story []query) (BurstVerdict, int) {
	var b Burst
	p := DefaultBurst()
	for i, q := range story {
		if b.Add(q.label, q.suffix, q.failed, q.at) {
			if v, ok := b.Verdict(&p); ok {
				return v, i + 1
			}
		}
	}
	return BurstVerdict{}, 0
}

// story draws n queries, gap apart.
func story(n int, gap int64, draw func(r *rand.Rand, i int) query) []query {
	r := rand.New(rand.NewPCG(11, 5))
	qs := make([]query, n)
	for i := range qs {
		qs[i] = draw(r, i)
		qs[i].at = start + int64(i)*gap
	}
	return qs
}

// plain are ordinary words to make site names of.
var plain = strings.Fields("amber atlas beacon billing canary cargo catalog checkout copper coral delta echo event export field forge " +
	"garden harbor index invoice jasper kernel lagoon ledger lunar maple media metric model orbit order payment pearl pilot " +
	"planet quartz report river saffron search shadow silver solar spruce stone stream summit thunder timber travel valley " +
	"vapor vector video violet water willow window winter")

func word(r *rand.Rand) string { return plain[r.IntN(len(plain))] }

func TestBurstFires(t *testing.T) {
	f := func(name string, want BurstRule, within int, qs []query) {
		t.Helper()
		v, n := tell(qs)
		if v.Rule != want || n > within {
			t.Errorf("%s: %v after %d queries, want %v within %d", name, v.Rule, n, want, within)
		}
		if v.Score < 0.5 || v.Score > 1 {
			t.Errorf("%s: score %v, want 0.5 to 1", name, v.Score)
		}
	}
	f("random letters of all lengths under one suffix", OddBurst, 60, story(200, second, func(r *rand.Rand, _ int) query {
		return query{label: letterDraw(r, "bcdfghjklmnpqrstvwxzaeiou", 12, 22), suffix: "net", failed: true}
	}))
	f("short ones under many suffixes", OddBurst, 60, story(300, 2*second, func(r *rand.Rand, i int) query {
		return query{label: letterDraw(r, allLetters, 7, 11), suffix: []string{"com", "net", "org", "info", "co.uk"}[i%5], failed: true}
	}))
	f("one in ten answered", OddBurst, 80, story(300, 2*second, func(r *rand.Rand, i int) query {
		return query{label: letterDraw(r, digits36, 24, 24), suffix: "com", failed: i%10 != 0}
	}))
	f("among a host's usual traffic", OddBurst, 400, story(1000, second, func(r *rand.Rand, i int) query {
		if i%4 == 0 {
			return query{label: letterDraw(r, allLetters, 14, 14), suffix: "biz", failed: true}
		}
		return query{label: word(r) + "shop", suffix: "com"}
	}))
	f("chains of words", ChainBurst, 60, story(300, 2*second, func(r *rand.Rand, _ int) query {
		return query{label: word(r) + word(r) + word(r) + word(r), suffix: "com", failed: true}
	}))
	f("pairs of words in great number", VolumeBurst, 120, story(300, 2*second, func(r *rand.Rand, i int) query {
		return query{label: word(r) + word(r), suffix: []string{"net", "com", "org"}[i%3], failed: true}
	}))
	f("pairs of words under one suffix, amid usual traffic", AlikeBurst, 150, story(400, 10*second, func(r *rand.Rand, i int) query {
		if i%3 == 0 {
			return query{label: word(r), suffix: "com"}
		}
		return query{label: word(r) + word(r), suffix: "net", failed: true}
	}))
	f("one long stem and a few letters in front", AlikeBurst, 60, story(100, 2*second, func(r *rand.Rand, i int) query {
		return query{label: letterDraw(r, "abcdefgh", 4, 4) + "ovexalimundorika", suffix: []string{"com", "org"}[i%2], failed: true}
	}))
	f("pairs of words, four an hour all day", AlikeBurst, 110, story(110, 13*minute, func(r *rand.Rand, _ int) query {
		return query{label: word(r) + word(r), suffix: "net", failed: true}
	}))
	f("two an hour for a day", OddTrickle, 48, story(48, 30*minute, func(r *rand.Rand, _ int) query {
		return query{label: letterDraw(r, allLetters, 18, 24), suffix: "ru", failed: true}
	}))
}

func TestBurstStaysQuiet(t *testing.T) {
	f := func(name string, qs []query) {
		t.Helper()
		if v, n := tell(qs); n != 0 {
			t.Errorf("%s: %+v after %d queries", name, v, n)
		}
	}
	f("typing errors of a busy host", story(20000, 4*second, func(r *rand.Rand, _ int) query {
		switch x := r.Float64(); {
		case x < 0.10:
			return query{label: word(r) + word(r), suffix: "com", failed: true}
		case x < 0.40:
			return query{label: word(r) + word(r), suffix: []string{"com", "net", "org", "io", "co.uk", "de"}[r.IntN(6)]}
		}
		return query{label: word(r), suffix: "com"}
	}))
	f("search suffixes", story(5000, second, func(r *rand.Rand, _ int) query {
		return query{label: letterDraw(r, digits36, 16, 16), suffix: "internal", failed: true}
	}))
	f("the browser's random single labels", story(300, minute, func(r *rand.Rand, _ int) query {
		return query{label: "", suffix: letterDraw(r, allLetters, 7, 15), failed: true}
	}))
	f("one zone asked for many names", story(5000, second, func(*rand.Rand, int) query {
		return query{label: "spamhaus", suffix: "org", failed: true}
	}))
	f("reverse lookups", story(5000, second, func(r *rand.Rand, _ int) query {
		return query{label: letterDraw(r, digits36, 8, 8), suffix: "in-addr.arpa", failed: true}
	}))
	f("a platform's names", story(3000, second, func(r *rand.Rand, _ int) query {
		return query{label: letterDraw(r, digits36, 14, 14), suffix: "cloudfront.net", failed: true}
	}))
	f("odd names that exist", story(300, second, func(r *rand.Rand, i int) query {
		return query{label: letterDraw(r, allLetters, 12, 12), suffix: "com", failed: i%3 == 0}
	}))
	f("nine odd names, again and again", story(900, second, func(_ *rand.Rand, i int) query {
		r := rand.New(rand.NewPCG(uint64(i%9), 1))
		return query{label: letterDraw(r, allLetters, 12, 12), suffix: "com", failed: true}
	}))
	f("an allow list that denies fifty sites", story(500, 5*second, func(_ *rand.Rand, i int) query {
		return query{label: plain[i%50] + "shop", suffix: []string{"com", "com", "com", "net", "org", "io", "de"}[i%50%7], failed: true}
	}))
	f("a list of sites of which a third is dead", story(3000, second, func(r *rand.Rand, i int) query {
		return query{label: word(r) + word(r) + word(r), suffix: "com", failed: i%3 == 0}
	}))
	f("a platform's tenants that are gone", story(500, second, func(r *rand.Rand, _ int) query {
		return query{label: letterDraw(r, digits36, 12, 12), suffix: "azurewebsites.net", failed: true}
	}))
}

func TestBurstForgets(t *testing.T) {
	var b Burst
	p := DefaultBurst()
	r := rand.New(rand.NewPCG(2, 2))
	for i := range int64(8) {
		b.Add(letterDraw(r, allLetters, 16, 16), "com", true, start+i*second)
	}
	later := start + 2*hour
	for i := range int64(8) {
		b.Add(letterDraw(r, allLetters, 16, 16), "com", true, later+i*second)
	}
	if v, ok := b.Verdict(&p); ok {
		t.Errorf("eight and eight names two hours apart: %+v", v)
	}
	b.Add("example", "com", true, start+72*hour)
	if v, _ := b.Verdict(&p); math.Round(v.Failed) != 1 {
		t.Errorf("three days later %v failed domains are known, want 1", v.Failed)
	}
}

// TestBurstForgetsStepwise has the code of a cell come round again: after 255
// ticks a stale cell would look new.
func TestBurstForgetsStepwise(t *testing.T) {
	var b Burst
	p := DefaultBurst()
	for i := range 20 {
		b.Add(fmt.Sprintf("site%d", i), "com", true, start)
	}
	for tick := int64(1); tick <= tickCodes+1; tick++ {
		b.Add("example", "org", true, start+tick*tickMillis)
		if v, _ := b.Verdict(&p); tick > hourTicks && v.Failed > 2 {
			t.Fatalf("after %d ticks %v failed domains are in the hour, want 1", tick, v.Failed)
		}
	}
}

func TestBurstOrderDoesNotMatter(t *testing.T) {
	qs := story(200, 10*second, func(r *rand.Rand, _ int) query {
		return query{label: letterDraw(r, allLetters, 14, 14), suffix: "com", failed: true}
	})
	rand.New(rand.NewPCG(4, 4)).Shuffle(len(qs), func(i, j int) { qs[i], qs[j] = qs[j], qs[i] })
	if v, _ := tell(qs); v.Rule != OddBurst {
		t.Errorf("shuffled: %v, want %v", v.Rule, OddBurst)
	}
}

func TestBurstAllocatesNothing(t *testing.T) {
	var b Burst
	p := DefaultBurst()
	at := start
	if n := testing.AllocsPerRun(1000, func() {
		at += minute
		b.Add("xjwkqzrvth", "com", at/minute%2 == 0, at)
		b.Verdict(&p)
	}); n != 0 {
		t.Errorf("Add and Verdict allocate %v times", n)
	}
}

func TestDistinct(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	for _, n := range []int{0, 1, 10, 50, 100, 200} {
		taken := map[uint64]bool{}
		for range n {
			taken[hashOf(letterDraw(r, digits36, 20, 20), "com")%256] = true
		}
		got := distinct(len(taken), 256)
		if math.Abs(got-float64(n)) > 1+0.15*float64(n) {
			t.Errorf("%d things are taken for %.1f", n, got)
		}
	}
	if got := distinct(256, 256); math.IsInf(got, 0) {
		t.Error("a full sketch has no estimate")
	}
}

func TestDefaultWindows(t *testing.T) {
	p := DefaultBurst()
	if ticksIn(p.Window) != hourTicks || ticksIn(p.SlowWindow) != dayTicks {
		t.Errorf("windows are %d and %d ticks, want %d and %d", ticksIn(p.Window), ticksIn(p.SlowWindow), hourTicks, dayTicks)
	}
	if got := ticksIn(1000 * time.Hour); got != dayTicks {
		t.Errorf("a window of 1,000 h is %d ticks: more than cells can tell", got)
	}
}

func FuzzBurst(f *testing.F) {
	f.Add("example", "com", true, start, int64(1))
	f.Add("xjwkqzrvth", "co.uk", false, int64(math.MinInt64), int64(math.MaxInt64))
	f.Add("", ".", true, int64(-1), -hour)
	f.Fuzz(func(t *testing.T, label, suffix string, failed bool, at, step int64) {
		var b Burst
		p := DefaultBurst()
		for range 5 {
			b.Add(label, suffix, failed, at)
			v, _ := b.Verdict(&p)
			if v.Failed > 1.5 || v.Found > 1.5 {
				t.Errorf("one domain is counted as %v failed and %v found", v.Failed, v.Found)
			}
			at += step
		}
	})
}

func BenchmarkBurst(b *testing.B) {
	p := DefaultBurst()
	run := func(name string, failed bool, labels []string) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			var burst Burst
			for i := 0; b.Loop(); i++ {
				if burst.Add(labels[i%len(labels)], "com", failed, start+int64(i)*second) {
					burst.Verdict(&p)
				}
			}
		})
	}
	run("found again", false, []string{"example"})
	run("found", false, plain)
	run("failed", true, plain)
}
