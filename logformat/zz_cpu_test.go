package logformat

import (
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"picket/event"
)

func cpuNow() time.Duration {
	var r syscall.Rusage
	syscall.Getrusage(1, &r) // thread
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

func TestCPU(t *testing.T) {
	if os.Getenv("CPU") == "" {
		t.Skip()
	}
	for _, kind := range strings.Split(os.Getenv("CPU"), ",") {
		files := corpusFiles(t, kind)
		size := 0
		for _, f := range files {
			size += len(f)
		}
		var batch event.Batch
		var st State
		f := Detect(files[0])
		decode := func() (records int) {
			for _, data := range files {
				st.Reset()
				batch.Reset()
				batch.Data = data
				f.Decode(&batch, &st, true)
				records += st.Stats.Records
			}
			return
		}
		rec := decode()
		best := time.Hour
		for range 9 {
			t0 := cpuNow()
			n := 0
			for n < 40 {
				decode()
				n++
			}
			best = min(best, (cpuNow()-t0)/40)
		}
		t.Logf("%-10s %7.0f MB/s %6.2f Mrec/s %6.1f ns/rec", kind, float64(size)/best.Seconds()/1e6, float64(rec)/best.Seconds()/1e6, float64(best.Nanoseconds())/float64(rec))
	}
}

func TestCPUGzip(t *testing.T) {
	if os.Getenv("CPUGZIP") == "" {
		t.Skip()
	}
	var raw [][]byte
	filepath.WalkDir(os.Getenv(corpusEnv)+"/cloudtrail", func(path string, d fs.DirEntry, err error) error {
		if strings.HasSuffix(path, ".gz") {
			b, _ := os.ReadFile(path)
			raw = append(raw, b)
		}
		return nil
	})
	best, n := time.Hour, int64(0)
	for range 9 {
		t0 := cpuNow()
		n = 0
		for _, r := range raw {
			z, _ := gzip.NewReader(bytes.NewReader(r))
			c, _ := io.Copy(io.Discard, z)
			n += c
		}
		best = min(best, cpuNow()-t0)
	}
	t.Logf("gzip %.0f MB/s", float64(n)/best.Seconds()/1e6)
}
