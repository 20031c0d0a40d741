// Package remote is a picket server as a scan elsewhere sees it: it signs
// requests to package ingest, sends them again when that may help, and gathers
// what the server said of a scan's findings into a few sentences.
//
// It imports ingest, finding, scan and the AWS SDK's credentials and signer.
package remote
