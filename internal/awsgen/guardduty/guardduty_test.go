package guardduty

import (
	"context"
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/guardduty"

	"picket/internal/awsgen/wiretest"
	"picket/internal/awsrpc"
	"picket/internal/nearhttp"
)

// samples has a string for each pattern of the model.
var samples = map[string]string{
	`^[a-zA-Z+-=._:/]+$`:                 "key",
	`^[0-9]{12}$`:                        "444455556666",
	`^[A-Za-z0-9\-.:_{}\[\]()/\s\x0b]*$`: "what it is for (1.2): {a} [b] x_y/z",
	`^[A-Za-z0-9._\-]+$`:                 "a.filter_of-mine",
	`^[A-Za-z0-9_\s-]+$`:                 "my list_1-2",
	`^arn:(aws|aws-cn|aws-us-gov):[a-z]+:[a-z]+(-[0-9]+|-[a-z]+)+:([0-9]{12}):[a-z\-]+\/[a-zA-Z0-9]*$`: "arn:aws:ec2:eu-west-1:444455556666:instance/0123",
	API.Limits["ResourceArn"].Pattern:  "arn:aws:ec2:eu-west-1:444455556666:instance/i-0123",
	API.Limits["GuardDutyArn"].Pattern: "arn:aws:guardduty:eu-west-1:444455556666:detector/0123456789abcdef0123456789abcdef/filter/f",
}

func newService() *wiretest.Service {
	r := &wiretest.Recorder{Fill: wiretest.Filler{Limits: API.Limits, Samples: samples}}
	return &wiretest.Service{API: API, Dialect: awsrpc.GuardDuty, Routes: bindAll(r), Inputs: inputs, Recorder: r}
}

func TestOperationCount(t *testing.T) {
	if len(Operations) != 103 {
		t.Errorf("%d operations, want 103", len(Operations))
	}
}

func TestRaw(t *testing.T) { newService().Raw(t) }

func TestSDK(t *testing.T) {
	s := newService()
	client := sdk.New(sdk.Options{
		BaseEndpoint: aws.String(s.NewServer(t).URL), Region: "eu-west-1", Retryer: aws.NopRetryer{}, HTTPClient: &http.Client{Transport: nearhttp.Whole{RoundTripper: http.DefaultTransport}},
		Credentials: aws.CredentialsProviderFunc(func(ctx context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "AKIAIOSFODNN7EXAMPLE", SecretAccessKey: "secret"}, nil
		}),
	})
	if n := s.SDK(t, client, nil); n != 87 {
		t.Errorf("called %d operations, want 87", n)
	}
}

func TestRefusals(t *testing.T) {
	if n := newService().Refusals(t); n < 569 {
		t.Errorf("broke %d rules; the model has more", n)
	}
}
