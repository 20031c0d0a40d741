package store

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestUsageIsCountedOnceForAnID(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		day := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
		u := Usage{Scope: Scope{Region: mine.Region, Account: mine.Account}, Day: day, Source: "FLOW_LOGS", Records: 5, Bytes: 500}
		other := u
		other.Account = "999988887777"
		for _, step := range []struct {
			id   string
			u    Usage
			want bool
		}{{"a", u, true}, {"a", u, false}, {"b", u, true}, {"a", other, true}} {
			write(t, db, func(tx *Tx) error {
				counted, err := tx.AddUsageOnce(step.id, step.u)
				if counted != step.want {
					t.Errorf("%s of %s is counted: %t", step.id, step.u.Account, counted)
				}
				return err
			})
		}
		read(t, db, func(tx *Tx) error {
			got, err := tx.Usage(u.Scope, day)
			twice := u
			twice.Records, twice.Bytes = 10, 1000
			if diff := cmp.Diff([]Usage{twice}, got); diff != "" {
				t.Error(diff)
			}
			return err
		})
	})
}
