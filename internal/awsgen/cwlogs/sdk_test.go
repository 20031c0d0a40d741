package cwlogs

import (
	"context"
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"

	"picket/internal/nearhttp"
)

func TestSDK(t *testing.T) {
	s := newService()
	client := sdk.New(sdk.Options{
		BaseEndpoint: aws.String(s.NewServer(t).URL), Region: "eu-west-1", Retryer: aws.NopRetryer{}, HTTPClient: &http.Client{Transport: nearhttp.Whole{RoundTripper: http.DefaultTransport}},
		Credentials: aws.CredentialsProviderFunc(func(ctx context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "AKIAIOSFODNN7EXAMPLE", SecretAccessKey: "secret"}, nil
		}),
	})
	if n := s.SDK(t, client, nil); n != len(Operations) {
		t.Errorf("called %d operations, want %d", n, len(Operations))
	}
}
