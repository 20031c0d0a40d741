package store

import (
	"fmt"

	"picket/finding"
)

// DetectorOf reads the detector of an account and region: fault.NotFound when
// there is none.
func (t *Tx) DetectorOf(s Scope) (Detector, error) {
	ds, err := Detectors.List(t, s, "", 1)
	return Detectors.one(ds, err)
}

// DetectorARN is the name of the detector among all AWS resources.
func DetectorARN(d *Detector) string {
	return "arn:" + finding.Partition(d.Region) + ":guardduty:" + d.Region + ":" + d.Account + ":detector/" + d.ID
}

// DeleteDetector removes the detector of a scope and what is lost with it:
// findings, filters, lists, destinations, organization and scan settings, tags
// and idempotency tokens. Members, usage, malware protection plans and malware
// scans stay.
func (t *Tx) DeleteDetector(s Scope) error {
	d, err := t.DetectorOf(s)
	if err != nil {
		return err
	}
	for _, wipe := range []func(*Tx, Scope) error{Filters.DeleteAll, IPSets.DeleteAll, ThreatSets.DeleteAll, TrustedSets.DeleteAll,
		ThreatEntities.DeleteAll, Destinations.DeleteAll, Organizations.DeleteAll, ScanSettings.DeleteAll, Detectors.DeleteAll, (*Tx).deleteFindings, (*Tx).deleteTokens} {
		if err := wipe(t, s); err != nil {
			return fmt.Errorf("delete detector %s: %w", d.ID, err)
		}
	}
	return t.DeleteTagsUnder(DetectorARN(&d))
}
