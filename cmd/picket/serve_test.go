package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/guardduty"
	wire "github.com/aws/aws-sdk-go-v2/service/guardduty/types"
)

const (
	testAccount = "111122223333"
	testSecret  = "a-secret-for-tests"
	testRegion  = "eu-west-1"
)

// served is a running picket serve.
type served struct {
	*exec.Cmd
	url string
	log bytes.Buffer // to be read when it has ended
}

// serve starts picket serve and waits for its address.
func serve(t *testing.T, args ...string) *served {
	t.Helper()
	s := &served{Cmd: exec.Command(os.Args[0], append([]string{"serve", "--listen", "127.0.0.1:0"}, args...)...)}
	s.Env = append(os.Environ(), "PICKET_BE_THE_COMMAND=1")
	s.Stderr = &s.log
	out, err := s.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Process.Kill(); s.Wait() })
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if url, ok := strings.CutPrefix(lines.Text(), "Listening on "); ok {
			s.url = url
			return s
		}
	}
	t.Fatalf("it does not listen: %v\n%s", s.Wait(), &s.log)
	return nil
}

func (s *served) client() *guardduty.Client {
	return guardduty.New(guardduty.Options{BaseEndpoint: &s.url, Region: testRegion, Retryer: aws.NopRetryer{},
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "TESTKEY", SecretAccessKey: testSecret}, nil
		})})
}

// seed is what makes a server know the tests' key.
func seed() []string { return []string{"--seed-key", testAccount + ":TESTKEY:" + testSecret} }

func TestServeIsConfiguredByFile(t *testing.T) {
	dir := t.TempDir()
	organization := write(t, dir, "organization.yaml", fmt.Sprintf("management_account: %q\n", testAccount))
	data := filepath.Join(dir, "data")
	file := write(t, dir, "picket.yaml", fmt.Sprintf("data: %s\nlisten: 192.0.2.1:1\norganization: %s\nlog_format: json\nseed_keys: [%s:TESTKEY:%s]\n", data, organization, testAccount, testSecret))
	s := serve(t, "--config", file)
	if _, err := s.client().EnableOrganizationAdminAccount(t.Context(), &guardduty.EnableOrganizationAdminAccountInput{AdminAccountId: aws.String(testAccount)}); err != nil {
		t.Errorf("the management account can't name an administrator: %v", err)
	}
	if resp, err := http.Get(s.url + "/healthz"); err != nil || resp.StatusCode != http.StatusOK {
		t.Errorf("health: %v", err)
	}
	if _, err := os.Stat(filepath.Join(data, "picket.db")); err != nil {
		t.Error(err)
	}
	if err := s.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := s.Wait(); err != nil {
		t.Errorf("SIGTERM: %v", err)
	}
	if !strings.Contains(s.log.String(), `"operation":"EnableOrganizationAdminAccount"`) || strings.Contains(s.log.String(), testSecret) {
		t.Errorf("the log is not in JSON, or shows the secret:\n%s", &s.log)
	}
}

func TestServeRefused(t *testing.T) {
	dir := t.TempDir()
	file := write(t, dir, "picket.yaml", "data: x\nlistn: y\n")
	for want, args := range map[string][]string{
		"[2:1] unknown field \"listn\"\n   2 | listn: …\n       ^": {"--config", file},
		`--seed-key: account "12" is not 12 digits`:                {"--seed-key", "12:K:" + testSecret},
		`--log-format: "xml" is neither text nor json`:             {"--log-format", "xml"},
		"open organization": {"--organization", filepath.Join(dir, "missing")},
		"give both or none": {"--tls-cert", file},
		"listen tcp":        {"--listen", "192.0.2.1:1"},
		"unknown command":   {"extra"},
	} {
		r := picket(t, "", append([]string{"serve", "--data", filepath.Join(dir, "data")}, args...)...)
		if r.code != 1 || !strings.Contains(r.stderr, want) || strings.Contains(r.stderr, testSecret) {
			t.Errorf("%v: exit %d\n%s\nwant %s", args, r.code, r.stderr, want)
		}
	}
}

// TestKeysBesideAServer: keys made and revoked while a server runs count there.
func TestKeysBesideAServer(t *testing.T) {
	data := t.TempDir()
	s := serve(t, "--data", data)
	list := func() error {
		_, err := s.client().ListDetectors(t.Context(), &guardduty.ListDetectorsInput{})
		return err
	}
	if err := list(); err == nil {
		t.Error("a key that was not made works")
	}
	if r := picket(t, "", "keys", "create", "--data", data, "--account", testAccount, "--access-key-id", "TESTKEY", "--secret", testSecret); r.code != 0 {
		t.Fatal(r.stderr)
	}
	if err := list(); err != nil {
		t.Errorf("a new key: %v", err)
	}
	if r := picket(t, "", "keys", "revoke", "--data", data, "TESTKEY"); r.code != 0 {
		t.Fatal(r.stderr)
	}
	if err := list(); err == nil {
		t.Error("a revoked key works")
	}
}

// scanTo scans with the tests' key.
func scanTo(t *testing.T, s *served, args ...string) ran {
	t.Helper()
	t.Setenv("AWS_ACCESS_KEY_ID", "TESTKEY")
	t.Setenv("AWS_SECRET_ACCESS_KEY", testSecret)
	t.Setenv("AWS_CONFIG_FILE", os.DevNull)
	t.Setenv("AWS_REGION", "")
	return picket(t, "", append([]string{"scan", "--format", "json", "--to", s.url}, args...)...)
}

func TestScanTo(t *testing.T) {
	s := serve(t, append(seed(), "--data", t.TempDir())...)
	logs := write(t, t.TempDir(), "a.json", stopLogging)
	r := scanTo(t, s, "--region", testRegion, logs)
	if want := `refused 1 finding and 1 record of account "111122223333" in "eu-west-1": account 111122223333 has no detector in eu-west-1`; r.code != 1 || !strings.Contains(r.stderr, want) {
		t.Errorf("without a detector: exit %d\n%s\nwant %s", r.code, r.stderr, want)
	}
	if len(types(t, r.stdout)) != 1 {
		t.Errorf("what was found is not printed: %s", r.stdout)
	}
	d, err := s.client().CreateDetector(t.Context(), &guardduty.CreateDetectorInput{Enable: aws.Bool(true)})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"took 1 new finding, 0 that go on and 0 that it knew; 1 record was counted", "took 0 new findings, 0 that go on and 1 that it knew; 0 records were counted"} {
		if r := scanTo(t, s, "--region", testRegion, logs); r.code != 2 || !strings.Contains(r.stderr, want) {
			t.Errorf("scan %d: exit %d\n%s\nwant %s", i+1, r.code, r.stderr, want)
		}
	}
	found, err := s.client().ListFindings(t.Context(), &guardduty.ListFindingsInput{DetectorId: d.DetectorId})
	if err != nil || len(found.FindingIds) != 1 {
		t.Fatalf("%v, %v", found, err)
	}
	got, err := s.client().GetFindings(t.Context(), &guardduty.GetFindingsInput{DetectorId: d.DetectorId, FindingIds: found.FindingIds})
	if err != nil {
		t.Fatal(err)
	}
	if f := got.Findings[0]; *f.Type != "Stealth:IAMUser/CloudTrailLoggingDisabled" || *f.Service.Count != 1 || *f.Service.DetectorId != *d.DetectorId || *f.AccountId != testAccount {
		t.Errorf("finding %s of %s, count %d, detector %s", *f.Type, *f.AccountId, *f.Service.Count, *f.Service.DetectorId)
	}
	usage, err := s.client().GetUsageStatistics(t.Context(), &guardduty.GetUsageStatisticsInput{DetectorId: d.DetectorId,
		UsageStatisticType: wire.UsageStatisticTypeSumByFeatures, UsageCriteria: &wire.UsageCriteria{}})
	if err != nil || len(usage.UsageStatistics.SumByFeature) != 1 || usage.UsageStatistics.SumByFeature[0].Feature != wire.UsageFeatureCloudTrail {
		t.Errorf("usage %+v, %v", usage, err)
	}
}

func TestScanToRefused(t *testing.T) {
	s := serve(t, append(seed(), "--data", t.TempDir())...)
	logs := write(t, t.TempDir(), "a.json", stopLogging)
	if r := scanTo(t, s, logs); r.code != 1 || !strings.Contains(r.stderr, "no region") {
		t.Errorf("no region: exit %d, %s", r.code, r.stderr)
	}
	elsewhere := &served{url: "http://127.0.0.1"}
	elsewhere.url = strings.TrimPrefix(s.url, "http://")
	if r := scanTo(t, elsewhere, "--region", testRegion, logs); r.code != 1 || !strings.Contains(r.stderr, "want http://host:port") || r.stdout != "" {
		t.Errorf("no address: exit %d, %s", r.code, r.stderr)
	}
	t.Setenv("AWS_SESSION_TOKEN", "unknown")
	if r := scanTo(t, s, "--region", testRegion, logs); r.code != 1 || !strings.Contains(r.stderr, "The security token included in the request is invalid.") {
		t.Errorf("a key that is none: exit %d, %s", r.code, r.stderr)
	}
}
