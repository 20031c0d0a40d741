package store

import "fmt"

// Totals are how much is kept.
type Totals struct {
	Detectors int64
	Findings  int64 // not archived
	Archived  int64 // findings
	Bytes     int64 // of the database
}

// Totals counts what is kept for all accounts and regions.
func (t *Tx) Totals() (Totals, error) {
	var n Totals
	for query, dst := range map[string][]any{
		`SELECT count(*) FROM resources WHERE kind = 'detector'`: {&n.Detectors},
		`SELECT CAST(coalesce(sum(CASE archived WHEN 0 THEN n ELSE 0 END), 0) AS BIGINT), CAST(coalesce(sum(CASE archived WHEN 0 THEN 0 ELSE n END), 0) AS BIGINT)
			FROM finding_cells WHERE grain = 0`: {&n.Findings, &n.Archived},
		t.dialect.sizeSQL: {&n.Bytes},
	} {
		if _, err := t.row(dst, query); err != nil {
			return n, fmt.Errorf("count what is kept: %w", err)
		}
	}
	return n, nil
}
