package calls

import (
	"bytes"
	"testing"
	"time"

	"guildhall"
)

func FuzzFrame(f *testing.F) {
	whole := appendRequest(nil, Request{ID: guildhall.RequestID{7}, Method: "guilds.command", Body: []byte(`{}`)}, 1500*time.Millisecond)
	for n := range len(whole) + 1 {
		f.Add(whole[:n])
	}
	f.Add(append([]byte{frameVersion}, bytes.Repeat([]byte{0xff}, 40)...))
	f.Fuzz(func(t *testing.T, frame []byte) {
		before := bytes.Clone(frame)
		r, left, err := decodeRequest(frame)
		if !bytes.Equal(before, frame) {
			t.Error("reading has changed the frame")
		}
		if err != nil {
			return
		}
		again, leftAgain, err := decodeRequest(appendRequest(nil, r, left))
		if err != nil || again.ID != r.ID || again.Method != r.Method || !bytes.Equal(again.Body, r.Body) || leftAgain != left {
			t.Errorf("%+v with %v left became %+v with %v, %v", r, left, again, leftAgain, err)
		}
	})
}

func TestAFrameCutShortIsRefused(t *testing.T) {
	t.Parallel()
	whole := appendRequest(nil, Request{Method: "m"}, time.Second)
	for n := range len(whole) {
		if _, _, err := decodeRequest(whole[:n]); err == nil {
			t.Errorf("%d of %d bytes are taken", n, len(whole))
		}
	}
	whole[0]++
	if _, _, err := decodeRequest(whole); err == nil {
		t.Error("a frame of another version is taken")
	}
}
