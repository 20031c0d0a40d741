package logformat

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"picket/event"
)

// corpusEnv names a directory written by bench/gen. Without it the benchmarks
// decode a sample over and over, which shows allocations, not throughput.
const corpusEnv = "PICKET_CORPUS"

// corpora are the directories of a corpus, and the sample that stands in.
var corpora = []struct{ dir, sample string }{
	{"cloudtrail", "cloudtrail.txtar/lines"},
	{"s3data", "cloudtrail.txtar/eventbridge"},
	{"flow2", "vpc-flow.txtar/default"},
	{"flow5", "vpc-flow.txtar/v5"},
	{"dns", "route53-resolver.txtar/lines"},
	{"k8s", "kubernetes-audit.txtar/lines"},
}

// corpusFiles are at most twelve files of a corpus, unpacked.
func corpusFiles(tb testing.TB, dir, sample string) (files [][]byte) {
	root := os.Getenv(corpusEnv)
	if root == "" {
		data := samples(tb)[sample]
		return [][]byte{bytes.Repeat(data, 1<<20/len(data))}
	}
	filepath.WalkDir(filepath.Join(root, dir), func(path string, _ fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".gz") && len(files) < 12 {
			files = append(files, gunzip(tb, path))
		}
		return err
	})
	return files
}

func BenchmarkDecode(b *testing.B) {
	for _, c := range corpora {
		b.Run(c.dir, func(b *testing.B) {
			files := corpusFiles(b, c.dir, c.sample)
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
				return records
			}
			records := decode()
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				decode()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(records), "ns/record")
			if st.Stats.Bad > 0 {
				b.Fatal(st.Stats.First)
			}
		})
	}
}
