// Package event holds the rows that picket detects over: VPC flow records,
// DNS queries, CloudTrail records and Kubernetes audit events, and the Batch
// that carries them from a decoder to the detectors.
//
// It exists so that decoding, enrichment, detection and reporting agree on one
// vocabulary without knowing one another. It imports only the standard library.
package event
