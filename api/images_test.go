package api

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/png"
	"io"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"guildhall"
	"guildhall/blob"
)

// countedBlobs counts how often a picture is opened.
type countedBlobs struct {
	blob.Store
	opened atomic.Int32
}

func (c *countedBlobs) Get(ctx context.Context, key string) (blob.Blob, error) {
	b, err := c.Store.Get(ctx, key)
	if err == nil {
		c.opened.Add(1)
	}
	return b, err
}

// onePicture is a store with one picture in it, 200 by 100.
func onePicture(t *testing.T) (*images, *countedBlobs, string) {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 200, 100))); err != nil {
		t.Fatal(err)
	}
	p, err := inspect(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	blobs := &countedBlobs{Store: blob.NewMemory(1 << 20)}
	kept := newImages(blobs)
	hash, err := kept.keep(t.Context(), "icons", 5, "icon", p)
	if err != nil {
		t.Fatal(err)
	}
	return kept, blobs, "icons/5/" + hash
}

// TestManyAskForOneVariant: it is made once.
func TestManyAskForOneVariant(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		kept, blobs, base := onePicture(t)
		if err := kept.memory.Acquire(t.Context(), imageMemoryMax); err != nil {
			t.Fatal(err)
		}
		const many = 20
		var asked sync.WaitGroup
		for range many {
			asked.Go(func() {
				made, err := kept.serve(t.Context(), base, "png", 64)
				if err != nil {
					t.Error(err)
					return
				}
				if config, err := png.DecodeConfig(made.data); err != nil || config.Width != 64 || config.Height != 32 {
					t.Errorf("made %v, %v", config, err)
				}
			})
		}
		synctest.Wait() // all wait for memory, or for the one that does
		kept.memory.Release(imageMemoryMax)
		asked.Wait()
		if got := blobs.opened.Load(); got != many+1 {
			t.Errorf("opened %d times, want once for each who asked and once to make it", got)
		}
		if _, err := kept.serve(t.Context(), base, "png", 64); err != nil || blobs.opened.Load() != many+1 {
			t.Errorf("opened again for what had been made: %v", err)
		}
	})
}

// TestNoMemoryForPictures: who can't be served in time is told to come again, and pictures as they came need none.
func TestNoMemoryForPictures(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		kept, _, base := onePicture(t)
		if err := kept.memory.Acquire(t.Context(), imageMemoryMax); err != nil {
			t.Fatal(err)
		}
		if _, err := kept.serve(t.Context(), base, "png", 64); !errors.Is(err, guildhall.ErrOverloaded) {
			t.Errorf("made smaller: %v", err)
		}
		for _, size := range []int{0, 256} {
			as, err := kept.serve(t.Context(), base, "png", size)
			if err != nil {
				t.Fatal(err)
			}
			if data, err := io.ReadAll(as.data); err != nil || len(data) == 0 || as.close() != nil {
				t.Errorf("as it came, size %d: %d bytes, %v", size, len(data), err)
			}
		}
	})
}

// TestDecodingEnds: with its context, in the middle of a picture.
func TestDecodingEnds(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	noise := image.NewGray(image.Rect(0, 0, 500, 500))
	for i := range noise.Pix {
		noise.Pix[i] = byte(i * i >> 3)
	}
	if err := png.Encode(&b, noise); err != nil {
		t.Fatal(err)
	}
	p, err := inspect(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	from := &endingReader{r: bytes.NewReader(p.data), after: b.Len() / 2, end: cancel}
	if _, err := p.decode(ctx, from); !errors.Is(err, context.Canceled) {
		t.Errorf("decoded half of it: %v", err)
	}
}

// endingReader ends something when half has been read.
type endingReader struct {
	r     io.Reader
	after int
	end   func()
}

func (e *endingReader) Read(b []byte) (int, error) {
	n, err := e.r.Read(b)
	if e.after -= n; e.after < 0 {
		e.end()
	}
	return n, err
}

// TestDecodersKeepToTheirMemory: what hold reckons with is more than the picture itself takes, and the largest that is let
// in can be decoded.
func TestDecodersKeepToTheirMemory(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"png", "jpg", "gif", "webp"} {
		p := &picture{kind: kind, width: imageSideMax, height: imagePixelsMax / imageSideMax}
		most := p.memory() + 4*imageSizeMax*imageSizeMax
		if p.memory() < imagePixelsMax || most > imageMemoryMax {
			t.Errorf("%s: %d bytes of %d", kind, most, imageMemoryMax)
		}
	}
}

// TestScalingTakesLittle measures what all of the process takes, so that it runs beside no other test: a picture of some
// kilobytes may be large, and whoever asks the CDN for another size of it must not end the server.
func TestScalingTakesLittle(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector makes colours live on the heap")
	}
	from := image.NewGray(image.Rect(0, 0, 4096, 4096))
	for _, side := range []int{16, 256, 1024, 2048, 4096} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if _, err := redraw(from, "jpg", side); err != nil {
			t.Fatal(err)
		}
		runtime.ReadMemStats(&after)
		// Beside the picture that is made: its file, and colours that live for a moment.
		took := int64(after.TotalAlloc-before.TotalAlloc) - int64(side)*int64(side)*4
		if most := int64(2 * scratchMax); took > most {
			t.Errorf("scaled to %d: %d MiB more than the picture, want %d at most", side, took>>20, most>>20)
		}
	}
}
