package scan

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
)

// good is what stands beside each bad file, and how many records it has.
func good(t testing.TB) (files map[string]string, records int) {
	return map[string]string{
		"good/flow.log":       lines(flowRecord, 0, 300),
		"good/trail.json.gz":  gzipOf(t, trailFile(0, 200)),
		"good/dns.log":        lines(dnsRecord, 0, 100),
		"good/audit.log.gz":   gzipOf(t, lines(auditRecord, 0, 100)),
		"good/more/trail.gz1": gzipOf(t, trailFile(1000, 1100)),
	}, 300 + 200 + 100 + 100 + 100
}

// noise is n bytes without pattern, none of which ends a line.
func noise(n int) string {
	rng := rand.New(rand.NewPCG(1, 2))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(rng.UintN(256)) | 0x10
	}
	return string(b)
}

func zstdOf(t testing.TB, data string) string {
	t.Helper()
	w, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	return string(w.EncodeAll([]byte(data), nil))
}

// zipOf makes an archive of members name, content, name, content…
func zipOf(t testing.TB, members ...string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(members); i += 2 {
		w, err := z.Create(members[i])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, members[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// encrypted sets the encryption bit (APPNOTE.TXT, section 4.4.4) of all members.
func encrypted(zipped string) string {
	b := []byte(zipped)
	for i := range len(b) - 10 {
		switch string(b[i : i+4]) {
		case "PK\x03\x04":
			b[i+6] |= 1
		case "PK\x01\x02":
			b[i+8] |= 1
		}
	}
	return string(b)
}

// damage flips two bytes.
func damage(data string, at int) string {
	b := []byte(data)
	b[at] ^= 0xff
	b[at+1] ^= 0xff
	return string(b)
}

// a bad file and what is to be said of it
type badCase struct {
	name    string
	data    string
	at      string // the problem's path behind the directory; "": the file
	offset  int64  // of the problem; anyOffset: somewhere inside
	reason  string // part of the problem's reason
	minor   bool
	records int // that are read in spite of it
}

const anyOffset = -2

func badCases(t testing.TB) []badCase {
	flows := lines(flowRecord, 5000, 5400)
	trails := trailFile(5000, 5020)
	oneTrail := len(trailRecord(5000)) + 1
	zippedTrail := gzipOf(t, trails)
	zipped := zipOf(t, "a.log", flows, "b.json", trails)
	opening := `{"Records":[`
	half := opening + trailRecord(5000) + "," + trailRecord(5001)[:100]
	return []badCase{
		{name: "cut.gz", data: gzipOf(t, flows)[:3000], offset: anyOffset, reason: "gzip data is cut short", records: anyRecords},
		{name: "header-only.gz", data: zippedTrail[:9], offset: -1, reason: "gzip data is cut short"},
		{name: "corrupt.gz", data: damage(gzipOf(t, flows+noise(20000)), 12000), offset: anyOffset, reason: "gzip data is damaged", records: anyRecords},
		{name: "checksum.gz", data: damage(zippedTrail, len(zippedTrail)-8), offset: int64(len(trails)), reason: "checksum", records: 20},
		{name: "trailing.gz", data: zippedTrail + "garbage", offset: int64(len(trails)), reason: "garbage after the last gzip member", records: 20},
		{name: "half-record.json", data: half, offset: int64(len(opening) + oneTrail), reason: "bad record", records: 1},
		{name: "half-record.json.gz", data: gzipOf(t, half), offset: int64(len(opening) + oneTrail), reason: "bad record", records: 1},
		{name: "half-line.log", data: flows[:len(flows)-30], offset: int64(strings.LastIndexByte(flows[:len(flows)-30], '\n') + 1), reason: "bad record", records: 399},
		{name: "junk.bin", data: noise(100_000), offset: -1, reason: "not a known log format", minor: true},
		{name: "text.txt", data: strings.Repeat("hello world, this is no log\n", 50_000), offset: -1, reason: "not a known log format", minor: true},
		{name: "empty", data: "", offset: -1, reason: "empty file", minor: true},
		{name: "empty.gz", data: gzipOf(t, ""), offset: -1, reason: "empty file", minor: true},
		{name: "not-gzip.gz", data: "\x1f\x8b" + noise(1000), offset: -1, reason: "gzip data is damaged"},
		{name: "cut.zst", data: zstdOf(t, lines(flowRecord, 0, 9000))[:30_000], offset: anyOffset, reason: "zstd data is cut short", records: anyRecords},
		{name: "corrupt.bz2", data: "BZh9" + noise(1000), offset: -1, reason: "bzip2 data is damaged"},
		{name: "cut.bz2", data: "BZh91AY&SY", offset: -1, reason: "bzip2 data is cut short"},
		{name: "encrypted.zip", data: encrypted(zipOf(t, "a.log", flows)), at: "!a.log", offset: -1, reason: "encrypted"},
		{name: "nested.zip", data: zipOf(t, "inner.zip", zipped, "x.log", flows), at: "!inner.zip", offset: -1, reason: "archive inside an archive", records: 400},
		{name: "cut.zip", data: zipped[:len(zipped)/2], offset: -1, reason: "zip: not a valid zip file"},
		{name: "corrupt.zip", data: damage(zipped, 300), at: "!a.log", offset: anyOffset, records: anyRecords},
		{name: "tricks.zip", data: zipOf(t, "../../etc/passwd", "root:x:0:0", "/abs/\x1b[2Jlog", flows), at: "!../../etc/passwd", offset: -1, reason: "not a known log format", minor: true, records: 400},
		{name: "bomb.gz", data: gzipOf(t, flows) + strings.Repeat(gzipOf(t, strings.Repeat("a", 16<<20)), 20), offset: anyOffset, reason: "decompression bomb; before that, bad record", records: 400},
		{name: "bomb.zip", data: claiming(t, 300<<20, "a.log", lines(flowRecord, 0, 20_000)), at: "!claim", offset: -1, reason: "decompression bomb", records: 20_000},
		{name: "bombs.zip", data: claiming(t, 300<<20), offset: -1, reason: "decompression bomb"},
		{name: "overlap.zip", data: overlapping(t, 64), offset: -1, reason: "decompression bomb"},
		{name: "other.parquet", data: "PAR1" + noise(500) + "PAR1", offset: -1, reason: "open parquet"},
		{name: "utf8.json", data: opening + strings.Replace(trailRecord(1), `"u"`, "\"\xff\xfe\xc0\"", 1) + "," + trailRecord(2) + "," + "\xff\xff\xff" + "]}", offset: anyOffset, reason: "bad record", records: 2},
		{name: "times.json", data: opening + strings.Replace(trailRecord(3), timeText(3), "0001-01-01T00:00:00Z", 1) + "," + strings.Replace(trailRecord(4), timeText(4), "99999-99-99T99:99:99Z", 1) + "," + trailRecord(5) + "]}",
			offset: int64(len(opening)), reason: "2 bad records", records: 1},
		{name: "times.log", data: flowRecord(2) + strings.Replace(flowRecord(3), fmt.Sprint(logBegin.Unix()+3), "99999999999999999999", 1) + flowRecord(4), offset: int64(len(flowRecord(2))), reason: "bad record", records: 2},
	}
}

// claiming is zipOf with a member that says it unpacks to size bytes.
func claiming(t testing.TB, size uint64, members ...string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	if _, err := z.CreateRaw(&zip.FileHeader{Name: "claim", Method: zip.Deflate, UncompressedSize64: size}); err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(members); i += 2 {
		w, err := z.CreateHeader(&zip.FileHeader{Name: members[i], Method: zip.Store})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, members[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// anyRecords is as many as come before the damage.
const anyRecords = -1

// overlapping is an archive with n members that all share one body of 16 MB,
// as a decompression bomb without nesting has them.
func overlapping(t testing.TB, n int) string {
	t.Helper()
	one := zipOf(t, "a", strings.Repeat("\n", 16<<20))
	directory := strings.Index(one, "PK\x01\x02")
	end := strings.Index(one, "PK\x05\x06")
	entry := one[directory:end]
	b := []byte(one[:directory] + strings.Repeat(entry, n) + one[end:])
	tail := b[len(b)-22:] // the end record: number of members twice, then the list's size
	size := n * len(entry)
	tail[8], tail[10] = byte(n), byte(n)
	tail[12], tail[13], tail[14], tail[15] = byte(size), byte(size>>8), byte(size>>16), byte(size>>24)
	return string(b)
}

// TestBadInput holds each bad file to one problem, and everything beside it to
// be scanned as if it were not there.
func TestBadInput(t *testing.T) {
	files, want := good(t)
	clean := run(t, Config{Paths: []string{folder(t, files)}})
	if clean.Stats.Records != want || len(clean.Problems) != 0 || len(clean.Findings) == 0 {
		t.Fatalf("good files: %d records, %d findings, problems %v", clean.Stats.Records, len(clean.Findings), clean.Problems)
	}
	for _, c := range badCases(t) {
		t.Run(c.name, func(t *testing.T) {
			files, _ := good(t)
			dir := folder(t, files)
			write(t, filepath.Join(dir, c.name), c.data)
			temp := t.TempDir()
			t.Setenv("TMPDIR", temp)
			goroutines := runtime.NumGoroutine()
			res := run(t, Config{Paths: []string{dir}, Workers: 2})
			if len(res.Problems) != 1 {
				t.Fatalf("%d problems, want 1: %q", len(res.Problems), res.Problems)
			}
			c.check(t, dir, res.Problems[0])
			if got := res.Stats.Records - want; got != c.records && (c.records != anyRecords || got < 0) {
				t.Errorf("%d records beside those of the good files, want %d", got, c.records)
			}
			if c.records == 0 && findingsText(t, res) != findingsText(t, clean) {
				t.Error("findings of the good files differ")
			}
			left, err := os.ReadDir(temp)
			if err != nil || len(left) > 0 {
				t.Errorf("temporary files left: %v, %v", left, err)
			}
			waitGoroutines(t, goroutines)
		})
	}
}

func (c *badCase) check(t *testing.T, dir string, p Problem) {
	t.Helper()
	if want := filepath.Join(dir, c.name) + c.at; p.Path != want {
		t.Errorf("problem with %q, want %q", p.Path, want)
	}
	if p.Offset != c.offset && (c.offset != anyOffset || p.Offset < 0) {
		t.Errorf("problem at byte %d, want %d: %s", p.Offset, c.offset, p)
	}
	if !strings.Contains(strings.ToLower(p.Reason), c.reason) || p.Reason == "" {
		t.Errorf("problem %q does not say %q", p.Reason, c.reason)
	}
	if p.Minor != c.minor {
		t.Errorf("minor is %t: %s", p.Minor, p)
	}
	if text := p.String(); strings.ContainsAny(text, "\n\x1b") {
		t.Errorf("problem is more than a line: %q", text)
	}
}

// waitGoroutines waits until no more than n goroutines are left.
func waitGoroutines(t *testing.T, n int) {
	t.Helper()
	for range 100 {
		if runtime.NumGoroutine() <= n {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	buf := make([]byte, 1<<16)
	t.Errorf("%d goroutines, want %d\n%s", runtime.NumGoroutine(), n, buf[:runtime.Stack(buf, true)])
}

// TestOddAddresses: a source that is no address is no reason to drop a record.
func TestOddAddresses(t *testing.T) {
	var records []string
	for i, source := range []string{"08.1.250.216", "AWS Internal", "", "999.1.1.1", "198.51.100.7:443", "::ffff:198.51.100.7", "ec2.amazonaws.com", `\u0031`} {
		records = append(records, strings.Replace(trailRecord(i), fmt.Sprintf("198.51.100.%d", i%250+1), source, 1))
	}
	res := run(t, Config{Paths: []string{folder(t, map[string]string{"a.json": `{"Records":[` + strings.Join(records, ",") + `]}`})}})
	if res.Stats.Records != len(records) || len(res.Problems) != 0 {
		t.Errorf("%d records, problems %v", res.Stats.Records, res.Problems)
	}
}

// TestWrongNames: what a file is is told by its content.
func TestWrongNames(t *testing.T) {
	flows := lines(flowRecord, 0, 50)
	res := run(t, Config{Paths: []string{folder(t, map[string]string{
		"plain.gz":   flows,
		"packed.log": gzipOf(t, lines(flowRecord, 50, 100)),
		"zip.json":   zipOf(t, "x", lines(flowRecord, 100, 150)),
		"zstd.zip":   zstdOf(t, lines(flowRecord, 150, 200)),
		"members.gz": gzipOf(t, lines(flowRecord, 200, 210)) + gzipOf(t, lines(flowRecord, 210, 220)) + gzipOf(t, lines(flowRecord, 220, 250)),
	})}})
	if res.Stats.Records != 250 || len(res.Problems) != 0 || res.Files != 5 {
		t.Errorf("%d records of %d files, problems %v", res.Stats.Records, res.Files, res.Problems)
	}
}

// TestUnlistable: what cannot be listed or opened is one problem each.
func TestUnlistable(t *testing.T) {
	files, want := good(t)
	dir := folder(t, files)
	if err := os.Symlink(filepath.Join(dir, "nowhere"), filepath.Join(dir, "dangling")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(dir, "good"), filepath.Join(dir, "linked")); err != nil {
		t.Fatal(err)
	}
	if err := mkfifo(filepath.Join(dir, "pipe")); err != nil {
		t.Fatal(err)
	}
	missing := filepath.Join(dir, "missing")
	empty := t.TempDir()
	res := run(t, Config{Paths: []string{dir, missing, empty}})
	got := map[string]string{}
	for _, p := range res.Problems {
		got[p.Path] = fmt.Sprint(p.Reason, " ", p.Minor)
	}
	for path, want := range map[string]string{
		filepath.Join(dir, "dangling"): "stat: no such file or directory false",
		filepath.Join(dir, "linked"):   errLinkToDir.Error() + " true",
		filepath.Join(dir, "pipe"):     errSpecial.Error() + " true",
		missing:                        "stat: no such file or directory false",
		empty:                          errNoFiles.Error() + " true",
	} {
		if got[path] != want {
			t.Errorf("%s: %q, want %q", path, got[path], want)
		}
	}
	if len(res.Problems) != 5 || res.Stats.Records != want {
		t.Errorf("%d problems, %d records: %v", len(res.Problems), res.Stats.Records, res.Problems)
	}
}

// TestLinkToDirectory: a link to a directory that is named is followed.
func TestLinkToDirectory(t *testing.T) {
	files, want := good(t)
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(folder(t, files), link); err != nil {
		t.Fatal(err)
	}
	if res := run(t, Config{Paths: []string{link}}); res.Stats.Records != want {
		t.Errorf("%d records, want %d: %v", res.Stats.Records, want, res.Problems)
	}
}

// TestVanishing: a file may be gone, or fail, after it was listed or looked into.
func TestVanishing(t *testing.T) {
	dir := folder(t, map[string]string{"a": lines(flowRecord, 0, 10), "b": lines(flowRecord, 10, 20), "c": lines(flowRecord, 20, 30)})
	s, eng, err := newScanner(Config{Detectors: probes, Lists: noLists})
	if err != nil {
		t.Fatal(err)
	}
	var objs []*Object
	for i, name := range []string{"a", "b", "c"} {
		o := localFile(filepath.Join(dir, name), int64(len(lines(flowRecord, 10*i, 10*i+10))))
		open, opened := o.Open, 0
		o.Open = func(ctx context.Context, from, most int64) (io.ReadCloser, error) {
			if opened++; opened == i { // a: never, b: before the look, c: behind it
				if err := os.Remove(o.Name); err != nil {
					t.Error(err)
				}
			}
			if opened == 2 && i == 2 {
				return io.NopCloser(io.MultiReader(strings.NewReader(flowRecord(20)), failing{})), nil
			}
			return open(ctx, from, most)
		}
		objs = append(objs, o)
	}
	if err := s.run(context.Background(), eng, func() []*Object { return objs }); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range s.res.Problems {
		got = append(got, filepath.Base(p.Path)+" "+p.Reason)
	}
	want := []string{"b open: no such file or directory", "c read: input/output error"}
	if strings.Join(got, ",") != strings.Join(want, ",") || s.res.Stats.Records != 11 || s.res.Files != 2 {
		t.Errorf("problems %q, want %q; %d records of %d files", got, want, s.res.Stats.Records, s.res.Files)
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) {
	return 0, &os.PathError{Op: "read", Path: "x", Err: errors.New("input/output error")}
}
