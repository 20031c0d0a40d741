// Package scan is the walk of picket scan: it finds log files, unpacks and
// decodes them on several goroutines, puts their rows into one order of event
// time, shows them to the engine and collects findings, in memory bounded
// whatever the size of the input.
//
// It imports event, logformat, enrich, engine, finding, intel, geo, inflate
// and libraries for compression and S3. cmd/picket and the tools under bench
// use it.
package scan
