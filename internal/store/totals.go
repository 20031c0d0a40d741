package store

import (
	"fmt"

	"picket/finding"
	"picket/internal/store/index"
)

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
	for query, dst := range map[string]*int64{
		`SELECT count(*) FROM resources WHERE kind = 'detector'`: &n.Detectors,
		t.dialect.sizeSQL: &n.Bytes,
	} {
		if _, err := t.row([]any{dst}, query); err != nil {
			return n, fmt.Errorf("count what is kept: %w", err)
		}
	}
	v, err := t.view()
	if err != nil {
		return n, fmt.Errorf("count what is kept: %w", err)
	}
	archived := finding.Test{Attribute: finding.LookupAttribute("service.archived"), Texts: []string{"true"}}
	n.Archived = int64(v.Size(&index.Query{Tests: []finding.Test{archived}}))
	n.Findings = int64(v.Size(&index.Query{})) - n.Archived
	return n, nil
}
