package scan

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"picket/internal/buckets"
)

var errNoObjects = errors.New("no objects with this prefix")

// listS3 lists the objects under s3://bucket/prefix. The SDK's usual sources
// give credentials, region and endpoint (AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_S3).
func listS3(ctx context.Context, url string) ([]*Object, error) {
	bucket, prefix, _ := strings.Cut(strings.TrimPrefix(url, "s3://"), "/")
	if bucket == "" {
		return nil, errors.New("no bucket in this address: want s3://bucket/prefix")
	}
	client, err := buckets.Client(ctx, remoteLooks)
	if err != nil {
		return nil, err
	}
	var out []*Object
	pages := s3.NewListObjectsV2Paginator(client, &s3.ListObjectsV2Input{Bucket: &bucket, Prefix: &prefix})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return out, fmt.Errorf("list bucket %q: %w", bucket, buckets.Explain(err))
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
			return nil, buckets.Explain(err)
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
		return n, buckets.Failure{Text: "the connection broke off: " + err.Error(), Err: err}
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
