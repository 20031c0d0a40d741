package metrics

import (
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var (
	sample = regexp.MustCompile(`^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$`)
	label  = regexp.MustCompile(`^([a-zA-Z_]\w*)="((?:[^"\\\n]|\\[\\n"])*)"(?:,|$)`)
)

// parse reads the text format by the rules of its description: comments, then
// samples of the family that the last TYPE named.
func parse(t *testing.T, text string) map[string]float64 {
	t.Helper()
	got := map[string]float64{}
	family := ""
	for l := range strings.Lines(text) {
		l = strings.TrimSuffix(l, "\n")
		if rest, ok := strings.CutPrefix(l, "# TYPE "); ok {
			family, _, _ = strings.Cut(rest, " ")
			continue
		}
		if strings.HasPrefix(l, "#") {
			continue
		}
		m := sample.FindStringSubmatch(l)
		if m == nil || !strings.HasPrefix(m[1], family) {
			t.Fatalf("no sample of %s: %q", family, l)
		}
		for rest := m[2]; rest != ""; {
			pair := label.FindString(rest)
			if pair == "" {
				t.Fatalf("labels of %q", l)
			}
			rest = rest[len(pair):]
		}
		v, err := strconv.ParseFloat(m[3], 64)
		if err != nil {
			t.Fatalf("%q: %v", l, err)
		}
		got[strings.TrimSuffix(l, " "+m[3])] = v
	}
	return got
}

func TestWrite(t *testing.T) {
	var s Set
	requests := s.Counter("requests_total", "Requests\nby \\ operation.", "operation", "status")
	took := s.Histogram("took_seconds", "How long.", []float64{0.1, 1}, "operation")
	s.Gauge("things", "Things.", func(emit func(float64, ...string)) { emit(1.5, "a"); emit(-2, `b"\`+"\n") }, "kind")
	s.Gauge("up", "Always.", func(emit func(float64, ...string)) { emit(1) })
	requests.Add(1, "Get", "200")
	requests.Add(2, "Get", "200")
	requests.Add(1, "Get", "404")
	for _, v := range []float64{0.05, 0.1, 0.5, 7} {
		took.Observe(v, "Get")
	}
	var b strings.Builder
	if err := s.Write(&b); err != nil {
		t.Fatal(err)
	}
	want := map[string]float64{
		`requests_total{operation="Get",status="200"}`: 3, `requests_total{operation="Get",status="404"}`: 1,
		`took_seconds_bucket{operation="Get",le="0.1"}`: 2, `took_seconds_bucket{operation="Get",le="1"}`: 3,
		`took_seconds_bucket{operation="Get",le="+Inf"}`: 4,
		`took_seconds_sum{operation="Get"}`:              7.65, `took_seconds_count{operation="Get"}`: 4,
		`things{kind="a"}`: 1.5, `things{kind="b\"\\\n"}`: -2, `up`: 1,
	}
	if diff := cmp.Diff(want, parse(t, b.String())); diff != "" {
		t.Errorf("-want +got:\n%s\n%s", diff, &b)
	}
	for _, line := range []string{`# HELP requests_total Requests\nby \\ operation.`, "# TYPE took_seconds histogram", "# TYPE up gauge", "# TYPE requests_total counter"} {
		if !strings.Contains(b.String(), line+"\n") {
			t.Errorf("no line %q", line)
		}
	}
}

func TestConcurrentUse(t *testing.T) {
	var s Set
	c := s.Counter("n_total", "Numbers.", "of")
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 100 {
				c.Add(1, "x")
				if err := s.Write(new(strings.Builder)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	var b strings.Builder
	if err := s.Write(&b); err != nil || parse(t, b.String())[`n_total{of="x"}`] != 800 {
		t.Errorf("%v\n%s", err, &b)
	}
}
