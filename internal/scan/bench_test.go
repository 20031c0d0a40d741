package scan

import (
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"testing"
)

// BenchmarkScan scans logs of each kind, and shapes of input that the walk
// itself finds hard: many small files, one large file, files that all overlap.
func BenchmarkScan(b *testing.B) {
	const n = 60_000
	many := map[string]string{}
	for i := range 2000 {
		many[fmt.Sprintf("%d/%d", i%20, i)] = gzipOf(b, trailFile(i*8, i*8+8))
	}
	overlapping := map[string]string{}
	for i := range 30 {
		k := i
		overlapping[fmt.Sprint(i)] = gzipOf(b, lines(func(j int) string { return flowRecord(j*30 + k) }, 0, n/30))
	}
	for _, c := range []struct {
		name  string
		files map[string]string
	}{
		{"flow", map[string]string{"a": gzipOf(b, lines(flowRecord, 0, n/2)), "b": gzipOf(b, lines(flowRecord, n/2, n))}},
		{"trail", map[string]string{"a": gzipOf(b, trailFile(0, n/4)), "b": gzipOf(b, trailFile(n/4, n/2))}},
		{"dns", map[string]string{"a": gzipOf(b, lines(dnsRecord, 0, n/2)), "b": gzipOf(b, lines(dnsRecord, n/2, n))}},
		{"audit", map[string]string{"a": gzipOf(b, lines(auditRecord, 0, n/2)), "b": gzipOf(b, lines(auditRecord, n/2, n))}},
		{"many-small", many},
		{"one-large", map[string]string{"a": gzipOf(b, lines(flowRecord, 0, 4*n))}},
		{"overlapping", overlapping},
	} {
		var size int64
		for _, data := range c.files {
			size += int64(len(data))
		}
		dir := filepath.Join(folder(b, c.files))
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(size) // as stored
			b.ReportAllocs()
			records := 0
			for b.Loop() {
				res, err := Run(context.Background(), Config{Paths: []string{dir}, Lists: noLists, Workers: runtime.GOMAXPROCS(0)})
				if err != nil {
					b.Fatal(err)
				}
				records = res.Stats.Records
			}
			b.ReportMetric(float64(records)*float64(b.N)/b.Elapsed().Seconds(), "records/s")
		})
	}
}
