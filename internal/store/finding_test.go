package store

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"picket/event"
	"picket/finding"
	"picket/internal/fault"
	"picket/jsonview"
)

var mine = Where{Region: home.Region, Account: home.Account}

func TestPutAndGetFindings(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		fs := sampleFindings(450) // more than two batches
		write(t, db, func(tx *Tx) error { return tx.PutFinding(fs...) })
		ids := []string{fs[449].ID, "unknown", fs[3].ID, fs[449].ID, "\x00\xff"}
		read(t, db, func(tx *Tx) error {
			docs, err := tx.Findings(mine, ids)
			if len(docs) != 2 {
				t.Fatalf("%d findings", len(docs))
			}
			for i, f := range []*finding.Finding{fs[449], fs[3]} {
				if want, _ := f.JSON(); docs[i] != string(want) {
					t.Errorf("got  %s\nwant %s", docs[i], want)
				}
			}
			for _, w := range []Where{{Region: "eu-west-1", Account: home.Account}, {Region: home.Region, Account: "444455556666"}} {
				if docs, err := tx.Findings(w, ids); err != nil || len(docs) > 0 {
					t.Errorf("%v sees %d, %v", w, len(docs), err)
				}
			}
			return err
		})
	})
}

// TestHostileFindings: what logs can hold is stored, and one such finding does
// not keep others from being stored.
func TestHostileFindings(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		f := sampleFinding(1)
		f.Type, f.Title = "a\x00b\xff", strings.Repeat("x\x00", 1<<16)
		f.Resource.ResourceType = finding.ResourceInstance
		f.Resource.InstanceDetails = &finding.InstanceDetails{InstanceID: strings.Repeat("\u0000ä", 5000)}
		raw := "{\"id\":\"raw\",\"accountId\":\"" + home.Account + "\",\"region\":\"" + strings.Repeat("r", 5000) + "\",\"type\":\"\xff\",\"severity\":1e999,\"service\":[]}"
		doc, err := f.JSON()
		if err != nil {
			t.Fatal(err)
		}
		write(t, db, func(tx *Tx) error { return tx.PutFindings([]string{string(doc), raw}) })
		w := mine
		w.Criteria = finding.Criteria{"title": {Eq: []string{f.Title}}}
		read(t, db, func(tx *Tx) error {
			ids, _, err := tx.ListFindings(w, Page{})
			if len(ids) != 1 {
				t.Errorf("found %v", ids)
			}
			return err
		})
		for _, bad := range []string{"", "{", `{"id":"x"}`, `{"region":"x"}`} {
			if err := db.Write(t.Context(), func(tx *Tx) error { return tx.PutFindings([]string{bad}) }); !errors.Is(err, fault.Invalid) {
				t.Errorf("%q: %v", bad, err)
			}
		}
	})
}

func TestArchiveAndFeedback(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		fs := sampleFindings(3)
		for _, f := range fs {
			f.Service.Archived = false
		}
		write(t, db, func(tx *Tx) error { return tx.PutFinding(fs...) })
		archived := func(want string) []string {
			w := mine
			w.Criteria = finding.Criteria{"service.archived": {Equals: []string{want}}}
			var ids []string
			read(t, db, func(tx *Tx) (err error) {
				ids, _, err = tx.ListFindings(w, Page{})
				counts, err2 := tx.CountFindings(w, ByAccount, false, 0)
				total := 0
				for _, c := range counts {
					total += c.Total
				}
				if total != len(ids) {
					t.Errorf("archived %s: %d listed, %d counted", want, len(ids), total)
				}
				return errors.Join(err, err2)
			})
			return ids
		}
		write(t, db, func(tx *Tx) error { return tx.ArchiveFindings(mine, []string{fs[1].ID, fs[1].ID}, true) })
		if got := archived("true"); len(got) != 1 || got[0] != fs[1].ID {
			t.Errorf("archived: %v", got)
		}
		err := db.Write(t.Context(), func(tx *Tx) error { return tx.ArchiveFindings(mine, []string{fs[0].ID, "none"}, true) })
		if !errors.Is(err, fault.NotFound) || len(archived("true")) != 1 {
			t.Errorf("with an unknown id: %v", err)
		}
		write(t, db, func(tx *Tx) error { return tx.ArchiveFindings(mine, nil, true) })
		write(t, db, func(tx *Tx) error { return tx.ArchiveFindings(mine, []string{fs[1].ID}, false) })
		if got := archived("false"); len(got) != 3 {
			t.Errorf("current: %v", got)
		}
		write(t, db, func(tx *Tx) error { return tx.SetFeedback(mine, []string{fs[2].ID, "none"}, "USEFUL") })
		fs[2].Service.UserFeedback = "USEFUL"
		read(t, db, func(tx *Tx) error {
			docs, err := tx.Findings(mine, []string{fs[2].ID})
			if got := jsonview.GetString(docs[0], "service", "userFeedback"); got != "USEFUL" {
				t.Errorf("feedback %q in %s", got, docs[0])
			}
			if got, want := jsonview.GetString(docs[0], "updatedAt"), fs[2].UpdatedAt; got != want {
				t.Errorf("feedback moved updatedAt to %s", got)
			}
			return err
		})
	})
}

func TestExpireFindings(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		fs := sampleFindings(30)
		for i, f := range fs {
			f.UpdatedAt = (event.Day * event.Time(20000+i)).String()
			f.Region = []string{"us-east-1", "eu-west-1", "ap-south-1"}[i%3]
		}
		write(t, db, func(tx *Tx) error { return tx.PutFinding(fs...) })
		expire := func(limit, want int) {
			t.Helper()
			write(t, db, func(tx *Tx) error {
				n, err := tx.ExpireFindings(int64(event.Day*20012), limit)
				if n != want {
					t.Errorf("expired %d, want %d", n, want)
				}
				return err
			})
		}
		expire(5, 5)
		expire(100, 7)
		expire(100, 0)
		left := 0
		read(t, db, func(tx *Tx) error {
			for _, region := range []string{"us-east-1", "eu-west-1", "ap-south-1"} {
				cs, err := tx.CountFindings(Where{Region: region, Account: home.Account}, ByDate, false, 0)
				if err != nil {
					return err
				}
				left += len(cs)
			}
			var docs int
			if _, err := tx.row([]any{&docs}, `SELECT count(*) FROM finding_docs`); err != nil || docs != 18 {
				t.Errorf("%d documents are left, %v", docs, err)
			}
			return nil
		})
		if left != 18 {
			t.Errorf("%d are counted after 12 of 30 expired", left)
		}
	})
}

// values are the findings' values, read once: no test changes a finding after
// it asked.
var values sync.Map

func matches(c finding.Criteria, f *finding.Finding) bool {
	vs, ok := values.Load(f)
	if !ok {
		doc, err := f.JSON()
		if err != nil {
			panic(err)
		}
		vs = finding.ValuesOf(string(doc))
		values.Store(f, vs)
	}
	return c.MatchValues(vs.(finding.Values))
}

// naive is ListFindings said plainly.
func naive(fs []*finding.Finding, c finding.Criteria, s Sort) []string {
	if s.Attribute == "" {
		s = Sort{"service.eventLastSeen", true}
	}
	var out []*finding.Finding
	for _, f := range fs {
		if matches(c, f) {
			out = append(out, f)
		}
	}
	slices.SortFunc(out, func(a, b *finding.Finding) int {
		var by int
		switch s.Attribute {
		case "accountId":
			by = cmp.Compare(a.AccountID, b.AccountID)
		case "createdAt":
			by = cmp.Compare(a.CreatedAt, b.CreatedAt)
		case "updatedAt":
			by = cmp.Compare(a.UpdatedAt, b.UpdatedAt)
		case "severity":
			by = cmp.Compare(a.Severity, b.Severity)
		case "type":
			by = cmp.Compare(a.Type, b.Type)
		case "service.eventFirstSeen":
			by = cmp.Compare(a.Service.EventFirstSeen, b.Service.EventFirstSeen)
		case "service.eventLastSeen":
			by = cmp.Compare(a.Service.EventLastSeen, b.Service.EventLastSeen)
		}
		if s.Desc {
			by = -by
		}
		return cmp.Or(by, cmp.Compare(b.Service.EventLastSeen, a.Service.EventLastSeen), cmp.Compare(a.ID, b.ID))
	})
	ids := make([]string, len(out))
	for i, f := range out {
		ids[i] = f.ID
	}
	return ids
}

func listAll(t *testing.T, tx *Tx, w Where, s Sort, limit int) []string {
	t.Helper()
	var out []string
	for token := ""; ; {
		ids, next, err := tx.ListFindings(w, Page{Sort: s, Limit: limit, Token: token})
		if err != nil {
			t.Fatalf("%+v %v: %v", w.Criteria, s, err)
		}
		if len(ids) > limit {
			t.Fatalf("a page of %d", len(ids))
		}
		out = append(out, ids...)
		if next == "" {
			return out
		}
		token = next
	}
}

// plainCriteria are asked before random ones.
var plainCriteria = []finding.Criteria{
	nil,
	{"service.archived": {Equals: []string{"true"}}},
	{"service.archived": {Equals: []string{"false"}}},
	{"service.archived": {Equals: []string{"false"}, NotEquals: []string{"false"}}},
	{"type": {Equals: sampleTypes[:2]}, "severity": {GreaterThan: long(4)}},
	{"updatedAt": {Gte: long(int64(newest - 7*event.Day + 12345))}},
	{"updatedAt": {GreaterThan: long(int64(newest - 30*event.Day)), LessThan: long(int64(newest - 3*event.Day))}, "service.archived": {Eq: []string{"false"}}},
	{"updatedAt": {LessThanOrEqual: long(int64(newest - 20*event.Day))}, "type": {NotEquals: sampleTypes[:1]}},
}

// TestStoreAgreesWithMatch: for random criteria, every sort, page after page, the
// store lists what Match and sorting in memory give, and counts the same;
// also after findings were changed and archived.
func TestStoreAgreesWithMatch(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		fs := sampleFindings(1300)
		other := sampleFinding(1)
		other.AccountID = "444455556666"
		write(t, db, func(tx *Tx) error { return tx.PutFinding(append(fs, &other)...) })
		for i := range fs { // seen again: some values change, some stay
			if i%3 == 0 {
				f := sampleFinding(i + 100_000)
				f.ID, f.Service.Archived = fs[i].ID, fs[i].Service.Archived
				fs[i] = &f
			}
		}
		write(t, db, func(tx *Tx) error { return tx.PutFinding(fs...) })
		r := rand.New(rand.NewPCG(7, 7))
		for i := range 90 {
			w, s := mine, sorts()[i%len(sorts())]
			if w.Criteria = randomCriteria(r); i < len(plainCriteria) {
				w.Criteria = plainCriteria[i]
			}
			want := naive(fs, w.Criteria, s)
			read(t, db, func(tx *Tx) error {
				got := listAll(t, tx, w, s, 30+r.IntN(21))
				if !slices.Equal(want, got) { // cmp is slow
					t.Fatalf("criteria %s, sort %v (- Match, + store):\n%.2000s", text(w.Criteria), s, gocmp.Diff(want, got))
				}
				compareCounts(t, tx, fs, w)
				return nil
			})
		}
	})
}

func text(c finding.Criteria) string {
	b, _ := json.Marshal(c)
	return string(b)
}

// compareCounts checks every grouping against counting in memory.
func compareCounts(t *testing.T, tx *Tx, fs []*finding.Finding, w Where) {
	t.Helper()
	want := map[Group]map[Count]int{}
	add := func(g Group, k Count) {
		if want[g] == nil {
			want[g] = map[Count]int{}
		}
		want[g][k]++
	}
	for _, f := range fs {
		if !matches(w.Criteria, f) {
			continue
		}
		updated, _ := event.ParseTime(f.UpdatedAt)
		add(ByAccount, Count{Account: f.AccountID})
		add(ByType, Count{Type: f.Type})
		add(BySeverity, Count{Severity: f.Severity})
		add(ByDate, Count{Day: updated.Std().Truncate(24 * time.Hour), Severity: f.Severity})
		if d := f.Resource.InstanceDetails; d != nil {
			add(ByResource, Count{Account: f.AccountID, Resource: d.InstanceID, ResourceType: "Instance"})
		}
		names := map[string]bool{}
		for _, b := range f.Resource.S3BucketDetails {
			if !names[b.Name] {
				add(ByResource, Count{Account: f.AccountID, Resource: b.Name, ResourceType: "S3Bucket"})
			}
			names[b.Name] = true
		}
	}
	for _, g := range []Group{ByAccount, ByType, BySeverity, ByDate, ByResource} {
		got, err := tx.CountFindings(w, g, false, 0)
		if err != nil {
			t.Fatal(err)
		}
		counts := map[Count]int{}
		for i, c := range got {
			n := c.Total
			if i > 0 && g != BySeverity && n > got[i-1].Total || i > 0 && g == BySeverity && c.Severity >= got[i-1].Severity {
				t.Fatalf("%s: order of %v", g, got)
			}
			if c.Latest.IsZero() {
				t.Fatalf("%s: %v has no time", g, c)
			}
			c.Total, c.Latest = 0, time.Time{}
			counts[c] = n
		}
		if !maps.Equal(want[g], counts) {
			t.Fatalf("%s, criteria %s (- memory, + store):\n%.2000s", g, text(w.Criteria), gocmp.Diff(want[g], counts))
		}
	}
}

func TestCountOrder(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		fs := sampleFindings(6)
		for i, f := range fs {
			f.Type = []string{"b", "a", "a", "c", "b", "d"}[i]
			f.Service.Archived = false
		}
		write(t, db, func(tx *Tx) error { return tx.PutFinding(fs...) })
		for _, tc := range []struct {
			ascending bool
			limit     int
			want      string
		}{{false, 0, "abcd"}, {true, 0, "dcba"}, {false, 3, "abc"}, {true, 1, "d"}} {
			for _, c := range []finding.Criteria{nil, {"service.archived": {Eq: []string{"false"}}}, {"region": {Eq: []string{home.Region}}}} {
				read(t, db, func(tx *Tx) error {
					w := mine
					w.Criteria = c
					counts, err := tx.CountFindings(w, ByType, tc.ascending, tc.limit)
					got := ""
					for _, c := range counts {
						got += c.Type
					}
					if got != tc.want {
						t.Errorf("ascending %v, limit %d: %s, want %s", tc.ascending, tc.limit, got, tc.want)
					}
					return err
				})
			}
		}
	})
}

// TestMembersFindings: an administrator sees the findings of members that are
// Enabled or Disabled, in its own region.
func TestMembersFindings(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		write(t, db, func(tx *Tx) error {
			for i, status := range []string{"", MemberEnabled, MemberDisabled, MemberRemoved, MemberCreated} {
				f := sampleFinding(i)
				f.AccountID = fmt.Sprintf("%012d", i)
				f.Service.EventLastSeen = (newest - event.Time(i)).String()
				m := Member{Meta: Meta{Scope: Scope{home.Region, "000000000000"}}.named(f.AccountID, status)}
				if err := tx.PutFinding(&f); err != nil {
					return err
				}
				if status != "" {
					if err := Members.Put(tx, &m); err != nil {
						return err
					}
				}
			}
			return nil
		})
		w := Where{Region: home.Region, Account: "000000000000", Members: true}
		read(t, db, func(tx *Tx) error {
			for _, c := range []finding.Criteria{nil, {"type": {NotEquals: []string{"x"}}}, {"region": {Eq: []string{home.Region}}}} {
				w.Criteria = c
				ids, _, err := tx.ListFindings(w, Page{})
				counts, err2 := tx.CountFindings(w, ByAccount, true, 0)
				if len(ids) != 3 || len(counts) != 3 {
					t.Errorf("%v: sees %d, counts %d", c, len(ids), len(counts))
				}
				if docs, err := tx.Findings(w, ids); err != nil || len(docs) != 3 {
					t.Errorf("gets %d, %v", len(docs), err)
				}
				if err := errors.Join(err, err2); err != nil {
					return err
				}
			}
			return nil
		})
	})
}

func TestBadQuestions(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		for name, f := range map[string]func(*Tx) error{
			"sort by id":  func(tx *Tx) error { _, _, err := tx.ListFindings(mine, Page{Sort: Sort{"id", false}}); return err },
			"token":       func(tx *Tx) error { _, _, err := tx.ListFindings(mine, Page{Token: "x"}); return err },
			"other token": func(tx *Tx) error { _, _, err := tx.ListFindings(mine, Page{Token: "8.0-1-x"}); return err },
			"NaN token": func(tx *Tx) error {
				_, _, err := tx.ListFindings(mine, Page{Token: "NaN-1-x", Sort: Sort{"severity", true}})
				return err
			},
			"criteria": func(tx *Tx) error {
				_, _, err := tx.ListFindings(Where{Criteria: finding.Criteria{"x": {}}}, Page{})
				return err
			},
			"pattern": func(tx *Tx) error {
				_, err := tx.CountFindings(Where{Criteria: finding.Criteria{"type": {Matches: []string{"*"}}}}, ByType, false, 0)
				return err
			},
			"group": func(tx *Tx) error { _, err := tx.CountFindings(mine, "MOON", false, 0); return err },
		} {
			if err := db.Read(t.Context(), f); !errors.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// TestTokenForm: tokens look like the real service's.
func TestTokenForm(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		fs := sampleFindings(2)
		for i, f := range fs {
			f.ID, f.Type, f.Severity, f.Service.EventLastSeen = fmt.Sprintf("f%d", i), "A-b:c", 8, "2026-09-29T00:00:00.000Z"
		}
		write(t, db, func(tx *Tx) error { return tx.PutFinding(fs...) })
		for s, want := range map[Sort]string{
			{}: "1790640000000-f0", {"severity", false}: "8.0-1790640000000-f0", {"type", true}: "A-b:c-1790640000000-f0",
			{"service.eventLastSeen", false}: "1790640000000-f0",
		} {
			read(t, db, func(tx *Tx) error {
				_, next, err := tx.ListFindings(mine, Page{Sort: s, Limit: 1})
				if next != want {
					t.Errorf("%v: %s, want %s", s, next, want)
				}
				ids, next, err2 := tx.ListFindings(mine, Page{Sort: s, Limit: 1, Token: next})
				if len(ids) != 1 || ids[0] != "f1" || next != "" {
					t.Errorf("%v: then %v and %q", s, ids, next)
				}
				return errors.Join(err, err2)
			})
		}
	})
}

// TestTokensOfOddIDs: ids with what parts a token are paged like others.
func TestTokensOfOddIDs(t *testing.T) {
	ids := []string{"-", "-a", "0-1-2", "1790640000000-a", "a-", "a~1b", "a~b", "~"}
	onBoth(t, func(t *testing.T, db *DB) {
		fs := sampleFindings(len(ids))
		for i, f := range fs {
			f.ID, f.Type, f.Severity, f.Service.EventLastSeen = ids[i], "A-b:c", 8, "2026-09-29T00:00:00.000Z"
		}
		write(t, db, func(tx *Tx) error { return tx.PutFinding(fs...) })
		for _, s := range []Sort{{}, {"severity", false}, {"type", true}} {
			read(t, db, func(tx *Tx) error {
				token := ""
				for i, want := range ids {
					got, next, err := tx.ListFindings(mine, Page{Sort: s, Limit: 1, Token: token})
					if err != nil || len(got) != 1 || got[0] != want || (next == "") != (i == len(ids)-1) {
						t.Fatalf("%v: after %q %v and %q, %v; want %q", s, token, got, next, err, want)
					}
					token = next
				}
				return nil
			})
		}
	})
}

func FuzzToken(f *testing.F) {
	f.Add("8.0-1790640000000-f0", "severity")
	f.Add("1-~0~1~~", "service.eventLastSeen")
	f.Add("1790640000000-f0", "service.eventLastSeen")
	f.Fuzz(func(t *testing.T, token, attribute string) {
		c, ok := sortColumns[attribute]
		if !ok {
			t.Skip()
		}
		p, ok := c.parse(token)
		if !ok {
			return
		}
		again, ok := c.parse(c.token(*p))
		if diff := gocmp.Diff(p, again); !ok || diff != "" {
			t.Errorf("%q reads back as %q:\n%s", token, c.token(*p), diff)
		}
	})
}

func FuzzRecord(f *testing.F) {
	doc, _ := sampleFindings(1)[0].JSON()
	f.Add(string(doc))
	f.Add(`{"id":"a","region":"b","service":{"archived":"True"},"resource":{"resourceType":"S3Bucket","s3BucketDetails":{"name":"x"}}}`)
	f.Fuzz(func(t *testing.T, doc string) {
		r, err := recordOf(doc)
		if err != nil {
			return
		}
		edited := jsonview.Set(r.doc, "true", "service", "archived")
		if v, ok := jsonview.GetBool(edited, "service", "archived"); !ok || !v {
			t.Errorf("archiving made %s", edited)
		}
		again, err := recordOf(r.doc)
		if err != nil || again.doc != r.doc || again.ID != r.ID {
			t.Errorf("%q is stored as %q and read back as %q, %v", doc, r.doc, again.doc, err)
		}
	})
}
