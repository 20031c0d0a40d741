package scan

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"picket/detectors"
)

// findingsText is the findings as JSON, one a line.
func findingsText(t testing.TB, res *Result) string {
	t.Helper()
	var b strings.Builder
	for i := range res.Findings {
		line, err := json.Marshal(&res.Findings[i])
		if err != nil {
			t.Fatal(err)
		}
		b.Write(line)
		b.WriteByte('\n')
	}
	return b.String()
}

// corpus is logs of all kinds in files that overlap in time.
func corpus(t testing.TB) map[string]string {
	files := map[string]string{}
	for i := range 6 {
		from := i * 300
		files[fmt.Sprintf("flow/%02d.log", i)] = lines(flowRecord, from, from+500)
		files[fmt.Sprintf("trail/%02d.json.gz", i)] = gzipOf(t, trailFile(from+70, from+370))
		files[fmt.Sprintf("dns/%02d.log.gz", i)] = gzipOf(t, lines(dnsRecord, from+10, from+400))
		files[fmt.Sprintf("audit/%02d.log", i)] = lines(auditRecord, from+120, from+320)
	}
	return files
}

func sameFindings(t *testing.T, what string, res *Result, want string) {
	t.Helper()
	if got := findingsText(t, res); got != want {
		t.Errorf("%s: findings differ (%d lines and %d)", what, strings.Count(got, "\n"), strings.Count(want, "\n"))
	}
}

// TestOrderLaws: findings depend neither on the number of workers, shards or
// processors nor on what the files are called.
func TestOrderLaws(t *testing.T) {
	files := corpus(t)
	dir := folder(t, files)
	all := append(append(probes[:0:0], probes...), detectors.All()...)
	base := run(t, Config{Paths: []string{dir}, Workers: 1, Shards: 1, Detectors: all})
	want := findingsText(t, base)
	if len(base.Findings) < 100 || len(base.Problems) != 0 {
		t.Fatalf("%d findings, problems %v", len(base.Findings), base.Problems)
	}
	for _, n := range []struct{ workers, shards int }{{8, 1}, {1, 7}, {8, 7}, {2, 2}} {
		res := run(t, Config{Paths: []string{dir}, Workers: n.workers, Shards: n.shards, Detectors: all})
		sameFindings(t, fmt.Sprintf("%d workers, %d shards", n.workers, n.shards), res, want)
	}
	old := runtime.GOMAXPROCS(1)
	res := run(t, Config{Paths: []string{dir}, Workers: 4, Shards: 2, Detectors: all})
	runtime.GOMAXPROCS(old)
	sameFindings(t, "one processor", res, want)

	rng := rand.New(rand.NewPCG(5, 6))
	for i := range 3 {
		renamed := t.TempDir()
		for name, data := range files {
			path := fmt.Sprintf("%08x", rng.Uint32())
			if i > 0 {
				path = filepath.Join(path[:1], path[1:3], path)
			}
			write(t, filepath.Join(renamed, path+filepath.Ext(name)), data)
		}
		res := run(t, Config{Paths: []string{renamed}, Workers: 3, Detectors: all})
		sameFindings(t, "files renamed", res, want)
	}
	var paths []string
	for name := range files {
		paths = append(paths, filepath.Join(dir, name))
	}
	sameFindings(t, "files named one by one, twice", run(t, Config{Paths: append(paths, paths...), Detectors: all}), want)
}

// TestSplitting: what is in one file or in many is the same.
func TestSplitting(t *testing.T) {
	const n = 3000
	whole := folder(t, map[string]string{"flow": lines(flowRecord, 0, n), "trail": trailFile(0, n), "dns": lines(dnsRecord, 0, n), "audit": lines(auditRecord, 0, n)})
	want := findingsText(t, run(t, Config{Paths: []string{whole}}))
	for _, size := range []int{37, 500} {
		split := t.TempDir()
		for from := 0; from < n; from += size {
			to := min(n, from+size)
			write(t, fmt.Sprintf("%s/%d/%05d", split, from%7, from), lines(flowRecord, from, to))
			write(t, fmt.Sprintf("%s/%d/trail%05d", split, from%5, from), trailFile(from, to))
			write(t, fmt.Sprintf("%s/dns%d.gz", split, n-from), gzipOf(t, lines(dnsRecord, from, to)))
			write(t, fmt.Sprintf("%s/audit%05d", split, from), lines(auditRecord, from, to))
		}
		res := run(t, Config{Paths: []string{split}, Workers: 4})
		if len(res.Problems) > 0 || res.Stats.Records != 4*n {
			t.Fatalf("%d records, problems %v", res.Stats.Records, res.Problems)
		}
		sameFindings(t, fmt.Sprintf("files of %d records", size), res, want)
	}
}

// TestCopies: a copy beside a file changes nothing. A copy that is packed in
// another way is another file; records with identifiers count once all the same.
func TestCopies(t *testing.T) {
	files := corpus(t)
	dir := folder(t, files)
	before := run(t, Config{Paths: []string{dir}})
	for name, data := range files {
		write(t, filepath.Join(dir, name+".copy"), data)
		write(t, filepath.Join(dir, "backup", name), data)
	}
	res := run(t, Config{Paths: []string{dir}})
	if res.Copies != 2*len(files) || res.Files != len(files) || res.Stats.Records != before.Stats.Records {
		t.Errorf("%d copies, %d files, %d records", res.Copies, res.Files, res.Stats.Records)
	}
	sameFindings(t, "copies", res, findingsText(t, before))

	packed := t.TempDir()
	write(t, filepath.Join(packed, "a.json"), trailFile(0, 500))
	want := findingsText(t, run(t, Config{Paths: []string{packed}}))
	write(t, filepath.Join(packed, "a.json.gz"), gzipOf(t, trailFile(0, 500)))
	res = run(t, Config{Paths: []string{packed}})
	if res.Copies != 0 || res.Health.Duplicates != 500 {
		t.Errorf("%d copies, %d duplicates", res.Copies, res.Health.Duplicates)
	}
	sameFindings(t, "a copy packed in another way", res, want)
}

// TestNearCopies: files that only begin alike are both read.
func TestNearCopies(t *testing.T) {
	a := lines(flowRecord, 0, 2000)
	c := lines(flowRecord, 0, 1999) + strings.Replace(flowRecord(1999), "ACCEPT", "REJECT", 1)
	dir := folder(t, map[string]string{"a": a, "b": a, "c": c})
	res := run(t, Config{Paths: []string{dir}})
	if res.Copies != 1 || res.Stats.Records != 4000 {
		t.Errorf("%d copies, %d records, problems %v", res.Copies, res.Stats.Records, res.Problems)
	}
}
