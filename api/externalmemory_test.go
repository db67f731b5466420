package api

import (
	"bytes"
	"testing"

	"golang.org/x/sync/semaphore"
)

// TestPicturesTakeWhatTheyAreLong: what is kept of a picture counts by its length, so that it must not take much more.
func TestPicturesTakeWhatTheyAreLong(t *testing.T) {
	t.Parallel()
	e := &externals{memory: semaphore.NewWeighted(externalMemoryMax)}
	for _, size := range []int{0, 1, externalStep, externalStep + 1, 1<<20 + 1, 4<<20 + 1, imageBytesMax} {
		data, err := e.readAll(bytes.NewReader(make([]byte, size)))
		if err != nil || len(data) != size {
			t.Fatalf("%d bytes: %d, %v", size, len(data), err)
		}
		if waste := cap(data) - size; waste > size/4+1024 {
			t.Errorf("%d bytes take %d more", size, waste)
		}
	}
	if !e.memory.TryAcquire(externalMemoryMax) {
		t.Error("what was read counts as being fetched still")
	}
}
