package buckets

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	sdk "github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/google/go-cmp/cmp"

	"picket/internal/organizations"
)

const orgServices = "[default]\nservices = mine\nendpoint_url = http://192.0.2.4\n[services mine]\norganizations =\n  endpoint_url = http://192.0.2.3:9000\n"

var orgEnvironments = []environment{
	region("us-east-1"),
	region("eu-central-1"),
	region("cn-north-1"),
	region("us-gov-east-1"),
	region("us-iso-west-1"),
	region("us-isob-east-1"),
	region("eu-isoe-west-1"),
	region("us-isof-south-1"),
	region("eusc-de-east-1"),
	region("xx-unheard-of-7"),
	region("aws-global"),
	region("no region"),
	region("no/region"),
	region("us-east-2", "AWS_USE_FIPS_ENDPOINT=true"),
	region("us-gov-west-1", "AWS_USE_FIPS_ENDPOINT=true"),
	region("cn-north-1", "AWS_USE_FIPS_ENDPOINT=true"),
	region("fips-us-gov-west-1"),
	region("us-east-1-fips"),
	region("us-west-2", "AWS_USE_DUALSTACK_ENDPOINT=true"),
	region("cn-northwest-1", "AWS_USE_DUALSTACK_ENDPOINT=true"),
	region("us-iso-east-1", "AWS_USE_DUALSTACK_ENDPOINT=true"),
	region("us-isob-east-1", "AWS_USE_DUALSTACK_ENDPOINT=true"),
	region("eu-isoe-west-1", "AWS_USE_DUALSTACK_ENDPOINT=true"),
	region("us-isof-south-1", "AWS_USE_DUALSTACK_ENDPOINT=true"),
	region("eusc-de-east-1", "AWS_USE_DUALSTACK_ENDPOINT=true"),
	region("us-gov-west-1", "AWS_USE_DUALSTACK_ENDPOINT=true", "AWS_USE_FIPS_ENDPOINT=true"),
	region("ca-central-1", "AWS_USE_DUALSTACK_ENDPOINT=true", "AWS_USE_FIPS_ENDPOINT=true"),
	region("us-east-1", "AWS_SESSION_TOKEN=FQoGZXIvYXdzEXAMPLE"),
	region("us-east-1", "AWS_MAX_ATTEMPTS=2"),
	region("us-east-1", "AWS_ENDPOINT_URL=http://192.0.2.1:9000", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true"),
	region("us-east-1", "AWS_ENDPOINT_URL_S3=http://192.0.2.1:9000"),
	region("us-east-1", "AWS_ENDPOINT_URL=http://192.0.2.1:9000"),
	region("eu-west-1", "AWS_ENDPOINT_URL=http://192.0.2.1:9000", "AWS_ENDPOINT_URL_ORGANIZATIONS=https://organizations.example.com/and/path/"),
	region("us-east-1", "AWS_ENDPOINT_URL_ORGANIZATIONS=https://organizations.example.com/path"),
	region("no region", "AWS_ENDPOINT_URL=http://192.0.2.1:9000"),
	region("us-east-1", "AWS_ENDPOINT_URL=http://192.0.2.1:9000", "AWS_USE_FIPS_ENDPOINT=true"),
	region("us-east-1", "AWS_ENDPOINT_URL=http://192.0.2.1:9000", "AWS_USE_DUALSTACK_ENDPOINT=true"),
	region("us-east-1").at(orgServices),
	region("us-east-1").at(services),
	region("us-east-1", "AWS_ENDPOINT_URL=http://192.0.2.1:9000").at(orgServices),
}

// The answers about an organization of two pages.
var (
	about = answer{status: 200, body: `{"Organization": {"Id": "o-exampleorgid", "MasterAccountId": "111122223333"}}`}
	page  = answer{status: 200, body: `{"Accounts": [{"Id": "111122223333", "State": "ACTIVE"}], "NextToken": "AAQA+/=\"\\ü"}`}
	last  = answer{status: 200, body: `{"Accounts": [{"Id": "444455556666", "State": "ACTIVE"}]}`}
)

// askSDK asks what picket asks with the SDK's client, and as patiently.
func askSDK(ctx context.Context, cfg aws.Config) error {
	client := sdk.NewFromConfig(cfg, func(o *sdk.Options) {
		if o.RetryMaxAttempts == 0 {
			o.RetryMaxAttempts = 5
		}
	})
	if _, err := client.DescribeOrganization(ctx, &sdk.DescribeOrganizationInput{}); err != nil {
		return err
	}
	for pages := sdk.NewListAccountsPaginator(client, &sdk.ListAccountsInput{}); pages.HasMorePages(); {
		if _, err := pages.NextPage(ctx); err != nil {
			return err
		}
	}
	return nil
}

func askPicket(ctx context.Context, cfg aws.Config) error {
	return ofSDK(organizations.Ask(ctx, cfg))
}

// A sentBody is a request with what it asks in JSON.
type sentBody struct {
	sent
	Scope, Body string // of the signature: date, region and service
}

func sentBodies(t *testing.T, network *recorder) (out []sentBody) {
	for i, r := range network.requests {
		hash := sha256.Sum256([]byte(network.bodies[i]))
		verifyHash(t, r, hex.EncodeToString(hash[:]))
		scope, _, _ := strings.Cut(r.Header.Get("Authorization"), ",")
		out = append(out, sentBody{compared(r), scope, network.bodies[i]})
	}
	return out
}

// TestOrganizations: what picket asks AWS Organizations is what the SDK's client
// asks, and where that refuses picket does too.
func TestOrganizations(t *testing.T) {
	for _, e := range orgEnvironments {
		t.Run(e.name, func(t *testing.T) {
			e.enter(t)
			synctest.Test(t, func(t *testing.T) {
				var failed [2]error
				var requests [2][]sentBody
				for i, ask := range []func(context.Context, aws.Config) error{askSDK, askPicket} {
					cfg, err := config.LoadDefaultConfig(t.Context())
					if err != nil {
						t.Fatal(err)
					}
					network := &recorder{answers: []answer{about, page, last}}
					cfg.HTTPClient = network
					failed[i] = ask(t.Context(), cfg)
					requests[i] = sentBodies(t, network)
				}
				if (failed[0] == nil) != (failed[1] == nil) || failed[0] == nil && len(requests[0]) != 3 {
					t.Errorf("the SDK has %v, picket %v, after %d requests", failed[0], failed[1], len(requests[0]))
				}
				if diff := cmp.Diff(requests[0], requests[1], cmp.AllowUnexported(sentBody{})); diff != "" {
					t.Errorf("the SDK's (-) and picket's (+):\n%s", diff)
				}
			})
		})
	}
}

// TestOrganizationsAnswers: so is what becomes of answers.
func TestOrganizationsAnswers(t *testing.T) {
	answered := func(status int, body string, header ...string) answer {
		h := http.Header{"X-Amzn-Requestid": {"4442587F-B7D0-A2F9"}}
		for i := 0; i < len(header); i += 2 {
			h.Set(header[i], header[i+1])
		}
		return answer{status, h, body}
	}
	const busy = `{"__type": "TooManyRequestsException", "Message": "later"}`
	late := []string{"Date", time.Date(2000, 1, 1, 3, 0, 0, 0, time.UTC).Format(http.TimeFormat)}
	for name, c := range map[string]struct {
		answers []answer
		silent  bool // no message is to be compared: the SDK has none
	}{
		"no leave":             {[]answer{answered(400, `{"__type": "AccessDeniedException", "Message": "no"}`)}, false},
		"unknown code":         {[]answer{answered(400, `{"__type": "com.example#Strange:http://example.com/", "message": "no"}`)}, false},
		"code in the header":   {[]answer{answered(400, `{"message": "no"}`, "X-Amzn-ErrorType", "Strange:http://example.com/")}, false},
		"code in two places":   {[]answer{answered(400, `{"__type": "Other", "message": "no"}`, "X-Amzn-ErrorType", "Strange")}, false},
		"code by another name": {[]answer{answered(400, `{"code": "Strange", "message": "no"}`)}, false},
		"no leave to list":     {[]answer{about, answered(400, `{"__type": "AccessDeniedException", "Message": "no"}`)}, false},
		"no leave for page 2":  {[]answer{about, page, answered(400, `{"__type": "AccessDeniedException", "Message": "no"}`)}, false},
		"busy once":            {[]answer{answered(400, busy), about, page, last}, false},
		"busy with page 2":     {[]answer{about, page, answered(400, busy), answered(500, `{"__type": "ServiceException", "Message": "no"}`), last}, false},
		"always busy":          {[]answer{answered(400, busy)}, false},
		"another clock": {[]answer{answered(403, `{"__type": "RequestTimeTooSkewed", "message": "no"}`, late...), answered(200, about.body, late...),
			answered(200, page.body, late...), answered(200, last.body, late...)}, false},
		"nothing":          {[]answer{answered(503, "")}, true},
		"gateway":          {[]answer{answered(502, "<html></html>"), about, page, last}, false},
		"always a gateway": {[]answer{answered(502, "<html></html>")}, false},
		"no JSON":          {[]answer{answered(200, "<html></html>")}, false},
		"half of it":       {[]answer{about, answered(200, last.body[:20])}, false},
		"wrong types":      {[]answer{about, answered(200, `{"Accounts": {}}`)}, false},
		"no pages":         {[]answer{about, answered(200, "")}, false},
	} {
		t.Run(name, func(t *testing.T) {
			region("us-east-1").enter(t)
			var outcomes [2]outcome
			for i, ask := range []func(context.Context, aws.Config) error{askSDK, askPicket} {
				synctest.Test(t, func(t *testing.T) { // each has its time
					cfg, err := config.LoadDefaultConfig(t.Context())
					if err != nil {
						t.Fatal(err)
					}
					network := &recorder{answers: c.answers}
					cfg.HTTPClient = network
					if outcomes[i] = ended(ask(t.Context(), cfg), network.requests); c.silent {
						outcomes[i].Message = ""
					}
				})
			}
			if diff := cmp.Diff(outcomes[0], outcomes[1]); diff != "" {
				t.Errorf("the SDK's (-) and picket's (+):\n%s", diff)
			}
		})
	}
}
