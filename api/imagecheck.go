package api

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/webp"
)

// Limits of images, checked against their headers before anything is decoded. S37
const (
	// imageBytesMax is Discord's limit for avatars, in the form "File cannot be larger than 10240.0 kb."
	imageBytesMax = 10 << 20
	// imagePixelsMax over all frames is 64 MiB once decoded.
	imagePixelsMax = 16 << 20
	imageSideMax   = 16 << 10
	imageFramesMax = 1000
	// imageScansMax bounds the passes of a progressive JPEG, each of which takes time for all its pixels; encoders make
	// about ten.
	imageScansMax = 64
)

var (
	errImageKind  = errors.New("not a PNG, JPEG, GIF or WebP image")
	errImageLarge = errors.New("too many pixels, frames or passes")
)

// picture is an image whose header was found to be harmless.
type picture struct {
	data          []byte
	kind          string // png, jpg, gif or webp
	width, height int
	frames        int
}

// inspect looks at an image's header without decoding it. The name that a client gives to its type isn't looked at.
func inspect(data []byte) (*picture, error) {
	p := &picture{data: data, frames: 1}
	read := map[string]func() (image.Config, error){
		"png":  func() (image.Config, error) { return png.DecodeConfig(bytes.NewReader(data)) },
		"jpg":  func() (image.Config, error) { return jpeg.DecodeConfig(bytes.NewReader(data)) },
		"gif":  func() (image.Config, error) { return gif.DecodeConfig(bytes.NewReader(data)) },
		"webp": func() (image.Config, error) { return webp.DecodeConfig(bytes.NewReader(data)) },
	}
	switch {
	case bytes.HasPrefix(data, []byte("\x89PNG\r\n\x1a\n")):
		p.kind = "png"
	case bytes.HasPrefix(data, []byte("\xff\xd8\xff")):
		p.kind = "jpg"
	case bytes.HasPrefix(data, []byte("GIF87a")), bytes.HasPrefix(data, []byte("GIF89a")):
		p.kind = "gif"
	case len(data) > 12 && string(data[:4]) == "RIFF" && string(data[8:12]) == "WEBP":
		p.kind = "webp"
	default:
		return nil, errImageKind
	}
	config, err := read[p.kind]()
	if err != nil {
		return nil, fmt.Errorf("read image header: %w", err)
	}
	p.width, p.height = config.Width, config.Height
	switch p.kind {
	case "gif":
		if p.frames, err = gifFrames(data); err != nil {
			return nil, err
		}
	case "jpg":
		if jpegScans(data) > imageScansMax {
			return nil, errImageLarge
		}
	}
	side := p.width > 0 && p.height > 0 && p.width <= imageSideMax && p.height <= imageSideMax
	if !side || p.frames > imageFramesMax || p.width*p.height > imagePixelsMax/p.frames {
		return nil, errImageLarge
	}
	return p, nil
}

var errGIF = errors.New("damaged GIF")

// gifFrames counts a GIF's frames by walking over its blocks. GIF89a §17–§27
func gifFrames(data []byte) (frames int, err error) {
	const header = 13
	if len(data) < header {
		return 0, errGIF
	}
	at := header + colorTable(data[10])
	for at < len(data) {
		switch data[at] {
		case 0x3B: // trailer
			return max(frames, 1), nil
		case 0x21: // extension: label, then blocks
			at = skipBlocks(data, at+2)
		case 0x2C: // image: descriptor, colour table, code size, then blocks
			const descriptor = 10
			if at+descriptor > len(data) {
				return 0, errGIF
			}
			frames++
			at = skipBlocks(data, at+descriptor+colorTable(data[at+9])+1)
		default:
			return 0, errGIF
		}
	}
	return max(frames, 1), nil // many GIFs in the wild have no trailer
}

// colorTable is the length of the colour table that a flags byte tells of.
func colorTable(flags byte) int {
	if flags&0x80 == 0 {
		return 0
	}
	return 3 << (flags&7 + 1)
}

// skipBlocks passes over blocks of a length byte and as many bytes, up to the empty one.
func skipBlocks(data []byte, at int) int {
	for at < len(data) {
		n := int(data[at])
		at += 1 + n
		if n == 0 {
			return at
		}
	}
	return len(data)
}

// jpegScans counts a JPEG's passes by walking over its markers. ITU T.81 §B.1
func jpegScans(data []byte) int {
	scans := 0
	for at := 2; at+4 <= len(data); {
		if data[at] != 0xFF {
			at++ // within a scan's data
			continue
		}
		marker := data[at+1]
		switch {
		case marker == 0xFF: // fill
			at++
		case marker == 0 || marker >= 0xD0 && marker <= 0xD9 || marker == 1: // no length follows
			at += 2
		default:
			if marker == 0xDA {
				scans++
			}
			at += 2 + int(binary.BigEndian.Uint16(data[at+2:]))
		}
	}
	return scans
}

// memory is what decoding may take at the most, in bytes: PNGs have up to 16 bits a channel and, interlaced, are put
// together from a second picture; progressive JPEGs keep their coefficients; the decoder of GIFs keeps one byte a pixel.
func (p *picture) memory() int64 {
	perPixel := map[string]int64{"png": 16, "jpg": 16, "gif": 2, "webp": 8}[p.kind]
	return perPixel * int64(p.width) * int64(p.height)
}

// head reads of a picture that is kept how large it is, and goes back to its beginning.
func head(kind string, r io.ReadSeeker) (*picture, error) {
	read := map[string]func(io.Reader) (image.Config, error){
		"png": png.DecodeConfig, "jpg": jpeg.DecodeConfig, "gif": gif.DecodeConfig, "webp": webp.DecodeConfig,
	}
	config, err := read[kind](r)
	if err != nil {
		return nil, fmt.Errorf("read image header: %w", err)
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("read image: %w", err)
	}
	return &picture{kind: kind, width: config.Width, height: config.Height, frames: 1}, nil
}

// decode gives a picture's first frame. It ends with the context, whatever the decoder makes of its input.
func (p *picture) decode(ctx context.Context, from io.Reader) (image.Image, error) {
	r := &timedReader{ctx: ctx, r: from}
	switch p.kind {
	case "png":
		return png.Decode(r)
	case "jpg":
		return jpeg.Decode(r)
	case "gif":
		return gif.Decode(r)
	case "webp":
		return webp.Decode(r)
	}
	return nil, errImageKind
}

// timedReader reads as long as its context has not ended, in small pieces so that it is asked often.
type timedReader struct {
	ctx context.Context // of the one decoding that reads
	r   io.Reader
}

func (t *timedReader) Read(b []byte) (int, error) {
	if t.ctx.Err() != nil {
		return 0, context.Cause(t.ctx)
	}
	const piece = 4 << 10
	return t.r.Read(b[:min(len(b), piece)])
}
