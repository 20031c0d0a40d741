package publish

import (
	"bytes"
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"picket/internal/buckets"
	"picket/internal/fault"
	"picket/internal/store"
)

// ErrFolder is for a prefix below which the bucket has nothing; ErrLook for one
// that can't be looked at.
var (
	ErrFolder = fault.New(fault.NotFound, "The folder does not exist.")
	ErrLook   = fault.New(fault.Denied, "The folder may not be looked at.")
)

// Check sees whether a destination can be written, as the real service does: by
// writing an empty object in the place where findings go. It takes no longer
// than most. The error is ErrFolder or ErrLook for the prefix, fault.NotFound
// when there is no such bucket, fault.Denied when it, or the key, may not be
// used; any other one leaves the question open.
func (v *Verifier) Check(ctx context.Context, d *store.Destination, most time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	c, err := v.client()
	if err != nil {
		return err
	}
	bucket, prefix := Place(d.ARN)
	var owner *string
	if d.BucketOwner != "" {
		owner = &d.BucketOwner
	}
	if prefix != "" {
		if err := look(ctx, c, &s3.ListObjectsV2Input{Bucket: &bucket, Prefix: &prefix, MaxKeys: aws.Int32(1), ExpectedBucketOwner: owner}, d.Region); err != nil {
			return err
		}
	}
	_, err = c.PutObject(ctx, &s3.PutObjectInput{Bucket: &bucket, Key: aws.String(prefix + "AWSLogs/"), Body: bytes.NewReader(nil), ExpectedBucketOwner: owner,
		ServerSideEncryption: types.ServerSideEncryptionAwsKms, SSEKMSKeyId: &d.KMSKeyARN}, few, buckets.In(d.Region))
	return kind(err)
}

// Place is the bucket that an ARN names and what keys in it begin with: a prefix
// that ends in a slash, or nothing.
func Place(arn string) (bucket, prefix string) {
	_, resource, _ := strings.Cut(arn, ":::")
	bucket, prefix, _ = strings.Cut(resource, "/")
	if prefix = strings.Trim(prefix, "/"); prefix != "" {
		prefix += "/"
	}
	return bucket, prefix
}

func few(o *s3.Options) { o.RetryMaxAttempts = 2 }

func look(ctx context.Context, c *s3.Client, in *s3.ListObjectsV2Input, region string) error {
	out, err := c.ListObjectsV2(ctx, in, few, buckets.In(region))
	switch {
	case buckets.Is(err, "AccessDenied"):
		return ErrLook
	case err != nil:
		return kind(err)
	case len(out.Contents) == 0:
		return ErrFolder
	}
	return nil
}

func kind(err error) error {
	switch {
	case err == nil:
		return nil
	case buckets.Is(err, "NoSuchBucket"):
		return fault.Wrap(fault.NotFound, err, "The bucket does not exist.")
	case buckets.Is(err, "AccessDenied", "KMS.NotFoundException", "KMS.DisabledException", "KMS.KMSInvalidStateException"):
		return fault.Wrap(fault.Denied, err, "The bucket or the key may not be used.")
	}
	return buckets.Explain(err)
}
