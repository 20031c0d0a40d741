// Package buckets makes clients of S3 and of servers that speak its protocol, and
// words their failures for whoever runs picket.
//
// It exists so that all of picket finds its credentials, region and endpoint in
// the same places, the AWS SDK's usual ones: AWS_PROFILE, AWS_REGION,
// AWS_ENDPOINT_URL_S3 and their like.
//
// It imports the AWS SDK and the standard library.
package buckets
