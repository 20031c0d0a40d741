package buckets

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/smithy-go/encoding/httpbinding"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"picket/internal/awscall"
)

// A server is S3 as the configuration has it.
type server awscall.Server

// unserved are buckets of Amazon's that need other requests or signatures than
// these, by what their names end in (S3 user guide, bucket naming rules).
var unserved = []struct{ suffix, what string }{
	{"--x-s3", "a directory bucket (S3 Express One Zone)"},
	{"--xa-s3", "an access point of a directory bucket (S3 Express One Zone)"},
	{"--op-s3", "an access point of S3 on Outposts"},
}

// place finds a bucket, or an access point by its alias or ARN: the address that
// keys are put behind, without a slash at its end. A region other
// than the configured one, if not empty, is for Amazon's buckets: other servers
// have but the one that they are configured with.
func (s server) place(bucket, region string) (awscall.Place, error) {
	switch {
	case bucket == "":
		return awscall.Place{}, errors.New("no bucket is named")
	case arn.IsARN(bucket):
		return s.accessPoint(bucket)
	case s.Own != nil: // which is seldom reached by a bucket's own host name
		return under(s.Own.Scheme, s.Own.Host, strings.TrimRight(s.Own.EscapedPath(), "/"), bucket, s.Region)
	}
	for _, u := range unserved {
		if strings.HasSuffix(bucket, u.suffix) {
			return awscall.Place{}, fmt.Errorf("%q is %s, which picket can't read or write", bucket, u.what)
		}
	}
	region = cmp.Or(region, s.Region)
	host, err := s.host("s3", region)
	if err != nil {
		return awscall.Place{}, err
	}
	// Names with dots have no certificate, other names that are no DNS label no host.
	if len(bucket) >= 3 && smithyhttp.ValidHostLabel(bucket) && bucket == strings.ToLower(bucket) {
		return awscall.Place{URL: url.URL{Scheme: "https", Host: bucket + "." + host}, Region: region}, nil
	}
	return under("https", host, "", bucket, region)
}

// under is a bucket whose name is in the path.
func under(scheme, host, path, bucket, region string) (awscall.Place, error) {
	u := url.URL{Scheme: scheme, Host: host, RawPath: path + "/" + httpbinding.EscapePath(bucket, true)}
	var err error
	u.Path, err = url.PathUnescape(u.RawPath)
	return awscall.Place{URL: u, Region: region}, err
}

// host is one of Amazon's in a region.
func (s server) host(service, region string) (string, error) {
	if !smithyhttp.ValidHostLabel(region) {
		return "", fmt.Errorf("%q is not a region", region)
	}
	if s.FIPS {
		if service += "-fips"; strings.HasPrefix(region, "cn-") {
			return "", errors.New("there are no FIPS endpoints in China")
		}
	}
	if s.DualStack {
		service += ".dualstack"
	}
	return service + "." + region + "." + awscall.PartitionOf(region).Domain, nil
}

// accessPoint finds the access point that an ARN names, in the ARN's region:
// arn:aws:s3:REGION:ACCOUNT:accesspoint/NAME, or with a colon before the name
// (S3 user guide, access points).
func (s server) accessPoint(name string) (awscall.Place, error) {
	a, err := arn.Parse(name)
	if err != nil {
		return awscall.Place{}, fmt.Errorf("%q: %w", name, err)
	}
	point, ok := strings.CutPrefix(strings.Replace(a.Resource, ":", "/", 1), accessPoints)
	label := point + "-" + a.AccountID
	switch {
	case s.Own != nil:
		return awscall.Place{}, fmt.Errorf("%q is an access point of Amazon's, and the endpoint is set to %s", name, s.Own.Redacted())
	case a.Service != "s3" || !ok || a.Region == "":
		return awscall.Place{}, fmt.Errorf("%q is not an access point that picket can read: want arn:aws:s3:REGION:ACCOUNT:accesspoint/NAME", name)
	case point == "" || a.AccountID == "" || !smithyhttp.ValidHostLabel(label):
		return awscall.Place{}, fmt.Errorf("%q has no name or account that there can be", name)
	}
	host, err := s.host("s3-accesspoint", a.Region)
	return awscall.Place{URL: url.URL{Scheme: "https", Host: label + "." + host}, Region: a.Region}, err
}

// accessPoints is what the resource of an access point's ARN begins with.
const accessPoints = "accesspoint/"

// Cut splits what follows s3:// in an address into the bucket, which may be an
// ARN with a slash of its own, and a key or what keys begin with.
func Cut(address string) (bucket, key string) {
	if arn.IsARN(address) {
		if head, rest, ok := strings.Cut(address, ":"+accessPoints); ok && !strings.Contains(head, "/") {
			point, key, _ := strings.Cut(rest, "/")
			return head + ":" + accessPoints + point, key
		}
	}
	bucket, key, _ = strings.Cut(address, "/")
	return bucket, key
}
