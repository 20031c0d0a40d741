package scan

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// listS3 lists the objects under s3://bucket/prefix. The SDK's usual sources
// give credentials, region and endpoint (AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_S3).
func listS3(ctx context.Context, url string) ([]*Object, error) {
	bucket, prefix, _ := strings.Cut(strings.TrimPrefix(url, "s3://"), "/")
	if bucket == "" {
		return nil, fmt.Errorf("no bucket in %q", url)
	}
	client, err := newS3(ctx)
	if err != nil {
		return nil, err
	}
	var out []*Object
	pages := s3.NewListObjectsV2Paginator(client, &s3.ListObjectsV2Input{Bucket: &bucket, Prefix: &prefix})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return out, fmt.Errorf("list bucket %q: %w", bucket, err)
		}
		for _, o := range page.Contents {
			if size := aws.ToInt64(o.Size); size > 0 || !strings.HasSuffix(aws.ToString(o.Key), "/") {
				out = append(out, s3Object(client, bucket, aws.ToString(o.Key), size))
			}
		}
	}
	return out, nil
}

func newS3(ctx context.Context) (*s3.Client, error) {
	cfg, err := config.LoadDefaultConfig(ctx, func(o *config.LoadOptions) error {
		o.DefaultRegion = "us-east-1"
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("configure S3 client: %w", err)
	}
	// Servers other than Amazon's are seldom reached by a bucket's own host name.
	ownEndpoint := os.Getenv("AWS_ENDPOINT_URL") != "" || os.Getenv("AWS_ENDPOINT_URL_S3") != ""
	return s3.NewFromConfig(cfg, func(o *s3.Options) { o.UsePathStyle = ownEndpoint }), nil
}

func s3Object(client *s3.Client, bucket, key string, size int64) *Object {
	return &Object{Name: "s3://" + bucket + "/" + key, Size: size,
		Open: func(ctx context.Context, from int64) (io.ReadCloser, error) {
			in := &s3.GetObjectInput{Bucket: &bucket, Key: &key}
			if from > 0 {
				in.Range = aws.String(fmt.Sprintf("bytes=%d-", from))
			}
			out, err := client.GetObject(ctx, in)
			if err != nil {
				return nil, err
			}
			return out.Body, nil
		}}
}
