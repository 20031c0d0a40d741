package store

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestAcrossMembers: what is read across accounts is that of the account and
// of its members, in its region.
func TestAcrossMembers(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		accounts := []string{home.Account, "200000000002", "300000000003", "400000000004"}
		day := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
		at := day
		db.now = func() time.Time { return at }
		for i, account := range accounts {
			s := Scope{home.Region, account}
			abroad := Scope{"eu-west-1", account}
			write(t, db, func(tx *Tx) error {
				return errors.Join(
					MalwareScans.Insert(tx, &MalwareScan{Meta: Meta{Scope: s}.named(fmt.Sprintf("s%d", i), "FAILED")}),
					MalwareScans.Insert(tx, &MalwareScan{Meta: Meta{Scope: abroad}.named("a", "FAILED")}),
					tx.AddUsage([]Usage{{Scope: s, Day: day, Source: "FLOW_LOGS", Records: 1, Bytes: int64(i)}, {Scope: s, Day: day.AddDate(0, 0, 2), Source: "FLOW_LOGS", Records: 1, Bytes: 10},
						{Scope: s, Day: day.AddDate(0, 0, -1), Source: "FLOW_LOGS", Records: 1, Bytes: 100}, {Scope: abroad, Day: day, Source: "FLOW_LOGS", Records: 1, Bytes: 1}}))
			})
			if i%2 == 1 { // the first two scans are of one time, and so are the others
				at = at.Add(time.Minute)
			}
		}
		write(t, db, func(tx *Tx) error {
			return errors.Join(Members.Put(tx, &Member{Meta: meta(accounts[1], MemberEnabled)}), Members.Put(tx, &Member{Meta: meta(accounts[2], MemberDisabled)}),
				Members.Put(tx, &Member{Meta: meta(accounts[3], MemberInvited)}))
		})
		all := mine
		all.Members = true
		scans := func(tx *Tx, w Where, desc bool, after Meta, limit int) string {
			out := ""
			ss, err := MalwareScans.InTime(tx, w, desc, after, limit)
			for _, s := range ss {
				out += s.ID + "/" + s.Account[:1] + " "
			}
			if err != nil {
				t.Error(err)
			}
			return out
		}
		read(t, db, func(tx *Tx) error {
			second := Meta{ID: "s2", CreatedAt: day.Add(time.Minute)}
			for _, tc := range []struct{ got, want string }{
				{scans(tx, mine, true, Meta{}, 9), "s0/" + home.Account[:1] + " "},
				{scans(tx, all, true, Meta{}, 9), "s2/3 s0/" + home.Account[:1] + " s1/2 "},
				{scans(tx, all, false, Meta{}, 9), "s0/" + home.Account[:1] + " s1/2 s2/3 "},
				{scans(tx, all, true, second, 1), "s0/" + home.Account[:1] + " "},
				{scans(tx, all, false, Meta{ID: "s0", CreatedAt: day}, 9), "s1/2 s2/3 "},
				{scans(tx, all, false, second, 9), ""},
			} {
				if tc.got != tc.want {
					t.Errorf("got %q, want %q", tc.got, tc.want)
				}
			}
			var got []Usage
			err := tx.UsageTotals(all, day.Add(time.Hour), func(u Usage) { got = append(got, u) })
			want := []Usage{}
			for i, account := range accounts[:3] {
				want = append(want, Usage{Scope: Scope{home.Region, account}, Source: "FLOW_LOGS", Records: 2, Bytes: int64(i) + 10})
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("usage (-want +got):\n%s", diff)
			}
			return err
		})
	})
}
