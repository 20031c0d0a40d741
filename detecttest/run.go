package detecttest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"picket/detect"
	"picket/engine"
	"picket/enrich"
	"picket/event"
	"picket/finding"
	"picket/intel"
	"picket/logformat"
)

// Run tests one detector on the cases of a txtar archive and holds it to the
// laws. The archive's format is described at expand and parseArchive.
func Run(t *testing.T, d *detect.Detector, archive string) {
	t.Helper()
	a, err := txtar.ParseFile(archive)
	if err != nil {
		t.Fatal(err)
	}
	cases, err := parseArchive(a)
	if err != nil {
		t.Fatalf("%s: %v", archive, err)
	}
	raised := map[string]bool{}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) { c.run(t, d, raised) })
	}
	for _, ty := range d.Findings {
		if !raised[ty.Name] {
			t.Errorf("%s: no case raises %s", archive, ty.Name)
		}
	}
	t.Run("law/no-allocation", func(t *testing.T) { quiet(t, d, cases) })
	t.Run("law/hostile", func(t *testing.T) { Hostile(t, d, hostileRows) })
}

func (c *testCase) run(t *testing.T, d *detect.Detector, raised map[string]bool) {
	lists, ds := c.lists(t), []*detect.Detector{d}
	bs := c.batches(t, lists)
	got := c.detect(t, ds, lists, bs, plan{shards: 1})
	c.compare(t, got)
	for _, f := range got {
		raised[f.Type] = true
	}
	for name, p := range map[string]plan{
		"7 shards":                        {shards: 7},
		"snapshot into other shards":      {shards: 2, snapshotInto: 5},
		"one row per call of the engine":  {shards: 1, single: true},
		"snapshot between any two events": {shards: 1, snapshotInto: 3, single: true},
	} {
		if p.single && p.snapshotInto > 0 && rows(bs) > 50 {
			continue // a snapshot per row of a long log proves no more and takes minutes
		}
		if diff := differ(got, c.detect(t, ds, lists, bs, p)); diff != "" {
			t.Errorf("law: with %s: %s", name, diff)
		}
	}
}

func (c *testCase) lists(t *testing.T) *intel.Set {
	t.Helper()
	var b intel.Builder
	for _, l := range c.list {
		list, ok := intel.CategoryList(l.category)
		switch l.category {
		case "threat":
			list, ok = intel.ThreatList("threat", ""), true
		case "trusted":
			list, ok = intel.TrustedList("trusted", ""), true
		}
		if !ok {
			t.Fatalf("case %s: no list category %q", c.name, l.category)
		}
		list.Name = l.name
		if _, err := b.Add(list, bytes.NewReader(l.data)); err != nil {
			t.Fatalf("case %s: list %s: %v", c.name, l.name, err)
		}
	}
	return b.Build()
}

// plan is one way to run a case; every plan must find the same.
type plan struct {
	shards       int
	snapshotInto int  // snapshot before every call and restore into so many shards
	single       bool // one row a call
}

func (c *testCase) batches(t *testing.T, lists *intel.Set) []*event.Batch {
	t.Helper()
	var out []*event.Batch
	e := enrich.New(lists, nil)
	for _, l := range c.logs {
		b := new(event.Batch)
		st, err := logformat.DecodeAll(b, slices.Clone(l.data), event.Meta{Path: l.name, Region: "us-east-1", Account: "111122223333"})
		if err != nil {
			t.Fatalf("case %s: %s: %v", c.name, l.name, err)
		}
		if st.Bad > 0 {
			t.Fatalf("case %s: %s: bad record at byte %d: %s", c.name, l.name, st.First.Offset, st.First.Reason)
		}
		e.Enrich(b, nil)
		b.Sort()
		out = append(out, b)
	}
	return out
}

func rows(bs []*event.Batch) (n int) {
	for _, b := range bs {
		n += b.Len()
	}
	return n
}

// detect runs a case, which leaves its batches as they are.
func (c *testCase) detect(t *testing.T, ds []*detect.Detector, lists *intel.Set, bs []*event.Batch, p plan) []finding.Finding {
	t.Helper()
	eng, err := engine.New(ds, p.shards, nil)
	if err != nil {
		t.Fatal(err)
	}
	set := finding.NewSet(finding.Naming{Lists: func(in finding.Indicator) []finding.ListMatch { return matches(lists, in) }})
	for _, runs := range calls(bs, p.single) {
		if p.snapshotInto > 0 {
			eng = moved(t, eng, ds, p.snapshotInto)
		}
		for _, h := range eng.Process(nil, runs) {
			set.Add(h)
		}
	}
	if h := eng.Health(); len(h.Fenced) > 0 {
		t.Fatalf("case %s: detector panicked: %s", c.name, h.Fenced[0].Panic)
	}
	return set.Findings()
}

// calls splits the rows of all batches, in time order, into engine calls.
func calls(bs []*event.Batch, single bool) [][]event.Run {
	if !single && len(bs) == 1 {
		if runs := bs[0].Runs(nil); len(runs) == 1 {
			return [][]event.Run{runs} // sorted already
		}
	}
	var all []event.Run
	for _, b := range bs {
		for k := range event.NumKinds {
			for i := range b.Rows(k) {
				all = append(all, event.Run{Batch: b, Kind: k, Lo: i, Hi: i + 1})
			}
		}
	}
	slices.SortStableFunc(all, func(x, y event.Run) int { return int(x.Batch.At(x.Kind, x.Lo) - y.Batch.At(y.Kind, y.Lo)) })
	if !single {
		return [][]event.Run{all}
	}
	var out [][]event.Run
	for i := range all {
		out = append(out, all[i:i+1])
	}
	return out
}

// moved carries an engine's state into a new one with n shards.
func moved(t *testing.T, from *engine.Engine, ds []*detect.Detector, n int) *engine.Engine {
	t.Helper()
	var buf bytes.Buffer
	if err := from.Snapshot(&buf); err != nil {
		t.Fatal(err)
	}
	to, err := engine.New(ds, n, nil)
	if err != nil {
		t.Fatal(err)
	}
	rep, err := to.Restore(&buf)
	if err != nil || len(rep.Cold) > 0 || len(rep.Dropped) > 0 {
		t.Fatalf("restore: %+v, %v", rep, err)
	}
	return to
}

func matches(lists *intel.Set, in finding.Indicator) []finding.ListMatch {
	found := lists.IPMatches(in.IP, in.Port)
	if in.Domain != "" {
		found = lists.DomainMatches(in.Domain)
	}
	var out []finding.ListMatch
	for _, m := range found {
		if m.Mark&in.Mark != 0 {
			out = append(out, finding.ListMatch{List: m.ListName, Threats: m.ThreatNames})
		}
	}
	return out
}

func differ(a, b []finding.Finding) string {
	if len(a) != len(b) {
		return fmt.Sprintf("%d findings, want %d: %s", len(b), len(a), types(b))
	}
	for i := range a {
		x, _ := a[i].JSON()
		y, _ := b[i].JSON()
		if !bytes.Equal(x, y) {
			return fmt.Sprintf("finding differs:\n got %s\nwant %s", y, x)
		}
	}
	return ""
}

func types(fs []finding.Finding) string {
	var out []string
	for _, f := range fs {
		out = append(out, f.Type)
	}
	return strings.Join(out, ", ")
}

// compare holds the findings against the case's want lines.
func (c *testCase) compare(t *testing.T, got []finding.Finding) {
	t.Helper()
	left := slices.Clone(got)
	for _, w := range c.want {
		best, why := -1, "not raised"
		for i := range left {
			if left[i].Type != w.typ {
				continue
			}
			if why = w.check(&left[i]); why == "" {
				best = i
				break
			}
		}
		if best < 0 {
			t.Errorf("want %s %v: %s", w.typ, w.checks, why)
			continue
		}
		left = slices.Delete(left, best, best+1)
	}
	for _, f := range left {
		j, _ := f.JSON()
		t.Errorf("not wanted: %s\n%s", f.Type, j)
	}
}

func (w wanted) check(f *finding.Finding) string {
	j, err := f.JSON()
	if err != nil {
		return err.Error()
	}
	var doc any
	if err := json.Unmarshal(j, &doc); err != nil {
		return err.Error()
	}
	for _, kv := range w.checks {
		path := kv[0]
		switch path {
		case "count":
			path = "service.count"
		case "role":
			path = "service.resourceRole"
		}
		if got := lookup(doc, path); got != kv[1] {
			return fmt.Sprintf("%s is %q, want %q", kv[0], got, kv[1])
		}
	}
	return ""
}

// lookup follows a dotted path through a JSON document; "info." looks into
// service.additionalInfo.value.
func lookup(doc any, path string) string {
	if rest, ok := strings.CutPrefix(path, "info."); ok {
		var info any
		if json.Unmarshal([]byte(lookup(doc, "service.additionalInfo.value")), &info) != nil {
			return ""
		}
		doc, path = info, rest
	}
	for _, step := range strings.Split(path, ".") {
		switch v := doc.(type) {
		case map[string]any:
			doc = v[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(v) {
				return ""
			}
			doc = v[i]
		default:
			return ""
		}
	}
	switch v := doc.(type) {
	case nil:
		return ""
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	b, _ := json.Marshal(doc)
	return string(b)
}

// quiet checks that a pass that raises nothing allocates nothing: the cases
// without findings are shown to a warm engine again and again.
func quiet(t *testing.T, d *detect.Detector, cases []*testCase) {
	for _, c := range cases {
		if len(c.want) > 0 {
			continue
		}
		lists := c.lists(t)
		eng, err := engine.New([]*detect.Detector{d}, 1, nil)
		if err != nil {
			t.Fatal(err)
		}
		bs := c.batches(t, lists)
		forgetIDs(bs)
		runs := calls(bs, false)[0]
		hits := eng.Process(nil, runs)
		if allocs := testing.AllocsPerRun(3, func() { hits = eng.Process(hits, runs) }); allocs > 0 && len(hits) == 0 {
			t.Errorf("law: case %s: %.0f allocations in a pass over %d rows that raises nothing", c.name, allocs, len(runs))
		}
	}
}

// forgetIDs takes the rows' identifiers away, so that the engine does not skip
// them as duplicates when they come again.
func forgetIDs(bs []*event.Batch) {
	for _, b := range bs {
		for i := range b.Trails {
			b.Trails[i].ID = [16]byte{}
		}
		for i := range b.Audits {
			b.Audits[i].ID = [16]byte{}
		}
	}
}
