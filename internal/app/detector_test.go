package app

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/guardduty"
	"github.com/aws/aws-sdk-go-v2/service/guardduty/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"picket/internal/access"
	"picket/internal/store"
)

const (
	notOwned   = "The request is rejected because the input detectorId is not owned by the current account."
	outOfRange = "The request is rejected because an invalid or out-of-range value is specified as an input parameter."
	unknownID  = "f1649fda76364cde9c4d2850835e02c3"
)

// refused checks the class and the message that the SDK makes of an error.
func refused(t *testing.T, err error, class, message string) {
	t.Helper()
	var e smithy.APIError
	if !errors.As(err, &e) {
		t.Errorf("got %v, want %s", err, class)
		return
	}
	if e.ErrorCode() != class || e.ErrorMessage() != message {
		t.Errorf("got %s: %s\nwant %s: %s", e.ErrorCode(), e.ErrorMessage(), class, message)
	}
}

type bench struct {
	*testing.T
	app          *App
	first, other *guardduty.Client
}

func newBench(t *testing.T) *bench {
	a := serve(t, t.TempDir(), nil)
	return &bench{t, a, client(a.URL(), region, firstKey, secret), client(a.URL(), region, otherKey, secret)}
}

// create makes the first account's detector.
func (b *bench) create(change ...func(*guardduty.CreateDetectorInput)) string {
	b.Helper()
	in := &guardduty.CreateDetectorInput{Enable: aws.Bool(true)}
	for _, f := range change {
		f(in)
	}
	out, err := b.first.CreateDetector(b.Context(), in)
	if err != nil {
		b.Fatal(err)
	}
	return *out.DetectorId
}

func (b *bench) get(id string) *guardduty.GetDetectorOutput {
	b.Helper()
	out, err := b.first.GetDetector(b.Context(), &guardduty.GetDetectorInput{DetectorId: &id})
	if err != nil {
		b.Fatal(err)
	}
	return out
}

func (b *bench) update(in *guardduty.UpdateDetectorInput) error {
	_, err := b.first.UpdateDetector(b.Context(), in)
	return err
}

func (b *bench) list(c *guardduty.Client) []string {
	b.Helper()
	out, err := c.ListDetectors(b.Context(), &guardduty.ListDetectorsInput{})
	if err != nil {
		b.Fatal(err)
	}
	return out.DetectorIds
}

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

func TestNewDetector(t *testing.T) {
	b := newBench(t)
	before := time.Now().Add(-time.Second)
	id := b.create()
	if !regexp.MustCompile(`^[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}$`).MatchString(id) {
		t.Errorf("id %q is no random UUID without dashes", id)
	}
	got := b.get(id)
	if diff := cmp.Diff(defaults, statuses(got)); diff != "" {
		t.Errorf("features (-want +got):\n%s", diff)
	}
	order := []string{"CLOUD_TRAIL", "DNS_LOGS", "FLOW_LOGS", "S3_DATA_EVENTS", "EKS_AUDIT_LOGS", "EBS_MALWARE_PROTECTION", "RDS_LOGIN_EVENTS",
		"AI_PROTECTION", "AI_ANALYST", "EKS_RUNTIME_MONITORING", "LAMBDA_NETWORK_LOGS", "RUNTIME_MONITORING"}
	for i, f := range got.Features {
		if string(f.Name) != order[i] || f.UpdatedAt == nil || f.UpdatedAt.Before(before) {
			t.Errorf("feature %d is %s of %v, want %s of now", i, f.Name, f.UpdatedAt, order[i])
		}
	}
	if got.Status != "ENABLED" || got.FindingPublishingFrequency != "SIX_HOURS" || len(got.Tags) != 0 {
		t.Errorf("status %s, frequency %s, tags %v", got.Status, got.FindingPublishingFrequency, got.Tags)
	}
	role := "arn:aws:iam::" + firstAccount + ":role/aws-service-role/guardduty.amazonaws.com/AWSServiceRoleForAmazonGuardDuty"
	if *got.ServiceRole != role {
		t.Errorf("service role %s", *got.ServiceRole)
	}
	if *got.CreatedAt != *got.UpdatedAt || !regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`).MatchString(*got.CreatedAt) {
		t.Errorf("created %s, updated %s", *got.CreatedAt, *got.UpdatedAt)
	}
	if diff := cmp.Diff([]string{id}, b.list(b.first)); diff != "" {
		t.Errorf("list (-want +got):\n%s", diff)
	}
}

func TestDetectorsAreOfAccountAndRegion(t *testing.T) {
	b := newBench(t)
	id := b.create()
	elsewhere := client(b.app.URL(), "us-east-1", firstKey, secret)
	for name, c := range map[string]*guardduty.Client{"another account": b.other, "another region": elsewhere} {
		if ids := b.list(c); len(ids) != 0 {
			t.Errorf("%s lists %v", name, ids)
		}
		_, err := c.GetDetector(t.Context(), &guardduty.GetDetectorInput{DetectorId: &id})
		refused(t, err, "BadRequestException", notOwned)
		_, err = c.UpdateDetector(t.Context(), &guardduty.UpdateDetectorInput{DetectorId: &id, Enable: aws.Bool(false)})
		refused(t, err, "BadRequestException", notOwned)
		_, err = c.DeleteDetector(t.Context(), &guardduty.DeleteDetectorInput{DetectorId: &id})
		refused(t, err, "BadRequestException", notOwned)
		if _, err := c.CreateDetector(t.Context(), &guardduty.CreateDetectorInput{Enable: aws.Bool(true)}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got := b.get(id); got.Status != "ENABLED" {
		t.Errorf("the detector is %s", got.Status)
	}
}

func TestSecondDetector(t *testing.T) {
	b := newBench(t)
	token := func(s string) func(*guardduty.CreateDetectorInput) {
		return func(in *guardduty.CreateDetectorInput) { in.ClientToken = &s }
	}
	id := b.create(token("one"))
	again := b.create(token("one"), func(in *guardduty.CreateDetectorInput) { in.Enable = aws.Bool(false) })
	if again != id || b.get(id).Status != "ENABLED" {
		t.Errorf("the same token made %s of %s", again, id)
	}
	_, err := b.first.CreateDetector(t.Context(), &guardduty.CreateDetectorInput{Enable: aws.Bool(true), ClientToken: aws.String("two"), Tags: map[string]string{"a": "b"}})
	refused(t, err, "BadRequestException", "The request is rejected because a detector already exists for the current account.")
	if got := b.get(id); len(got.Tags) != 0 {
		t.Errorf("the refused call left tags %v", got.Tags)
	}
}

func TestConfigureDetector(t *testing.T) {
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
			b := newBench(t)
			id := b.create(func(in *guardduty.CreateDetectorInput) { in.DataSources, in.Features = tc.sources, tc.features })
			if diff := cmp.Diff(tc.want, statuses(b.get(id))); diff != "" {
				t.Errorf("created (-want +got):\n%s", diff)
			}
			b = newBench(t)
			id = b.create()
			if err := b.update(&guardduty.UpdateDetectorInput{DetectorId: &id, DataSources: tc.sources, Features: tc.features}); err != nil {
				t.Fatal(err)
			}
			got := b.get(id)
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

func TestConfigurationRefused(t *testing.T) {
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
			b := newBench(t)
			id := b.create()
			tc.in.DetectorId = &id
			refused(t, b.update(&tc.in), "BadRequestException", tc.want)
			got := b.get(id)
			if diff := cmp.Diff(defaults, statuses(got)); diff != "" || got.Status != "ENABLED" || *got.UpdatedAt != *got.CreatedAt {
				t.Errorf("the refused call changed something: status %s\n%s", got.Status, diff)
			}
		})
	}
}

func TestUpdateDetectorChangesWhatIsGiven(t *testing.T) {
	b := newBench(t)
	id := b.create()
	if err := b.update(&guardduty.UpdateDetectorInput{DetectorId: &id, FindingPublishingFrequency: "ONE_HOUR"}); err != nil {
		t.Fatal(err)
	}
	if err := b.update(&guardduty.UpdateDetectorInput{DetectorId: &id, Enable: aws.Bool(false)}); err != nil {
		t.Fatal(err)
	}
	if err := b.update(&guardduty.UpdateDetectorInput{DetectorId: &id}); err != nil {
		t.Errorf("an empty update: %v", err)
	}
	got := b.get(id)
	if got.Status != "DISABLED" || got.FindingPublishingFrequency != "ONE_HOUR" || *got.UpdatedAt <= *got.CreatedAt {
		t.Errorf("status %s, frequency %s, updated %s, created %s", got.Status, got.FindingPublishingFrequency, *got.UpdatedAt, *got.CreatedAt)
	}
	if diff := cmp.Diff(defaults, statuses(got)); diff != "" {
		t.Errorf("features of a suspended detector (-want +got):\n%s", diff)
	}
}

func TestDeleteDetector(t *testing.T) {
	b := newBench(t)
	token := func(in *guardduty.CreateDetectorInput) { in.ClientToken = aws.String("one") }
	id := b.create(token)
	in := &guardduty.DeleteDetectorInput{DetectorId: &id}
	member := &store.Member{Meta: store.Meta{Scope: store.Scope{Region: region, Account: firstAccount}, ID: otherAccount}}
	for _, status := range []string{store.MemberInvited, store.MemberEnabled, store.MemberDisabled, store.MemberResigned} {
		member.Status = status
		if err := b.app.db.Write(t.Context(), func(tx *store.Tx) error { return store.Members.Put(tx, member) }); err != nil {
			t.Fatal(err)
		}
		_, err := b.first.DeleteDetector(t.Context(), in)
		if status == store.MemberResigned {
			if err != nil {
				t.Error(err)
			}
			continue
		}
		refused(t, err, "BadRequestException", "The request is rejected because the current account cannot delete detector while it has invited or associated members.")
	}
	_, err := b.first.DeleteDetector(t.Context(), in)
	refused(t, err, "BadRequestException", notOwned)
	if next := b.create(token); next == id {
		t.Error("the token outlived the detector it made")
	}
}

func TestDetectorIDsRefused(t *testing.T) {
	b := newBench(t)
	for id, want := range map[string]string{
		unknownID:                  notOwned,
		strings.ToUpper(unknownID): "The request is rejected because the parameter detectorId has an invalid value.",
		"x":                        "The request is rejected because the parameter detectorId has an invalid value.",
	} {
		_, err := b.first.GetDetector(t.Context(), &guardduty.GetDetectorInput{DetectorId: &id})
		refused(t, err, "BadRequestException", want)
		refused(t, b.update(&guardduty.UpdateDetectorInput{DetectorId: &id}), "BadRequestException", want)
		_, err = b.first.DeleteDetector(t.Context(), &guardduty.DeleteDetectorInput{DetectorId: &id})
		refused(t, err, "BadRequestException", want)
	}
}

func TestStrangersAreRefused(t *testing.T) {
	b := newBench(t)
	create := func(key, secret string) error {
		_, err := client(b.app.URL(), region, key, secret).CreateDetector(t.Context(), &guardduty.CreateDetectorInput{Enable: aws.Bool(true)})
		return err
	}
	class := func(err error, want string) {
		t.Helper()
		var e smithy.APIError
		if !errors.As(err, &e) || e.ErrorCode() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	class(create(firstKey, "another-secret"), "InvalidSignatureException")
	class(create("NOKEY", secret), "UnrecognizedClientException")
	resp, err := http.Post(b.app.URL()+"/detector", "application/json", strings.NewReader(`{"enable":true}`))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != 403 || resp.Header.Get("X-Amzn-ErrorType") != "MissingAuthenticationTokenException" {
		t.Errorf("unsigned: status %d, %s", resp.StatusCode, resp.Header.Get("X-Amzn-ErrorType"))
	}

	made, err := b.app.ring.Create(context.Background(), access.NewKey{Account: firstAccount, User: "reader", At: time.Now(),
		Policy: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"guardduty:List*","Resource":"*"}]}`})
	if err != nil {
		t.Fatal(err)
	}
	refused(t, create(made.ID, made.Secret), "AccessDeniedException", "User: arn:aws:iam::"+firstAccount+":user/reader is not authorized to perform: "+
		"guardduty:CreateDetector on resource: arn:aws:guardduty:"+region+":"+firstAccount+":detector/* because no identity-based policy allows the guardduty:CreateDetector action")
	if ids := b.list(client(b.app.URL(), region, made.ID, made.Secret)); len(ids) != 0 {
		t.Errorf("a refused call made %v", ids)
	}
}
