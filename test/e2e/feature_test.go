package e2e

import (
	"maps"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/guardduty"
	"github.com/aws/aws-sdk-go-v2/service/guardduty/types"
	"github.com/google/go-cmp/cmp"
)

// statuses are a detector's features as one map, options as FEATURE/OPTION.
func statuses(out *guardduty.GetDetectorOutput) map[string]string {
	m := map[string]string{}
	for _, f := range out.Features {
		m[string(f.Name)] = string(f.Status)
		for _, o := range f.AdditionalConfiguration {
			m[string(f.Name)+"/"+string(o.Name)] = string(o.Status)
		}
	}
	return m
}

// defaults are the recorded statuses of a new detector.
var defaults = map[string]string{
	"CLOUD_TRAIL": "ENABLED", "DNS_LOGS": "ENABLED", "FLOW_LOGS": "ENABLED", "S3_DATA_EVENTS": "ENABLED", "EKS_AUDIT_LOGS": "ENABLED",
	"EBS_MALWARE_PROTECTION": "ENABLED", "RDS_LOGIN_EVENTS": "ENABLED", "AI_PROTECTION": "DISABLED", "AI_ANALYST": "DISABLED",
	"EKS_RUNTIME_MONITORING": "DISABLED", "EKS_RUNTIME_MONITORING/EKS_ADDON_MANAGEMENT": "DISABLED", "LAMBDA_NETWORK_LOGS": "ENABLED",
	"RUNTIME_MONITORING": "DISABLED", "RUNTIME_MONITORING/EKS_ADDON_MANAGEMENT": "DISABLED",
	"RUNTIME_MONITORING/ECS_FARGATE_AGENT_MANAGEMENT": "DISABLED", "RUNTIME_MONITORING/EC2_AGENT_MANAGEMENT": "DISABLED",
}

// with is the defaults with some changed, given as name, status, name, status …
func with(pairs ...string) map[string]string {
	m := maps.Clone(defaults)
	for p := range slices.Chunk(pairs, 2) {
		m[p[0]] = p[1]
	}
	return m
}

func TestConfigureDetector(t *testing.T) { each(t, testConfigureDetector) }

func testConfigureDetector(t *testing.T, w *world) {
	feature := func(name types.DetectorFeature, status types.FeatureStatus, options ...types.DetectorAdditionalConfiguration) []types.DetectorFeatureConfiguration {
		return []types.DetectorFeatureConfiguration{{Name: name, Status: status, AdditionalConfiguration: options}}
	}
	addon := types.DetectorAdditionalConfiguration{Name: "EKS_ADDON_MANAGEMENT", Status: "ENABLED"}
	sources := &types.DataSourceConfigurations{
		S3Logs:            &types.S3LogsConfiguration{Enable: aws.Bool(false)},
		Kubernetes:        &types.KubernetesConfiguration{AuditLogs: &types.KubernetesAuditLogsConfiguration{Enable: aws.Bool(false)}},
		MalwareProtection: &types.MalwareProtectionConfiguration{ScanEc2InstanceWithFindings: &types.ScanEc2InstanceWithFindings{EbsVolumes: aws.Bool(false)}},
	}
	for _, tc := range []struct {
		name     string
		sources  *types.DataSourceConfigurations
		features []types.DetectorFeatureConfiguration
		want     map[string]string
	}{
		{"nothing", nil, nil, defaults},
		{"sources", sources, nil, with("S3_DATA_EVENTS", "DISABLED", "EKS_AUDIT_LOGS", "DISABLED", "EBS_MALWARE_PROTECTION", "DISABLED")},
		{"a feature", nil, feature("S3_DATA_EVENTS", "DISABLED"), with("S3_DATA_EVENTS", "DISABLED")},
		{"an option", nil, feature("RUNTIME_MONITORING", "ENABLED", addon), with("RUNTIME_MONITORING", "ENABLED", "RUNTIME_MONITORING/EKS_ADDON_MANAGEMENT", "ENABLED")},
		{"an option of a feature that is off", nil, feature("RUNTIME_MONITORING", "DISABLED", addon), defaults},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := newWorld(t, w.store).admin
			id := c.detector(t, func(in *guardduty.CreateDetectorInput) { in.DataSources, in.Features = tc.sources, tc.features })
			if diff := cmp.Diff(tc.want, statuses(c.getDetector(t, id))); diff != "" {
				t.Errorf("created (-want +got):\n%s", diff)
			}
			c.deleteDetector(t, id)
			id = c.detector(t)
			if err := c.update(t, &guardduty.UpdateDetectorInput{DetectorId: &id, DataSources: tc.sources, Features: tc.features}); err != nil {
				t.Fatal(err)
			}
			got := c.getDetector(t, id)
			if diff := cmp.Diff(tc.want, statuses(got)); diff != "" {
				t.Errorf("updated (-want +got):\n%s", diff)
			}
			older := map[string]types.DataSourceStatus{
				"CLOUD_TRAIL": got.DataSources.CloudTrail.Status, "DNS_LOGS": got.DataSources.DNSLogs.Status, "FLOW_LOGS": got.DataSources.FlowLogs.Status,
				"S3_DATA_EVENTS": got.DataSources.S3Logs.Status, "EKS_AUDIT_LOGS": got.DataSources.Kubernetes.AuditLogs.Status,
				"EBS_MALWARE_PROTECTION": got.DataSources.MalwareProtection.ScanEc2InstanceWithFindings.EbsVolumes.Status,
			}
			for name, status := range older {
				if string(status) != tc.want[name] {
					t.Errorf("data source of %s is %s, want %s", name, status, tc.want[name])
				}
			}
		})
	}
}

func TestConfigurationRefused(t *testing.T) { each(t, testConfigurationRefused) }

func testConfigurationRefused(t *testing.T, w *world) {
	off := &types.DataSourceConfigurations{S3Logs: &types.S3LogsConfiguration{Enable: aws.Bool(false)}}
	const suspended = "The request failed because you cannot enable a data source while the detector is disabled."
	for _, tc := range []struct {
		name string
		in   guardduty.UpdateDetectorInput
		want string
	}{
		{"both notations", guardduty.UpdateDetectorInput{DataSources: off, Features: []types.DetectorFeatureConfiguration{{Name: "S3_DATA_EVENTS", Status: "DISABLED"}}}, outOfRange},
		{"both runtimes", guardduty.UpdateDetectorInput{Features: []types.DetectorFeatureConfiguration{{Name: "RUNTIME_MONITORING", Status: "DISABLED"}, {Name: "EKS_RUNTIME_MONITORING", Status: "DISABLED"}}},
			"The request was rejected because EKS_RUNTIME_MONITORING and RUNTIME_MONITORING cannot be provided in the same request."},
		{"unknown feature", guardduty.UpdateDetectorInput{Features: []types.DetectorFeatureConfiguration{{Name: "NONE", Status: "ENABLED"}}},
			"The request failed because one or more provided feature names are invalid."},
		{"a foundation", guardduty.UpdateDetectorInput{Features: []types.DetectorFeatureConfiguration{{Name: "FLOW_LOGS", Status: "DISABLED"}}},
			"The request failed because one or more provided feature names are invalid."},
		{"no feature's name", guardduty.UpdateDetectorInput{Features: []types.DetectorFeatureConfiguration{{Status: "ENABLED"}}},
			"The request failed because one or more provided feature names are invalid."},
		{"no status", guardduty.UpdateDetectorInput{Features: []types.DetectorFeatureConfiguration{{Name: "S3_DATA_EVENTS"}}},
			"The request failed because 'status' field was not specified."},
		{"another feature's option", guardduty.UpdateDetectorInput{Features: []types.DetectorFeatureConfiguration{{Name: "S3_DATA_EVENTS", Status: "ENABLED",
			AdditionalConfiguration: []types.DetectorAdditionalConfiguration{{Name: "EKS_ADDON_MANAGEMENT", Status: "ENABLED"}}}}}, outOfRange},
		{"unknown frequency", guardduty.UpdateDetectorInput{FindingPublishingFrequency: "DAILY"},
			"Invalid parameter findingPublishingFrequency. Valid values include: [FIFTEEN_MINUTES, SIX_HOURS, ONE_HOUR]"},
		{"enabling while suspended", guardduty.UpdateDetectorInput{Enable: aws.Bool(false), Features: []types.DetectorFeatureConfiguration{{Name: "S3_DATA_EVENTS", Status: "ENABLED"}}}, suspended},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := newWorld(t, w.store).admin
			id := c.detector(t)
			tc.in.DetectorId = &id
			refused(t, c.update(t, &tc.in), "BadRequestException", tc.want)
			got := c.getDetector(t, id)
			if diff := cmp.Diff(defaults, statuses(got)); diff != "" || got.Status != "ENABLED" || *got.UpdatedAt != *got.CreatedAt {
				t.Errorf("the refused call changed something: status %s\n%s", got.Status, diff)
			}
		})
	}
}
