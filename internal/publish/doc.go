// Package publish is where findings leave for their destinations. So far it only
// sees whether a destination can be written.
//
// It exists so that the API knows nothing of S3, and destinations nothing of the
// API. A Verifier looks at a destination when it is made; what can't be said then
// it finds out in the background.
//
// It imports buckets, fault, store and the AWS SDK's S3 client.
package publish
