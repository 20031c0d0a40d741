// Package buckets compares picket's requests to S3 with those of the AWS SDK's
// client of S3, which is what users compare picket with.
//
// It exists apart from picket's own tests because it alone needs that client.
package buckets
