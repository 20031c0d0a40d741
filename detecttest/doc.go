// Package detecttest runs detectors on logs written in text archives and holds
// every detector to the laws: the findings wanted and no other, the same with
// any number of shards, the same across a snapshot, no allocation while
// nothing is raised, every declared type raised by some case, and tables that
// stay within their bounds. It is public so that detectors kept elsewhere can be
// tested the same way.
//
// It imports logformat, enrich, intel, engine, detect, finding and test
// libraries; nothing but tests imports it.
package detecttest
