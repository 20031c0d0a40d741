package trail

import (
	"os"
	"path/filepath"
	"testing"

	"picket/detect"
	"picket/engine"
	"picket/enrich"
	"picket/event"
	"picket/intel"
	"picket/logformat"
)

func BenchmarkScratch(b *testing.B) {
	ms, _ := filepath.Glob(os.Getenv("SCRATCH"))
	var runs []event.Run
	n := 0
	for _, m := range ms {
		data, _ := os.ReadFile(m)
		bt := new(event.Batch)
		logformat.DecodeAll(bt, data, event.Meta{Path: m})
		enrich.New(new(intel.Builder).Build(), nil).Enrich(bt)
		for i := range bt.Trails {
			bt.Trails[i].ID = [16]byte{}
		}
		bt.Sort()
		runs = bt.Runs(runs)
		n += len(bt.Trails)
	}
	bench := func(name string, ds []*detect.Detector) {
		b.Run(name, func(b *testing.B) {
			eng, err := engine.New(ds, 1, nil)
			if err != nil {
				b.Fatal(err)
			}
			eng.Process(nil, runs)
			b.ReportAllocs()
			b.ResetTimer()
			for b.Loop() {
				eng.Process(nil, runs)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/row")
		})
	}
	bench("none", nil)
	bench("all", All)
	for _, d := range All {
		bench(d.Name, []*detect.Detector{d})
	}
}
