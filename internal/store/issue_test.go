package store

import (
	"fmt"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"picket/finding"
)

func TestIssues(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		f := func(id string, s Scope) *finding.Finding {
			return &finding.Finding{ID: id, AccountID: s.Account, Region: s.Region, UpdatedAt: "2026-03-01T00:00:00.000Z"}
		}
		away := Scope{Region: home.Region, Account: "444455556666"}
		want := []Counted{{"i1", "i1", false, "one"}, {"i1", "b", true, "two"}, {"i2", "i2", false, "ä"}}
		write(t, db, func(tx *Tx) error {
			if err := tx.PutFinding(f("i1", home), f("i1", away), f("i2", home), f("b", home)); err != nil {
				return err
			}
			if err := tx.PutCounted(away, []Counted{{"i1", "i1", true, "theirs"}}); err != nil {
				return err
			}
			if err := tx.PutCounted(home, []Counted{{"i2", "i2", true, ""}, {"i3", "gone", true, ""}}); err != nil {
				return err
			}
			return tx.PutCounted(home, want)
		})
		expect := func(want []Counted) {
			t.Helper()
			read(t, db, func(tx *Tx) error {
				got, err := tx.IssueFindings(home, []string{"i3", "i2", "i1", "\x00"})
				if diff := gocmp.Diff(want, got); diff != "" {
					t.Error(diff)
				}
				return err
			})
		}
		expect(want)
		write(t, db, func(tx *Tx) error { return tx.PutFinding(f("i2", home)) }) // notes outlive new versions
		expect(want)
		write(t, db, func(tx *Tx) error {
			_, err := tx.ExpireFindings(time.Now().UnixMilli(), 10)
			return err
		})
		expect(nil)
		read(t, db, func(tx *Tx) error {
			var notes int
			_, err := tx.row([]any{&notes}, `SELECT count(*) FROM finding_issues`)
			if notes != 0 {
				t.Errorf("%d notes outlive their findings", notes)
			}
			return err
		})
	})
}

func TestManyIssues(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		const n = 2*batch + 1
		var cs []Counted
		var ids []string
		write(t, db, func(tx *Tx) error {
			for i := range n {
				id := fmt.Sprintf("%04d", i)
				ids, cs = append(ids, id), append(cs, Counted{Issue: id, Finding: id, Notes: "[]"})
				if err := tx.PutFinding(&finding.Finding{ID: id, AccountID: home.Account, Region: home.Region}); err != nil {
					return err
				}
			}
			return tx.PutCounted(home, cs)
		})
		read(t, db, func(tx *Tx) error {
			got, err := tx.IssueFindings(home, ids)
			if diff := gocmp.Diff(cs, got); diff != "" {
				t.Error(diff)
			}
			return err
		})
	})
}

func TestMembership(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		admin := Scope{Region: home.Region, Account: "999988887777"}
		put := func(status string) {
			write(t, db, func(tx *Tx) error {
				return Members.Put(tx, &Member{Meta: Meta{Scope: admin, ID: home.Account, Status: status}})
			})
		}
		for status, is := range map[string]bool{MemberCreated: false, MemberInvited: false, MemberEnabled: true, MemberDisabled: true, MemberRemoved: false, MemberResigned: false} {
			put(status)
			read(t, db, func(tx *Tx) error {
				m, err := tx.MembershipOf(home)
				if is != (m != nil) || is && m.Scope != admin {
					t.Errorf("%s: membership %v", status, m)
				}
				return err
			})
		}
	})
}
