package guardduty

import (
	"context"
	"errors"
	"time"

	wire "picket/internal/awsgen/guardduty"
	"picket/internal/fault"
	"picket/internal/store"
)

// getOrganizationStatistics counts as of now: the accounts of the organization,
// of those the members, and where what is enabled, the administrator's own
// account included.
func (a *API) getOrganizationStatistics(ctx context.Context, _ *wire.GetOrganizationStatisticsInput) (*wire.GetOrganizationStatisticsOutput, error) {
	org, err := a.organization(ctx)
	if err != nil {
		return nil, err
	}
	c := census{features: map[string]int32{}}
	var at time.Time
	err = a.db.Read(ctx, func(tx *store.Tx) error {
		s := scopeOf(ctx)
		if delegated, err := isDelegated(tx, org, s); err != nil || !delegated {
			return refusal(err, errNotMaster.Msg)
		}
		at = tx.Now.Truncate(time.Second)
		if err := c.count(tx, s); err != nil {
			return err
		}
		return eachAssociated(tx, s, func(m *store.Member) error {
			if !org.Has(m.ID) {
				return nil
			}
			c.members++
			return c.count(tx, store.Scope{Region: s.Region, Account: m.ID})
		})
	})
	if err != nil {
		return nil, err
	}
	total := int32(len(org.Accounts))
	return &wire.GetOrganizationStatisticsOutput{OrganizationDetails: &wire.OrganizationDetails{UpdatedAt: &at, OrganizationStatistics: &wire.OrganizationStatistics{
		TotalAccountsCount:   &total,
		MemberAccountsCount:  &c.members,
		ActiveAccountsCount:  &c.members,
		EnabledAccountsCount: &c.enabled,
		CountByFeature:       c.byFeature(),
	}}}, nil
}

// census counts accounts.
type census struct {
	members, enabled int32
	features         map[string]int32 // with the feature enabled; FEATURE/OPTION for its options
}

// count adds an account whose detector is enabled.
func (c *census) count(tx *store.Tx, s store.Scope) error {
	d, err := tx.DetectorOf(s)
	if errors.Is(err, fault.NotFound) || err == nil && d.Status != enabled {
		return nil
	}
	if err != nil {
		return err
	}
	c.enabled++
	for _, p := range orgPlans {
		f := d.Features[string(p.name)]
		if f.Status != enabled {
			continue
		}
		c.features[string(p.name)]++
		for _, option := range p.options() {
			if f.Options[string(option)].Status == enabled {
				c.features[optionKey(p.name, option)]++
			}
		}
	}
	return nil
}

func (c *census) byFeature() []wire.OrganizationFeatureStatistics {
	var out []wire.OrganizationFeatureStatistics
	for _, p := range orgPlans {
		told := wire.OrganizationFeatureStatistics{Name: new(wire.OrgFeature(p.name)), EnabledAccountsCount: new(c.features[string(p.name)])}
		for _, option := range p.listed {
			told.AdditionalConfiguration = append(told.AdditionalConfiguration, wire.OrganizationFeatureStatisticsAdditionalConfiguration{
				Name: new(wire.OrgFeatureAdditionalConfiguration(option)), EnabledAccountsCount: new(c.features[optionKey(p.name, option)]),
			})
		}
		out = append(out, told)
	}
	return out
}
