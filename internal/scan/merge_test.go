package scan

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"picket/detect"
	"picket/engine"
	"picket/event"
	"picket/finding"
)

// synthetic is a file of chunks, each a list of row times, as seconds.
type synthetic [][]int64

// merged merges files and returns the order in which their rows were shown, as
// "time/file", and how many files were open at most.
func merged(t *testing.T, files []synthetic, change func(*merger, []*file)) (order []string, most int) {
	t.Helper()
	see := &order
	typ := &finding.Type{Name: "Test:EC2/Seen", Severity: 5, Sources: []finding.Source{finding.VPCFlowLogs}, Resource: finding.ResourceInstance,
		Role: finding.RoleActor, Title: "t", Text: "t", Remedy: "t"}
	watch := &detect.Detector{Name: "flow-watch", Doc: "writes down every row it is shown, so that tests of the merge can see the order of rows, and raises nothing",
		Findings: []*finding.Type{typ}, New: func(*detect.Setup) detect.Handlers {
			return detect.Handlers{Flow: func(p *detect.Pass, f *event.Flow) {
				*see = append(*see, fmt.Sprintf("%d/%d", f.At/event.Second, f.Bytes))
			}}
		}}
	eng, err := engine.New([]*detect.Detector{watch}, 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	open := 0
	m := merger{engine: eng, take: func(finding.Hit) {}, closed: func(*source) { open-- }}
	data := map[*file]synthetic{}
	names := map[*file]uint64{}
	for i, chunks := range files {
		f := &file{Object: &Object{Size: 1}, text: 1}
		if len(chunks) > 0 {
			f.head = event.Time(slices.Min(chunks[0])) * event.Second
		}
		data[f], names[f] = chunks, uint64(i)
		m.waiting = append(m.waiting, f)
	}
	slices.SortStableFunc(m.waiting, func(a, b *file) int { return cmp.Compare(a.head, b.head) })
	if change != nil {
		change(&m, m.waiting)
	}
	m.open = func(s *source) {
		open++
		most = max(most, open)
		go func() {
			defer close(s.chunks)
			for _, times := range data[s.file] {
				c := used.get(event.KindFlow, 1)
				for _, at := range times {
					c.batch.Flows = append(c.batch.Flows, event.Flow{At: event.Time(at) * event.Second, Entity: 1, Bytes: names[s.file]})
				}
				c.batch.Sort()
				s.chunks <- c
			}
		}()
	}
	if err := m.run(context.Background()); err != nil {
		t.Fatal(err)
	}
	if m.cost != 0 || m.early != 0 || open != 0 || len(m.spent) != 0 {
		t.Errorf("left over: cost %d, early %d, %d open, %d chunks", m.cost, m.early, open, len(m.spent))
	}
	return order, most
}

func TestMergeOrder(t *testing.T) {
	for _, c := range []struct {
		name  string
		files []synthetic
		want  string
	}{
		{"nothing", nil, ""},
		{"a file without rows", []synthetic{{}, {{5}}, {}}, "5/1"},
		{"interleaved", []synthetic{{{1, 4}, {7, 10}}, {{2, 5, 8}}, {{3, 6}, {9}}}, "1/0 2/1 3/2 4/0 5/1 6/2 7/0 8/1 9/2 10/0"},
		{"ties go by file, then by place", []synthetic{{{1, 1}, {1}}, {{1}, {1, 1}}}, "1/0 1/0 1/0 1/1 1/1 1/1"},
		{"unsorted inside a chunk", []synthetic{{{5, 1, 3}}, {{2, 4}}}, "1/0 2/1 3/0 4/1 5/0"},
		{"a chunk that goes back is late", []synthetic{{{5, 6}, {1, 7}}, {{2, 8}}}, "2/1 5/0 6/0 1/0 7/0 8/1"},
		{"one behind the other", []synthetic{{{7, 8}}, {{1, 2}}, {{4}, {5}}}, "1/1 2/1 4/2 5/2 7/0 8/0"},
	} {
		order, _ := merged(t, c.files, nil)
		if got := strings.Join(order, " "); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}

// TestMergeIsASort compares the merge of many files with a plain sort.
func TestMergeIsASort(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	var files []synthetic
	var all []int64
	for range 200 {
		var f synthetic
		at := rng.Int64N(5000)
		for range rng.IntN(5) {
			var chunk []int64
			for range 1 + rng.IntN(40) {
				at += rng.Int64N(30)
				chunk = append(chunk, at)
			}
			f = append(f, chunk)
			all = append(all, chunk...)
		}
		files = append(files, f)
	}
	slices.Sort(all)
	order, _ := merged(t, files, nil)
	if len(order) != len(all) {
		t.Fatalf("%d rows, want %d", len(order), len(all))
	}
	for i, at := range all {
		if !strings.HasPrefix(order[i], fmt.Sprintf("%d/", at)) {
			t.Fatalf("row %d is %s, want time %d", i, order[i], at)
		}
	}
}

// TestMergeBudget: files that would take more memory than there is wait, but one
// is always read, and no row is lost.
func TestMergeBudget(t *testing.T) {
	var files []synthetic
	for i := range int64(40) {
		files = append(files, synthetic{{i, 1000 + i}, {2000 + i}})
	}
	for _, c := range []struct {
		size int64
		most int
	}{{openBudget / 4, 3}, {openBudget * 2, 1}, {1, 40}} {
		order, most := merged(t, files, func(_ *merger, files []*file) {
			for _, f := range files {
				f.window = c.size
			}
		})
		if len(order) != 120 || most > c.most || c.size == 1 && most != c.most {
			t.Errorf("cost %d: %d rows, %d files open, want %d", c.size, len(order), most, c.most)
		}
	}
}

// TestReadAhead: small files are opened long before their time, large ones not.
func TestReadAhead(t *testing.T) {
	var files []synthetic
	for i := range int64(300) {
		files = append(files, synthetic{{i}})
	}
	for _, c := range []struct {
		text int64
		most int
	}{{100, readAheadFiles}, {1 << 30, readAhead}} {
		_, most := merged(t, files, func(_ *merger, files []*file) {
			for _, f := range files {
				f.text = c.text
			}
		})
		if most < c.most || most > c.most+2 {
			t.Errorf("text of %d: %d files open, want about %d", c.text, most, c.most)
		}
	}
}

// TestMergeCancelled: the merge stops when its context has ended.
func TestMergeCancelled(t *testing.T) {
	eng, err := engine.New(probes, 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	m := merger{engine: eng, take: func(finding.Hit) {}, closed: func(*source) {}, waiting: []*file{{Object: &Object{}, head: 1}},
		open: func(s *source) {
			go func() {
				defer close(s.chunks)
				for at := event.Day; ctx.Err() == nil; at++ {
					c := used.get(event.KindFlow, 1)
					c.batch.Flows = append(c.batch.Flows, event.Flow{At: at})
					s.chunks <- c
					if at == event.Day+100 {
						cancel()
					}
				}
			}()
		}}
	ended := make(chan error, 1)
	go func() { ended <- m.run(ctx) }()
	select {
	case err := <-ended:
		if err == nil {
			t.Error("no error")
		}
	case <-time.After(10 * time.Second):
		t.Fatal("did not end")
	}
}

// TestShow: the engine sees as many rows at once however they are spread, and
// memory does not pile up meanwhile.
func TestShow(t *testing.T) {
	var sizes []int
	typ := probes[0].Findings[0]
	count := &detect.Detector{Name: "flow-count", Findings: []*finding.Type{typ},
		Doc: "reports every row under one key, so that the engine joins all it is shown at once into one hit with their number",
		New: func(*detect.Setup) detect.Handlers {
			return detect.Handlers{Flow: func(p *detect.Pass, _ *event.Flow) { p.Report(typ, detect.Evidence{}) }}
		}}
	eng, err := engine.New([]*detect.Detector{count}, 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	m := merger{engine: eng, take: func(h finding.Hit) { sizes = append(sizes, h.Count) }, closed: func(*source) {}}
	const rows = 2*showRows + 1000
	m.waiting = []*file{{Object: &Object{}, head: 1}}
	m.open = func(s *source) {
		go func() {
			defer close(s.chunks)
			for left, at := rows, event.Day; left > 0; {
				c := used.get(event.KindFlow, 1)
				c.batch.Data = []byte("2")
				for range min(left, 77) {
					at++
					left--
					c.batch.Flows = append(c.batch.Flows, event.Flow{At: at, Entity: 1})
				}
				s.chunks <- c
			}
		}()
	}
	if err := m.run(context.Background()); err != nil {
		t.Fatal(err)
	}
	if want := []int{showRows, showRows, 1000}; !slices.Equal(sizes, want) {
		t.Errorf("shown in portions of %v, want %v", sizes, want)
	}
}
