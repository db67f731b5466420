//go:build unix

package disk

import "golang.org/x/sys/unix"

func look(folder string) (Room, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(folder, &s); err != nil {
		return Room{}, err
	}
	block := int64(s.Bsize)
	return Room{Total: int64(s.Blocks) * block, Free: int64(s.Bavail) * block}, nil
}
