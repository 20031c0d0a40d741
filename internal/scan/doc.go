// Package scan is the walk of picket scan: it finds log files, unpacks and
// decodes them on several goroutines, puts their rows into one order of event
// time, shows them to the engine and collects findings, in memory bounded
// whatever the size of the input.
//
// The way of a file: object.go and s3.go find it, peek.go looks into it for its
// format and its time, copies.go drops it if it is there twice, merge.go opens it
// when its time comes, source.go and decode.go turn it into chunks of rows with
// what unpack.go unpacks, and merge.go shows these to the engine. Whatever is
// wrong with it becomes one Problem.
//
// It imports event, logformat, enrich, engine, detect, finding, intel, geo,
// inflate and libraries for compression and S3. cmd/picket and internal/report
// use it.
package scan
