package buckets

import (
	"context"
	"fmt"
	"net/http"
	"os"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go/logging"
)

// Client makes a client that keeps up to conns connections for use again.
func Client(ctx context.Context, conns int) (*s3.Client, error) {
	transport := awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) {
		t.MaxIdleConnsPerHost = conns
	})
	cfg, err := config.LoadDefaultConfig(ctx, config.WithHTTPClient(transport), config.WithDefaultRegion("us-east-1"),
		config.WithLogger(logging.Nop{})) // errors say all there is to say
	if err != nil {
		return nil, fmt.Errorf("configure S3 client: %w", err)
	}
	return s3.NewFromConfig(cfg, func(o *s3.Options) {
		// Servers other than Amazon's are seldom reached by a bucket's own host name.
		o.UsePathStyle = OwnEndpoint()
		// Ranges have no checksum to compare; the warning would come for each.
		o.DisableLogOutputChecksumValidationSkipped = true
	}), nil
}

// OwnEndpoint says whether clients talk to another server than Amazon's.
func OwnEndpoint() bool {
	return os.Getenv("AWS_ENDPOINT_URL") != "" || os.Getenv("AWS_ENDPOINT_URL_S3") != ""
}

// In has one call go to a region of Amazon's. Other servers have but the region
// that they are configured with.
func In(region string) func(*s3.Options) {
	return func(o *s3.Options) {
		if region != "" && !OwnEndpoint() {
			o.Region = region
		}
	}
}
