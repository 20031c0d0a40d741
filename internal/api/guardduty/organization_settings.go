package guardduty

import (
	"context"
	"slices"

	wire "picket/internal/awsgen/guardduty"
	"picket/internal/fault"
	"picket/internal/store"
)

// orgPlans are the plans that an administrator may switch for members, in the
// order of answers.
var orgPlans = func() (out []*plan) {
	for i := range plans {
		if plans[i].name != wire.DetectorFeatureAiAnalyst {
			out = append(out, &plans[i])
		}
	}
	return out
}()

// optionKey is what a feature's option goes by in an organization's settings.
func optionKey(feature wire.DetectorFeature, option wire.FeatureAdditionalConfiguration) string {
	return string(feature) + "/" + string(option)
}

func (a *API) describeOrganization(ctx context.Context, in *wire.DescribeOrganizationConfigurationInput) (*wire.DescribeOrganizationConfigurationOutput, error) {
	const op = "DescribeOrganizationConfiguration"
	var from int
	out := &wire.DescribeOrganizationConfigurationOutput{}
	err := a.readDelegated(ctx, *in.DetectorId, func(tx *store.Tx, o *organization) error {
		if err := readToken(op, in.NextToken, &from); err != nil {
			return err
		}
		members, err := store.Members.Count(tx, o.administrator.Scope, store.MemberRemoved, store.MemberResigned)
		out.MemberAccountLimitReached = new(members >= maxDelegated)
		out.AutoEnable = new(o.settings.AutoEnable != string(wire.AutoEnableMembersNone))
		out.AutoEnableOrganizationMembers = new(wire.AutoEnableMembers(o.settings.AutoEnable))
		out.DataSources = orgDataSources(&o.settings)
		out.Features = orgFeatures(&o.settings)
		return err
	})
	from = min(max(from, 0), len(out.Features))
	to := min(from+pageSize(in.MaxResults), len(out.Features))
	if to < len(out.Features) {
		out.NextToken = writeToken(op, to)
	}
	out.Features = out.Features[from:to]
	return out, err
}

// readDelegated reads for a delegated administrator; others are refused.
func (a *API) readDelegated(ctx context.Context, detector string, f func(tx *store.Tx, o *organization) error) error {
	org, err := a.organization(ctx)
	if err != nil {
		return err
	}
	return a.db.Read(ctx, func(tx *store.Tx) error {
		d, err := ownDetector(tx, scopeOf(ctx), detector)
		if err != nil {
			return err
		}
		o, err := organizationOf(tx, org, d)
		if err != nil {
			return err
		}
		if o == nil {
			return errNotMaster
		}
		return f(tx, o)
	})
}

func orgSetting(set *store.Organization, key string) *wire.OrgFeatureStatus {
	if v, ok := set.Features[key]; ok {
		return new(wire.OrgFeatureStatus(v))
	}
	return new(wire.OrgFeatureStatusNone)
}

func orgFeatures(set *store.Organization) []wire.OrganizationFeatureConfigurationResult {
	var out []wire.OrganizationFeatureConfigurationResult
	for _, p := range orgPlans {
		told := wire.OrganizationFeatureConfigurationResult{Name: new(wire.OrgFeature(p.name)), AutoEnable: orgSetting(set, string(p.name))}
		for _, option := range p.options() {
			key := optionKey(p.name, option)
			if _, chosen := set.Features[key]; !chosen && !slices.Contains(p.listed, option) {
				continue
			}
			told.AdditionalConfiguration = append(told.AdditionalConfiguration, wire.OrganizationAdditionalConfigurationResult{
				Name: new(wire.OrgFeatureAdditionalConfiguration(option)), AutoEnable: orgSetting(set, key),
			})
		}
		out = append(out, told)
	}
	return out
}

// orgDataSources is the older view of the features.
func orgDataSources(set *store.Organization) *wire.OrganizationDataSourceConfigurationsResult {
	on := func(name wire.DetectorFeature) *bool {
		return new(*orgSetting(set, string(name)) != wire.OrgFeatureStatusNone)
	}
	return &wire.OrganizationDataSourceConfigurationsResult{
		S3Logs: &wire.OrganizationS3LogsConfigurationResult{AutoEnable: on(wire.DetectorFeatureS3DataEvents)},
		Kubernetes: &wire.OrganizationKubernetesConfigurationResult{
			AuditLogs: &wire.OrganizationKubernetesAuditLogsConfigurationResult{AutoEnable: on(wire.DetectorFeatureEksAuditLogs)},
		},
		MalwareProtection: &wire.OrganizationMalwareProtectionConfigurationResult{
			ScanEc2InstanceWithFindings: &wire.OrganizationScanEc2InstanceWithFindingsResult{
				EbsVolumes: &wire.OrganizationEbsVolumesResult{AutoEnable: on(wire.DetectorFeatureEbsMalwareProtection)},
			},
		},
	}
}

// updateOrganization takes settings and does at once what they say about the
// accounts that are there.
func (a *API) updateOrganization(ctx context.Context, in *wire.UpdateOrganizationConfigurationInput) (*wire.UpdateOrganizationConfigurationOutput, error) {
	org, err := a.organization(ctx)
	if err != nil {
		return nil, err
	}
	s := scopeOf(ctx)
	err = a.db.Write(ctx, func(tx *store.Tx) error {
		d, err := ownDetector(tx, s, *in.DetectorId)
		if err != nil {
			return err
		}
		o, err := organizationOf(tx, org, d)
		if err != nil {
			return err
		}
		if o == nil {
			return errNotMaster
		}
		if err := configure(&o.settings, in); err != nil {
			return err
		}
		return putSettings(tx, org, &o.settings)
	})
	if err != nil {
		return nil, err
	}
	return &wire.UpdateOrganizationConfigurationOutput{}, a.enrolAll(ctx, s)
}

// configure makes the changes of a request on settings. Of the two notations for
// members, and of the two for features, it may have one.
func configure(set *store.Organization, in *wire.UpdateOrganizationConfigurationInput) error {
	if (in.AutoEnable == nil) == (in.AutoEnableOrganizationMembers == nil) || in.DataSources != nil && len(in.Features) > 0 {
		return errOutOfRange
	}
	if set.AutoEnable = string(wire.AutoEnableMembersNone); in.AutoEnableOrganizationMembers != nil {
		set.AutoEnable = string(*in.AutoEnableOrganizationMembers)
	} else if *in.AutoEnable {
		set.AutoEnable = string(wire.AutoEnableMembersNew)
	}
	if in.DataSources != nil {
		configureSources(set, in.DataSources)
	}
	for i := range in.Features {
		if err := configureFeature(set, &in.Features[i]); err != nil {
			return err
		}
	}
	named := func(name wire.OrgFeature) bool {
		return slices.ContainsFunc(in.Features, func(f wire.OrganizationFeatureConfiguration) bool { return *f.Name == name })
	}
	if named(wire.OrgFeatureEksRuntimeMonitoring) && named(wire.OrgFeatureRuntimeMonitoring) {
		return errBothRuntimes
	}
	return nil
}

func configureSources(set *store.Organization, s *wire.OrganizationDataSourceConfigurations) {
	choose := func(name wire.DetectorFeature, on *bool) {
		switch {
		case on == nil:
		case *on:
			set.Features[string(name)] = string(wire.OrgFeatureStatusNew)
		default:
			set.Features[string(name)] = string(wire.OrgFeatureStatusNone)
		}
	}
	if s.S3Logs != nil {
		choose(wire.DetectorFeatureS3DataEvents, s.S3Logs.AutoEnable)
	}
	if s.Kubernetes != nil && s.Kubernetes.AuditLogs != nil {
		choose(wire.DetectorFeatureEksAuditLogs, s.Kubernetes.AuditLogs.AutoEnable)
	}
	if m := s.MalwareProtection; m != nil && m.ScanEc2InstanceWithFindings != nil && m.ScanEc2InstanceWithFindings.EbsVolumes != nil {
		choose(wire.DetectorFeatureEbsMalwareProtection, m.ScanEc2InstanceWithFindings.EbsVolumes.AutoEnable)
	}
}

func configureFeature(set *store.Organization, f *wire.OrganizationFeatureConfiguration) error {
	if f.Name == nil {
		return errFeatureName
	}
	i := slices.IndexFunc(orgPlans, func(p *plan) bool { return string(p.name) == string(*f.Name) })
	if i < 0 {
		return errFeatureName
	}
	if f.AutoEnable == nil {
		return fault.New(fault.Invalid, "The request failed because 'autoEnable' field was not specified.")
	}
	p := orgPlans[i]
	set.Features[string(p.name)] = string(*f.AutoEnable)
	for _, o := range f.AdditionalConfiguration {
		if o.Name == nil || o.AutoEnable == nil || !slices.Contains(p.options(), wire.FeatureAdditionalConfiguration(*o.Name)) {
			return errOutOfRange
		}
		set.Features[optionKey(p.name, wire.FeatureAdditionalConfiguration(*o.Name))] = string(*o.AutoEnable)
	}
	return nil
}
