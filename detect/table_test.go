package detect

import (
	"bytes"
	"math/rand/v2"
	"testing"
	"time"

	"picket/event"
)

type key struct {
	A event.IP
	B uint16
	C uint16
}

// twin is a table as a plain map: what Table must agree with while it is not full.
type twin struct {
	ttl  event.Time
	vals map[twinKey]twinVal
}

type twinKey struct {
	entity uint64
	k      key
}

type twinVal struct {
	seen event.Time
	v    int64
}

func (w *twin) at(p *Pass, k key) int64 {
	tk := twinKey{p.Entity, k}
	v := w.vals[tk]
	if p.Now-v.seen > w.ttl {
		v = twinVal{seen: p.Now}
	}
	v.seen = max(v.seen, p.Now)
	v.v++
	w.vals[tk] = v
	return v.v
}

func TestTableAgreesWithMap(t *testing.T) {
	var s Setup
	tab := NewTable[key, int64](&s, "t", time.Minute, 1<<20)
	w := twin{ttl: event.Minute, vals: map[twinKey]twinVal{}}
	r := rand.New(rand.NewPCG(1, 2))
	p := Pass{Now: event.Day}
	for i := range 200_000 {
		p.Now += event.Time(r.IntN(3))
		p.Entity = uint64(r.IntN(50))
		k := key{A: event.IPv4(uint32(r.IntN(200))), B: uint16(r.IntN(5))}
		switch r.IntN(20) {
		case 0:
			tab.Delete(&p, k)
			delete(w.vals, twinKey{p.Entity, k})
		case 1:
			got, want := tab.Get(&p, k), w.vals[twinKey{p.Entity, k}]
			live := want.v > 0 && p.Now-want.seen <= w.ttl
			if (got != nil) != live || live && *got != want.v {
				t.Fatalf("step %d: Get found %v, want %v", i, got, want)
			}
		default:
			v := tab.At(&p, k)
			*v++
			if want := w.at(&p, k); *v != want {
				t.Fatalf("step %d: %d, want %d", i, *v, want)
			}
		}
	}
}

func TestTableStaysWithinItsBound(t *testing.T) {
	var s Setup
	tab := NewTable[uint64, uint32](&s, "t", time.Hour, 1000)
	p := Pass{Now: event.Day, Entity: 1}
	for i := range uint64(100_000) {
		p.Now++
		*tab.At(&p, i) = 1
		if tab.Len() > 1000 {
			t.Fatalf("%d entries, at most 1000", tab.Len())
		}
	}
	if tab.Evicted() == 0 {
		t.Error("nothing counts as evicted")
	}
	if tab.Get(&p, 99_999) == nil {
		t.Error("the latest entry is gone")
	}
	if tab.Get(&p, 1) != nil {
		t.Error("the oldest entry is still there")
	}
}

func TestTableForgets(t *testing.T) {
	var s Setup
	tab := NewTable[uint64, uint32](&s, "t", time.Minute, 10)
	p := Pass{Now: event.Day, Entity: 1}
	*tab.At(&p, 7) = 5
	p.Now += event.Minute
	if v := tab.Get(&p, 7); v == nil || *v != 5 {
		t.Errorf("after the ttl to the millisecond: %v, want 5", v)
	}
	p.Now++
	if v := tab.Get(&p, 7); v != nil {
		t.Errorf("a millisecond later: %d, want nothing", *v)
	}
	if v := tab.At(&p, 7); *v != 0 {
		t.Errorf("an expired entry came back as %d", *v)
	}
}

func TestEntitiesAreApart(t *testing.T) {
	var s Setup
	tab := NewTable[uint64, uint32](&s, "t", time.Minute, 10)
	a, b := Pass{Now: 1, Entity: 1}, Pass{Now: 1, Entity: 2}
	*tab.At(&a, 7) = 5
	if v := tab.At(&b, 7); *v != 0 {
		t.Errorf("entity 2 sees %d of entity 1", *v)
	}
}

func TestSaveAndLoad(t *testing.T) {
	var s Setup
	from := NewTable[key, [3]uint16](&s, "t", time.Hour, 1000)
	for i := range uint16(500) {
		p := Pass{Now: event.Day + event.Time(i), Entity: uint64(i % 10)}
		*from.At(&p, key{B: i}) = [3]uint16{i, 1, 2}
	}
	var buf bytes.Buffer
	if err := from.Save(&buf); err != nil {
		t.Fatal(err)
	}
	to := NewTable[key, [3]uint16](&s, "t", time.Hour, 1000)
	if err := to.Load(bytes.NewReader(buf.Bytes()), func(e uint64) bool { return e%2 == 0 }); err != nil {
		t.Fatal(err)
	}
	for i := range uint16(500) {
		p := Pass{Now: event.Day + 500, Entity: uint64(i % 10)}
		v := to.Get(&p, key{B: i})
		if want := i%10%2 == 0; (v != nil) != want || want && *v != [3]uint16{i, 1, 2} {
			t.Fatalf("entry %d is %v", i, v)
		}
	}
	if err := to.Load(bytes.NewReader(buf.Bytes()[:100]), func(uint64) bool { return true }); err == nil {
		t.Error("a cut snapshot was loaded without an error")
	}
}

// TestLoadIsFast: filling a table from a snapshot takes about as long as it took
// to fill the one that was saved. Entries that come in the order of a table's
// slots would all end up in one cluster of the smaller table: quadratic.
func TestLoadIsFast(t *testing.T) {
	const n = 150_000
	var s Setup
	p := Pass{Now: event.Day, Entity: 1}
	from, to := NewTable[uint64, uint64](&s, "t", time.Hour, n), NewTable[uint64, uint64](&s, "t", time.Hour, n)
	begin := time.Now()
	for i := range uint64(n) {
		from.At(&p, i)
	}
	filled := time.Since(begin)
	var buf bytes.Buffer
	if err := from.Save(&buf); err != nil {
		t.Fatal(err)
	}
	begin = time.Now()
	if err := to.Load(&buf, func(uint64) bool { return true }); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(begin); took > 20*filled {
		t.Errorf("loaded in %v, filled in %v", took, filled)
	}
}

func TestAdd(t *testing.T) {
	var s Setup
	tab := NewTable[uint64, struct{}](&s, "t", time.Minute, 100)
	step := func(what string, after event.Time, entity uint64, want bool) {
		t.Helper()
		if got := tab.Add(&Pass{Now: event.Day + after, Entity: entity}, 7); got != want {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	step("never seen", 0, 1, true)
	step("seen", 50*event.Second, 1, false)
	step("another entity's", 50*event.Second, 2, true)
	step("seen a minute ago", 110*event.Second, 1, false)
	step("seen an hour ago", event.Hour, 1, true)
	step("seen just now", event.Hour, 1, false)
}

func TestWrongDeclarationsPanic(t *testing.T) {
	panics := func(name string, f func(*Setup)) {
		t.Helper()
		defer func() {
			if recover() == nil {
				t.Errorf("%s was accepted", name)
			}
		}()
		f(new(Setup))
	}
	panics("a string key", func(s *Setup) { NewTable[string, int](s, "t", time.Hour, 1) })
	panics("a pointer value", func(s *Setup) { NewTable[int, *int](s, "t", time.Hour, 1) })
	panics("a slice in a value", func(s *Setup) { NewTable[int, struct{ A []int }](s, "t", time.Hour, 1) })
	panics("a key with padding", func(s *Setup) {
		NewTable[struct {
			A uint8
			B uint64
		}, int](s, "t", time.Hour, 1)
	})
	panics("a floating-point key", func(s *Setup) { NewTable[float64, int](s, "t", time.Hour, 1) })
	panics("no ttl", func(s *Setup) { NewTable[int, int](s, "t", 0, 1) })
}

func TestTableAllocatesNothingWhenWarm(t *testing.T) {
	var s Setup
	tab := NewTable[key, int64](&s, "t", time.Hour, 10_000)
	p := Pass{Now: event.Day, Entity: 1}
	fill := func() {
		for i := range uint32(5000) {
			*tab.At(&p, key{A: event.IPv4(i)})++
		}
	}
	fill()
	if n := testing.AllocsPerRun(5, fill); n > 0 {
		t.Errorf("%.0f allocations", n)
	}
}

func BenchmarkTable(b *testing.B) {
	var s Setup
	tab := NewTable[key, int64](&s, "t", time.Hour, 1<<20)
	p := Pass{Now: event.Day, Entity: 1}
	b.ReportAllocs()
	i := uint32(0)
	for b.Loop() {
		*tab.At(&p, key{A: event.IPv4(i * 7919 % 100_000)})++
		i++
	}
}

// TestChurnStopsAllocating: keys that come and go for ever need no new memory.
func TestChurnStopsAllocating(t *testing.T) {
	var s Setup
	tab := NewTable[uint64, int64](&s, "t", time.Minute, 1<<20)
	p := Pass{Now: event.Day, Entity: 1}
	k := uint64(0)
	churn := func() {
		for range 10_000 {
			k++
			p.Now += 100
			*tab.At(&p, k) = 1
		}
	}
	churn()
	if n := testing.AllocsPerRun(5, churn); n > 0 {
		t.Errorf("%.0f allocations", n)
	}
}
