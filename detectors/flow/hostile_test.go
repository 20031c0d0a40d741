package flow

import (
	"math/rand/v2"
	"testing"

	"picket/detect"
	"picket/engine"
	"picket/event"
	"picket/finding"
)

// noise fills b with records that no network would make: any traits, marks,
// ports and times, and many addresses.
func noise(b *event.Batch, r *rand.Rand, n int) {
	b.Reset()
	b.Data = append(b.Data, "2 - - - - - - - - - - - - -"...)
	ports := []uint16{22, 25, 53, 80, 443, 853, 3389, 5985, 8088, 9200}
	protos := []uint8{1, 2, 6, 6, 6, 17, 17, 50, 132}
	for range n {
		b.Flows = append(b.Flows, event.Flow{
			At:         1_767_571_200_000 + event.Time(r.Int64N(int64(40*event.Day))),
			Entity:     1 + r.Uint64N(3),
			Packets:    r.Uint64() >> r.UintN(64),
			Bytes:      r.Uint64() >> r.UintN(64),
			Local:      event.IPv4(0x0a000005),
			Remote:     event.IPv4(0xc6336400 + r.Uint32N(1<<20)),
			Duration:   r.Uint32() >> r.UintN(32),
			Line:       event.Span{Len: uint32(len(b.Data))},
			Traits:     event.Traits(r.Uint32()),
			Marks:      event.Marks(r.Uint32()) & event.Marks(r.Uint32()) &^ (event.MarkTrusted | event.MarkOwned),
			LocalPort:  ports[r.IntN(len(ports))] + uint16(r.IntN(2))*uint16(r.Uint32()),
			RemotePort: ports[r.IntN(len(ports))] + uint16(r.IntN(2))*uint16(r.Uint32()),
			Proto:      protos[r.IntN(len(protos))],
			Flags:      uint8(r.Uint32()),
		})
	}
}

func TestHostileRecordsBreakNothing(t *testing.T) {
	e, err := engine.New(All, 2, nil)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(7, 11))
	var b event.Batch
	var hits []finding.Hit
	for range 20 {
		noise(&b, r, 5000)
		hits = e.Process(hits[:0], b.Runs(nil))
	}
	for _, f := range e.Health().Fenced {
		t.Errorf("%s panicked: %s", f.Detector, f.Panic)
	}
}

// silent takes reports and forgets them.
type silent struct{}

func (silent) Report(*detect.Pass, *finding.Type, *detect.Evidence) {}

func TestTablesStayWithinBounds(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 5))
	var b event.Batch
	noise(&b, r, 1)
	for _, d := range All {
		s := detect.Setup{Params: d.Params}
		h := d.New(&s)
		p := detect.Pass{Batch: &b, Sink: silent{}}
		for i := range uint64(300_000) {
			f := &b.Flows[0]
			f.Remote = event.IPv4(0xc6000000 + uint32(i))
			f.LocalPort, f.RemotePort = uint16(i), uint16(i>>3)
			f.Packets, f.Bytes, f.Duration = 14, 2000, 4
			f.Proto, f.Traits, f.Marks = 6, event.Traits(r.Uint32())|event.TCP|event.HasMarks|event.PublicRemote, event.Marks(r.Uint32())&^(event.MarkTrusted|event.MarkOwned)
			p.Entity, p.Now = i>>6, 1_767_571_200_000+event.Time(i)
			h.Flow(&p, f)
		}
		for _, table := range s.Tables() {
			if table.Len() > table.Max() {
				t.Errorf("%s/%s holds %d entries, at most %d", d.Name, table.TableName(), table.Len(), table.Max())
			}
		}
	}
}
