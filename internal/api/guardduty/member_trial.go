package guardduty

import (
	"context"
	"time"

	wire "picket/internal/awsgen/guardduty"
	"picket/internal/store"
)

// trialDays is how long a data source is free after it was switched on.
const trialDays = 30

// trials are the features that a trial is told of, by the feature that has to
// be on for it: runtime monitoring has one trial for each kind of host. They
// are in the order of the answer.
var trials = []struct {
	of wire.DetectorFeature // "" is a foundation, which is always on
	as wire.FreeTrialFeatureResult
}{
	{"", wire.FreeTrialFeatureResultCloudTrail},
	{"", wire.FreeTrialFeatureResultDnsLogs},
	{"", wire.FreeTrialFeatureResultFlowLogs},
	{wire.DetectorFeatureS3DataEvents, wire.FreeTrialFeatureResultS3DataEvents},
	{wire.DetectorFeatureEksAuditLogs, wire.FreeTrialFeatureResultEksAuditLogs},
	{wire.DetectorFeatureEbsMalwareProtection, wire.FreeTrialFeatureResultEbsMalwareProtection},
	{wire.DetectorFeatureRdsLoginEvents, wire.FreeTrialFeatureResultRdsLoginEvents},
	{wire.DetectorFeatureAiProtection, wire.FreeTrialFeatureResultAiProtection},
	{wire.DetectorFeatureEksRuntimeMonitoring, wire.FreeTrialFeatureResultEksRuntimeMonitoring},
	{wire.DetectorFeatureLambdaNetworkLogs, wire.FreeTrialFeatureResultLambdaNetworkLogs},
	{wire.DetectorFeatureRuntimeMonitoring, wire.FreeTrialFeatureResultFargateRuntimeMonitoring},
	{wire.DetectorFeatureRuntimeMonitoring, wire.FreeTrialFeatureResultEc2RuntimeMonitoring},
}

// getFreeTrials answers for the caller's own account too.
func (a *API) getFreeTrials(ctx context.Context, in *wire.GetRemainingFreeTrialDaysInput) (*wire.GetRemainingFreeTrialDaysOutput, error) {
	out := &wire.GetRemainingFreeTrialDaysOutput{Accounts: []wire.AccountFreeTrialInfo{}}
	err := a.db.Read(ctx, func(tx *store.Tx) error {
		s := scopeOf(ctx)
		own, err := ownDetector(tx, s, *in.DetectorId)
		if err != nil {
			return err
		}
		out.UnprocessedAccounts, err = eachAccount(in.AccountIds, func(account string) (why string, err error) {
			d := own
			if account != s.Account {
				if d, why, err = memberDetector(tx, s, account); err != nil || why != "" {
					return why, err
				}
			}
			out.Accounts = append(out.Accounts, freeTrial(&d, tx.Now))
			return "", nil
		})
		return err
	})
	return out, err
}

// freeTrial counts the days that are left of what is on. What is off has no
// days.
func freeTrial(d *store.Detector, now time.Time) wire.AccountFreeTrialInfo {
	left := map[wire.FreeTrialFeatureResult]*wire.DataSourceFreeTrial{}
	info := wire.AccountFreeTrialInfo{AccountId: &d.Account}
	for _, t := range trials {
		since := d.CreatedAt
		if t.of != "" {
			f := d.Features[string(t.of)]
			if f.Status != enabled {
				continue
			}
			since = f.UpdatedAt
		}
		days := int32(max(0, trialDays-now.Sub(since)/(24*time.Hour)))
		left[t.as] = &wire.DataSourceFreeTrial{FreeTrialDaysRemaining: &days}
		info.Features = append(info.Features, wire.FreeTrialFeatureConfigurationResult{Name: new(t.as), FreeTrialDaysRemaining: &days})
	}
	info.DataSources = &wire.DataSourcesFreeTrial{
		CloudTrail:        left[wire.FreeTrialFeatureResultCloudTrail],
		DnsLogs:           left[wire.FreeTrialFeatureResultDnsLogs],
		FlowLogs:          left[wire.FreeTrialFeatureResultFlowLogs],
		S3Logs:            left[wire.FreeTrialFeatureResultS3DataEvents],
		Kubernetes:        &wire.KubernetesDataSourceFreeTrial{AuditLogs: left[wire.FreeTrialFeatureResultEksAuditLogs]},
		MalwareProtection: &wire.MalwareProtectionDataSourceFreeTrial{ScanEc2InstanceWithFindings: left[wire.FreeTrialFeatureResultEbsMalwareProtection]},
	}
	return info
}
