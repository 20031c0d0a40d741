package scan

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"picket/enrich"
	"picket/event"
	"picket/logformat"
)

// oddly unpacks a text in pieces of odd sizes and ends with err.
type oddly struct {
	text string
	rng  *rand.Rand
	err  error
}

func (o *oddly) Next(dst []byte) ([]byte, error) {
	n := min(len(o.text), cap(dst)-len(dst))
	if o.rng != nil && n > 0 {
		n = o.rng.IntN(n + 1)
	}
	dst = append(dst, o.text[:n]...)
	if o.text = o.text[n:]; o.text == "" {
		return dst, o.err
	}
	return dst, nil
}

func (o *oddly) Close() {}

// decodeAll decodes what u gives and lists the raw records with their places.
func decodeAll(t *testing.T, u unpacker, f *file, processors int) (rows []string, s *source) {
	t.Helper()
	s = newSource(f, 0)
	w := testWorkers(t, processors)
	d := newDecoder(s, w, u)
	defer d.close()
	for calls := 0; !d.done; calls++ {
		if calls > 1_000_000 {
			t.Fatal("the decoder does not end")
		}
		c := d.next()
		if c == nil {
			continue
		}
		for k := range event.NumKinds {
			for i := range c.batch.Rows(k) {
				raw, offset := c.batch.Raw(k, i)
				rows = append(rows, fmt.Sprintf("%d %s", offset, raw))
			}
		}
		c.release()
	}
	s.stats = d.state.Stats
	if len(w.tokens) != processors {
		t.Errorf("%d of %d tokens are back", len(w.tokens), processors)
	}
	return rows, s
}

func testWorkers(t *testing.T, n int) *workers {
	w := &workers{tokens: make(chan *enrich.Enricher, n), read: func(int64) {}, rows: func(int) {}}
	lists, _ := noLists() // there is nothing to go wrong
	for range n {
		w.tokens <- enrich.New(lists, nil)
	}
	return w
}

// mixed is a text with records of all lengths, up to several chunks, in one
// format, and the rows it gives.
func mixed() (text string, rows []string) {
	var b strings.Builder
	for i := range 400 {
		n := 0
		switch {
		case i%100 == 50:
			n = 3*chunkBytes + i
		case i%20 == 7:
			n = 40_000 + i // longer than the window
		}
		record := strings.Replace(trailRecord(i), `"aws-cli/2"`, `"`+strings.Repeat("x", n)+`"`, 1)
		rows = append(rows, fmt.Sprintf("%d %s", b.Len(), record))
		b.WriteString(record + "\n")
	}
	return b.String(), rows
}

// TestChunkBoundaries: rows do not depend on where a file is cut.
func TestChunkBoundaries(t *testing.T) {
	text, want := mixed()
	format := logformat.Detect([]byte(text[:logformat.HeadLen]))
	for seed := range 12 {
		u := &oddly{text: text, rng: rand.New(rand.NewPCG(uint64(seed), 1)), err: io.EOF}
		if seed == 0 {
			u.rng = nil
		}
		f := &file{Object: &Object{Name: "x", Size: -1}, format: format, text: int64(len(text))}
		rows, s := decodeAll(t, u, f, 1+seed%3)
		if diff := cmp.Diff(want, rows); diff != "" {
			t.Fatalf("seed %d: %.2000s", seed, diff)
		}
		if p, ok := s.problem(); ok {
			t.Errorf("seed %d: %s", seed, p)
		}
	}
}

// TestCutText: what was unpacked before an error is decoded as far as it is
// whole, and the place of the error is told.
func TestCutText(t *testing.T) {
	text := lines(flowRecord, 0, 20_000)
	for _, cut := range []int{0, 1, 500, chunkBytes, chunkBytes + 17, len(text) - 1} {
		u := &oddly{text: text[:cut], err: errors.New("broken")}
		f := &file{Object: &Object{Name: "x", Size: 1}, packing: gzipped, format: logformat.Detect([]byte(text)), text: int64(len(text))}
		rows, s := decodeAll(t, u, f, 1)
		p, ok := s.problem()
		if want := strings.Count(text[:cut], "\n"); len(rows) != want || !ok || p.Offset != int64(cut) || p.Reason != "gzip data is damaged: broken" {
			t.Errorf("cut at %d: %d rows, want %d; %s", cut, len(rows), want, p)
		}
	}
}

// TestColumnsChange: a log may change its columns, and one that does so all the
// time is given up before it costs more than it is worth.
func TestColumnsChange(t *testing.T) {
	other := func(i int) string { // the default columns in another order
		f := strings.Fields(flowRecord(i))
		return strings.Join(append(f[1:], f[0]), " ") + "\n"
	}
	const header = "account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status version\n"
	const usual = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status\n"
	var b strings.Builder
	for i := range 40 {
		b.WriteString(usual + lines(flowRecord, 0, 100+i*10) + header + lines(other, 0, 100+i*10))
	}
	res := run(t, Config{Paths: []string{folder(t, map[string]string{"a": b.String()})}})
	if want := 2 * (40*100 + 10*39*40/2); res.Stats.Records != want || len(res.Problems) > 0 {
		t.Errorf("%d records, want %d; problems %v", res.Stats.Records, want, res.Problems)
	}
	restless := strings.Repeat(usual+flowRecord(1)+header+other(1), 100_000)
	stop := watchHeap()
	res = run(t, Config{Paths: []string{folder(t, map[string]string{"a": restless})}})
	if grown := stop(); grown > 100<<20 {
		t.Errorf("the heap grew by %d MB", grown>>20)
	}
	if len(res.Problems) != 1 || !strings.Contains(res.Problems[0].Reason, "again and again") || res.Stats.Records < maxAgains {
		t.Errorf("%d records, problems %v", res.Stats.Records, res.Problems)
	}
}

// TestMixedFormats: records of one kind in a file of another are bad, or are
// read where the format can tell; none stops the rest.
func TestMixedFormats(t *testing.T) {
	json := trailRecord(1) + "\n" + dnsRecord(2) + auditRecord(3) + trailRecord(4) + "\n"
	res := run(t, Config{Paths: []string{folder(t, map[string]string{"json": json, "flow": lines(flowRecord, 0, 3) + json + flowRecord(4)})}})
	if res.Stats.Records != 4+4 || len(res.Problems) != 1 || !strings.Contains(res.Problems[0].Reason, "4 bad records") {
		t.Errorf("%d records, problems %v", res.Stats.Records, res.Problems)
	}
}
