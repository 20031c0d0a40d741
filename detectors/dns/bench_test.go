package dns

import (
	"fmt"
	"testing"

	"picket/engine"
	"picket/event"
	"picket/finding"
)

// BenchmarkOrdinary shows all detectors queries of a busy client that raise
// nothing: everyday domains over and over, a long tail of others, content
// networks, a few names that don't exist.
func BenchmarkOrdinary(b *testing.B) {
	batch := ordinary(4096)
	e, err := engine.New(All, 1, nil)
	if err != nil {
		b.Fatal(err)
	}
	runs := batch.Runs(nil)
	hits := e.Process(nil, runs)
	b.ReportAllocs()
	for b.Loop() {
		hits = e.Process(hits[:0], runs)
	}
	if len(hits) > 0 {
		b.Fatalf("raised %s", hits[0].Type.Name)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(batch.DNS)), "ns/row")
}

func ordinary(n int) *event.Batch {
	words := []string{"red", "green", "stone", "river", "cloud", "market", "garden", "paper", "winter", "silver"}
	batch := new(event.Batch)
	for i := range n {
		d := event.DNS{
			At: event.Time(1_767_571_200_000 + i*200), Entity: uint64(1 + i%16), Instance: "i-0aaaaaaaaaaaaaaa1", Type: "A", Rcode: "NOERROR",
			Traits: event.Lookup | event.Answered | event.OnInstance,
		}
		domain := "example.com"
		switch i % 20 {
		case 0, 1, 2, 3:
			domain = words[i/20%10] + words[i/200%10] + ".org"
			d.Name = "www." + domain
		case 4, 5:
			domain = "cloudfront.net"
			d.Name = fmt.Sprintf("d%x.cloudfront.net", uint64(i)*0x9e3779b97f4a7c15)
		case 6:
			domain = words[i/20%10] + words[i/200%10] + ".net"
			d.Name, d.Rcode, d.Traits = domain, "NXDOMAIN", event.Lookup|event.NXDomain|event.OnInstance
			if i%200 != 6 {
				d.Traits |= event.Internal
			}
		default:
			d.Name = fmt.Sprintf("api-%d.example.com", i%7)
		}
		d.Registrable = int32(len(d.Name) - len(domain))
		batch.DNS = append(batch.DNS, d)
	}
	return batch
}

func TestOrdinaryAllocatesNothing(t *testing.T) {
	e, err := engine.New(All, 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	runs := ordinary(2048).Runs(nil)
	var hits []finding.Hit
	hits = e.Process(hits, runs)
	if n := testing.AllocsPerRun(5, func() { hits = e.Process(hits[:0], runs) }); n > 0 {
		t.Errorf("%.0f allocations", n)
	}
	if len(hits) > 0 {
		t.Errorf("raised %s", hits[0].Type.Name)
	}
}
