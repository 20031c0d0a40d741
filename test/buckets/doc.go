// Package buckets compares picket's requests to S3, and those to AWS
// Organizations, with those of the AWS SDK's clients, which is what users compare
// picket with.
//
// It exists apart from picket's own tests because it alone needs those clients.
package buckets
