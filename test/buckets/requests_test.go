package buckets

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
)

func region(name string, more ...string) environment {
	e := environment{name: name + " " + strings.Join(more, " "), vars: map[string]string{"AWS_REGION": name}}
	for _, m := range more {
		name, value, _ := strings.Cut(m, "=")
		e.vars[name] = value
	}
	return e
}

func (e environment) at(profile string) environment {
	e.profile, e.own = profile, true
	e.name += profile
	return e
}

const services = "[default]\nservices = mine\nendpoint_url = http://192.0.2.4\n[services mine]\ns3 =\n  endpoint_url = http://192.0.2.3:9000\n"

var environments = []environment{
	region("us-east-1"),
	region("eu-central-1"),
	region("cn-north-1"),
	region("us-gov-west-1"),
	region("us-iso-east-1"),
	region("us-isob-east-1"),
	region("eu-isoe-west-1"),
	region("us-isof-south-1"),
	region("eusc-de-east-1"),
	region("xx-unheard-of-7"),
	region("no region"),
	region("no/region"),
	region("us-east-2", "AWS_USE_FIPS_ENDPOINT=true"),
	region("us-gov-east-1", "AWS_USE_FIPS_ENDPOINT=true"),
	region("cn-north-1", "AWS_USE_FIPS_ENDPOINT=true"),
	region("fips-us-gov-west-1"),
	region("us-east-1-fips"),
	region("us-west-2", "AWS_USE_DUALSTACK_ENDPOINT=true"),
	region("cn-northwest-1", "AWS_USE_DUALSTACK_ENDPOINT=true"),
	region("ca-central-1", "AWS_USE_DUALSTACK_ENDPOINT=true", "AWS_USE_FIPS_ENDPOINT=true"),
	region("us-east-1", "AWS_SESSION_TOKEN=FQoGZXIvYXdzEXAMPLE"),
	region("us-east-1", "AWS_REQUEST_CHECKSUM_CALCULATION=when_required"),
	region("us-east-1", "AWS_ENDPOINT_URL=http://192.0.2.1:9000", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true"),
	region("us-east-1", "AWS_ENDPOINT_URL_S3=http://192.0.2.1:9000", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true"),
	region("us-east-1", "AWS_ENDPOINT_URL=http://192.0.2.1:9000").at(""),
	region("us-east-1", "AWS_ENDPOINT_URL_S3=https://s3.example.com").at(""),
	region("eu-west-1", "AWS_ENDPOINT_URL=http://192.0.2.1:9000", "AWS_ENDPOINT_URL_S3=https://s3.example.com/and/path/").at(""),
	region("aws-global", "AWS_ENDPOINT_URL=http://[2001:db8::1]:9000").at(""),
	region("us-east-1", "AWS_ENDPOINT_URL=http://192.0.2.1:9000", "AWS_USE_FIPS_ENDPOINT=true").at(""),
	region("us-east-1", "AWS_ENDPOINT_URL=http://192.0.2.1:9000", "AWS_USE_DUALSTACK_ENDPOINT=true").at(""),
	region("us-east-1").at("[default]\nendpoint_url = http://192.0.2.2:9000\n"),
	region("us-east-1").at(services),
	region("us-east-1", "AWS_ENDPOINT_URL=http://192.0.2.1:9000").at(services),
	region("us-east-1", "AWS_ENDPOINT_URL_S3=http://192.0.2.1:9000").at(services),
	region("us-east-1", "AWS_PROFILE=other").at("[profile other]\nservices = mine\n[services mine]\ns3 =\n  endpoint_url = http://192.0.2.3:9000\n"),
}

var names = []string{
	"example-bucket", "with.dots.example.com", "Upper-Case", "under_score", "ab", "192.0.2.7", "a b", "ü", strings.Repeat("x", 63), strings.Repeat("x", 64),
	"example-ap-hrzrlukc5m36ft7okagglf3gmwluquse1b-s3alias", "example-olap-7fo9ps9xd5a15pfb7hc3tzydwkkuause1b--ol-s3",
}

// accessPoints are good and bad ARNs. picket takes them in the ARN's region, be
// the configured one in another partition or none at all; so environments with
// such a region are left out.
var accessPoints = []string{
	"arn:aws:s3:us-west-2:111122223333:accesspoint/example", "arn:aws:s3:us-west-2:111122223333:accesspoint:example",
	"arn:aws:s3:us-west-2:111122223333:accesspoint/", "arn:aws:s3:us-west-2:111122223333:accesspoint:a:b", "arn:aws:s3:us-west-2::accesspoint/example",
	"arn:aws:s3:us-west-2:111122223333:bucket/example", "arn:aws:sqs:us-west-2:111122223333:example", "arn:aws:s3:::example",
	"arn:aws:s3:us-west-2:111122223333:accesspoint/dots.example", "arn:aws:s3:a/b:111122223333:accesspoint/example",
}

var keys = []string{
	"AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/02/a.json.gz", "a b", "a+b", "100%", "%2F", "%", "a?b=c&d#e", "ünï/日本.gz", "/leading", "//two", "a//b",
	"trailing/", "trailing//", ".", "..", "./a", "../a", "a/./b", "a/../../b", "/", "//", "~-._!*'()", ";:@&=$,[]{}|\\^`\"<>", "\x01\x1b\n\t", "\xff\xfe", "\x00",
}

// TestRequests: what picket sends is what the SDK's client sends, and what that
// refuses to send picket refuses too.
func TestRequests(t *testing.T) {
	for _, e := range environments {
		t.Run(e.name, func(t *testing.T) {
			e.enter(t)
			named := names
			if r := e.vars["AWS_REGION"]; e.own || r[:3] == "us-" && strings.Count(r, "-") == 2 {
				named = slices.Concat(names, accessPoints)
			}
			synctest.Test(t, func(t *testing.T) {
				for _, bucket := range named {
					for _, c := range calls("logs/a b") {
						e.compare(t, bucket, c)
					}
				}
			})
		})
	}
}

// TestKeys: keys are addressed as the SDK's client does it.
func TestKeys(t *testing.T) {
	for _, e := range []environment{region("us-east-1"), region("us-east-1", "AWS_ENDPOINT_URL=http://192.0.2.1:9000").at("")} {
		t.Run(e.name, func(t *testing.T) {
			e.enter(t)
			synctest.Test(t, func(t *testing.T) {
				for _, key := range append(keys, "") {
					for _, c := range calls(key) {
						c.name = fmt.Sprintf("%s %q", c.name, key)
						e.compare(t, "example-bucket", c)
					}
				}
			})
		})
	}
}

// compare has both clients make a call at the same time.
func (e environment) compare(t *testing.T, bucket string, c call) {
	t.Helper()
	theirs, ours, network, err := e.clients(t.Context(), empty)
	if theirs == nil {
		t.Fatal(err)
	}
	failed := [2]error{c.theirs(t.Context(), theirs, bucket), err}
	if err == nil {
		failed[1] = c.ours(t.Context(), ours, bucket)
	}
	if (failed[0] == nil) != (failed[1] == nil) {
		t.Errorf("%s of %q: the SDK has %v, picket %v", c.name, bucket, failed[0], failed[1])
		return
	}
	var requests [2][]sent
	for i, n := range network {
		for _, r := range n.requests {
			requests[i] = append(requests[i], compared(r))
			verify(t, r)
		}
	}
	if failed[0] == nil && len(requests[0]) != 1 {
		t.Errorf("%s of %q: %d requests", c.name, bucket, len(requests[0]))
	}
	if diff := cmp.Diff(requests[0], requests[1]); diff != "" {
		t.Errorf("%s of %q: the SDK's (-) and picket's (+):\n%s", c.name, bucket, diff)
	}
}
