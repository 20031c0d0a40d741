// Package engine runs detectors over batches of rows: it picks the rows each
// detector asked for, spreads entities over shards, joins reports into hits and
// saves and restores the detectors' state. It starts no goroutine but its
// shards, opens nothing and logs nothing. It imports detect, event and finding.
package engine
