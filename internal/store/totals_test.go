package store

import "testing"

func TestTotals(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		totals := func() (n Totals) {
			t.Helper()
			read(t, db, func(tx *Tx) (err error) {
				n, err = tx.Totals()
				return err
			})
			return n
		}
		before := totals()
		if before.Findings != 0 || before.Archived != 0 || before.Detectors != 0 || before.Bytes <= 0 {
			t.Errorf("a new store has %+v", before)
		}
		write(t, db, func(tx *Tx) error {
			d := Detector{Meta: Meta{Scope: Scope{Region: mine.Region, Account: mine.Account}, ID: "d"}}
			if err := Detectors.Insert(tx, &d); err != nil {
				return err
			}
			for i := range 3 {
				f := sampleFinding(i)
				f.Service.Archived = false
				if err := tx.PutFinding(&f); err != nil {
					return err
				}
			}
			return tx.ArchiveFindings(mine, []string{sampleFinding(1).ID}, true)
		})
		if got := totals(); got.Detectors != 1 || got.Findings != 2 || got.Archived != 1 || got.Bytes < before.Bytes {
			t.Errorf("%+v, want one detector, two findings and one archived", got)
		}
	})
}
