package api_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"testing"

	"guildhall/admission"
	"guildhall/api"
)

// TestSmallerGIFs: what moves goes on moving as it did, whatever its frames leave standing or take away.
func TestSmallerGIFs(t *testing.T) {
	t.Parallel()
	w := newWorld(t, api.Config{RateLimits: admission.Off})
	red, blue, none := color.RGBA{255, 0, 0, 255}, color.RGBA{0, 0, 255, 255}, color.RGBA{}
	fill := func(r image.Rectangle, c color.Color) *image.Paletted {
		p := image.NewPaletted(r, color.Palette{none, red, blue})
		for y := r.Min.Y; y < r.Max.Y; y++ {
			for x := r.Min.X; x < r.Max.X; x++ {
				p.Set(x, y, c)
			}
		}
		return p
	}
	left, right := image.Rect(0, 0, 64, 64), image.Rect(64, 0, 128, 64)
	g := &gif.GIF{
		Config: image.Config{Width: 128, Height: 64}, LoopCount: 3, Delay: []int{10, 20, 30, 40},
		// Red stays; blue comes beside it, and is taken away as if it had not been; blue comes instead of red, and leaves nothing.
		Image:    []*image.Paletted{fill(left, red), fill(right, blue), fill(left, blue), fill(image.Rect(127, 63, 128, 64), none)},
		Disposal: []byte{gif.DisposalNone, gif.DisposalPrevious, gif.DisposalBackground, gif.DisposalNone},
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, g); err != nil {
		t.Fatal(err)
	}
	get := func(hash, query string) []byte {
		t.Helper()
		got := w.do(ask{method: "GET", path: fmt.Sprintf("/cdn/avatars/%s/%s.gif%s", botID, hash, query)})
		if got.Code != 200 || got.Header().Get("Content-Type") != "image/gif" {
			t.Fatalf("%d %v", got.Code, got.Header())
		}
		return got.Body.Bytes()
	}
	small, err := gif.DecodeAll(bytes.NewReader(get(upload(t, w, b.Bytes()), "?size=32")))
	if err != nil {
		t.Fatal(err)
	}
	if len(small.Image) != 4 || fmt.Sprint(small.Delay) != "[10 20 30 40]" || small.LoopCount != 3 || small.Config.Width != 32 || small.Config.Height != 16 {
		t.Fatalf("%d frames, %v, %d, %+v", len(small.Image), small.Delay, small.LoopCount, small.Config)
	}
	want := [][2]color.RGBA{{red, none}, {red, blue}, {blue, none}, {none, none}}
	for i, frame := range small.Image {
		if frame.Bounds() != image.Rect(0, 0, 32, 16) || small.Disposal[i] != gif.DisposalBackground {
			t.Errorf("frame %d is %v, disposed of by %d", i, frame.Bounds(), small.Disposal[i])
		}
		for side, c := range want[i] {
			if got := color.RGBAModel.Convert(frame.At(5+16*side, 8)); got != c {
				t.Errorf("frame %d, side %d: %v, want %v", i, side, got, c)
			}
		}
	}
}

// TestGIFsThatStayLarge: what would take too much, or is no shorter when it is small, is served as it came, at once the second
// time.
func TestGIFsThatStayLarge(t *testing.T) {
	t.Parallel()
	w := newWorld(t, api.Config{RateLimits: admission.Off})
	many := &gif.GIF{}
	for range 900 {
		many.Image, many.Delay = append(many.Image, image.NewPaletted(image.Rect(0, 0, 1, 1), testImage(1, 1).Palette)), append(many.Delay, 1)
	}
	many.Config = image.Config{Width: 130, Height: 130} // 15 megapixels in all, as they are seen
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, many); err != nil {
		t.Fatal(err)
	}
	hash := upload(t, w, b.Bytes())
	for range 2 {
		got := w.do(ask{method: "GET", path: fmt.Sprintf("/cdn/avatars/%s/%s.gif?size=128", botID, hash)})
		if got.Code != 200 || !bytes.Equal(got.Body.Bytes(), b.Bytes()) {
			t.Errorf("%d, %d bytes of %d", got.Code, got.Body.Len(), b.Len())
		}
	}
}
