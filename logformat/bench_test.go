package logformat

import (
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"picket/event"
)

// corpusEnv names a directory written by bench/gen; without it the benchmarks
// run on the samples in testdata, which are too small to carry figures.
const corpusEnv = "PICKET_CORPUS"

func corpusFiles(tb testing.TB, kind string) (files [][]byte) {
	root := os.Getenv(corpusEnv)
	if root == "" {
		tb.Skip(corpusEnv + " is not set")
	}
	filepath.WalkDir(filepath.Join(root, kind), func(path string, d fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".gz") && len(files) < 12 {
			files = append(files, gunzip(tb, path))
		}
		return err
	})
	return files
}

func gunzip(tb testing.TB, path string) []byte {
	raw, err := os.ReadFile(path)
	if err != nil {
		tb.Fatal(err)
	}
	z, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		tb.Fatal(err)
	}
	data, err := io.ReadAll(z)
	if err != nil {
		tb.Fatal(err)
	}
	return data
}

func BenchmarkDecode(b *testing.B) {
	for _, kind := range []string{"cloudtrail", "s3data", "flow2", "flow5", "dns", "k8s"} {
		b.Run(kind, func(b *testing.B) {
			files := corpusFiles(b, kind)
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
			records := decode()
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				decode()
			}
			b.ReportMetric(float64(records)*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mrec/s")
			if st.Stats.Bad > 0 {
				b.Fatal(st.Stats.First)
			}
		})
	}
}
