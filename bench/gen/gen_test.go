package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// tiny are the options of a data set that takes a fraction of a second.
func tiny(t *testing.T, args ...string) options {
	t.Helper()
	o, err := parseFlags(append([]string{"-size", "tiny", "-list-ips", "2000", "-list-domains", "500", "-gz=false"}, args...))
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func newTestWorld(o options) (*world, corpus) {
	w := newWorld(o.seed, o.accounts, o.instances, o.listIPs, o.listDoms)
	return w, layout(w, o)
}

func TestSameBytesWhateverTheWorkers(t *testing.T) {
	trees := make([]map[string][32]byte, 2)
	for i := range trees {
		dir := t.TempDir()
		o, err := parseFlags([]string{"-out", dir, "-size", "tiny", "-file-mb", "0.1", "-list-ips", "2000", "-list-domains", "500", "-workers", fmt.Sprint(i + 1)})
		if err != nil {
			t.Fatal(err)
		}
		if err := generate(o, io.Discard); err != nil {
			t.Fatal(err)
		}
		trees[i] = digests(t, dir)
	}
	if diff := cmp.Diff(trees[0], trees[1]); diff != "" {
		t.Errorf("one worker and two write different bytes (-1 +2):\n%s", diff)
	}
}

func digests(t *testing.T, dir string) map[string][32]byte {
	t.Helper()
	sums := map[string][32]byte{}
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(p)
		sums[strings.TrimPrefix(p, dir)] = sha256.Sum256(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return sums
}

// The digest is that of the data set the first published generator wrote.
func TestFirstEditionIsFixed(t *testing.T) {
	w, c := newTestWorld(tiny(t))
	p := &planner{w: w, c: c, plan: map[slot][]planted{}}
	p.firstEdition(1)
	p.inOrder()
	written := map[string][]byte{}
	for _, f := range c.files {
		written[f.Path] = f.render(w, p.plan[f.slot], nil)
	}
	for _, l := range w.lists()[:4] {
		written["lists/"+l.file] = []byte(strings.Join(l.entries, "\n") + "\n")
	}
	const want = "9b51bd71c6ddc761ca610c0f6bc2d449ebf1fae9e68dac76218593e4ad6cf249"
	if got := digestOf(written); got != want {
		t.Errorf("first edition digest %s, want %s", got, want)
	}
}

func digestOf(files map[string][]byte) string {
	paths := make([]string, 0, len(files))
	for p := range files {
		paths = append(paths, p)
	}
	sort.Strings(paths)
	h := sha256.New()
	for _, p := range paths {
		fmt.Fprintf(h, "%s %d\n", p, len(files[p]))
		h.Write(files[p])
	}
	return fmt.Sprintf("%x", h.Sum(nil))
}

func TestLaterScenariosOnlyAdd(t *testing.T) {
	w, c := newTestWorld(tiny(t))
	first := &planner{w: w, c: c, plan: map[slot][]planted{}}
	first.firstEdition(2)
	first.inOrder()
	all := plant(w, c, 2, 1)
	added := 0
	for _, f := range c.files {
		before := records(t, f, f.render(w, first.plan[f.slot], nil))
		after := records(t, f, f.render(w, all.plan[f.slot], nil))
		i := 0
		for _, r := range after {
			if i < len(before) && bytes.Equal(r, before[i]) {
				i++
			}
		}
		if i < len(before) {
			t.Fatalf("%s: record %d of the first edition is gone or moved", f.Path, i)
		}
		added += len(after) - len(before)
	}
	if later := countLater(all); added != later {
		t.Errorf("%d records added, %d planted", added, later)
	}
}

func countLater(p *planner) (n int) {
	for _, lines := range p.plan {
		for _, l := range lines {
			if l.later {
				n++
			}
		}
	}
	return n
}

// records cuts a rendered file into its records.
func records(t *testing.T, f *file, b []byte) [][]byte {
	t.Helper()
	if kinds[f.slot.kind].sep == "" {
		lines := bytes.SplitAfter(b, []byte("\n"))
		return lines[:len(lines)-1]
	}
	var doc struct{ Records []json.RawMessage }
	if err := json.Unmarshal(b, &doc); err != nil {
		t.Fatalf("%s: %v", f.Path, err)
	}
	out := make([][]byte, len(doc.Records))
	for i, r := range doc.Records {
		out[i] = r
	}
	return out
}

func TestTruthAddsUp(t *testing.T) {
	o := tiny(t, "-out", t.TempDir())
	if err := generate(o, io.Discard); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(o.out, "truth.json"))
	if err != nil {
		t.Fatal(err)
	}
	var got truth
	if err := json.Unmarshal(b, &got); err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, f := range got.Files {
		known[f.Path] = true
		checkFile(t, o.out, f)
	}
	for _, f := range got.Findings {
		checkPlanting(t, f.planting, known, &got)
		if f.Key != "account" && f.Entity[f.Key] == "" {
			t.Errorf("%s: no %s in entity %v", f.ID, f.Key, f.Entity)
		}
	}
	for _, d := range got.Decoys {
		checkPlanting(t, d.planting, known, &got)
	}
	for _, u := range got.ListUse {
		if got.Lists[u.File] == 0 {
			t.Errorf("list %s is empty or unknown", u.File)
		}
	}
}

func checkFile(t *testing.T, dir string, f *file) {
	t.Helper()
	info, err := os.Stat(filepath.Join(dir, f.Path))
	if err != nil {
		t.Fatal(err)
	}
	if info.Size() != int64(f.Raw) || f.Stored != f.Raw || f.Records == 0 {
		t.Errorf("%s: %d bytes on disk, %d raw, %d stored, %d records", f.Path, info.Size(), f.Raw, f.Stored, f.Records)
	}
}

func checkPlanting(t *testing.T, p planting, files map[string]bool, all *truth) {
	t.Helper()
	if p.Records == 0 || len(p.Files) == 0 {
		t.Errorf("%s: %d records in %d files", p.ID, p.Records, len(p.Files))
	}
	if p.First < all.Start || p.Last >= all.End || p.First > p.Last {
		t.Errorf("%s: %s to %s is outside %s to %s", p.ID, p.First, p.Last, all.Start, all.End)
	}
	for _, f := range p.Files {
		if !files[f] {
			t.Errorf("%s: file %s does not exist", p.ID, f)
		}
	}
}

func TestRecordsAreInTimeOrder(t *testing.T) {
	w, c := newTestWorld(tiny(t, "-logs", "cloudtrail,s3data,dns,k8s"))
	p := plant(w, c, 2, 1)
	for _, f := range c.files {
		last := ""
		for i, r := range records(t, f, f.render(w, p.plan[f.slot], nil)) {
			var e struct {
				EventTime                string `json:"eventTime"`
				QueryTimestamp           string `json:"query_timestamp"`
				RequestReceivedTimestamp string `json:"requestReceivedTimestamp"`
			}
			if err := json.Unmarshal(r, &e); err != nil {
				t.Fatalf("%s record %d: %v", f.Path, i, err)
			}
			at := e.EventTime + e.QueryTimestamp
			if e.RequestReceivedTimestamp != "" {
				at = e.RequestReceivedTimestamp[:23] // the microseconds are random
			}
			if at < last {
				t.Fatalf("%s record %d: %s after %s", f.Path, i, at, last)
			}
			last = at
		}
	}
}

func TestLongScenariosNeedRoom(t *testing.T) {
	for span, want := range map[time.Duration]bool{24 * time.Hour: true, 2 * time.Hour: false} {
		w, c := newTestWorld(tiny(t, "-span", span.String()))
		found := false
		for _, f := range plant(w, c, 1, 0).findings {
			found = found || strings.Contains(f.ID, "ssh-brute-slow")
		}
		if found != want {
			t.Errorf("span %s: slow brute force planted %t, want %t", span, found, want)
		}
	}
}

func TestNoThreatsPlantsOnlyDecoys(t *testing.T) {
	w, c := newTestWorld(tiny(t))
	p := plant(w, c, 0, 1)
	if len(p.findings) != 0 || len(p.decoys) == 0 {
		t.Errorf("%d findings and %d decoys, want 0 and some", len(p.findings), len(p.decoys))
	}
}

func TestFlagsAreChecked(t *testing.T) {
	for _, bad := range []string{"-size=huge", "-logs=mail", "-start=noon", "-accounts=0", "-span=0s", "-file-mb=0", "-threats=x"} {
		if _, err := parseFlags([]string{bad}); err == nil {
			t.Errorf("%s: no error", bad)
		}
	}
}
