package scan

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"time"
)

// TestStandardInput reads every packing from a pipe.
func TestStandardInput(t *testing.T) {
	flows := lines(flowRecord, 0, 25_000) // more than the look keeps
	for name, data := range map[string]string{
		"plain": flows, "gzip": gzipOf(t, flows), "zstd": zstdOf(t, flows), "zip": zipOf(t, "a", flows), "nothing": "",
	} {
		t.Run(name, func(t *testing.T) {
			temp := t.TempDir()
			t.Setenv("TMPDIR", temp)
			goroutines := runtime.NumGoroutine()
			res := run(t, Config{Paths: []string{Stdin, Stdin}, Stdin: slowly(data)})
			if want := strings.Count(flows, "\n"); data != "" && (res.Stats.Records != want || len(res.Problems) > 0) {
				t.Errorf("%d records, want %d; problems %v", res.Stats.Records, want, res.Problems)
			}
			if data == "" && (len(res.Problems) != 1 || !res.Problems[0].Minor) {
				t.Errorf("problems %v", res.Problems)
			}
			if left, _ := os.ReadDir(temp); len(left) > 0 {
				t.Errorf("temporary files left: %v", left)
			}
			waitGoroutines(t, goroutines)
		})
	}
}

// slowly gives data a little at a time, as pipes do.
func slowly(data string) io.Reader { return pieces{strings.NewReader(data), 30_011} }

type pieces struct {
	r io.Reader
	n int
}

func (p pieces) Read(b []byte) (int, error) { return p.r.Read(b[:min(len(b), p.n)]) }

// TestNamedPipe reads a pipe that is named on the command line.
func TestNamedPipe(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := mkfifo(pipe); err != nil {
		t.Fatal(err)
	}
	go func() {
		if err := os.WriteFile(pipe, []byte(gzipOf(t, lines(flowRecord, 0, 500))), 0); err != nil {
			t.Error(err)
		}
	}()
	if res := run(t, Config{Paths: []string{pipe}}); res.Stats.Records != 500 || len(res.Problems) > 0 {
		t.Errorf("%d records, problems %v", res.Stats.Records, res.Problems)
	}
}

// TestCancel: a scan ends soon after its context does, whatever it waits for.
func TestCancel(t *testing.T) {
	files := corpus(t)
	dir := folder(t, files)
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := mkfifo(pipe); err != nil {
		t.Fatal(err)
	}
	for name, paths := range map[string][]string{
		"endless records":  {dir, Stdin},
		"endless nothing":  {dir, Stdin},
		"a silent pipe":    {dir, Stdin},
		"a pipe half read": {dir, Stdin},
		"nobody writes":    {pipe, dir},
	} {
		for _, workers := range []int{1, 2} {
			t.Run(fmt.Sprint(name, " ", workers), func(t *testing.T) {
				begin := lines(flowRecord, 0, 25_000)
				stuck, _ := io.Pipe()
				stdin := map[string]io.Reader{
					"endless records":  io.MultiReader(strings.NewReader(begin), &endless{line: flowRecord(1)}),
					"endless nothing":  io.MultiReader(strings.NewReader(begin), &endless{line: "\n"}),
					"a silent pipe":    stuck,
					"a pipe half read": io.MultiReader(strings.NewReader(begin), stuck),
				}
				cfg := Config{Paths: paths, Stdin: stdin[name]}
				ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
				defer cancel()
				cfg.Workers, cfg.Detectors, cfg.Lists = workers, probes, noLists
				ended := make(chan error, 1)
				go func() {
					_, err := Run(ctx, cfg)
					ended <- err
				}()
				select {
				case err := <-ended:
					if !errors.Is(err, context.DeadlineExceeded) {
						t.Errorf("ended with %v", err)
					}
				case <-time.After(10 * time.Second):
					t.Fatal("the scan did not end")
				}
			})
		}
	}
}

// endless is a line without end of file.
type endless struct {
	line string
	at   int
}

func (e *endless) Read(b []byte) (n int, err error) {
	for n < len(b) {
		m := copy(b[n:], e.line[e.at:])
		n += m
		e.at = (e.at + m) % len(e.line)
	}
	return n, nil
}

// TestLongLine: a line of 1 GB is a problem, not a gigabyte of memory.
func TestLongLine(t *testing.T) {
	if testing.Short() {
		t.Skip("reads 1 GB")
	}
	trails := `{"Records":[` + trailRecord(1) + ","
	for _, c := range []struct {
		name, begin string
		size        int64
		offset      int
		records     int
	}{
		{"long.log", lines(flowRecord, 0, 10), 128 << 20, len(lines(flowRecord, 0, 10)), 10},
		{"long.json", trails + `{"eventVersion":"`, 1 << 30, len(trails), 1},
	} {
		dir := folder(t, map[string]string{"good.log": lines(flowRecord, 0, 100), c.name: c.begin})
		if err := os.Truncate(filepath.Join(dir, c.name), c.size); err != nil { // the rest is zeros, and takes no room
			t.Fatal(err)
		}
		stop := watchHeap()
		res := run(t, Config{Paths: []string{dir}})
		if grown := stop(); grown > 100<<20 {
			t.Errorf("%s: the heap grew by %d MB", c.name, grown>>20)
		}
		if len(res.Problems) != 1 || res.Stats.Records != 100+c.records {
			t.Fatalf("%s: %d records, problems %q", c.name, res.Stats.Records, res.Problems)
		}
		if p := res.Problems[0]; p.Offset != int64(c.offset) || !strings.Contains(p.Reason, "longer than 16 MiB") {
			t.Errorf("problem %s, want one at byte %d", p, c.offset)
		}
	}
}

// watchHeap returns how much the heap has grown at most, until it is called.
func watchHeap() (stop func() uint64) {
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapInuse
	}
	percent := debug.SetGCPercent(20) // so that little of it is garbage
	runtime.GC()
	before, most := heap(), uint64(0)
	done, result := make(chan bool), make(chan uint64)
	go func() {
		for {
			most = max(most, heap())
			select {
			case <-done:
				result <- most - min(most, before)
				return
			case <-time.After(5 * time.Millisecond):
			}
		}
	}()
	return func() uint64 {
		close(done)
		debug.SetGCPercent(percent)
		return <-result
	}
}

// TestProgress: when a scan is done, so is its progress, whatever was wrong
// with the files.
func TestProgress(t *testing.T) {
	files, records := good(t)
	files["cut.gz"] = gzipOf(t, lines(flowRecord, 5000, 9000))[:20_000]
	files["bad.zip"] = zipOf(t, "a.log", lines(flowRecord, 9000, 9100))
	var p Progress
	res := run(t, Config{Paths: []string{folder(t, files)}, Progress: &p})
	if p.Bytes.Load() != p.BytesDone.Load() || p.Bytes.Load() == 0 {
		t.Errorf("%d of %d bytes done", p.BytesDone.Load(), p.Bytes.Load())
	}
	if p.Files.Load() != 7 || p.FilesDone.Load() != 7 {
		t.Errorf("%d of %d files done", p.FilesDone.Load(), p.Files.Load())
	}
	if got := int(p.Records.Load()); got != res.Stats.Records || got <= records {
		t.Errorf("%d records, want %d", got, res.Stats.Records)
	}
}
