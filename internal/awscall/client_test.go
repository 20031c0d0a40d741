package awscall

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
)

// profile is the only configuration that there is in files.
func profile(t *testing.T, settings string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(file, []byte("[default]\n"+settings), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_CONFIG_FILE", file)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", file+".none")
}

// TestServer: a service has the settings that are its own, or those for all.
func TestServer(t *testing.T) {
	profile(t, "")
	t.Setenv("AWS_REGION", "eu-west-1")
	t.Setenv("AWS_ENDPOINT_URL", "http://192.0.2.1:9000")
	t.Setenv("AWS_ENDPOINT_URL_CLOUDWATCH_LOGS", "http://192.0.2.2:9000")
	cfg, err := Configure(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]string{"S3": "192.0.2.1:9000", "CloudWatch Logs": "192.0.2.2:9000"} {
		client, err := New(t.Context(), Service{ID: id}, cfg)
		if err != nil {
			t.Fatal(err)
		}
		if s := client.Server(); s.Own == nil || s.Own.Host != want || s.Region != "eu-west-1" {
			t.Errorf("%s is at %s in %s, want %s", id, s.Own, s.Region, want)
		}
	}
}

// TestAttempts: the settings of repetition are the SDK's.
func TestAttempts(t *testing.T) {
	for _, c := range []struct {
		mode, profile string
		adaptive      bool
		attempts      int
	}{
		{"", "", false, 3},
		{"adaptive", "", true, 3},
		{"", "max_attempts = 7\n", false, 7},
	} {
		profile(t, c.profile)
		t.Setenv("AWS_RETRY_MODE", c.mode)
		cfg, err := Configure(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		client, err := New(t.Context(), Service{ID: "S3"}, cfg)
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := client.retryer.(*retry.AdaptiveMode); ok != c.adaptive || client.retryer.MaxAttempts() != c.attempts {
			t.Errorf("%+v: %T with %d attempts", c, client.retryer, client.retryer.MaxAttempts())
		}
	}
}

// TestPartitionOf has regions of the AWS SDKs' partitions.json.
func TestPartitionOf(t *testing.T) {
	for region, want := range map[string]Partition{
		"us-east-1":       {"amazonaws.com", "api.aws", "us-east-1"},
		"mx-central-1":    {"amazonaws.com", "api.aws", "us-east-1"},
		"us-gov-east-1":   {"amazonaws.com", "api.aws", "us-gov-west-1"},
		"cn-north-1":      {"amazonaws.com.cn", "api.amazonwebservices.com.cn", "cn-northwest-1"},
		"eusc-de-east-1":  {"amazonaws.eu", "api.amazonwebservices.eu", "eusc-de-east-1"},
		"us-iso-west-1":   {"c2s.ic.gov", "api.aws.ic.gov", "us-iso-east-1"},
		"us-isob-west-1":  {"sc2s.sgov.gov", "api.aws.scloud", "us-isob-east-1"},
		"eu-isoe-west-1":  {"cloud.adc-e.uk", "api.cloud-aws.adc-e.uk", "eu-isoe-west-1"},
		"us-isof-east-1":  {"csp.hci.ic.gov", "api.aws.hci.ic.gov", "us-isof-south-1"},
		"xx-unheard-of-7": {"amazonaws.com", "api.aws", "us-east-1"},
	} {
		if got := PartitionOf(region); got != want {
			t.Errorf("%s is in %+v, want %+v", region, got, want)
		}
	}
}
