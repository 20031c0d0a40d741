// Package feeds downloads public threat-intelligence lists for their operator.
//
// It exists because intel, which reads lists, is free of any network: what is
// fetched from where, how often and under which terms is declared here, once. A
// list on disk is only ever replaced by a newer one that was read whole and is
// plausible. It imports picket/intel, and net/http of the standard library.
package feeds
