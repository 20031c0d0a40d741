package publish

import (
	"context"
	"strings"
	"time"

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
	name, prefix := Place(d.ARN)
	bucket := buckets.Bucket{Name: name, Region: d.Region, Owner: d.BucketOwner, Attempts: 2}
	if prefix != "" {
		if err := look(ctx, c, bucket, prefix); err != nil {
			return err
		}
	}
	return kind(c.PutEmpty(ctx, bucket, prefix+"AWSLogs/", d.KMSKeyARN))
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

func look(ctx context.Context, c *buckets.Client, b buckets.Bucket, prefix string) error {
	for _, err := range c.List(ctx, b, prefix, 1) { // the first object or error will do
		if buckets.Is(err, "AccessDenied") {
			return ErrLook
		}
		return kind(err)
	}
	return ErrFolder
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
