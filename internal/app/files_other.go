//go:build !unix

package app

// openable is how many files the process may have open: no number is known.
func openable() uint64 { return mostConnections + reservedFiles }
