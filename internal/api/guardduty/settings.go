package guardduty

import (
	"context"
	"errors"

	wire "picket/internal/awsgen/guardduty"
	"picket/internal/awsrpc"
	"picket/internal/fault"
	"picket/internal/store"
)

func (a *API) scanSettingRoutes() []awsrpc.Route {
	return []awsrpc.Route{
		awsrpc.Bind(wire.GetMalwareScanSettings, a.getScanSettings),
		awsrpc.Bind(wire.UpdateMalwareScanSettings, a.updateScanSettings),
	}
}

func (a *API) getScanSettings(ctx context.Context, in *wire.GetMalwareScanSettingsInput) (*wire.GetMalwareScanSettingsOutput, error) {
	var set store.ScanSetting
	err := a.db.Read(ctx, func(tx *store.Tx) (err error) {
		set, err = scanSettings(tx, scopeOf(ctx), *in.DetectorId)
		return err
	})
	return &wire.GetMalwareScanSettingsOutput{
		EbsSnapshotPreservation: new(wire.EbsSnapshotPreservation(set.Preservation)),
		ScanResourceCriteria:    &wire.ScanResourceCriteria{Include: conditions(set.Include), Exclude: conditions(set.Exclude)},
	}, err
}

// updateScanSettings replaces what is given. Criteria are one thing: a side that
// they leave out is gone.
func (a *API) updateScanSettings(ctx context.Context, in *wire.UpdateMalwareScanSettingsInput) (*wire.UpdateMalwareScanSettingsOutput, error) {
	err := a.db.Write(ctx, func(tx *store.Tx) error {
		set, err := scanSettings(tx, scopeOf(ctx), *in.DetectorId)
		if err != nil {
			return err
		}
		if in.EbsSnapshotPreservation != nil {
			set.Preservation = string(*in.EbsSnapshotPreservation)
		}
		if c := in.ScanResourceCriteria; c != nil {
			set.Include, set.Exclude = pairs(c.Include), pairs(c.Exclude)
		}
		return store.ScanSettings.Put(tx, &set)
	})
	return &wire.UpdateMalwareScanSettingsOutput{}, err
}

// scanSettings are those of the scope's detector, the defaults when nobody has
// set them.
func scanSettings(tx *store.Tx, s store.Scope, detector string) (store.ScanSetting, error) {
	d, err := ownDetector(tx, s, detector)
	if err != nil {
		return store.ScanSetting{}, err
	}
	set, err := store.ScanSettings.Get(tx, s, d.ID)
	if errors.Is(err, fault.NotFound) {
		return store.ScanSetting{Meta: store.Meta{Scope: s, ID: d.ID}, Preservation: string(wire.EbsSnapshotPreservationNoRetention)}, nil
	}
	return set, err
}

func pairs(criteria map[string]wire.ScanCondition) map[string][]store.ScanPair {
	out := map[string][]store.ScanPair{}
	for key, c := range criteria {
		out[key] = nil
		for _, p := range c.MapEquals {
			out[key] = append(out[key], store.ScanPair{Key: *p.Key, Value: p.Value})
		}
	}
	return out
}

func conditions(rules map[string][]store.ScanPair) map[string]wire.ScanCondition {
	if len(rules) == 0 {
		return nil
	}
	out := map[string]wire.ScanCondition{}
	for key, ps := range rules {
		c := wire.ScanCondition{}
		for i := range ps {
			c.MapEquals = append(c.MapEquals, wire.ScanConditionPair{Key: &ps[i].Key, Value: ps[i].Value})
		}
		out[key] = c
	}
	return out
}
