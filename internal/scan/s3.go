package scan

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"picket/internal/buckets"
)

var errNoObjects = errors.New("no objects with this prefix")

// listS3 lists the objects under s3://bucket/prefix. The SDK's usual sources
// give credentials, region and endpoint (AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_S3).
func listS3(ctx context.Context, url string) ([]*Object, error) {
	name, prefix := buckets.Cut(strings.TrimPrefix(url, "s3://"))
	if name == "" {
		return nil, errors.New("no bucket in this address: want s3://bucket/prefix")
	}
	client, err := buckets.New(ctx, remoteLooks)
	if err != nil {
		return nil, err
	}
	bucket := buckets.Bucket{Name: name}
	var out []*Object
	for o, err := range client.List(ctx, bucket, prefix, 0) {
		if err != nil {
			return out, fmt.Errorf("list bucket %q: %w", name, buckets.Explain(err))
		}
		if o.Size > 0 || !strings.HasSuffix(o.Key, "/") {
			out = append(out, s3Object(client, bucket, o))
		}
	}
	if len(out) == 0 {
		return nil, errNoObjects
	}
	return out, nil
}

func s3Object(client *buckets.Client, bucket buckets.Bucket, listed buckets.Object) *Object {
	o := &Object{Name: "s3://" + bucket.Name + "/" + listed.Key, Size: listed.Size, Remote: true}
	get := func(ctx context.Context, from, most int64) (io.ReadCloser, error) {
		part := buckets.Part{ETag: listed.ETag, From: from} // all that is read of the object is of one version
		if to := from + most; most > 0 && to < listed.Size {
			part.To = to
		}
		body, err := client.Get(ctx, bucket, listed.Key, part)
		if err != nil {
			return nil, buckets.Explain(err)
		}
		return body, nil
	}
	o.Open = func(ctx context.Context, from, most int64) (io.ReadCloser, error) {
		body, err := get(ctx, from, most)
		if err != nil || most > 0 {
			return body, err
		}
		return &resumer{ctx: ctx, body: body, at: from, size: listed.Size, get: get}, nil
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
