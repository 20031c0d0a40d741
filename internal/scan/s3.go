package scan

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"
)

var errNoObjects = errors.New("no objects with this prefix")

// listS3 lists the objects under s3://bucket/prefix. The SDK's usual sources
// give credentials, region and endpoint (AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_S3).
func listS3(ctx context.Context, url string) ([]*Object, error) {
	bucket, prefix, _ := strings.Cut(strings.TrimPrefix(url, "s3://"), "/")
	if bucket == "" {
		return nil, errors.New("no bucket in this address: want s3://bucket/prefix")
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
			return out, fmt.Errorf("list bucket %q: %w", bucket, s3Error(err))
		}
		for _, o := range page.Contents {
			if size := aws.ToInt64(o.Size); size > 0 || !strings.HasSuffix(aws.ToString(o.Key), "/") {
				out = append(out, s3Object(client, bucket, aws.ToString(o.Key), aws.ToString(o.ETag), size))
			}
		}
	}
	if len(out) == 0 {
		return nil, errNoObjects
	}
	return out, nil
}

func newS3(ctx context.Context) (*s3.Client, error) {
	transport := awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) {
		t.MaxIdleConnsPerHost = remoteLooks // connections are used again
	})
	cfg, err := config.LoadDefaultConfig(ctx, config.WithHTTPClient(transport), config.WithDefaultRegion("us-east-1"))
	if err != nil {
		return nil, fmt.Errorf("configure S3 client: %w", err)
	}
	// Servers other than Amazon's are seldom reached by a bucket's own host name.
	ownEndpoint := os.Getenv("AWS_ENDPOINT_URL") != "" || os.Getenv("AWS_ENDPOINT_URL_S3") != ""
	return s3.NewFromConfig(cfg, func(o *s3.Options) {
		o.UsePathStyle = ownEndpoint
		// Ranges have no checksum to compare; the warning would come for each.
		o.DisableLogOutputChecksumValidationSkipped = true
	}), nil
}

func s3Object(client *s3.Client, bucket, key, etag string, size int64) *Object {
	o := &Object{Name: "s3://" + bucket + "/" + key, Size: size, Remote: true}
	get := func(ctx context.Context, from, most int64) (io.ReadCloser, error) {
		in := &s3.GetObjectInput{Bucket: &bucket, Key: &key}
		if etag != "" {
			in.IfMatch = &etag // all that is read of the object is of one version
		}
		if to := from + most; most > 0 && to < size {
			in.Range = aws.String(fmt.Sprintf("bytes=%d-%d", from, to-1))
		} else if from > 0 {
			in.Range = aws.String(fmt.Sprintf("bytes=%d-", from))
		}
		out, err := client.GetObject(ctx, in)
		if err != nil {
			return nil, s3Error(err)
		}
		return out.Body, nil
	}
	o.Open = func(ctx context.Context, from, most int64) (io.ReadCloser, error) {
		body, err := get(ctx, from, most)
		if err != nil || most > 0 {
			return body, err
		}
		return &resumer{ctx: ctx, body: body, at: from, size: size, get: get}, nil
	}
	return o
}

// resumer goes on with a new request where a connection broke off: the SDK
// repeats requests, but not the reading of what they gave.
type resumer struct {
	ctx      context.Context
	body     io.ReadCloser
	at, size int64
	tries    int
	get      func(ctx context.Context, from, most int64) (io.ReadCloser, error)
}

const maxResumes = 3

func (r *resumer) Read(p []byte) (int, error) {
	n, err := r.body.Read(p)
	r.at += int64(n)
	switch {
	case err == nil, err == io.EOF && r.at >= r.size, r.ctx.Err() != nil:
		return n, err
	case r.tries == maxResumes:
		return n, s3Failure{"the connection broke off: " + err.Error(), err}
	}
	r.tries++
	body, again := r.get(r.ctx, r.at, 0)
	if again != nil {
		return n, errors.Join(err, again)
	}
	r.body.Close()
	r.body = body
	return n, nil
}

func (r *resumer) Close() error { return r.body.Close() }

// s3Error shortens what the SDK says of a failure. It wraps what it is given.
func s3Error(err error) error {
	var api smithy.APIError
	var status interface{ HTTPStatusCode() int }
	var network *net.OpError
	switch {
	case errors.As(err, &api) && api.ErrorCode() == "NoSuchKey":
		return s3Failure{"the object does not exist any more", err}
	case errors.As(err, &status) && status.HTTPStatusCode() == http.StatusPreconditionFailed:
		return s3Failure{"the object was replaced since it was listed", err}
	case errors.As(err, &api):
		return s3Failure{strings.TrimSuffix(api.ErrorCode()+": "+api.ErrorMessage(), ": "), err}
	case strings.Contains(err.Error(), "failed to refresh cached credentials"), strings.Contains(err.Error(), "failed to retrieve credentials"):
		return s3Failure{"no AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE", err}
	}
	if errors.As(err, &network) {
		return s3Failure{network.Error(), err}
	}
	return err
}

// s3Failure is an error in the words of whoever scans.
type s3Failure struct {
	text string
	err  error
}

func (f s3Failure) Error() string { return f.text }
func (f s3Failure) Unwrap() error { return f.err }
