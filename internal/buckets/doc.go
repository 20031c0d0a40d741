// Package buckets asks S3 and servers that speak its protocol for what picket
// needs of them, and words their failures for whoever runs picket.
//
// It exists so that all of picket finds its credentials, region and endpoint in
// the same places, the AWS SDK's usual ones (AWS_PROFILE, AWS_REGION,
// AWS_ENDPOINT_URL_S3 and their like), and so that the SDK's client of S3, with
// its hundred operations, need not be compiled for four. Configuration,
// credentials, signing, repetition and transport are the SDK's; what is here is
// where a bucket is, what a request says and how its answer is read.
//
// It imports the AWS SDK's runtime, none of its clients, and the standard
// library.
package buckets
