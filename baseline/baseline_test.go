package baseline

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
)

const (
	monday  = 1_767_571_200_000 // 2026-01-05T00:00:00Z
	sundays = 7 * dayMS
)

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if math.Abs(got-want) > tolerance {
		t.Errorf("%s = %v, want %v ± %v", what, got, want, tolerance)
	}
}

func TestTypesAreFlat(t *testing.T) {
	for _, v := range []any{Distinct[[4]uint64]{}, EWMA{}, Moments{}, Histogram{}, Ring{}, Tenure{}, Rarity{}, Season{}} {
		if err := flat(reflect.TypeOf(v)); err != nil {
			t.Errorf("%T: %v", v, err)
		}
	}
}

func flat(t reflect.Type) error {
	switch t.Kind() {
	case reflect.Struct:
		for i := range t.NumField() {
			if err := flat(t.Field(i).Type); err != nil {
				return err
			}
		}
	case reflect.Array:
		return flat(t.Elem())
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.String, reflect.Interface, reflect.Chan, reflect.Func:
		return fmt.Errorf("%v holds a pointer", t)
	}
	return nil
}

func TestDistinctCounts(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{0, 1, 15, 25, 50, 200} {
		var d Distinct[[8]uint64]
		for range n {
			h := r.Uint64()
			d.Add(h)
			if d.Add(h) || !d.Has(h) {
				t.Fatal("a thing just added is new or missing")
			}
		}
		// Standard error of linear counting, 512 bits: under 5 % up to 256; three of them.
		near(t, fmt.Sprintf("Count of %d", n), float64(d.Count()), float64(n), 1+0.15*float64(n))
	}
}

func TestDistinctSets(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var tried, answered Distinct[[16]uint64]
	for i := range 100 {
		h := r.Uint64()
		tried.Add(h)
		if i < 30 {
			answered.Add(h)
		}
	}
	for range 20 {
		answered.Add(r.Uint64())
	}
	near(t, "Without", float64(tried.Without(&answered)), 70, 10)
	near(t, "Union", float64(tried.Union(&answered)), 120, 12)
}

func TestDistinctFullIsMany(t *testing.T) {
	var d Distinct[[1]uint64]
	for i := range uint64(64) {
		d.Add(i << 32)
	}
	if n := d.Count(); n < 200 {
		t.Errorf("a full sketch counts %d", n)
	}
}

func TestEWMA(t *testing.T) {
	var e EWMA
	for _, x := range []float64{2, 4, 6} {
		e.Add(x, 0.1)
	}
	near(t, "mean of the first values", e.Mean(), 4, 1e-9)
	near(t, "deviation", e.Dev(), math.Sqrt(8.0/3), 1e-9)
	for range 200 {
		e.Add(10, 0.1)
	}
	near(t, "mean after a change", e.Mean(), 10, 0.01)
	near(t, "score with a floor", e.Score(14, 2), 2, 0.02)
	if (&EWMA{}).Score(5, 0) != 0 {
		t.Error("an empty EWMA scores")
	}
}

func TestMoments(t *testing.T) {
	var a, b Moments
	for _, x := range []float64{2, 4, 4, 4} {
		a.Add(x)
	}
	for _, x := range []float64{5, 5, 7, 9} {
		b.Add(x)
	}
	a.Join(b)
	near(t, "mean", a.Mean(), 5, 1e-12)
	near(t, "variation", a.Variation(), 2.0/5, 1e-12)
	var one Moments
	one.Add(3)
	if one.Variation() != 0 || (&Moments{}).Mean() != 0 {
		t.Error("too few values vary")
	}
}

func TestHistogram(t *testing.T) {
	var h Histogram
	if h.Bound(6, 1) != 0 || h.Median() != 0 {
		t.Error("an empty histogram has a bound")
	}
	for _, mb := range []float64{8, 9, 10, 11, 12, 10, 10, 9, 11, 5000} {
		h.Add(mb*1e6, 720)
	}
	near(t, "median", h.Median(), math.Log1p(10e6), binWidth)
	// All but the outlier lie within a bin or two: the floor decides.
	near(t, "log of bound", math.Log1p(h.Bound(6, 0.5)), math.Log1p(10e6)+3, binWidth)
	var wide Histogram
	for i := range 101 {
		wide.Add(math.Exp(10+float64(i)/50), 720) // log-uniform over [10, 12]: MAD 0.5
	}
	near(t, "log of bound", math.Log1p(wide.Bound(2, 0)), 11+2*Deviation*0.5, 3*binWidth)
}

func TestHistogramForgets(t *testing.T) {
	var h Histogram
	for range 1000 {
		h.Add(1e3, 100)
	}
	if h.N() > 100 {
		t.Errorf("keeps %d amounts, asked for 100", h.N())
	}
	for range 200 {
		h.Add(1e9, 100)
	}
	near(t, "median after a change", h.Median(), math.Log(1e9), binWidth)
	for _, x := range []float64{math.NaN(), math.Inf(1), -1, 0} {
		h.Add(x, 100) // must not panic
	}
}

func TestRing(t *testing.T) {
	var r Ring
	if m, d := r.Median(); m != 0 || d != 0 {
		t.Error("an empty ring has a median")
	}
	for _, x := range []float64{1, 1, 2, 2, 4, 6, 9} {
		r.Add(x)
	}
	m, d := r.Median()
	near(t, "median", m, 2, 0)
	near(t, "deviation", d, 1, 0)
	for i := range 100 {
		r.Add(float64(i))
	}
	m, _ = r.Median() // 68…99
	near(t, "median of the last", m, 83.5, 0)
	if r.N() != 32 {
		t.Errorf("holds %d", r.N())
	}
}

func TestTenure(t *testing.T) {
	var w Tenure
	if w.Age(monday) != 0 {
		t.Error("never seen but has an age")
	}
	for _, day := range []int64{0, 0, 1, 5, 5} {
		w.See(monday + day*dayMS + 3)
	}
	w.See(monday) // late
	if w.Days() != 3 || w.Age(monday+6*dayMS) != 6*dayMS {
		t.Errorf("days %d, age %d", w.Days(), w.Age(monday+6*dayMS))
	}
}

func TestRarity(t *testing.T) {
	for _, c := range []struct {
		every, times int64
		want         Frequency
	}{{1, 0, Never}, {45, 6, Rare}, {10, 12, Infrequent}, {7, 20, Frequent}, {1, 14, Frequent}} {
		var r Rarity
		for i := range c.times {
			r.See(monday + i*c.every*dayMS)
			r.See(monday + i*c.every*dayMS + 60_000) // the same day counts once
		}
		if got := r.Frequency(max(r.Last(), monday)); got != c.want {
			t.Errorf("%d times every %d days: %v, want %v", c.times, c.every, got, c.want)
		}
	}
	var r Rarity
	if r.See(monday) != Never || r.See(monday+dayMS) != Rare || r.First() != monday {
		t.Error("first sights are wrong")
	}
}

func TestSeason(t *testing.T) {
	var s Season
	at := int64(monday + 3*hourMS)
	for week, want := range []int{0, 1, 2, 2} {
		now := at + int64(week)*sundays
		for range 3 {
			if got := s.Weeks(now); got != want {
				t.Errorf("week %d: %d earlier weeks, want %d", week, got, want)
			}
			s.See(now)
			now += 60_000
		}
		s.See(now + 2*hourMS) // another hour
	}
	if s.Weeks(at+hourMS) != 0 {
		t.Error("the hour after is known")
	}
}

func TestNoAllocations(t *testing.T) {
	var d Distinct[[8]uint64]
	var h Histogram
	var r Ring
	var s Season
	n := testing.AllocsPerRun(100, func() {
		d.Add(7)
		h.Add(1e6, 720)
		r.Add(1)
		s.See(monday)
		_, _ = r.Median()
		_ = d.Count() + int(h.Bound(6, 1))
	})
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkDistinctAdd(b *testing.B) {
	b.ReportAllocs()
	var d Distinct[[8]uint64]
	h := uint64(1)
	for b.Loop() {
		h = h*0x9e3779b97f4a7c15 + 1
		d.Add(h)
	}
}

func BenchmarkHistogramBound(b *testing.B) {
	b.ReportAllocs()
	var h Histogram
	for i := range 500 {
		h.Add(float64(i*i*1000), 720)
	}
	for b.Loop() {
		h.Bound(6, 0.25)
	}
}
