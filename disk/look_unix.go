//go:build unix

package disk

import "golang.org/x/sys/unix"

func look(folder string) (Room, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(folder, &s); err != nil {
		return Room{}, err
	}
	// What only root may use is no part of it, as df(1) counts.
	block, used := int64(s.Bsize), int64(s.Blocks)-int64(s.Bfree)
	return Room{Total: (used + int64(s.Bavail)) * block, Free: int64(s.Bavail) * block}, nil
}
