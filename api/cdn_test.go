package api_test

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"net/http"
	"strings"
	"testing"

	"guildhall"
	"guildhall/admission"
	"guildhall/api"
)

func testImage(width, height int) *image.Paletted {
	m := image.NewPaletted(image.Rect(0, 0, width, height), color.Palette{color.Black, color.White, color.Transparent})
	for i := range m.Pix {
		m.Pix[i] = byte(i % 3)
	}
	return m
}

func pngOf(t *testing.T, width, height int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, testImage(width, height)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func jpegOf(t *testing.T, width, height int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, testImage(width, height), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func gifOf(t *testing.T, width, height, frames int) []byte {
	t.Helper()
	g := &gif.GIF{}
	for range frames {
		g.Image, g.Delay = append(g.Image, testImage(width, height)), append(g.Delay, 1)
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, g); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// webpOf is one lossless pixel, 1×1.
func webpOf(t *testing.T) []byte {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func dataURI(data []byte) string {
	return "data:image/png;base64," + base64.StdEncoding.EncodeToString(data)
}

// upload sets the bot's avatar and gives the hash that the owner was told.
func upload(t *testing.T, w *world, data []byte) string {
	t.Helper()
	w.want(ask{method: "PATCH", path: "/api/v10/users/@me", as: botID, body: fmt.Sprintf(`{"avatar":%q}`, dataURI(data))}, 200, "")
	var m guildhall.ModifyUser
	if err := json.Unmarshal(w.owners.last().Body, &m); err != nil {
		t.Fatal(err)
	}
	return m.Avatar.Value
}

func TestAvatars(t *testing.T) {
	t.Parallel()
	w := newWorld(t, api.Config{RateLimits: admission.Off})
	originals := map[string][]byte{
		"png": pngOf(t, 300, 100), "jpg": jpegOf(t, 300, 100), "still gif": gifOf(t, 300, 100, 1), "gif": gifOf(t, 300, 100, 3), "webp": webpOf(t),
	}
	hashes := map[string]string{}
	for kind, data := range originals {
		hashes[kind] = upload(t, w, data)
		if moves := strings.HasPrefix(hashes[kind], "a_"); moves != (kind == "gif") {
			t.Errorf("%s: hash %q", kind, hashes[kind])
		}
	}
	tests := []struct {
		of, ask       string
		kind          string // "" for a 404 or 415
		width, height int    // 0 for the original's bytes
	}{
		{"png", ".png", "image/png", 0, 0},
		{"png", ".png?size=512", "image/png", 0, 0},
		{"png", ".png?size=64", "image/png", 64, 21},
		{"png", ".jpg?size=16", "image/jpeg", 16, 5},
		{"png", ".jpeg", "image/jpeg", 300, 100},
		{"png", ".webp?size=128", "image/png", 128, 42},
		{"png", ".gif", "", 0, 0},
		{"jpg", ".jpg", "image/jpeg", 0, 0},
		{"jpg", ".png", "image/png", 300, 100},
		{"still gif", ".png?size=32", "image/png", 32, 10},
		{"gif", ".gif", "image/gif", 0, 0},
		{"gif", ".gif?size=16", "image/gif", 16, 5},
		{"gif", ".png?size=16", "image/png", 16, 5},
		{"webp", ".webp", "image/webp", 0, 0},
		{"webp", ".png", "image/png", 1, 1},
		{"png", ".svg", "", 0, 0},
		{"png", "", "", 0, 0},
	}
	for _, test := range tests {
		path := fmt.Sprintf("/cdn/avatars/%s/%s%s", botID, hashes[test.of], test.ask)
		for range 2 { // the second comes from the cache
			got := w.do(ask{method: "GET", path: path})
			if test.kind == "" {
				if got.Code != 404 && got.Code != 415 {
					t.Errorf("%s of a %s: %d", test.ask, test.of, got.Code)
				}
				continue
			}
			h := got.Header()
			if got.Code != 200 || h.Get("Content-Type") != test.kind || h.Get("X-Content-Type-Options") != "nosniff" ||
				h.Get("Content-Security-Policy") != "default-src 'none'; sandbox" || !strings.Contains(h.Get("Cache-Control"), "immutable") {
				t.Errorf("%s of a %s: %d %v", test.ask, test.of, got.Code, h)
			}
			if test.width == 0 {
				if !bytes.Equal(got.Body.Bytes(), originals[test.of]) {
					t.Errorf("%s of a %s: not the original", test.ask, test.of)
				}
				continue
			}
			config, _, err := image.DecodeConfig(got.Body)
			if err != nil || config.Width != test.width || config.Height != test.height {
				t.Errorf("%s of a %s: %d×%d, %v; want %d×%d", test.ask, test.of, config.Width, config.Height, err, test.width, test.height)
			}
		}
	}
	path := fmt.Sprintf("/cdn/avatars/%s/%s.png", botID, hashes["png"])
	first := w.do(ask{method: "GET", path: path + "?size=64"})
	again := w.do(ask{method: "GET", path: path + "?size=64", header: http.Header{"If-None-Match": {first.Header().Get("ETag")}}})
	if again.Code != 304 || again.Body.Len() > 0 {
		t.Errorf("asked again with its ETag: %d", again.Code)
	}
	for _, size := range []string{"0", "8", "15", "17", "8192", "-16", "x", "1e2"} {
		if got := w.do(ask{method: "GET", path: path + "?size=" + size}); got.Code != 400 {
			t.Errorf("size %s: %d", size, got.Code)
		}
	}
	head := w.do(ask{method: "HEAD", path: path})
	if head.Code != 200 {
		t.Errorf("HEAD: %d", head.Code)
	}
}

func TestNothingElseIsOnTheCDN(t *testing.T) {
	t.Parallel()
	w := newWorld(t, api.Config{RateLimits: admission.Off})
	hash := upload(t, w, pngOf(t, 10, 10))
	for _, path := range []string{
		"/cdn", "/cdn/", "/cdn/avatars", "/cdn/avatars/1/" + hash + ".png", "/cdn/icons/" + botID.String() + "/" + hash + ".png",
		"/cdn/avatars/" + botID.String() + "/..%2f..%2fx.png", "/cdn/avatars/x/" + hash + ".png", "/cdn/avatars/" + botID.String() + "/" + strings.ToUpper(hash) + ".png",
		"/cdn/embed/avatars/6.png", "/cdn/embed/avatars/00.png", "/cdn/embed/avatars/-1.png", "/cdn/embed/avatars/1.jpg", "/cdn/gateway", "/cdn/users/@me",
	} {
		if got := w.do(ask{method: "GET", path: path}); got.Code != 404 {
			t.Errorf("%s: %d", path, got.Code)
		}
	}
}

func TestDefaultAvatars(t *testing.T) {
	t.Parallel()
	w := newWorld(t, api.Config{RateLimits: admission.Off})
	seen := map[string]bool{}
	for n := range 6 {
		got := w.do(ask{method: "GET", path: fmt.Sprintf("/cdn/embed/avatars/%d.png", n)})
		seen[got.Body.String()] = true
		if config, err := png.DecodeConfig(got.Body); err != nil || config.Width != 256 || got.Code != 200 {
			t.Errorf("%d: %d, %v, %v", n, got.Code, config, err)
		}
	}
	if len(seen) != 6 {
		t.Errorf("%d different ones of 6", len(seen))
	}
	small := w.do(ask{method: "GET", path: "/cdn/embed/avatars/0.png?size=32"})
	if config, err := png.DecodeConfig(small.Body); err != nil || config.Width != 32 {
		t.Errorf("small: %v, %v", config, err)
	}
}

// TestImageBombs: what would take much to decode is refused by its header. S37
func TestImageBombs(t *testing.T) {
	t.Parallel()
	w := newWorld(t, api.Config{RateLimits: admission.Off})
	manyFrames := gifOf(t, 4, 4, 1200)
	honest := jpegOf(t, 16, 16)
	manyScans := honest[:len(honest)-2]
	for range 80 {
		manyScans = append(manyScans, 0xFF, 0xDA, 0, 2)
	}
	tests := map[string][]byte{
		"50,000 × 50,000 in a kilobyte": pngHeader(50_000, 50_000),
		"a gigapixel in one line":       pngHeader(1<<30, 1),
		"no width":                      pngHeader(0, 10),
		"1200 frames":                   manyFrames,
		"frames that sum up":            gifHeader(4000, 4000, 20),
		"80 passes":                     append(manyScans, 0xFF, 0xD9),
		"cut short":                     pngOf(t, 100, 100)[:100],
		"a JPEG cut short":              jpegOf(t, 300, 300)[:400],
		"a frame beyond its picture":    gifBeyond(t),
		"a flood in a small picture":    pngFlood(t),
		"SVG":                           []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>`),
		"a lying GIF":                   append([]byte("GIF89a"), 1, 2, 3),
		"nothing at all":                {},
	}
	for name, data := range tests {
		t.Run(name, func(t *testing.T) {
			got := w.do(ask{method: "PATCH", path: "/api/v10/users/@me", as: botID, body: fmt.Sprintf(`{"avatar":%q}`, dataURI(data))})
			want := "Invalid image"
			switch {
			case strings.Contains(name, "0"), name == "a gigapixel in one line", name == "frames that sum up":
				want = "Image has too many pixels or frames" // found without decoding it
			case name == "SVG", name == "nothing at all":
				want = "Unsupported image type given"
			}
			if got.Code != 400 || !strings.Contains(got.Body.String(), `"avatar":{"_errors":[{"code":"IMAGE_INVALID","message":"`+want) {
				t.Errorf("%d %s, want %q", got.Code, got.Body, want)
			}
		})
	}
	large := strings.Repeat("A", 14<<20)
	got := w.do(ask{method: "PATCH", path: "/api/v10/users/@me", as: botID, body: `{"avatar":"data:image/png;base64,` + large + `"}`})
	if got.Code != 400 || !strings.Contains(got.Body.String(), "BINARY_TYPE_MAX_SIZE") {
		t.Errorf("more than 10 MiB: %d %s", got.Code, got.Body)
	}
	if last := w.owners.last(); last.Name != "" {
		t.Errorf("an owner was asked: %s", last.Name)
	}
}

// pngFlood is a PNG of 8 by 8 whose data go on for 64 MiB.
func pngFlood(t *testing.T) []byte {
	t.Helper()
	var data bytes.Buffer
	z := zlib.NewWriter(&data)
	if _, err := z.Write(make([]byte, 64<<20)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	b := pngHeader(8, 8)
	b = binary.BigEndian.AppendUint32(b, uint32(data.Len()))
	chunk := append([]byte("IDAT"), data.Bytes()...)
	b = append(b, chunk...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(chunk))
}

// gifBeyond is a GIF of 4 by 4 with a frame that lies outside.
func gifBeyond(t *testing.T) []byte {
	t.Helper()
	b := gifOf(t, 4, 4, 1)
	at := bytes.IndexByte(b[13:], 0x2C) + 13
	binary.LittleEndian.PutUint16(b[at+1:], 60_000)
	return b
}

// pngHeader is the beginning of a PNG of a size.
func pngHeader(width, height uint32) []byte {
	chunk := []byte("IHDR")
	chunk = binary.BigEndian.AppendUint32(chunk, width)
	chunk = binary.BigEndian.AppendUint32(chunk, height)
	chunk = append(chunk, 8, 0, 0, 0, 0)
	b := append([]byte("\x89PNG\r\n\x1a\n"), 0, 0, 0, 13)
	b = append(b, chunk...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(chunk))
}

// gifHeader is a GIF of empty frames of a size.
func gifHeader(width, height uint16, frames int) []byte {
	b := []byte("GIF89a")
	b = binary.LittleEndian.AppendUint16(b, width)
	b = binary.LittleEndian.AppendUint16(b, height)
	b = append(b, 0, 0, 0)
	for range frames {
		b = append(b, 0x2C, 0, 0, 0, 0)
		b = binary.LittleEndian.AppendUint16(b, width)
		b = binary.LittleEndian.AppendUint16(b, height)
		b = append(b, 0, 2, 1, 0x44, 0)
	}
	return append(b, 0x3B)
}
