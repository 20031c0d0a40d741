package logformat

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"

	library "github.com/parquet-go/parquet-go"

	"picket/event"
)

// randomRows are flows of some hosts with many others.
func randomRows(n int) []flowRow {
	rng := rand.New(rand.NewPCG(1, 2))
	rows := sampleRows(n)
	for i := range rows {
		r := &rows[i]
		r.InterfaceID = ptr(fmt.Sprintf("eni-%017x", rng.IntN(40)))
		r.SrcAddr = ptr(fmt.Sprintf("10.0.%d.%d", rng.IntN(4), rng.IntN(250)))
		r.DstAddr = ptr(fmt.Sprintf("203.0.113.%d", rng.IntN(256)))
		r.SrcPort, r.DstPort = ptr(int32(1024+rng.IntN(60000))), ptr(int32([]int{22, 53, 443, 8080}[rng.IntN(4)]))
		r.Packets = ptr(int64(rng.ExpFloat64() * 20))
		r.Bytes = ptr(*r.Packets * int64(60+rng.IntN(1400)))
		r.VPC = fmt.Sprintf("vpc-%017x", rng.IntN(3))
	}
	return rows
}

// BenchmarkParquet decodes flow records, and what comes before that alone, their
// columns, beside what parquet-go needs for those.
func BenchmarkParquet(b *testing.B) {
	const n = 100_000
	data := parquetFile(b, randomRows(n))
	report := func(b *testing.B) {
		b.ReportAllocs()
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/row")
	}
	b.Run("decode", func(b *testing.B) {
		var batch event.Batch
		var st State
		for b.Loop() {
			p := openParquet(b, data)
			for more := true; more; {
				batch.Reset()
				var err error
				if more, err = p.Decode(&batch, &st); err != nil {
					b.Fatal(err)
				}
			}
			p.Close()
		}
		report(b)
	})
	b.Run("columns", func(b *testing.B) {
		for b.Loop() {
			p := openParquet(b, data)
			for err := error(nil); !errors.Is(err, io.EOF); _, err = p.rows.Next(1024) {
				if err != nil {
					b.Fatal(err)
				}
			}
			p.Close()
		}
		report(b)
	})
	b.Run("columns/parquet-go", func(b *testing.B) {
		buffer := make([]library.Row, 256)
		for b.Loop() {
			f, err := library.OpenFile(bytes.NewReader(data), int64(len(data)), library.SkipPageIndex(true), library.SkipBloomFilters(true))
			if err != nil {
				b.Fatal(err)
			}
			for _, g := range f.RowGroups() {
				rows := g.Rows()
				for err := error(nil); !errors.Is(err, io.EOF); _, err = rows.ReadRows(buffer) {
					if err != nil {
						b.Fatal(err)
					}
				}
				rows.Close()
			}
		}
		report(b)
	})
}

func openParquet(tb testing.TB, data []byte) *Parquet {
	p, err := OpenParquet(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		tb.Fatal(err)
	}
	return p
}
