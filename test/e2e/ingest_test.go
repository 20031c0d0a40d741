package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/guardduty"
	"github.com/aws/aws-sdk-go-v2/service/guardduty/types"
)

// stopLogging is a CloudTrail record that raises one finding.
func stopLogging(account, region string, minute int) string {
	return fmt.Sprintf(`{"eventVersion":"1.08","userIdentity":{"type":"IAMUser","principalId":"AIDA1","arn":"arn:aws:iam::%[1]s:user/mallory","accountId":%[1]q,"accessKeyId":"AKIA1","userName":"mallory"},`+
		`"eventTime":"2026-01-05T00:%02[3]d:00Z","eventSource":"cloudtrail.amazonaws.com","eventName":"StopLogging","awsRegion":%[2]q,"sourceIPAddress":"198.51.100.7","userAgent":"aws-cli/2","requestParameters":{"name":"main"},`+
		`"responseElements":null,"requestID":"r%[3]d","eventID":"0f8fad5b-d9cb-469f-a165-7086772895%02[3]d","readOnly":false,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":%[1]q,"eventCategory":"Management"}`,
		account, region, minute)
}

// getObject is a CloudTrail record of an S3 data event, which raises nothing.
func getObject(account, region, bucket string) string {
	return fmt.Sprintf(`{"eventVersion":"1.08","userIdentity":{"type":"IAMUser","principalId":"AIDA2","arn":"arn:aws:iam::%[1]s:user/ann","accountId":%[1]q,"userName":"ann"},"eventTime":"2026-01-05T00:00:00Z",`+
		`"eventSource":"s3.amazonaws.com","eventName":"GetObject","awsRegion":%[2]q,"sourceIPAddress":"198.51.100.8","userAgent":"aws-cli/2","requestParameters":{"bucketName":%[3]q,"key":"k"},"eventID":"1f8fad5b-d9cb-469f-a165-708677289500",`+
		`"readOnly":true,"managementEvent":false,"eventCategory":"Data","recipientAccountId":%[1]q}`, account, region, bucket)
}

func records(all ...string) string { return `{"Records":[` + strings.Join(all, ",") + `]}` }

// logs writes files, given as name, content, name, content …, into a new directory.
func logs(t *testing.T, files ...string) string {
	t.Helper()
	dir := t.TempDir()
	for f := range slices.Chunk(files, 2) {
		if err := os.WriteFile(filepath.Join(dir, f[0]), []byte(f[1]), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// A scanned is how a scan ended.
type scanned struct {
	code        int
	out, errors string
}

// scanTo scans a directory and sends what is found to the world's server, with
// the key of an account.
func (w *world) scanTo(t *testing.T, account, dir string, args ...string) scanned {
	t.Helper()
	return w.scanWith(t, keyOf(account), secret, dir, args...)
}

func (w *world) scanWith(t *testing.T, key, secret, dir string, args ...string) scanned {
	t.Helper()
	cmd := exec.Command(program, append([]string{"scan", "--format", "json", "--to", w.url, "--region", w.region, dir}, args...)...)
	cmd.Env = append(os.Environ(), "AWS_ACCESS_KEY_ID="+key, "AWS_SECRET_ACCESS_KEY="+secret, "XDG_DATA_HOME="+t.TempDir())
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var exited *exec.ExitError
	if err != nil && !errors.As(err, &exited) {
		t.Fatal(err)
	}
	return scanned{cmd.ProcessState.ExitCode(), out.String(), errs.String()}
}

func (s scanned) want(t *testing.T, code int, texts ...string) {
	t.Helper()
	if s.code != code {
		t.Errorf("exit %d, want %d\n%s", s.code, code, s.errors)
	}
	for _, text := range texts {
		if !strings.Contains(s.errors, text) {
			t.Errorf("it does not say\n%s\nbut\n%s", text, s.errors)
		}
	}
}

// all are the account's findings, archived ones too.
func (c *client) all(t *testing.T, detector string) []types.Finding {
	t.Helper()
	out := c.list(t, guardduty.ListFindingsInput{DetectorId: &detector})
	if len(out.FindingIds) == 0 {
		return nil
	}
	return c.get(t, detector, out.FindingIds...)
}

// spent is what usage statistics say, by the names that they go by.
func (c *client) spent(t *testing.T, detector string, by types.UsageStatisticType) map[string]float64 {
	t.Helper()
	out, err := c.GetUsageStatistics(t.Context(), &guardduty.GetUsageStatisticsInput{DetectorId: &detector, UsageStatisticType: by, UsageCriteria: &types.UsageCriteria{}})
	if err != nil {
		t.Fatal(err)
	}
	sums := map[string]float64{}
	note := func(name string, total *types.Total) {
		v, err := strconv.ParseFloat(*total.Amount, 64)
		if err != nil {
			t.Error(err)
		}
		sums[name] = v
	}
	for _, r := range out.UsageStatistics.SumByFeature {
		note(string(r.Feature), r.Total)
	}
	for _, r := range out.UsageStatistics.SumByResource {
		note(*r.Resource, r.Total)
	}
	for _, r := range out.UsageStatistics.SumByAccount {
		note(*r.AccountId, r.Total)
	}
	return sums
}

func TestScanTo(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.admin
		dir := logs(t, "a.json", records(stopLogging(c.Account, w.region, 1), getObject(c.Account, w.region, "a-bucket")))
		w.scanTo(t, c.Account, dir).want(t, 1, fmt.Sprintf("of account %q in %q: account %s has no detector in %s", c.Account, w.region, c.Account, w.region))
		d := c.detector(t)
		w.scanTo(t, c.Account, dir).want(t, 2, "took 1 new finding, 0 that go on and 0 that it knew; 2 records were counted")
		first := c.all(t, d)
		if len(first) != 1 {
			t.Fatalf("%d findings", len(first))
		}
		f := first[0]
		if *f.Type != "Stealth:IAMUser/CloudTrailLoggingDisabled" || *f.AccountId != c.Account || *f.Region != w.region || *f.Service.DetectorId != d ||
			*f.Service.Count != 1 || *f.Service.Archived || *f.Service.EventFirstSeen != "2026-01-05T00:01:00.000Z" ||
			!strings.HasPrefix(*f.Arn, "arn:aws:guardduty:"+w.region+":"+c.Account+":detector/"+d+"/finding/") {
			t.Errorf("finding %s of %s in %s, count %d, first %s, %s", *f.Type, *f.AccountId, *f.Region, *f.Service.Count, *f.Service.EventFirstSeen, *f.Arn)
		}
		features := c.spent(t, d, types.UsageStatisticTypeSumByFeatures)
		if len(features) != 2 || features["CLOUD_TRAIL"] <= 0 || features["S3_DATA_EVENTS"] <= 0 {
			t.Errorf("usage by feature: %v", features)
		}
		if r := c.spent(t, d, types.UsageStatisticTypeSumByResource); len(r) != 1 || r["a-bucket"] <= 0 {
			t.Errorf("usage by resource: %v", r)
		}

		w.scanTo(t, c.Account, dir).want(t, 2, "took 0 new findings, 0 that go on and 1 that it knew; 0 records were counted")
		if again := c.all(t, d); len(again) != 1 || *again[0].Service.Count != 1 || *again[0].UpdatedAt != *f.UpdatedAt {
			t.Errorf("the same logs changed the finding: count %d, updated %s, before %s", *again[0].Service.Count, *again[0].UpdatedAt, *f.UpdatedAt)
		}
		if again := c.spent(t, d, types.UsageStatisticTypeSumByFeatures); again["CLOUD_TRAIL"] != features["CLOUD_TRAIL"] {
			t.Errorf("the same logs are counted again: %v, before %v", again, features)
		}

		more := logs(t, "b.json", records(stopLogging(c.Account, w.region, 2), stopLogging(c.Account, w.region, 3)))
		w.scanTo(t, c.Account, more).want(t, 2, "took 0 new findings, 1 that go on and 0 that it knew; 2 records were counted")
		if grown := c.all(t, d); len(grown) != 1 || *grown[0].Service.Count != 3 || *grown[0].Service.EventLastSeen != "2026-01-05T00:03:00.000Z" {
			t.Errorf("later logs: %d findings, count %d until %s", len(grown), *grown[0].Service.Count, *grown[0].Service.EventLastSeen)
		}
		if other := w.other.detector(t); len(w.other.all(t, other)) != 0 || len(w.other.spent(t, other, types.UsageStatisticTypeSumByAccount)) != 0 {
			t.Error("a stranger sees findings or usage")
		}
	})
}

func TestScanToSwitchedOff(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.admin
		d := c.detector(t, func(in *guardduty.CreateDetectorInput) {
			in.Features = []types.DetectorFeatureConfiguration{{Name: types.DetectorFeatureS3DataEvents, Status: types.FeatureStatusDisabled}}
		})
		dir := logs(t, "a.json", records(stopLogging(c.Account, w.region, 1), getObject(c.Account, w.region, "a-bucket")))
		w.scanTo(t, c.Account, dir).want(t, 1, "took 1 new finding", "refused 0 findings and 1 record", "S3_DATA_EVENTS is disabled in the detector of account "+c.Account)
		if err := c.update(t, &guardduty.UpdateDetectorInput{DetectorId: &d, Enable: aws.Bool(false)}); err != nil {
			t.Fatal(err)
		}
		w.scanTo(t, c.Account, dir).want(t, 1, "took 0 new findings", fmt.Sprintf("the detector of account %s in %s is disabled", c.Account, w.region))
	})
}

func TestScanToFilters(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.admin
		d := c.detector(t)
		c.filter(t, d, "quiet", func(in *guardduty.CreateFilterInput) {
			in.FindingCriteria, in.Action = ofType("Stealth:IAMUser/CloudTrailLoggingDisabled"), types.FilterActionArchive
		})
		w.scanTo(t, c.Account, logs(t, "a.json", records(stopLogging(c.Account, w.region, 1)))).want(t, 2, "took 1 new finding")
		if fs := c.all(t, d); len(fs) != 1 || !*fs[0].Service.Archived {
			t.Errorf("%d findings, which the filter has not archived", len(fs))
		}
	})
}

// TestScanToMembers: an administrator may send what it finds in the logs of its
// members, and nobody else may.
func TestScanToMembers(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		dir := logs(t, "a.json", records(stopLogging(w.member.Account, w.region, 1)))
		w.scanTo(t, w.admin.Account, dir).want(t, 1, fmt.Sprintf("account %s neither is %s nor has it as its administrator in %s", w.member.Account, w.admin.Account, w.region))
		_, d := w.admin.joined(t, w.member)
		w.scanTo(t, w.other.Account, dir).want(t, 1, "neither is "+w.other.Account)
		w.scanTo(t, w.admin.Account, dir).want(t, 2, "took 1 new finding")
		if fs := w.member.all(t, d); len(fs) != 1 || *fs[0].AccountId != w.member.Account || *fs[0].Service.DetectorId != d {
			t.Errorf("the member has %d findings", len(fs))
		}
	})
}

// TestScanToLists: the lists of the account count in what is sent to it.
func TestScanToLists(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.admin
		d := c.detector(t)
		bucket := w.bucket(t, map[string]string{"threats.txt": "198.51.100.9\n", "ours.txt": "198.51.100.0/24\n"})
		dir := logs(t, "flow.log", "2 "+c.Account+" eni-0a1b2c3d4e5f60718 10.0.1.20 198.51.100.9 50122 443 6 14 2810 1700000000 1700000058 ACCEPT OK\n")
		w.scanTo(t, c.Account, dir).want(t, 0)
		activate := func(k kind, name, file string) {
			t.Helper()
			in := change{name: &name, format: aws.String("TXT"), location: aws.String("s3://" + bucket + "/" + file), activate: aws.Bool(true)}
			if l := k.settled(t, c, d, k.made(t, c, d, in)); l.status != "ACTIVE" {
				t.Fatalf("list %s is %s", name, l.status)
			}
		}
		activate(threatIntelSet, "known bad", "threats.txt")
		w.scanTo(t, c.Account, dir).want(t, 2, "took 1 new finding")
		fs := c.all(t, d)
		if len(fs) != 1 || *fs[0].Type != "UnauthorizedAccess:EC2/MaliciousIPCaller.Custom" || *fs[0].Service.Evidence.ThreatIntelligenceDetails[0].ThreatListName != "known bad" {
			t.Fatalf("%d findings", len(fs))
		}
		activate(ipSet, "ours", "ours.txt")
		w.scanTo(t, c.Account, dir).want(t, 0, "took 0 new findings, 0 that go on and 0 that it knew")
	})
}
