// Package awscall calls services of AWS by the parts that the AWS SDK's clients
// are made of, for packages that know what their service's requests and answers
// look like.
//
// It exists so that picket finds its credentials, region and endpoint in the
// places that are the AWS SDK's (AWS_PROFILE, AWS_REGION, AWS_ENDPOINT_URL and
// their like) whatever service it asks, and so that the SDK's clients, with tens
// of operations each, need not be compiled for the few that picket uses.
// Configuration, credentials, signing, repetition and transport are the SDK's;
// what is here puts them together.
//
// It imports the AWS SDK's runtime, none of its clients, and the standard
// library.
package awscall
