package intake

import (
	"errors"

	"picket/finding"
	"picket/internal/fault"
	"picket/internal/store"
)

// What is said of a batch that is refused as a whole.
const (
	noDetector  = "the account has no detector in the region"
	detectorOff = "the account's detector is disabled"
	monitorOff  = "the account's administrator has stopped its monitoring"
)

// detectorOf reads the detector that takes the batch, or why none does.
func detectorOf(tx *store.Tx, b *Batch) (d store.Detector, refusal string, err error) {
	d, err = tx.DetectorOf(b.Scope)
	switch {
	case errors.Is(err, fault.NotFound):
		return d, noDetector, nil
	case err != nil || b.Samples:
		return d, "", err
	case d.Status != "ENABLED":
		return d, detectorOff, nil
	}
	m, err := tx.MembershipOf(b.Scope)
	if m != nil && m.Status == store.MemberDisabled {
		return d, monitorOff, nil
	}
	return d, "", err
}

// A suppression is a filter that archives: all its tests must hold.
type suppression []finding.Test

// suppressions are the filters that archive findings of the scope. A member's
// are its administrator's: its own it can no longer change.
func suppressions(tx *store.Tx, s store.Scope) ([]suppression, error) {
	m, err := tx.MembershipOf(s)
	if err != nil {
		return nil, err
	}
	if m != nil {
		s = m.Scope
	}
	const all = 1 << 16 // far more than the quota
	fs, err := tx.RankedFilters(s, 0, all)
	if err != nil {
		return nil, err
	}
	var out []suppression
	for i := range fs {
		if fs[i].Action != "ARCHIVE" {
			continue
		}
		tests, err := fs[i].Criteria.Tests()
		if err != nil {
			return nil, err
		}
		out = append(out, tests)
	}
	return out, nil
}

func (s suppression) matches(vs finding.Values) bool {
	for i := range s {
		if !s[i].Match(vs) {
			return false
		}
	}
	return true
}
