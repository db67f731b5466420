// Package wallclock is for tests of clocks that are set: a time whose wall part jumps while its monotonic part goes on.
package wallclock

import (
	"time"
	"unsafe"
)

// Jump sets the wall clock of t forward, or back, by whole seconds. The monotonic reading stays, as it does when an
// operator or NTP sets a machine's clock; t must have one, as times of time.Now have. failures F57
//
// Nothing in package time makes such a time, so that this goes by how it is laid out: the upper half of the first word
// counts seconds, above thirty bits of nanoseconds. The test of this package fails should that change.
func Jump(t time.Time, by time.Duration) time.Time {
	const nanosecondBits = 30
	wall := (*uint64)(unsafe.Pointer(&t))
	*wall += uint64(int64(by/time.Second)) << nanosecondBits
	return t
}
