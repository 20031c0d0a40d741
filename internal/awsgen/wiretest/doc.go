// Package wiretest takes every operation of a generated package over the wire
// and back: it exists so that three services share one test, and so that the
// test reads the tags of the generated structs by itself, not through the code
// that is tested. It imports awsrpc, go-cmp and the standard library.
package wiretest
