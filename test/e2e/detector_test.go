package e2e

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/guardduty"
	"github.com/google/go-cmp/cmp"
)

func (c *client) getDetector(t *testing.T, id string) *guardduty.GetDetectorOutput {
	t.Helper()
	out, err := c.GetDetector(t.Context(), &guardduty.GetDetectorInput{DetectorId: &id})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func (c *client) update(t *testing.T, in *guardduty.UpdateDetectorInput) error {
	t.Helper()
	_, err := c.UpdateDetector(t.Context(), in)
	return err
}

func (c *client) listDetectors(t *testing.T) []string {
	t.Helper()
	out, err := c.ListDetectors(t.Context(), &guardduty.ListDetectorsInput{})
	if err != nil {
		t.Fatal(err)
	}
	return out.DetectorIds
}

func (c *client) deleteDetector(t *testing.T, id string) {
	t.Helper()
	if _, err := c.DeleteDetector(t.Context(), &guardduty.DeleteDetectorInput{DetectorId: &id}); err != nil {
		t.Fatal(err)
	}
}

func TestNewDetector(t *testing.T) { each(t, testNewDetector) }

func testNewDetector(t *testing.T, w *world) {
	c := w.admin
	before := time.Now().Add(-time.Second)
	id := c.detector(t)
	if !regexp.MustCompile(`^[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}$`).MatchString(id) {
		t.Errorf("id %q is no random UUID without dashes", id)
	}
	got := c.getDetector(t, id)
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
	role := "arn:aws:iam::" + adminAccount + ":role/aws-service-role/guardduty.amazonaws.com/AWSServiceRoleForAmazonGuardDuty"
	if *got.ServiceRole != role {
		t.Errorf("service role %s", *got.ServiceRole)
	}
	if *got.CreatedAt != *got.UpdatedAt || !regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`).MatchString(*got.CreatedAt) {
		t.Errorf("created %s, updated %s", *got.CreatedAt, *got.UpdatedAt)
	}
	if diff := cmp.Diff([]string{id}, c.listDetectors(t)); diff != "" {
		t.Errorf("list (-want +got):\n%s", diff)
	}
}

func TestDetectorsAreOfAccountAndRegion(t *testing.T) { each(t, testDetectorsAreOfAccountAndRegion) }

func testDetectorsAreOfAccountAndRegion(t *testing.T, w *world) {
	c := w.admin
	id := c.detector(t)
	for name, c := range map[string]*client{"another account": w.other, "another region": w.elsewhere(c)} {
		if ids := c.listDetectors(t); len(ids) != 0 {
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
	if got := c.getDetector(t, id); got.Status != "ENABLED" {
		t.Errorf("the detector is %s", got.Status)
	}
}

func TestSecondDetector(t *testing.T) { each(t, testSecondDetector) }

func testSecondDetector(t *testing.T, w *world) {
	c := w.admin
	token := func(s string) func(*guardduty.CreateDetectorInput) {
		return func(in *guardduty.CreateDetectorInput) { in.ClientToken = &s }
	}
	id := c.detector(t, token("one"))
	again := c.detector(t, token("one"), func(in *guardduty.CreateDetectorInput) { in.Enable = aws.Bool(false) })
	if again != id || c.getDetector(t, id).Status != "ENABLED" {
		t.Errorf("the same token made %s of %s", again, id)
	}
	_, err := c.CreateDetector(t.Context(), &guardduty.CreateDetectorInput{Enable: aws.Bool(true), ClientToken: aws.String("two"), Tags: map[string]string{"a": "b"}})
	refused(t, err, "BadRequestException", "The request is rejected because a detector already exists for the current account.")
	if got := c.getDetector(t, id); len(got.Tags) != 0 {
		t.Errorf("the refused call left tags %v", got.Tags)
	}
}

func TestUpdateDetectorChangesWhatIsGiven(t *testing.T) {
	each(t, testUpdateDetectorChangesWhatIsGiven)
}

func testUpdateDetectorChangesWhatIsGiven(t *testing.T, w *world) {
	c := w.admin
	id := c.detector(t)
	if err := c.update(t, &guardduty.UpdateDetectorInput{DetectorId: &id, FindingPublishingFrequency: "ONE_HOUR"}); err != nil {
		t.Fatal(err)
	}
	if err := c.update(t, &guardduty.UpdateDetectorInput{DetectorId: &id, Enable: aws.Bool(false)}); err != nil {
		t.Fatal(err)
	}
	if err := c.update(t, &guardduty.UpdateDetectorInput{DetectorId: &id}); err != nil {
		t.Errorf("an empty update: %v", err)
	}
	got := c.getDetector(t, id)
	if got.Status != "DISABLED" || got.FindingPublishingFrequency != "ONE_HOUR" || *got.UpdatedAt <= *got.CreatedAt {
		t.Errorf("status %s, frequency %s, updated %s, created %s", got.Status, got.FindingPublishingFrequency, *got.UpdatedAt, *got.CreatedAt)
	}
	if diff := cmp.Diff(defaults, statuses(got)); diff != "" {
		t.Errorf("features of a suspended detector (-want +got):\n%s", diff)
	}
}

func TestDeleteDetector(t *testing.T) { each(t, testDeleteDetector) }

func testDeleteDetector(t *testing.T, w *world) {
	c := w.admin
	token := func(in *guardduty.CreateDetectorInput) { in.ClientToken = aws.String("one") }
	id := c.detector(t, token)
	c.deleteDetector(t, id)
	_, err := c.DeleteDetector(t.Context(), &guardduty.DeleteDetectorInput{DetectorId: &id})
	refused(t, err, "BadRequestException", notOwned)
	if next := c.detector(t, token); next == id {
		t.Error("the token outlived the detector it made")
	}
}

func TestDetectorIDsRefused(t *testing.T) { each(t, testDetectorIDsRefused) }

func testDetectorIDsRefused(t *testing.T, w *world) {
	c := w.admin
	for id, want := range map[string]string{
		unknownID:                  notOwned,
		strings.ToUpper(unknownID): invalidDetector,
		"x":                        invalidDetector,
	} {
		_, err := c.GetDetector(t.Context(), &guardduty.GetDetectorInput{DetectorId: &id})
		refused(t, err, "BadRequestException", want)
		refused(t, c.update(t, &guardduty.UpdateDetectorInput{DetectorId: &id}), "BadRequestException", want)
		_, err = c.DeleteDetector(t.Context(), &guardduty.DeleteDetectorInput{DetectorId: &id})
		refused(t, err, "BadRequestException", want)
	}
}
