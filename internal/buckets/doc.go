// Package buckets asks S3 and servers that speak its protocol for what picket
// needs of them, and words their failures for whoever runs picket.
//
// It exists so that the SDK's client of S3, with its hundred operations, need not
// be compiled for four. Calls are those of internal/awscall; what is here is
// where a bucket is, what a request says and how its answer is read.
//
// It imports picket/internal/awscall, the AWS SDK's runtime, none of its clients,
// and the standard library.
package buckets
