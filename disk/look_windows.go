package disk

import "golang.org/x/sys/windows"

func look(folder string) (Room, error) {
	name, err := windows.UTF16PtrFromString(folder)
	if err != nil {
		return Room{}, err
	}
	var free, total uint64
	if err := windows.GetDiskFreeSpaceEx(name, &free, &total, nil); err != nil {
		return Room{}, err
	}
	return Room{Total: int64(total), Free: int64(free)}, nil
}
