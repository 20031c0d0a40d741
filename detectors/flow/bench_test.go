package flow

import (
	"math/rand/v2"
	"testing"

	"picket/engine"
	"picket/event"
	"picket/finding"
)

// BenchmarkFlow is the cost of a record of an ordinary network to all flow
// detectors: replies, sessions within the network, calls to a few services,
// clients from everywhere, and the internet's noise.
func BenchmarkFlow(b *testing.B) {
	batch := ordinary(100_000)
	e, err := engine.New(All, 1, nil)
	if err != nil {
		b.Fatal(err)
	}
	runs := batch.Runs(nil)
	var hits []finding.Hit
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		hits = e.Process(hits[:0], runs)
		b.StopTimer()
		for i := range batch.Flows {
			batch.Flows[i].At += benchSpan
		}
		b.StartTimer()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(batch.Flows)), "ns/record")
	if len(hits) > 0 {
		b.Errorf("ordinary traffic raised %s", hits[0].Type.Name)
	}
}

// benchSpan is the time that the benchmark's records cover.
const benchSpan = 40 * event.Minute

func ordinary(n int) *event.Batch {
	r := rand.New(rand.NewPCG(1, 1))
	b := new(event.Batch)
	const session = event.TCP | event.Accepted | event.ServerPort
	kinds := []struct {
		share  int // of 100
		traits event.Traits
		local  uint16
		remote uint16
	}{
		{18, session | event.PublicRemote | event.RemoteClient | event.Everyday, 443, 50000},
		{18, session | event.PublicRemote | event.RemoteClient | event.Everyday | event.Egress, 443, 50000},
		{14, session | event.PublicRemote | event.LocalClient | event.Everyday | event.Egress, 50000, 443},
		{14, session | event.PublicRemote | event.LocalClient | event.Everyday, 50000, 443},
		{15, session | event.RemoteClient, 5432, 50000},
		{15, session | event.LocalClient | event.Egress, 50000, 5432},
		{6, event.TCP | event.Rejected | event.PublicRemote | event.RemoteClient | event.Attempt, 23, 50000},
	}
	for len(b.Flows) < n {
		for _, k := range kinds {
			for range k.share {
				f := event.Flow{At: 1_767_571_200_000 + event.Time(len(b.Flows))*(benchSpan/event.Time(n)), Entity: 1 + r.Uint64N(200), Interface: 1, Proto: 6, Duration: 58,
					Local: event.IPv4(0x0a000005), Remote: event.IPv4(0xc6336400 + r.Uint32N(1<<12)), LocalPort: k.local, RemotePort: k.remote, Traits: k.traits}
				f.Packets = 1 + r.Uint64N(1+r.Uint64N(400))
				f.Bytes = f.Packets * (52 + r.Uint64N(1300))
				if f.Packets <= event.AttemptPackets {
					f.Traits |= event.Attempt
				}
				if f.Bytes >= event.BulkBytes {
					f.Traits |= event.Bulk
				}
				b.Flows = append(b.Flows, f)
			}
		}
	}
	return b
}
