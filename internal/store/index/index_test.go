package index

import (
	"cmp"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"picket/event"
	"picket/finding"
)

// known is a finding of the tests: its entry and what Match is asked about.
type known struct {
	Entry
	values finding.Values
}

var (
	types    = []string{"Recon:EC2/Portscan", "Trojan:EC2/DNS", "Stealth:S3/Logging", "Policy:IAMUser/Root"}
	accounts = []string{"111122223333", "200000000002", "300000000003"}
)

// dealt makes a finding.
func dealt(seq int64, d *rand.Rand) known {
	at := func() int64 { return int64(d.IntN(40)) * int64(event.Day) / 3 } // few, 0 among them
	k := known{Entry: Entry{Seq: seq, ID: fmt.Sprintf("%04x", seq), Account: accounts[d.IntN(3)], Region: []string{"eu-west-1", "us-east-1"}[d.IntN(5)/4],
		Type: types[d.IntN(4)], Severity: []float64{0, 2, 5, 5.5, 8, 8.9}[d.IntN(6)], Confidence: float64(d.IntN(3)),
		Created: at(), Updated: at(), FirstSeen: at(), LastSeen: at()}}
	for i := range d.IntN(3) {
		k.Resources = append(k.Resources, Resource{fmt.Sprintf("i-%d", d.IntN(20)*3+i), "Instance"})
	}
	text := func(path, v string) {
		k.values = append(k.values, finding.Value{Attribute: finding.LookupAttribute(path), Text: v})
	}
	number := func(path string, v float64) {
		k.values = append(k.values, finding.Value{Attribute: finding.LookupAttribute(path), Number: v})
	}
	text("type", k.Type)
	text("accountId", k.Account)
	for range d.IntN(3) {
		text("resource.s3BucketDetails.name", fmt.Sprint("bucket-", d.IntN(8)))
	}
	number("severity", k.Severity)
	for range d.IntN(3) {
		number("service.action.networkConnectionAction.localPortDetails.port", float64(d.IntN(50)-20))
	}
	if d.IntN(4) > 0 {
		number("updatedAt", float64(k.Updated)) // as where the time was read from
	} else {
		k.Updated = 0
	}
	if d.IntN(4) == 0 {
		number("updatedAt", float64(at())+0.5) // one that is in no column
	}
	k.SetValues(k.values)
	return k
}

func long(n int64) *int64 { return &n }

// criteria asks for what findings have, often or seldom.
func criteria(d *rand.Rand) finding.Criteria {
	out := finding.Criteria{}
	port := "service.action.networkConnectionAction.localPortDetails.port"
	for range d.IntN(4) {
		switch d.IntN(7) {
		case 0:
			out["type"] = finding.Condition{Eq: []string{types[d.IntN(4)], types[d.IntN(4)]}}
		case 1:
			out["type"] = finding.Condition{NotEquals: []string{types[d.IntN(4)]}}
		case 2:
			out["resource.s3BucketDetails.name"] = finding.Condition{Eq: []string{fmt.Sprint("bucket-", d.IntN(9))}}
		case 3:
			out["severity"] = finding.Condition{Eq: []string{fmt.Sprint(d.IntN(10))}}
		case 4:
			out[port] = finding.Condition{Gt: long(d.Int64N(60) - 30), Lte: long(d.Int64N(60) - 30)}
		case 5:
			out[port] = finding.Condition{Neq: []string{fmt.Sprint(d.IntN(30)), "-0"}}
		case 6:
			c := finding.Condition{LessThan: long(d.Int64N(14 * int64(event.Day)))}
			if d.IntN(2) == 0 {
				c.Gte = long(d.Int64N(14 * int64(event.Day)))
			}
			out["updatedAt"] = c
		}
	}
	return out
}

// TestAgreesWithMatch: after any edits a View lists and counts what going through
// all findings does, in each order, page after page. Views that were made before
// stay as they were.
func TestAgreesWithMatch(t *testing.T) {
	d := rand.New(rand.NewPCG(3, 3))
	have, next := map[int64]known{}, int64(1)
	v := new(View)
	type moment struct {
		view *View
		have map[int64]known
	}
	var moments []moment
	var merge *Merge
	merged := 0
	for i := range 120 {
		e := v.Edit()
		for seq := range have {
			if d.IntN(12) == 0 {
				e.Delete(seq)
				delete(have, seq)
			} else if d.IntN(6) == 0 {
				have[seq] = dealt(seq, d)
				e.Delete(seq)
				e.Add(ptr(have[seq].Entry))
			}
		}
		e.Delete(-1) // there is none
		for range d.IntN([]int{2, 30, 700}[d.IntN(3)]) {
			have[next] = dealt(next, d)
			e.Add(ptr(have[next].Entry))
			next++
		}
		v = e.Finish()
		if d.IntN(3) == 0 && merge != nil {
			v, merge = v.With(merge), nil
			merged++
		}
		if merge == nil {
			merge = v.Merge() // edits come before it is taken in, as when it runs beside them
		}
		if moments = append(moments, moment{v, maps.Clone(have)}); len(v.parts) > 20 || v.Crowded() {
			t.Fatalf("%d parts after %d edits", len(v.parts), i)
		}
		m := moments[d.IntN(len(moments))]
		for range 3 {
			compare(t, m.view, m.have, d)
		}
	}
	if merged < 5 {
		t.Errorf("only %d times large parts were merged", merged)
	}
}

func ptr[T any](v T) *T { return &v }

func compare(t *testing.T, v *View, have map[int64]known, d *rand.Rand) {
	t.Helper()
	c := criteria(d)
	tests, err := c.Tests()
	if err != nil {
		t.Fatal(err)
	}
	q := &Query{Region: "eu-west-1", Accounts: map[string]bool{accounts[0]: true, accounts[1]: true, "unknown": true}, Tests: tests}
	if d.IntN(4) == 0 {
		q.Accounts = nil
	}
	var want []known
	for _, k := range have {
		if k.Region == q.Region && (q.Accounts == nil || q.Accounts[k.Account]) && c.MatchValues(k.values) {
			want = append(want, k)
		}
	}
	if got := v.Size(q); got != len(want) {
		t.Fatalf("%v: size %d, want %d", c, got, len(want))
	}
	for _, o := range []Order{{Column(d.IntN(8)), true}, {Column(d.IntN(8)), false}} {
		compareList(t, v, q, o, want)
	}
	for g := range BySeverity + 1 {
		compareCount(t, v, q, g, want)
	}
}

func compareList(t *testing.T, v *View, q *Query, o Order, want []known) {
	t.Helper()
	slices.SortFunc(want, func(a, b known) int {
		by := [...]int{LastSeen: cmp.Compare(a.LastSeen, b.LastSeen), FirstSeen: cmp.Compare(a.FirstSeen, b.FirstSeen), Created: cmp.Compare(a.Created, b.Created),
			Updated: cmp.Compare(a.Updated, b.Updated), Account: cmp.Compare(a.Account, b.Account), Type: cmp.Compare(a.Type, b.Type),
			Severity: cmp.Compare(a.Severity, b.Severity), Confidence: cmp.Compare(a.Confidence, b.Confidence)}[o.Column]
		if o.Desc {
			by = -by
		}
		return cmp.Or(by, cmp.Compare(b.LastSeen, a.LastSeen), strings.Compare(a.ID, b.ID))
	})
	var ids, got []string
	for _, k := range want {
		ids = append(ids, k.ID)
	}
	var after *Place
	for {
		page := v.List(q, o, after, 50)
		for _, p := range page {
			got = append(got, p.ID)
		}
		if len(page) < 50 {
			break
		}
		after = &page[49]
	}
	if !slices.Equal(ids, got) { // cmp is slow
		t.Fatalf("order %v (-want +got):\n%.1000s", o, gocmp.Diff(ids, got))
	}
}

func compareCount(t *testing.T, v *View, q *Query, g Group, ks []known) {
	t.Helper()
	sums := map[Total]tally{}
	for _, k := range ks {
		groups := []Total{[...]Total{ByAccount: {Account: k.Account}, ByType: {Type: k.Type}, BySeverity: {Severity: k.Severity}, ByResource: {},
			ByDay: {Day: k.Updated / int64(event.Day) * int64(event.Day), Severity: k.Severity}}[g]}
		if g == ByResource {
			groups = nil
			for _, r := range k.Resources {
				groups = append(groups, Total{Account: k.Account, Resource: r})
			}
		}
		for _, x := range groups {
			s := sums[x]
			s.add(1, k.Updated)
			sums[x] = s
		}
	}
	var want []Total
	for x, s := range sums {
		x.N, x.Latest = s.n, s.latest
		want = append(want, x)
	}
	slices.SortFunc(want, func(a, b Total) int {
		if g == BySeverity {
			return cmp.Compare(b.Severity, a.Severity)
		}
		return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Type, b.Type), cmp.Compare(a.Day, b.Day), cmp.Compare(a.Severity, b.Severity),
			cmp.Compare(a.Resource.ID, b.Resource.ID), cmp.Compare(a.Account, b.Account))
	})
	for _, ascending := range []bool{false, true} {
		for _, limit := range []int{0, 1, 7} {
			some := want
			if limit > 0 {
				some = want[:min(len(want), limit)]
			}
			if got := v.Count(q, g, ascending, limit); !slices.Equal(some, got) {
				t.Fatalf("group %d, ascending %v, limit %d (-want +got):\n%.1000s", g, ascending, limit, gocmp.Diff(some, got))
			}
		}
		slices.Reverse(want)
	}
}

// TestAfterWhatIsGone: a list goes on behind a place that no finding has any more,
// be it because of its value, its last event or its id.
func TestAfterWhatIsGone(t *testing.T) {
	e := new(View).Edit()
	for i, typ := range []string{"b", "d", "d", "d", "f"} {
		e.Add(&Entry{Seq: int64(i), ID: string(rune('1' + i)), Type: typ, Severity: float64(len(typ)), LastSeen: int64(100 - 10*i)})
	}
	v := e.Finish()
	for _, tc := range []struct {
		order Order
		after Place
		want  string
	}{
		{Order{Type, false}, Place{"a", 0, "9"}, "12345"}, {Order{Type, false}, Place{"c", 0, "9"}, "2345"}, {Order{Type, false}, Place{"g", 0, "9"}, ""},
		{Order{Type, true}, Place{"e", 0, "9"}, "2341"}, {Order{Type, true}, Place{"a", 0, "9"}, ""}, {Order{Type, false}, Place{"d", 85, "9"}, "345"},
		{Order{Type, true}, Place{"d", 80, "30"}, "41"}, {Order{Severity, false}, Place{0.5, 0, "9"}, "12345"}, {Order{LastSeen, true}, Place{int64(75), 75, "9"}, "45"},
	} {
		got := ""
		for _, p := range v.List(&Query{}, tc.order, &tc.after, 9) {
			got += p.ID
		}
		if got != tc.want {
			t.Errorf("%v after %v: %s, want %s", tc.order, tc.after, got, tc.want)
		}
	}
}

// TestManySegments: more findings than a segment holds, all of which change, are
// kept in few segments.
func TestManySegments(t *testing.T) {
	const n = maxRows + 20_000
	v := new(View)
	for range 2 {
		e := v.Edit()
		for seq := range int64(n) {
			e.Delete(seq)
			e.Add(&Entry{Seq: seq, ID: fmt.Sprint(seq), LastSeen: seq})
		}
		v = tidied(e.Finish())
	}
	if got := v.Size(&Query{}); got != n || len(v.parts) > 4 {
		t.Errorf("%d findings in %d parts, want %d in 2", got, len(v.parts), n)
	}
	for _, p := range v.parts {
		if p.rows > maxRows || 2*p.alive < p.rows {
			t.Errorf("a part of %d rows has %d live ones", p.rows, p.alive)
		}
	}
	got := v.List(&Query{}, Order{Column: LastSeen}, &Place{Value: int64(70_000), Last: 70_000, ID: "70000"}, 2)
	if len(got) != 2 || got[0].ID != "70001" || got[1].ID != "70002" {
		t.Errorf("after 70000: %v", got)
	}
}

// tidied is v with all merges done.
func tidied(v *View) *View {
	for m := v.Merge(); m != nil; m = v.Merge() {
		v = v.With(m)
	}
	return v
}

// filled makes a View by an edit for each number, which adds so many findings.
// They are numbered from 0 on.
func filled(rows ...int64) *View {
	v, seq := new(View), int64(0)
	for _, n := range rows {
		v, seq = with(v, seq, n), seq+n
	}
	return v
}

// with is v with n more findings, numbered from seq on.
func with(v *View, seq, n int64) *View {
	e := v.Edit()
	for range n {
		e.Add(&Entry{Seq: seq, ID: fmt.Sprint(seq), LastSeen: seq})
		seq++
	}
	return e.Finish()
}

// without is v without the findings from one to before another.
func without(v *View, from, to int64) *View {
	e := v.Edit()
	for seq := from; seq < to; seq++ {
		e.Delete(seq)
	}
	return e.Finish()
}

// TestMergeBesideEdits: what comes and goes while large parts are merged is there
// and gone afterwards, be it some of a part or all of one.
func TestMergeBesideEdits(t *testing.T) {
	const n = smallRows + 100
	v := filled(n, n)
	m := v.Merge()
	for name, tc := range map[string]struct {
		view *View
		want []int // findings of each part
	}{
		"nothing":         {v, []int{2 * n}},
		"some":            {without(v, 10, 30), []int{2*n - 20}},
		"a part":          {without(v, 0, n), []int{n}},
		"a part and more": {without(v, 5, n+10), []int{n - 5}},
		"all":             {without(v, 0, 2*n), nil},
		"more came":       {with(v, 2*n, 3), []int{3, 2 * n}},
		"made anew":       {filled(7), []int{7}},
	} {
		got := tc.view.With(m)
		var parts []int
		for i := range got.parts {
			if p := &got.parts[i]; p.alive != p.live.count() {
				t.Errorf("%s: a part has %d live rows, counted %d", name, p.live.count(), p.alive)
			}
			parts = append(parts, got.parts[i].alive)
		}
		if diff := gocmp.Diff(tc.want, parts); diff != "" {
			t.Errorf("%s: findings of parts (-want +got):\n%s", name, diff)
		}
	}
}

func TestEntryIsKept(t *testing.T) {
	d := rand.New(rand.NewPCG(1, 9))
	for range 50 {
		want := dealt(1, d).Entry
		got := Entry{Seq: want.Seq, ID: want.ID, Account: want.Account, Region: want.Region}
		if err := got.Decode(want.Encode()); err != nil {
			t.Fatal(err)
		}
		if diff := gocmp.Diff(want, got, gocmp.AllowUnexported(Entry{}, number{}), cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
	}
}

// FuzzDecode: what is no entry is refused, whatever it is.
func FuzzDecode(f *testing.F) {
	k := dealt(1, rand.New(rand.NewPCG(1, 1)))
	f.Add(k.Encode())
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		var e Entry
		if err := e.Decode(b); err != nil {
			return
		}
		var again Entry
		if err := again.Decode(e.Encode()); err != nil {
			t.Errorf("%x: %v", b, err)
		}
	})
}
