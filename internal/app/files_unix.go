//go:build unix

package app

import "syscall"

// openable is how many files the process may have open.
func openable() uint64 {
	var l syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l); err != nil {
		return 2 * reservedFiles
	}
	return uint64(l.Cur)
}
