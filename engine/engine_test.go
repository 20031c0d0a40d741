package engine

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"picket/detect"
	"picket/event"
	"picket/finding"
)

const doc = "counts rows of one address and reports every tenth one, which is what the tests of the engine need and nothing else at all"

var testType = &finding.Type{Name: "Test:EC2/Tenth", Severity: 5, Sources: []finding.Source{finding.VPCFlowLogs}, Resource: finding.ResourceInstance,
	Role: finding.RoleActor, Title: "t", Text: "t", Remedy: "t"}

// tenth reports every tenth accepted row of a remote address.
func tenth(typ *finding.Type) *detect.Detector {
	return &detect.Detector{Name: "flow-tenth", Doc: doc, Findings: []*finding.Type{typ},
		New: func(s *detect.Setup) detect.Handlers {
			seen := detect.NewTable[event.IP, uint32](s, "seen", time.Hour, 1000)
			return detect.Handlers{
				When: []detect.When{{All: event.Accepted}},
				Flow: func(p *detect.Pass, f *event.Flow) {
					n := seen.At(p, f.Remote)
					if *n++; *n%10 == 0 {
						p.Report(typ, detect.Evidence{Key: f.Remote.String()})
					}
				},
			}
		}}
}

func flows(n int) *event.Batch {
	b := &event.Batch{Data: []byte("2 111122223333 eni-1")}
	for i := range n {
		t := event.Accepted
		if i%3 == 0 {
			t = event.Rejected
		}
		b.Flows = append(b.Flows, event.Flow{At: event.Day + event.Time(i)*event.Second, Entity: uint64(1 + i%11), Remote: event.IPv4(uint32(i % 5)), Traits: t})
	}
	return b
}

func run(t testing.TB, e *Engine, b *event.Batch, step int) []finding.Hit {
	t.Helper()
	var hits []finding.Hit
	for lo := 0; lo < len(b.Flows); lo += step {
		hits = e.Process(hits, []event.Run{{Batch: b, Kind: event.KindFlow, Lo: lo, Hi: min(lo+step, len(b.Flows))}})
	}
	return hits
}

func newEngine(t testing.TB, shards int, ds ...*detect.Detector) *Engine {
	t.Helper()
	e, err := New(ds, shards, nil)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// plain is the same count done the slow way.
func plain(b *event.Batch) (reports int) {
	n := map[string]int{}
	for _, f := range b.Flows {
		if f.Traits&event.Accepted == 0 {
			continue
		}
		k := fmt.Sprint(f.Entity, f.Remote)
		if n[k]++; n[k]%10 == 0 {
			reports++
		}
	}
	return reports
}

func TestShardsAgree(t *testing.T) {
	b := flows(5000)
	want := run(t, newEngine(t, 1, tenth(testType)), b, 5000)
	total := 0
	for _, h := range want {
		total += h.Count
	}
	if total != plain(b) {
		t.Fatalf("%d reports, want %d", total, plain(b))
	}
	for _, shards := range []int{2, 7, 64} {
		got := run(t, newEngine(t, shards, tenth(testType)), b, 5000)
		if !slices.EqualFunc(got, want, same) {
			t.Errorf("%d shards: %d hits that differ from the %d of one", shards, len(got), len(want))
		}
	}
}

func same(a, b finding.Hit) bool {
	return a.Key == b.Key && a.Entity == b.Entity && a.First == b.First && a.Last == b.Last && a.Count == b.Count
}

func TestSnapshotIntoOtherShards(t *testing.T) {
	b := flows(5000)
	want := run(t, newEngine(t, 3, tenth(testType)), b, 100)
	e := newEngine(t, 3, tenth(testType))
	var got []finding.Hit
	for lo := 0; lo < 5000; lo += 100 {
		got = e.Process(got, []event.Run{{Batch: b, Kind: event.KindFlow, Lo: lo, Hi: lo + 100}})
		var buf bytes.Buffer
		if err := e.Snapshot(&buf); err != nil {
			t.Fatal(err)
		}
		e = newEngine(t, 1+lo/100%5, tenth(testType))
		if rep, err := e.Restore(&buf); err != nil || len(rep.Cold) > 0 {
			t.Fatalf("restore: %+v, %v", rep, err)
		}
	}
	if !slices.EqualFunc(got, want, same) {
		t.Errorf("%d hits that differ from the %d without snapshots", len(got), len(want))
	}
}

func TestRestoreNamesWhatIsCold(t *testing.T) {
	var buf bytes.Buffer
	if err := newEngine(t, 1, tenth(testType)).Snapshot(&buf); err != nil {
		t.Fatal(err)
	}
	other := tenth(testType)
	other.Name = "flow-other"
	rep, err := newEngine(t, 1, other).Restore(&buf)
	if err != nil || !slices.Equal(rep.Cold, []string{"flow-other/seen"}) || !slices.Equal(rep.Dropped, []string{"flow-tenth/seen"}) {
		t.Errorf("restore: %+v, %v", rep, err)
	}
}

func TestBrokenSnapshotIsRefused(t *testing.T) {
	e := newEngine(t, 1, tenth(testType))
	run(t, e, flows(1000), 1000)
	var buf bytes.Buffer
	if err := e.Snapshot(&buf); err != nil {
		t.Fatal(err)
	}
	for n := 0; n < buf.Len(); n += 997 {
		if _, err := newEngine(t, 1, tenth(testType)).Restore(bytes.NewReader(buf.Bytes()[:n])); err == nil {
			t.Fatalf("a snapshot cut to %d of %d bytes was restored without an error", n, buf.Len())
		}
	}
}

// TestHugeBlockIsRefused: a length is not believed, and no room made for it.
func TestHugeBlockIsRefused(t *testing.T) {
	_, err := newEngine(t, 1, tenth(testType)).Restore(strings.NewReader("\xff\xff\xff\xff\x0f"))
	if err == nil || !strings.Contains(err.Error(), "block of 4294967295 bytes") {
		t.Errorf("error %v", err)
	}
}

func FuzzRestore(f *testing.F) {
	e := newEngine(f, 1, tenth(testType))
	run(f, e, flows(100), 100)
	var buf bytes.Buffer
	if err := e.Snapshot(&buf); err != nil {
		f.Fatal(err)
	}
	f.Add(buf.Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		e := newEngine(t, 2, tenth(testType))
		if _, err := e.Restore(bytes.NewReader(data)); err == nil {
			run(t, e, flows(100), 100)
		}
	})
}

func TestPanicIsFenced(t *testing.T) {
	broken := &detect.Detector{Name: "flow-broken", Doc: doc, Findings: []*finding.Type{{Name: "Test:EC2/Broken", Severity: 5, Sources: testType.Sources,
		Resource: testType.Resource, Role: testType.Role, Title: "t", Text: "t", Remedy: "t"}},
		New: func(*detect.Setup) detect.Handlers {
			return detect.Handlers{Flow: func(p *detect.Pass, f *event.Flow) {
				if f.At == event.Day+100*event.Second {
					panic("one row is too much")
				}
			}}
		}}
	b := flows(5000)
	e := newEngine(t, 1, broken, tenth(testType))
	hits := run(t, e, b, 5000)
	h := e.Health()
	if len(h.Fenced) != 1 || h.Fenced[0].Detector != "flow-broken" || !strings.Contains(h.Fenced[0].Panic, "one row is too much") {
		t.Fatalf("fenced: %+v", h.Fenced)
	}
	total := 0
	for _, h := range hits {
		total += h.Count
	}
	// The row at which the detector failed may be lost for the ones after it.
	if want := plain(b); total < want-1 || total > want {
		t.Errorf("the other detector reports %d, want about %d", total, want)
	}
}

func TestRepeatedEventsCountOnce(t *testing.T) {
	typ := &finding.Type{Name: "Test:IAMUser/Any", Severity: 5, Sources: []finding.Source{finding.CloudTrail}, Resource: finding.ResourceAccessKey,
		Role: finding.RoleTarget, Title: "t", Text: "t", Remedy: "t"}
	any := &detect.Detector{Name: "trail-any", Doc: doc, Findings: []*finding.Type{typ}, New: func(*detect.Setup) detect.Handlers {
		return detect.Handlers{Trail: func(p *detect.Pass, t *event.Trail) { p.Report(typ, detect.Evidence{}) }}
	}}
	b := &event.Batch{}
	for i := range 4 {
		b.Trails = append(b.Trails, event.Trail{At: event.Day, Entity: 1, ID: event.HashID([]string{"a", "b", "a", ""}[i])})
	}
	e := newEngine(t, 1, any)
	hits := e.Process(nil, b.Runs(nil))
	if len(hits) != 1 || hits[0].Count != 3 {
		t.Errorf("hits: %+v, want one of 3 events", hits)
	}
	if e.Health().Duplicates != 1 {
		t.Errorf("%d duplicates, want 1", e.Health().Duplicates)
	}
}

func TestWhen(t *testing.T) {
	fits := func(w detect.When, tr event.Traits, m event.Marks, name string, want bool) {
		t.Helper()
		var p picker
		p.add(3, []detect.When{w})
		p.compile()
		if got := p.match(tr, m, name) == 1<<3; got != want {
			t.Errorf("%+v with traits %b, marks %b, name %q: %v", w, tr, m, name, got)
		}
	}
	fits(detect.When{}, 0, 0, "", true)
	fits(detect.When{All: 6}, 7, 0, "", true)
	fits(detect.When{All: 6}, 5, 0, "", false)
	fits(detect.When{None: 1}, 1, 0, "", false)
	fits(detect.When{None: 1}, 2, 0, "", true)
	fits(detect.When{Any: 3}, 2, 0, "", true)
	fits(detect.When{Any: 3}, 4, 0, "", false)
	fits(detect.When{Marks: 3}, 0, 1, "", true)
	fits(detect.When{Marks: 3}, 0, 4, "", false)
	fits(detect.When{Names: []string{"StopLogging"}}, 0, 0, "StopLogging", true)
	fits(detect.When{Names: []string{"StopLogging"}}, 0, 0, "stoplogging", false)
	fits(detect.When{Names: []string{"A"}, All: 1}, 0, 0, "A", false)
}

func TestNothingAllocatedWhenNothingIsRaised(t *testing.T) {
	b := flows(2000)
	for i := range b.Flows {
		b.Flows[i].Traits = event.Rejected
	}
	e := newEngine(t, 1, tenth(testType))
	runs := b.Runs(nil)
	if n := testing.AllocsPerRun(10, func() { e.Process(nil, runs) }); n > 0 {
		t.Errorf("%.0f allocations", n)
	}
}

func TestDeclarationsAreChecked(t *testing.T) {
	d := *tenth(testType)
	d.Doc = "short"
	if _, err := New([]*detect.Detector{&d}, 1, nil); err == nil || !strings.Contains(err.Error(), "undocumented") {
		t.Errorf("an undocumented detector gives %v", err)
	}
	if _, err := New([]*detect.Detector{tenth(testType), tenth(testType)}, 1, nil); err == nil {
		t.Error("a detector declared twice was accepted")
	}
}
