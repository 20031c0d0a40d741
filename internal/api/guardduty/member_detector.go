package guardduty

import (
	"cmp"
	"context"
	"errors"

	wire "picket/internal/awsgen/guardduty"
	"picket/internal/fault"
	"picket/internal/store"
)

func (a *API) getMemberDetectors(ctx context.Context, in *wire.GetMemberDetectorsInput) (*wire.GetMemberDetectorsOutput, error) {
	out := &wire.GetMemberDetectorsOutput{}
	err := a.db.Read(ctx, func(tx *store.Tx) error {
		s := scopeOf(ctx)
		if _, err := ownDetector(tx, s, *in.DetectorId); err != nil {
			return err
		}
		var err error
		out.UnprocessedAccounts, err = eachAccount(in.AccountIds, func(account string) (string, error) {
			d, why, err := memberDetector(tx, s, account)
			if err != nil || why != "" {
				return why, err
			}
			out.MemberDataSourceConfigurations = append(out.MemberDataSourceConfigurations, wire.MemberDataSourceConfiguration{
				AccountId: &account, DataSources: dataSources(&d), Features: memberFeatures(&d),
			})
			return "", nil
		})
		return err
	})
	return out, err
}

// memberDetector reads the detector of an associated member; why says that the
// account is none.
func memberDetector(tx *store.Tx, administrator store.Scope, account string) (d store.Detector, why string, err error) {
	m, err := memberOf(tx, administrator, account)
	if err != nil || m == nil || !m.Associated() {
		return d, notMember, err
	}
	d, err = tx.DetectorOf(store.Scope{Region: administrator.Region, Account: account})
	if errors.Is(err, fault.NotFound) {
		return d, notMember, nil
	}
	return d, "", err
}

// memberFeatures tells the features that an administrator may switch.
func memberFeatures(d *store.Detector) []wire.MemberFeaturesConfigurationResult {
	var out []wire.MemberFeaturesConfigurationResult
	for _, p := range orgPlans {
		f := d.Features[string(p.name)]
		told := wire.MemberFeaturesConfigurationResult{Name: new(wire.OrgFeature(p.name)), Status: new(wire.FeatureStatus(f.Status)), UpdatedAt: &f.UpdatedAt}
		for _, o := range optionResults(p, f) {
			told.AdditionalConfiguration = append(told.AdditionalConfiguration, wire.MemberAdditionalConfigurationResult{
				Name: new(wire.OrgFeatureAdditionalConfiguration(*o.Name)), Status: o.Status, UpdatedAt: o.UpdatedAt,
			})
		}
		out = append(out, told)
	}
	return out
}

func (a *API) updateMemberDetectors(ctx context.Context, in *wire.UpdateMemberDetectorsInput) (*wire.UpdateMemberDetectorsOutput, error) {
	changes, bad := changesOf(in.DataSources, detectorFeatures(in.Features))
	if bad != nil {
		return nil, cmp.Or(a.owns(ctx, *in.DetectorId), bad)
	}
	failed, err := a.eachMember(ctx, *in.DetectorId, in.AccountIds, func(tx *store.Tx, m *store.Member) (string, error) {
		d, why, err := memberDetector(tx, m.Scope, m.ID)
		if err != nil || why != "" {
			return why, err
		}
		if err := apply(&d, changes, tx.Now); err != nil {
			return fault.Message(err), nil
		}
		return "", store.Detectors.Put(tx, &d)
	})
	return &wire.UpdateMemberDetectorsOutput{UnprocessedAccounts: failed}, err
}

// owns refuses a detector that is not the caller's: before what is wrong with
// the rest of a request.
func (a *API) owns(ctx context.Context, detector string) error {
	return a.db.Read(ctx, func(tx *store.Tx) error {
		_, err := ownDetector(tx, scopeOf(ctx), detector)
		return err
	})
}

// detectorFeatures are the features of a member in the words for a detector's.
func detectorFeatures(features []wire.MemberFeaturesConfiguration) []wire.DetectorFeatureConfiguration {
	out := make([]wire.DetectorFeatureConfiguration, len(features))
	for i, f := range features {
		out[i] = wire.DetectorFeatureConfiguration{Name: (*wire.DetectorFeature)(f.Name), Status: f.Status}
		for _, o := range f.AdditionalConfiguration {
			out[i].AdditionalConfiguration = append(out[i].AdditionalConfiguration, wire.DetectorAdditionalConfiguration{
				Name: (*wire.FeatureAdditionalConfiguration)(o.Name), Status: o.Status,
			})
		}
	}
	return out
}
