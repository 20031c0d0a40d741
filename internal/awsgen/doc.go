// Package awsgen is the parent of the generated shapes, limits and operation
// tables of the services picket stands in for: guardduty, appfabric and cwlogs.
// It exists to hold the models they are generated from (model/*.json), and
// imports nothing. The packages below it import awsrpc and the standard library.
//
// The generator takes two steps. The first, for a developer machine with Go's
// module proxy, npm and Node, merges the AWS SDKs' models with overlay.json
// into model/*.json:
//
//	go run ./internal/awsgen/gen -sources -root internal/awsgen
//
// The second writes the Go code from model/*.json and needs nothing else; it
// is what go generate does.
package awsgen

//go:generate go run ./gen -root .
