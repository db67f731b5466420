package faultfs

import "errors"

// ErrUnavailable means that this process can't mount file systems: there is no /dev/fuse, or it may not.
var ErrUnavailable = errors.New("no FUSE here")
