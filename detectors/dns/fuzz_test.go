package dns

import (
	"testing"

	"picket/engine"
	"picket/event"
)

// FuzzNames shows all detectors a query for any name with any answer.
func FuzzNames(f *testing.F) {
	f.Add("0.abcdefghijklmnopqrstuvwxyz234567.tunnel.example", 35, uint32(event.Lookup|event.NXDomain), uint32(0), "TXT")
	f.Add("xmrpool.example", 0, uint32(event.Lookup|event.Answered), uint32(event.MarkC2), "A")
	f.Add("instance-data", -1, uint32(event.Internal|event.Metadata), uint32(event.MarkTrusted), "A")
	f.Add("", -1, uint32(0), uint32(0), "")
	f.Fuzz(func(t *testing.T, name string, registrable int, traits, marks uint32, kind string) {
		if registrable < -1 || registrable > len(name) {
			registrable = -1
		}
		e, err := engine.New(All, 1, nil)
		if err != nil {
			t.Fatal(err)
		}
		b := new(event.Batch)
		for i := range 3 {
			b.DNS = append(b.DNS, event.DNS{
				At: event.Time(1_767_571_200_000 + i*1000), Entity: 7, Name: name, Registrable: int32(registrable), Type: kind,
				Rcode: "NXDOMAIN", Traits: event.Traits(traits), Marks: event.Marks(marks), AnswerMarks: event.Marks(marks >> 3),
			})
		}
		e.Process(nil, b.Runs(nil))
		if h := e.Health(); len(h.Fenced) > 0 {
			t.Errorf("%s panicked: %s", h.Fenced[0].Detector, h.Fenced[0].Panic)
		}
	})
}
