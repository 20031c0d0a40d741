package appfabric

import (
	"context"
	"net/http"
	"reflect"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/appfabric"
	"github.com/aws/aws-sdk-go-v2/service/appfabric/types"

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
	unions := []reflect.Type{
		reflect.TypeFor[types.CredentialMemberApiKeyCredential](), reflect.TypeFor[types.CredentialMemberOauth2Credential](),
		reflect.TypeFor[types.DestinationMemberS3Bucket](), reflect.TypeFor[types.DestinationMemberFirehoseStream](),
		reflect.TypeFor[types.DestinationConfigurationMemberAuditLog](), reflect.TypeFor[types.ProcessingConfigurationMemberAuditLog](),
	}
	if n := s.SDK(t, client, unions); n != 26 {
		t.Errorf("called %d operations, want 26", n)
	}
}
