package guardduty

import (
	"slices"
	"time"

	wire "picket/internal/awsgen/guardduty"
	"picket/internal/fault"
	"picket/internal/store"
)

// A plan is a feature that can be switched. Options that are listed are part of
// every answer; those that are only taken are told once they have been set.
type plan struct {
	name   wire.DetectorFeature
	on     bool // of a new detector
	listed []wire.FeatureAdditionalConfiguration
	taken  []wire.FeatureAdditionalConfiguration
}

// plans are in the order of GetDetector's answer, after the foundations.
// Defaults and order are those recorded from the real service.
var plans = []plan{
	{name: wire.DetectorFeatureS3DataEvents, on: true},
	{name: wire.DetectorFeatureEksAuditLogs, on: true},
	{name: wire.DetectorFeatureEbsMalwareProtection, on: true},
	{name: wire.DetectorFeatureRdsLoginEvents, on: true, taken: []wire.FeatureAdditionalConfiguration{
		wire.FeatureAdditionalConfigurationRdsDataRisk}},
	{name: wire.DetectorFeatureAiProtection},
	{name: wire.DetectorFeatureAiAnalyst},
	{name: wire.DetectorFeatureEksRuntimeMonitoring, listed: []wire.FeatureAdditionalConfiguration{
		wire.FeatureAdditionalConfigurationEksAddonManagement}},
	{name: wire.DetectorFeatureLambdaNetworkLogs, on: true},
	{name: wire.DetectorFeatureRuntimeMonitoring, listed: []wire.FeatureAdditionalConfiguration{
		wire.FeatureAdditionalConfigurationEksAddonManagement,
		wire.FeatureAdditionalConfigurationEcsFargateAgentManagement,
		wire.FeatureAdditionalConfigurationEc2AgentManagement}},
}

// foundations are the features that every detector has and nobody can switch.
var foundations = []wire.DetectorFeatureResult{
	wire.DetectorFeatureResultCloudTrail, wire.DetectorFeatureResultDnsLogs, wire.DetectorFeatureResultFlowLogs,
}

func (p *plan) options() []wire.FeatureAdditionalConfiguration {
	return slices.Concat(p.listed, p.taken)
}

// defaultFeatures are the features of a detector that nobody has configured.
func defaultFeatures(now time.Time) map[string]store.Feature {
	features := make(map[string]store.Feature, len(plans))
	for i := range plans {
		f := store.Feature{Status: status(plans[i].on), UpdatedAt: now}
		for _, option := range plans[i].listed {
			set(&f, string(option), disabled, now)
		}
		features[string(plans[i].name)] = f
	}
	return features
}

// A change switches a feature and some of its options.
type change struct {
	feature, status string
	options         map[string]string // status by name
}

// changesOf reads either notation of a request; one request may use only one.
func changesOf(sources *wire.DataSourceConfigurations, features []wire.DetectorFeatureConfiguration) ([]change, error) {
	if sources == nil {
		return featureChanges(features)
	}
	if len(features) > 0 {
		return nil, errOutOfRange
	}
	return sourceChanges(sources), nil
}

var (
	errFeatureName  = fault.New(fault.Invalid, "The request failed because one or more provided feature names are invalid.")
	errBothRuntimes = fault.New(fault.Invalid, "The request was rejected because EKS_RUNTIME_MONITORING and RUNTIME_MONITORING cannot be provided in the same request.")
)

func featureChanges(features []wire.DetectorFeatureConfiguration) ([]change, error) {
	var changes []change
	for i := range features {
		c, err := featureChange(&features[i])
		if err != nil {
			return nil, err
		}
		changes = append(changes, c)
	}
	named := func(name wire.DetectorFeature) bool {
		return slices.ContainsFunc(changes, func(c change) bool { return c.feature == string(name) })
	}
	if named(wire.DetectorFeatureEksRuntimeMonitoring) && named(wire.DetectorFeatureRuntimeMonitoring) {
		return nil, errBothRuntimes
	}
	return changes, nil
}

func featureChange(f *wire.DetectorFeatureConfiguration) (change, error) {
	if f.Name == nil {
		return change{}, errFeatureName
	}
	if f.Status == nil {
		return change{}, fault.New(fault.Invalid, "The request failed because 'status' field was not specified.")
	}
	i := slices.IndexFunc(plans, func(p plan) bool { return p.name == *f.Name })
	if i < 0 {
		return change{}, errFeatureName
	}
	c := change{feature: string(*f.Name), status: string(*f.Status), options: map[string]string{}}
	for _, o := range f.AdditionalConfiguration {
		if o.Name == nil || o.Status == nil || !slices.Contains(plans[i].options(), *o.Name) {
			return change{}, errOutOfRange
		}
		c.options[string(*o.Name)] = string(*o.Status)
	}
	return c, nil
}

// apply makes the changes on a detector that has its new status already.
func apply(d *store.Detector, changes []change, now time.Time) error {
	for _, c := range changes {
		if c.status == enabled && d.Status == disabled {
			return fault.New(fault.Invalid, "The request failed because you cannot enable a data source while the detector is disabled.")
		}
		f := d.Features[c.feature]
		if f.Status != c.status {
			f.Status, f.UpdatedAt = c.status, now
		}
		for option, status := range c.options {
			// An option has no effect without its feature: the service ignores it.
			if c.status == enabled || status == disabled {
				set(&f, option, status, now)
			}
		}
		d.Features[c.feature] = f
	}
	return nil
}

// set switches an option of a feature; its time is that of the last real change.
func set(f *store.Feature, option, status string, now time.Time) {
	if f.Options[option].Status == status {
		return
	}
	if f.Options == nil {
		f.Options = map[string]store.Feature{}
	}
	f.Options[option] = store.Feature{Status: status, UpdatedAt: now}
}

// featureResults tells all features. The foundations are as of now, whatever the
// detector's status.
func featureResults(d *store.Detector, now time.Time) []wire.DetectorFeatureConfigurationResult {
	var out []wire.DetectorFeatureConfigurationResult
	for _, name := range foundations {
		out = append(out, wire.DetectorFeatureConfigurationResult{Name: &name, Status: new(wire.FeatureStatusEnabled), UpdatedAt: &now})
	}
	for i := range plans {
		f := d.Features[string(plans[i].name)]
		out = append(out, wire.DetectorFeatureConfigurationResult{
			Name:                    new(wire.DetectorFeatureResult(plans[i].name)),
			Status:                  new(wire.FeatureStatus(f.Status)),
			UpdatedAt:               &f.UpdatedAt,
			AdditionalConfiguration: optionResults(&plans[i], f),
		})
	}
	return out
}

// optionResults is nil, which is written as null, for a feature that has no options.
func optionResults(p *plan, f store.Feature) []wire.DetectorAdditionalConfigurationResult {
	if len(p.options()) == 0 {
		return nil
	}
	out := []wire.DetectorAdditionalConfigurationResult{}
	for _, name := range p.options() {
		if o, ok := f.Options[string(name)]; ok {
			out = append(out, wire.DetectorAdditionalConfigurationResult{Name: &name, Status: new(wire.FeatureStatus(o.Status)), UpdatedAt: &o.UpdatedAt})
		}
	}
	return out
}
