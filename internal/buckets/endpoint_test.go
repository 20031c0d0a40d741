package buckets

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestPlaces has the addresses of the S3 user guide (virtual hosting of buckets,
// access points, dual-stack endpoints) and of the AWS General Reference (S3
// endpoints and quotas).
func TestPlaces(t *testing.T) {
	usWest := server{Region: "us-west-2"}
	for _, c := range []struct {
		server         server
		bucket, region string // asked for
		url, signed    string // url "" is a refusal
	}{
		{usWest, "amzn-s3-demo-bucket", "", "https://amzn-s3-demo-bucket.s3.us-west-2.amazonaws.com", "us-west-2"},
		{usWest, "amzn-s3-demo-bucket", "eu-west-1", "https://amzn-s3-demo-bucket.s3.eu-west-1.amazonaws.com", "eu-west-1"},
		{usWest, "www.example.com", "", "https://s3.us-west-2.amazonaws.com/www.example.com", "us-west-2"},
		{usWest, "Old_Name", "", "https://s3.us-west-2.amazonaws.com/Old_Name", "us-west-2"},
		{usWest, "a/b", "", "https://s3.us-west-2.amazonaws.com/a%2Fb", "us-west-2"},
		{usWest, "example-ap-hrzrlukc5m36ft7okagglf3gmwluquse1b-s3alias", "",
			"https://example-ap-hrzrlukc5m36ft7okagglf3gmwluquse1b-s3alias.s3.us-west-2.amazonaws.com", "us-west-2"},
		{server{Region: "us-east-2", FIPS: true}, "bucket", "", "https://bucket.s3-fips.us-east-2.amazonaws.com", "us-east-2"},
		{server{Region: "us-east-2", DualStack: true}, "bucket", "", "https://bucket.s3.dualstack.us-east-2.amazonaws.com", "us-east-2"},
		{server{Region: "us-east-2", DualStack: true, FIPS: true}, "bucket", "", "https://bucket.s3-fips.dualstack.us-east-2.amazonaws.com", "us-east-2"},
		{server{Region: "us-gov-west-1"}, "bucket", "", "https://bucket.s3.us-gov-west-1.amazonaws.com", "us-gov-west-1"},
		{server{Region: "cn-north-1"}, "bucket", "", "https://bucket.s3.cn-north-1.amazonaws.com.cn", "cn-north-1"},
		{server{Region: "cn-north-1", FIPS: true}, "bucket", "", "", ""},
		{server{Region: "us-iso-east-1"}, "bucket", "", "https://bucket.s3.us-iso-east-1.c2s.ic.gov", "us-iso-east-1"},
		{server{Region: "us-isob-east-1"}, "bucket", "", "https://bucket.s3.us-isob-east-1.sc2s.sgov.gov", "us-isob-east-1"},
		{server{Region: "eusc-de-east-1"}, "bucket", "", "https://bucket.s3.eusc-de-east-1.amazonaws.eu", "eusc-de-east-1"},
		{server{Region: "evil.example.com/"}, "bucket", "", "", ""},
		{usWest, "", "", "", ""},
		{usWest, "bucket--usw2-az1--x-s3", "", "", ""},
		{usWest, "point--usw2-az1--xa-s3", "", "", ""},
		{usWest, "test-accessp-e0000075431d83bebde8xz5w8ijx1qzlbp3i3kebpd--op-s3", "", "", ""},

		{usWest, "arn:aws:s3:eu-west-1:111122223333:accesspoint/finance", "", "https://finance-111122223333.s3-accesspoint.eu-west-1.amazonaws.com", "eu-west-1"},
		{usWest, "arn:aws:s3:eu-west-1:111122223333:accesspoint:finance", "us-east-1", "https://finance-111122223333.s3-accesspoint.eu-west-1.amazonaws.com", "eu-west-1"},
		{server{Region: "us-west-2", DualStack: true, FIPS: true}, "arn:aws:s3:us-west-2:111122223333:accesspoint/finance", "",
			"https://finance-111122223333.s3-accesspoint-fips.dualstack.us-west-2.amazonaws.com", "us-west-2"},
		{usWest, "arn:aws:s3::111122223333:accesspoint/mfzwi23gnjvgw.mrap", "", "", ""},
		{usWest, "arn:aws:s3-object-lambda:us-west-2:111122223333:accesspoint/finance", "", "", ""},
		{usWest, "arn:aws:s3:us-west-2:111122223333:accesspoint/", "", "", ""},
		{usWest, "arn:aws:s3:us-west-2::accesspoint/finance", "", "", ""},
		{usWest, "arn:aws:s3:us-west-2:111122223333:accesspoint/finance/object/a", "", "", ""},
		{usWest, "arn:aws:s3:us-west-2:111122223333:accesspoint/a.example.com#", "", "", ""},
		{usWest, "arn:aws:s3:example.com#:111122223333:accesspoint/finance", "", "", ""},
		{usWest, "arn:aws:s3:::amzn-s3-demo-bucket", "", "", ""},
	} {
		p, err := c.server.place(c.bucket, c.region)
		if c.url == "" {
			if err == nil {
				t.Errorf("%+v has %q at %s", c.server, c.bucket, &p.URL)
			}
			continue
		}
		if got := p.URL.String(); err != nil || got != c.url || p.Region != c.signed {
			t.Errorf("%+v has %q in %q at %s, signed for %q (%v), want %s and %q", c.server, c.bucket, c.region, got, p.Region, err, c.url, c.signed)
		}
	}
}

// environ is the only AWS configuration there is in a test.
func environ(t *testing.T, profile string, vars ...string) {
	t.Helper()
	for _, v := range os.Environ() {
		if name, _, _ := strings.Cut(v, "="); strings.HasPrefix(name, "AWS_") {
			t.Setenv(name, "") // puts it back in the end
			if err := os.Unsetenv(name); err != nil {
				t.Fatal(err)
			}
		}
	}
	file := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(file, []byte(profile), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, v := range append(vars, "AWS_CONFIG_FILE="+file, "AWS_SHARED_CREDENTIALS_FILE="+file+".none", "AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY=secret",
		"AWS_EC2_METADATA_DISABLED=true") {
		name, value, _ := strings.Cut(v, "=")
		t.Setenv(name, value)
	}
}

// TestSettings has the order of the AWS SDKs and Tools Reference Guide
// (service-specific endpoints).
func TestSettings(t *testing.T) {
	const profile = "[default]\nregion = eu-west-1\nservices = mine\nendpoint_url = http://192.0.2.4\n[services mine]\ns3 =\n  endpoint_url = http://192.0.2.3\n"
	const all, s3, ignore = "AWS_ENDPOINT_URL=http://192.0.2.1", "AWS_ENDPOINT_URL_S3=http://192.0.2.2/base/", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true"
	for _, c := range []struct {
		profile string
		vars    []string
		url     string // of a bucket, "" when the settings are refused
	}{
		{"", nil, "https://bucket.s3.us-east-1.amazonaws.com"},
		{"[default]\nregion = eu-west-1\n", nil, "https://bucket.s3.eu-west-1.amazonaws.com"},
		{profile, nil, "http://192.0.2.3/bucket"},
		{strings.Replace(profile, "services = mine\n", "", 1), nil, "http://192.0.2.4/bucket"},
		{profile, []string{all}, "http://192.0.2.1/bucket"},
		{profile, []string{all, s3}, "http://192.0.2.2/base/bucket"},
		{profile, []string{s3}, "http://192.0.2.2/base/bucket"},
		{profile, []string{all, s3, ignore}, "https://bucket.s3.eu-west-1.amazonaws.com"},
		{profile + "[profile other]\nignore_configured_endpoint_urls = true\nregion = ap-south-1\n", []string{s3, "AWS_PROFILE=other"}, "https://bucket.s3.ap-south-1.amazonaws.com"},
		{"", []string{"AWS_REGION=aws-global"}, "https://bucket.s3.us-east-1.amazonaws.com"},
		{"", []string{"AWS_REGION=fips-us-gov-west-1"}, "https://bucket.s3-fips.us-gov-west-1.amazonaws.com"},
		{"[default]\nuse_fips_endpoint = true\nuse_dualstack_endpoint = true\n", nil, "https://bucket.s3-fips.dualstack.us-east-1.amazonaws.com"},
		{"", []string{"AWS_DEFAULTS_MODE=in-region"}, "https://bucket.s3.us-east-1.amazonaws.com"},
		{"", []string{all, "AWS_USE_FIPS_ENDPOINT=true"}, ""},
		{"", []string{all, "AWS_USE_DUALSTACK_ENDPOINT=true"}, ""},
		{"", []string{"AWS_ENDPOINT_URL=192.0.2.1:9000"}, ""},
		{"", []string{"AWS_ENDPOINT_URL=ftp://192.0.2.1"}, ""},
		{"", []string{"AWS_ENDPOINT_URL=http://user:password@192.0.2.1"}, ""},
		{"", []string{"AWS_ENDPOINT_URL=http://192.0.2.1/?a=b"}, ""},
	} {
		environ(t, c.profile, c.vars...)
		client, err := New(t.Context(), 1)
		if err != nil {
			if c.url != "" || strings.Contains(err.Error(), "password") {
				t.Errorf("%v: %v", c.vars, err)
			}
			continue
		}
		p, err := client.server.place("bucket", "")
		if got := p.URL.String(); err != nil || got != c.url {
			t.Errorf("%v, %q: %s (%v), want %q", c.vars, c.profile, got, err, c.url)
		}
		if own := strings.Contains(c.url, "192.0.2."); client.OwnEndpoint() != own {
			t.Errorf("%v: an endpoint of one's own: %t, want %t", c.vars, !own, own)
		}
	}
}

// TestRegionOfOwnServer: other servers than Amazon's have but one region.
func TestRegionOfOwnServer(t *testing.T) {
	environ(t, "", "AWS_ENDPOINT_URL=http://192.0.2.1:9000", "AWS_REGION=eu-west-1")
	client, err := New(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	p, err := client.server.place("bucket", "us-east-2")
	if err != nil || p.Region != "eu-west-1" || p.URL.Host != "192.0.2.1:9000" {
		t.Errorf("%s signed for %s (%v)", &p.URL, p.Region, err)
	}
	if _, err := client.server.place("arn:aws:s3:us-west-2:111122223333:accesspoint/finance", ""); err == nil {
		t.Error("it has an access point of Amazon's")
	}
}

func TestCut(t *testing.T) {
	for address, want := range map[string][2]string{
		"bucket":          {"bucket", ""},
		"bucket/":         {"bucket", ""},
		"bucket/a/b":      {"bucket", "a/b"},
		"bucket//a":       {"bucket", "/a"},
		"":                {"", ""},
		"/a":              {"", "a"},
		"b/:accesspoint/": {"b", ":accesspoint/"},
		"arn:aws:s3:us-west-2:111122223333:accesspoint/finance/logs/a": {"arn:aws:s3:us-west-2:111122223333:accesspoint/finance", "logs/a"},
		"arn:aws:s3:us-west-2:111122223333:accesspoint/finance":        {"arn:aws:s3:us-west-2:111122223333:accesspoint/finance", ""},
		"arn:aws:s3:us-west-2:111122223333:accesspoint:finance/logs/a": {"arn:aws:s3:us-west-2:111122223333:accesspoint:finance", "logs/a"},
	} {
		if bucket, key := Cut(address); bucket != want[0] || key != want[1] {
			t.Errorf("%q: %q and %q, want %q", address, bucket, key, want)
		}
	}
}
