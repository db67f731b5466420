//go:build unix

package main

import "golang.org/x/sys/unix"

// descriptorLimit is how many files and connections this process may have open; 0 for no limit.
func descriptorLimit() uint64 {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil || limit.Cur >= 1<<31 {
		return 0
	}
	return uint64(limit.Cur)
}
