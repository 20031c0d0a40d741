package store

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"picket/finding"
	"picket/internal/fault"
)

var home = Scope{"us-east-1", "111122223333"}

func (m Meta) named(id, status string) Meta { m.ID, m.Status = id, status; return m }

func meta(id, status string) Meta { return Meta{Scope: home}.named(id, status) }

// clock makes the store's time advance by a second with each transaction.
func clock(db *DB) (start time.Time) {
	start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	n := 0
	db.now = func() time.Time { n++; return start.Add(time.Duration(n) * time.Second) }
	return start
}

func TestCollection(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		start := clock(db)
		d := Destination{Meta: meta("d1", "PUBLISHING"), Type: "S3", ARN: "arn:aws:s3:::ä\u2028bucket", FailureSince: start}
		write(t, db, func(tx *Tx) error { return Destinations.Insert(tx, &d) })
		first := d
		d.Status, d.FailureSince, d.CreatedAt = "STOPPED", time.Time{}, time.Time{}
		write(t, db, func(tx *Tx) error { return Destinations.Put(tx, &d) })
		if d.CreatedAt != start.Add(time.Second) || first.CreatedAt != d.CreatedAt || d.UpdatedAt != start.Add(2*time.Second) {
			t.Errorf("created %s, updated %s", d.CreatedAt, d.UpdatedAt)
		}
		read(t, db, func(tx *Tx) error {
			got, err := Destinations.Get(tx, home, "d1")
			if diff := cmp.Diff(d, got); diff != "" {
				t.Error(diff)
			}
			return err
		})
		err := db.Write(t.Context(), func(tx *Tx) error { return Destinations.Insert(tx, &first) })
		if !errors.Is(err, fault.Conflict) {
			t.Errorf("inserted twice: %v", err)
		}
		write(t, db, func(tx *Tx) error { return Destinations.Delete(tx, home, "d1") })
		for what, f := range map[string]func(*Tx) error{
			"get":        func(tx *Tx) error { _, err := Destinations.Get(tx, home, "d1"); return err },
			"find":       func(tx *Tx) error { _, err := Destinations.Find(tx, "d1"); return err },
			"delete":     func(tx *Tx) error { return Destinations.Delete(tx, home, "d1") },
			"other kind": func(tx *Tx) error { _, err := IPSets.Get(tx, home, "d1"); return err },
			"NUL":        func(tx *Tx) error { _, err := IPSets.Get(tx, home, "a\x00\xff"); return err },
		} {
			if err := db.Write(t.Context(), f); !errors.Is(err, fault.NotFound) {
				t.Errorf("%s of nothing: %v", what, err)
			}
		}
		bad := Destination{Meta: meta("a\x00", "")}
		if err := db.Write(t.Context(), func(tx *Tx) error { return Destinations.Insert(tx, &bad) }); !errors.Is(err, fault.Invalid) {
			t.Errorf("an id with NUL: %v", err)
		}
	})
}

func TestCollectionLists(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		abroad := Scope{"eu-west-1", "111122223333"}
		write(t, db, func(tx *Tx) error {
			for i, status := range []string{"ACTIVE", "DELETED", "ACTIVE", "INACTIVE"} {
				l := List{Meta: meta(fmt.Sprintf("s%d", i), status)}
				if err := IPSets.Put(tx, &l); err != nil {
					return err
				}
			}
			l := List{Meta: Meta{Scope: abroad}.named("s9", "ACTIVE")}
			return IPSets.Put(tx, &l)
		})
		ids := func(ls []List, err error) string {
			if err != nil {
				t.Fatal(err)
			}
			out := ""
			for _, l := range ls {
				out += l.ID + " "
			}
			return out
		}
		read(t, db, func(tx *Tx) error {
			for _, tc := range []struct{ got, want string }{
				{ids(IPSets.List(tx, home, "", 10)), "s0 s1 s2 s3 "},
				{ids(IPSets.List(tx, home, "", 10, "DELETED", "INACTIVE")), "s0 s2 "},
				{ids(IPSets.List(tx, home, "s0", 1, "DELETED")), "s2 "},
				{ids(IPSets.Everywhere(tx, Meta{}, 2)), "s9 s0 "},
				{ids(IPSets.Everywhere(tx, Meta{Scope: home}.named("s1", ""), 9)), "s2 s3 "},
				{ids(IPSets.ListID(tx, "eu-west-1", "s9")), "s9 "},
				{ids(ThreatSets.List(tx, home, "", 10)), ""},
			} {
				if tc.got != tc.want {
					t.Errorf("got %q, want %q", tc.got, tc.want)
				}
			}
			n, err := IPSets.Count(tx, home, "DELETED")
			if n != 3 {
				t.Errorf("counted %d", n)
			}
			return err
		})
	})
}

func TestContent(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		data := []byte("198.51.100.0/24\n\x00\xff")
		write(t, db, func(tx *Tx) error {
			l := List{Meta: meta("s", "ACTIVE")}
			if err := IPSets.Put(tx, &l); err != nil {
				return err
			}
			return errors.Join(IPSets.PutContent(tx, home, "s", []byte("old")), IPSets.PutContent(tx, home, "s", data))
		})
		want := func(want []byte) {
			t.Helper()
			read(t, db, func(tx *Tx) error {
				got, err := IPSets.Content(tx, home, "s")
				if diff := cmp.Diff(want, got); diff != "" {
					t.Error(diff)
				}
				return err
			})
		}
		want(data)
		write(t, db, func(tx *Tx) error { return IPSets.Delete(tx, home, "s") })
		want(nil)
	})
}

func TestOneDetector(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		put := func(id string, s Scope) error {
			return db.Write(t.Context(), func(tx *Tx) error {
				return Detectors.Insert(tx, &Detector{Meta: Meta{Scope: s}.named(id, "ENABLED")})
			})
		}
		if err := put("d1", home); err != nil {
			t.Fatal(err)
		}
		if err := put("d2", home); !errors.Is(err, fault.Conflict) {
			t.Errorf("a second detector: %v", err)
		}
		if err := put("d2", Scope{"eu-west-1", home.Account}); err != nil {
			t.Errorf("another region: %v", err)
		}
		read(t, db, func(tx *Tx) error {
			d, err := tx.DetectorOf(home)
			if d.ID != "d1" {
				t.Errorf("got %q", d.ID)
			}
			found, err2 := Detectors.Find(tx, "d2")
			if found.Region != "eu-west-1" {
				t.Errorf("found %+v", found)
			}
			return errors.Join(err, err2)
		})
	})
}

// TestFilterRanks follows the recorded rules: a new filter pushes the others
// down, a rank beyond the end is the end on create and refused on update, the
// siblings are not updated.
func TestFilterRanks(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		clock(db)
		insert := func(name string, rank int) {
			write(t, db, func(tx *Tx) error {
				m := meta(name, "")
				m.Position = rank
				return tx.InsertFilter(&Filter{Meta: m, Action: "NOOP", Criteria: finding.Criteria{"type": {Eq: []string{}}}})
			})
		}
		ranks := func(want string) {
			t.Helper()
			read(t, db, func(tx *Tx) error {
				fs, err := tx.RankedFilters(home, 0, 100)
				got := ""
				for i, f := range fs {
					got += fmt.Sprintf("%s%d ", f.ID, f.Version)
					if f.Position != i+1 {
						t.Errorf("%s has rank %d at %d", f.ID, f.Position, i+1)
					}
				}
				if got != want {
					t.Errorf("got %q, want %q", got, want)
				}
				return err
			})
		}
		update := func(name string, rank int) error {
			return db.Write(t.Context(), func(tx *Tx) error {
				f, err := Filters.Get(tx, home, name)
				if err != nil {
					return err
				}
				return tx.UpdateFilter(&f, rank)
			})
		}
		insert("a", 1)
		insert("b", 1)
		insert("c", 99)
		insert("d", 2)
		ranks("b1 d1 a1 c1 ")
		for _, rank := range []int{0, 5} {
			if err := update("a", rank); !errors.Is(err, fault.Invalid) {
				t.Errorf("rank %d: %v", rank, err)
			}
		}
		for _, step := range []struct {
			name string
			rank int
			want string
		}{{"b", 3, "d1 a1 b2 c1 "}, {"c", 1, "c2 d1 a1 b2 "}, {"c", 1, "c3 d1 a1 b2 "}, {"d", 4, "c3 a1 b2 d2 "}} {
			if err := update(step.name, step.rank); err != nil {
				t.Fatal(err)
			}
			ranks(step.want)
		}
		write(t, db, func(tx *Tx) error { return tx.DeleteFilter(home, "a") })
		ranks("c3 b2 d2 ")
		read(t, db, func(tx *Tx) error {
			f, err := Filters.Get(tx, home, "d")
			if f.Criteria["type"].Eq == nil {
				t.Error("an empty list of values was lost")
			}
			page, err2 := tx.RankedFilters(home, 1, 1)
			if len(page) != 1 || page[0].ID != "b" {
				t.Errorf("page %v", page)
			}
			return errors.Join(err, err2)
		})
		if err := update("a", 1); !errors.Is(err, fault.NotFound) {
			t.Errorf("update of a deleted filter: %v", err)
		}
	})
}

func TestTags(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		write(t, db, func(tx *Tx) error {
			return errors.Join(tx.SetTags("a/d1", map[string]string{"x": "1", "y": "2"}), tx.SetTags("a/d1", map[string]string{"y": "3"}),
				tx.SetTags("a/d1/filter/f", map[string]string{"z": ""}), tx.SetTags("a/d10", map[string]string{"z": "4"}))
		})
		want := func(arn string, want map[string]string) {
			t.Helper()
			read(t, db, func(tx *Tx) error {
				got, err := tx.Tags(arn)
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s: %s", arn, diff)
				}
				return err
			})
		}
		want("a/d1", map[string]string{"x": "1", "y": "3"})
		write(t, db, func(tx *Tx) error { return tx.DeleteTags("a/d1", []string{"x", "none"}) })
		want("a/d1", map[string]string{"y": "3"})
		write(t, db, func(tx *Tx) error { return tx.DeleteTagsUnder("a/d1") })
		want("a/d1", map[string]string{})
		want("a/d1/filter/f", map[string]string{})
		want("a/d10", map[string]string{"z": "4"})
	})
}

func TestTokensAndUsage(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		day := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
		u := Usage{Scope: home, Day: day.Add(5 * time.Hour), Source: "FLOW_LOGS", Records: 3, Bytes: 300}
		other := Usage{Scope: home, Day: day.AddDate(0, 0, 1), Source: "DNS_LOGS", Resource: "vpc-1", Records: 1, Bytes: 10}
		write(t, db, func(tx *Tx) error {
			return errors.Join(tx.PutToken(home, "CreateFilter f", "t1", "f"), tx.AddUsage([]Usage{u, u, other}))
		})
		read(t, db, func(tx *Tx) error {
			for _, tc := range []struct {
				s           Scope
				what, token string
				want        string
			}{{home, "CreateFilter f", "t1", "f"}, {home, "CreateFilter g", "t1", ""}, {Scope{"eu-west-1", home.Account}, "CreateFilter f", "t1", ""}} {
				if got, err := tx.Token(tc.s, tc.what, tc.token); err != nil || got != tc.want {
					t.Errorf("%v: %q, %v", tc, got, err)
				}
			}
			u.Day, u.Records, u.Bytes = day, 6, 600
			got, err := tx.Usage(home, day)
			if diff := cmp.Diff([]Usage{u, other}, got); diff != "" {
				t.Error(diff)
			}
			late, err2 := tx.Usage(home, day.AddDate(0, 0, 1))
			if len(late) != 1 {
				t.Errorf("%d from the next day on", len(late))
			}
			return errors.Join(err, err2)
		})
	})
}

func TestDeleteDetectorLosesAllBelow(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		abroad := Scope{"eu-west-1", home.Account}
		write(t, db, func(tx *Tx) error {
			for _, s := range []Scope{home, abroad} {
				d := Detector{Meta: Meta{Scope: s}.named("d"+s.Region, "ENABLED")}
				f := sampleFinding(1)
				f.Region, f.AccountID = s.Region, s.Account
				if err := errors.Join(Detectors.Insert(tx, &d), tx.InsertFilter(&Filter{Meta: Meta{Scope: s}.named("f", "")}),
					tx.PutFinding(&f), tx.SetTags(DetectorARN(&d)+"/filter/f", map[string]string{"k": "v"}), tx.PutToken(s, "x", "t", "r"),
					Members.Put(tx, &Member{Meta: Meta{Scope: s}.named("444455556666", MemberCreated)})); err != nil {
					return err
				}
			}
			return tx.DeleteDetector(home)
		})
		for s, want := range map[Scope]int{home: 0, abroad: 1} {
			read(t, db, func(tx *Tx) error {
				_, err := tx.DetectorOf(s)
				if (err == nil) != (want == 1) || err != nil && !errors.Is(err, fault.NotFound) {
					t.Errorf("%v: detector: %v", s, err)
				}
				filters, err1 := Filters.Count(tx, s)
				members, err2 := Members.Count(tx, s)
				ids, _, err3 := tx.ListFindings(Where{Region: s.Region, Account: s.Account}, Page{})
				counts, err4 := tx.CountFindings(Where{Region: s.Region, Account: s.Account}, BySeverity, false, 0)
				token, err5 := tx.Token(s, "x", "t")
				tags, err6 := tx.Tags(DetectorARN(&Detector{Meta: Meta{Scope: s}.named("d"+s.Region, "")}) + "/filter/f")
				if filters != want || len(ids) != want || len(counts) != want || len(token) != want || len(tags) != want || members != 1 {
					t.Errorf("%v: %d filters, %d findings, %d counts, token %q, tags %v, %d members", s, filters, len(ids), len(counts), token, tags, members)
				}
				return errors.Join(err1, err2, err3, err4, err5, err6)
			})
		}
	})
}
