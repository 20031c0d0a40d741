package ingest

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"

	"picket/finding"
	"picket/internal/fault"
	"picket/internal/intake"
	"picket/internal/store"
)

// states are the intake's, by the names on the wire.
var states = map[intake.State]string{intake.Created: Created, intake.Updated: Updated, intake.Repeated: Repeated, intake.Refused: Refused}

func (a *API) putFindings(ctx context.Context, in *PutFindingsInput) (*PutFindingsOutput, error) {
	out := &PutFindingsOutput{}
	err := a.DB.Write(ctx, func(tx *store.Tx) error {
		s, err := target(ctx, tx, in.Account)
		if err != nil {
			return err
		}
		off, err := switchedOff(tx, s)
		if err != nil {
			return err
		}
		if out.Findings, err = putFindings(tx, s, in.Findings, off); err != nil {
			return err
		}
		out.Counts, err = putCounts(tx, s, in.Counts, off)
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, r := range out.Findings {
		a.Findings(*r.State)
	}
	for i, r := range out.Counts {
		if c := in.Counts[i]; *r.State == Counted {
			a.Records(*c.Source, *c.Records, *c.Bytes)
		}
	}
	return out, nil
}

// switchedOff says of each source why its logs are not looked into; empty for
// those that are.
func switchedOff(tx *store.Tx, s store.Scope) (map[string]string, error) {
	d, err := tx.DetectorOf(s)
	off := map[string]string{}
	if err != nil && !errors.Is(err, fault.NotFound) {
		return nil, err
	}
	for _, source := range Sources {
		switch feature, can := d.Features[source]; {
		case err != nil:
			off[source] = "account " + s.Account + " has no detector in " + s.Region
		case d.Status != "ENABLED":
			off[source] = "the detector of account " + s.Account + " in " + s.Region + " is disabled"
		case can && feature.Status != "ENABLED":
			off[source] = source + " is disabled in the detector of account " + s.Account + " in " + s.Region
		}
	}
	return off, nil
}

// featureOf are the sources that a detector can switch off, by what findings
// call them.
var featureOf = map[string]string{finding.S3DataEvents.Feature(): "S3_DATA_EVENTS", finding.EKSAuditLogs.Feature(): "EKS_AUDIT_LOGS"}

// putFindings puts the findings into the scope, but for those of sources that are
// switched off; the first source is so only with the whole detector.
func putFindings(tx *store.Tx, s store.Scope, docs []string, off map[string]string) ([]Result, error) {
	results, taken, at := make([]Result, len(docs)), []string{}, []int{}
	for i, doc := range docs {
		var f struct{ Service struct{ FeatureName string } }
		_ = json.Unmarshal([]byte(doc), &f) // the intake says what is wrong with it
		if reason := off[cmp.Or(featureOf[f.Service.FeatureName], Sources[0])]; reason != "" {
			results[i] = refused(reason)
			continue
		}
		taken, at = append(taken, doc), append(at, i)
	}
	outcomes, err := intake.Put(tx, intake.Batch{Scope: s, Findings: taken})
	for i, o := range outcomes {
		results[at[i]] = Result{State: new(states[o.State]), ID: &o.ID, Archived: &o.Archived}
		if o.State == intake.Refused {
			results[at[i]].Reason = &o.Reason
		}
	}
	return results, err
}

func refused(reason string) Result { return Result{State: new(Refused), Reason: &reason} }

// putCounts counts what was processed, on the day it is told.
func putCounts(tx *store.Tx, s store.Scope, counts []Count, off map[string]string) ([]Result, error) {
	results := make([]Result, len(counts))
	for i, c := range counts {
		if reason := off[*c.Source]; reason != "" {
			results[i] = refused(reason)
			continue
		}
		u := store.Usage{Scope: s, Day: tx.Now, Source: *c.Source, Records: *c.Records, Bytes: *c.Bytes}
		if c.Resource != nil {
			u.Resource = *c.Resource
		}
		counted, err := tx.AddUsageOnce(*c.ID, u)
		if err != nil {
			return nil, err
		}
		results[i].State = new(Repeated)
		if counted {
			results[i].State = new(Counted)
		}
	}
	return results, nil
}
