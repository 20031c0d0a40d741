package guardduty

import (
	wire "picket/internal/awsgen/guardduty"
	"picket/internal/store"
)

// dataSources is the older view of a detector's features.
func dataSources(d *store.Detector) *wire.DataSourceConfigurationsResult {
	on := new(wire.DataSourceStatusEnabled)
	of := func(name wire.DetectorFeature) *wire.DataSourceStatus {
		return new(wire.DataSourceStatus(d.Features[string(name)].Status))
	}
	return &wire.DataSourceConfigurationsResult{
		CloudTrail: &wire.CloudTrailConfigurationResult{Status: on},
		DNSLogs:    &wire.DNSLogsConfigurationResult{Status: on},
		FlowLogs:   &wire.FlowLogsConfigurationResult{Status: on},
		S3Logs:     &wire.S3LogsConfigurationResult{Status: of(wire.DetectorFeatureS3DataEvents)},
		Kubernetes: &wire.KubernetesConfigurationResult{
			AuditLogs: &wire.KubernetesAuditLogsConfigurationResult{Status: of(wire.DetectorFeatureEksAuditLogs)},
		},
		MalwareProtection: &wire.MalwareProtectionConfigurationResult{
			ScanEc2InstanceWithFindings: &wire.ScanEc2InstanceWithFindingsResult{
				EbsVolumes: &wire.EbsVolumesResult{Status: of(wire.DetectorFeatureEbsMalwareProtection)},
			},
			ServiceRole: new(serviceRole(d.Scope, "malware-protection.guardduty", "AWSServiceRoleForAmazonGuardDutyMalwareProtection")),
		},
	}
}

// sourceChanges reads the older notation. What it leaves out stays as it is.
func sourceChanges(s *wire.DataSourceConfigurations) []change {
	var changes []change
	add := func(name wire.DetectorFeature, on *bool) {
		if on != nil {
			changes = append(changes, change{feature: string(name), status: status(*on)})
		}
	}
	if s.S3Logs != nil {
		add(wire.DetectorFeatureS3DataEvents, s.S3Logs.Enable)
	}
	if s.Kubernetes != nil && s.Kubernetes.AuditLogs != nil {
		add(wire.DetectorFeatureEksAuditLogs, s.Kubernetes.AuditLogs.Enable)
	}
	if m := s.MalwareProtection; m != nil && m.ScanEc2InstanceWithFindings != nil {
		add(wire.DetectorFeatureEbsMalwareProtection, m.ScanEc2InstanceWithFindings.EbsVolumes)
	}
	return changes
}
