package store

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"picket/finding"
	"picket/internal/store/index"
)

// benchSizes are the numbers of findings to measure with; PICKET_STORE_SIZES
// asks for others: 10000,100000,1000000.
func benchSizes(b *testing.B) []int {
	text := os.Getenv("PICKET_STORE_SIZES")
	if text == "" {
		text = "10000"
	}
	var out []int
	for s := range strings.SplitSeq(text, ",") {
		n, err := strconv.Atoi(s)
		if err != nil {
			b.Fatal(err)
		}
		out = append(out, n)
	}
	return out
}

// load fills a database with n samples.
func load(b *testing.B, db *DB, n int) {
	b.Helper()
	for from := 0; from < n; from += 5000 {
		fs := make([]*finding.Finding, 0, 5000)
		for i := from; i < min(n, from+5000); i++ {
			f := sampleFinding(i)
			fs = append(fs, &f)
		}
		write(b, db, func(tx *Tx) error { return tx.PutFinding(fs...) })
	}
}

// BenchmarkStore measures the questions an API asks and reports the spread of
// the times beside their mean.
func BenchmarkStore(b *testing.B) {
	for _, d := range dialects {
		for _, n := range benchSizes(b) {
			b.Run(fmt.Sprintf("%s/%d", d, n), func(b *testing.B) { benchStore(b, d, n) })
		}
	}
}

func benchStore(b *testing.B, dialect string, n int) {
	db := open(b, newDSN(b, dialect))
	began := time.Now()
	load(b, db, n)
	b.Logf("%s: %.0f findings/s written", b.Name(), float64(n)/time.Since(began).Seconds())
	r := rand.New(rand.NewPCG(1, 2))
	all := sorts()
	measure := func(name string, f func(tx *Tx) (string, error)) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			var times []time.Duration
			for b.Loop() {
				at, asked := time.Now(), ""
				read(b, db, func(tx *Tx) (err error) { asked, err = f(tx); return err })
				took := time.Since(at)
				times = append(times, took)
				if took > 50*time.Millisecond && testing.Verbose() && name == "ListFindings" {
					b.Logf("slow, %v: %s", took, asked)
				}
			}
			reportTimes(b, times)
		})
	}
	question := func() (Where, Page) {
		w := mine
		w.Criteria = randomCriteria(r)
		return w, Page{Sort: all[r.IntN(len(all))]}
	}
	measure("ListFindings", func(tx *Tx) (string, error) {
		w, p := question()
		_, _, err := tx.ListFindings(w, p)
		return fmt.Sprintf("%v %s", p.Sort, text(w.Criteria)), err
	})
	measure("ListFindings-deep", func(tx *Tx) (string, error) { // a page from the middle of a long list
		p := Page{Sort: all[r.IntN(len(all))]}
		col := sortColumns["service.eventLastSeen"]
		if p.Sort.Attribute != "" {
			col = sortColumns[p.Sort.Attribute]
		}
		f := sampleFinding(r.IntN(n))
		p.Token = col.token(placeOf(&f, col))
		_, _, err := tx.ListFindings(mine, p)
		return fmt.Sprintf("%v %s", p.Sort, p.Token), err
	})
	measure("Findings-50", func(tx *Tx) (string, error) {
		ids := make([]string, 50)
		for i := range ids {
			f := sampleFinding(r.IntN(n))
			ids[i] = f.ID
		}
		docs, err := tx.Findings(mine, ids)
		if len(docs) == 0 {
			b.Fatal("none found")
		}
		return "", err
	})
	groups := []Group{ByAccount, ByDate, ByType, ByResource, BySeverity}
	measure("CountFindings", func(tx *Tx) (string, error) {
		g := groups[r.IntN(len(groups))]
		_, err := tx.CountFindings(mine, g, r.IntN(2) == 0, 25)
		return string(g), err
	})
	measure("CountFindings-criteria", func(tx *Tx) (string, error) {
		g := groups[r.IntN(len(groups))]
		w, _ := question()
		_, err := tx.CountFindings(w, g, r.IntN(2) == 0, 25)
		return string(g) + " " + text(w.Criteria), err
	})
	b.Run("PutFindings", func(b *testing.B) { // seen again: counts and times move
		b.ReportAllocs()
		for b.Loop() {
			f := sampleFinding(r.IntN(n))
			f.Service.Count++
			write(b, db, func(tx *Tx) error { return tx.PutFinding(&f) })
		}
	})
}

// BenchmarkChanges measures how long it takes to bring the index of 200,000 findings
// up to date after 16 were seen again, which a request does that comes after such
// a change.
func BenchmarkChanges(b *testing.B) {
	const n, seenAgain = 200_000, 16
	m := newMemory()
	defer m.close()
	change(b, &m, func(e *index.Edit) { addTo(e, 0, n) })
	r := rand.New(rand.NewPCG(1, 2))
	var times []time.Duration
	for b.Loop() {
		at := time.Now()
		change(b, &m, func(e *index.Edit) {
			for range seenAgain {
				seq := r.Int64N(n)
				e.Delete(seq)
				addTo(e, seq, 1)
			}
		})
		times = append(times, time.Since(at))
	}
	reportTimes(b, times)
}

// reportTimes reports the spread of times.
func reportTimes(b *testing.B, times []time.Duration) {
	slices.Sort(times)
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	b.ReportMetric(ms(times[len(times)/2]), "p50-ms")
	b.ReportMetric(ms(times[len(times)*99/100]), "p99-ms")
	b.ReportMetric(ms(times[len(times)-1]), "max-ms")
}

func placeOf(f *finding.Finding, col sortColumn) index.Place {
	doc, _ := f.JSON()
	r, _ := recordOf(string(doc))
	p := index.Place{Last: r.LastSeen, ID: r.ID}
	p.Value = map[index.Column]any{index.Account: r.Account, index.Confidence: r.Confidence, index.Created: r.Created, index.Updated: r.Updated,
		index.Severity: r.Severity, index.Type: r.Type, index.FirstSeen: r.FirstSeen, index.LastSeen: r.LastSeen}[col.Column]
	return p
}
