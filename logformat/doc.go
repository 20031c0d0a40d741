// Package logformat turns the wire formats of AWS and Kubernetes logs into
// rows of an event.Batch: CloudTrail, VPC flow logs, Route 53 Resolver query
// logs, Kubernetes audit logs, and the envelopes that EventBridge and
// CloudWatch Logs put around them.
//
// It exists so that the rest of picket never sees a byte of a log: a format is
// one value in one file, recognised by content and decoded in one pass. It
// imports the standard library, event and jsonview; parquet.go and
// parquetword.go alone import the Parquet reader, internal/parquet.
//
// Rows hold views into the batch's Data. Nothing is copied but strings that
// had to be unescaped or lower-cased, and a decoder allocates nothing for a
// record once its batch has grown. Input is not trusted: what cannot be read is
// counted, the first case is kept for display, and decoding goes on behind it.
package logformat
