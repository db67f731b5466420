package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"io"
	"strings"
	"time"

	xdraw "golang.org/x/image/draw"
	"golang.org/x/sync/semaphore"
	"golang.org/x/sync/singleflight"

	"guildhall"
	"guildhall/admission"
	"guildhall/blob"
)

const (
	// imageMemoryMax is what all pictures together may take that are being decoded: enough for the largest.
	imageMemoryMax = 320 << 20
	// imageTime bounds the decoding of one picture, with the wait for memory.
	imageTime = 5 * time.Second
	// variantsMax bounds how many made images are kept, and variantBytesMax how large each may be to be kept: 32 MiB.
	variantsMax     = 256
	variantBytesMax = 128 << 10

	jpegQuality = 85

	// animatedPrefix marks the hash of a picture that moves.
	// discord: reference#image-formatting
	animatedPrefix = "a_"
)

// images keeps pictures as blobs and makes other sizes and formats of them.
type images struct {
	blobs blob.Store // fixed after newImages
	// memory is what may be in use for decoded pictures, of imageMemoryMax bytes.
	memory   *semaphore.Weighted
	variants *admission.Recent[variant, []byte]
	// making joins requests for the same variant.
	making singleflight.Group
}

// variant names a picture in a size and format.
type variant struct {
	key  string
	kind string
	size int
}

func newImages(blobs blob.Store) *images {
	return &images{
		blobs: blobs, memory: semaphore.NewWeighted(imageMemoryMax),
		variants: admission.NewRecent[variant, []byte](variantsMax),
	}
}

// hold waits for as much memory as decoding the picture, and drawing it anew within a square of side, may take.
func (i *images) hold(ctx context.Context, p *picture, side int) (release func(), err error) {
	return i.holdBytes(ctx, p.memory()+int64(side)*int64(side)*4+scratchMax)
}

func (i *images) holdBytes(ctx context.Context, need int64) (release func(), err error) {
	need = min(need, imageMemoryMax)
	if err := i.memory.Acquire(ctx, need); err != nil {
		return nil, guildhall.ErrOverloaded.Because(err)
	}
	return func() { i.memory.Release(need) }, nil
}

// imageField reads an image of a form, a data URI: left out, null, or what it holds.
// discord: reference#image-data
func (f *form) imageField(name string) guildhall.Optional[*picture] {
	return read(f, name, func(raw json.RawMessage) (*picture, bool) {
		s, ok := f.plain(raw, name)
		if !ok {
			return nil, false
		}
		head, encoded, found := strings.Cut(s, ",")
		if !found || !strings.HasPrefix(head, "data:image/") || !strings.HasSuffix(head, ";base64") {
			f.fail("IMAGE_INVALID", "Invalid image data", name)
			return nil, false
		}
		if base64.StdEncoding.DecodedLen(len(encoded)) > imageBytesMax+3 {
			f.fail("BINARY_TYPE_MAX_SIZE", "File cannot be larger than 10240.0 kb.", name)
			return nil, false
		}
		data, err := base64.StdEncoding.DecodeString(encoded)
		if err != nil {
			data, err = base64.RawStdEncoding.DecodeString(encoded)
		}
		if err != nil {
			f.fail("IMAGE_INVALID", "Invalid image data", name)
			return nil, false
		}
		p, err := inspect(data)
		switch {
		case errors.Is(err, errImageKind):
			f.fail("IMAGE_INVALID", "Unsupported image type given", name)
		case errors.Is(err, errImageLarge):
			f.fail("IMAGE_INVALID", "Image has too many pixels or frames", name)
		case err != nil:
			f.fail("IMAGE_INVALID", "Invalid image", name)
		default:
			return p, true
		}
		return nil, false
	})
}

// keep stores a picture of the owner's and gives the hash that names it. A picture that can't be decoded is refused, so
// that the CDN never fails on it later.
func (i *images) keep(ctx context.Context, kind string, owner guildhall.Snowflake, field string, p *picture) (string, error) {
	within, cancel := context.WithTimeout(ctx, imageTime)
	defer cancel()
	release, err := i.hold(within, p, 0)
	if err != nil {
		return "", err
	}
	_, err = p.decode(within, bytes.NewReader(p.data))
	release()
	if err != nil {
		return "", guildhall.BadField("IMAGE_INVALID", "Invalid image", field).Because(err)
	}
	sum := sha256.Sum256(p.data)
	hash := hex.EncodeToString(sum[:16])
	if p.kind == "gif" && p.frames > 1 {
		hash = animatedPrefix + hash
	}
	key := fmt.Sprintf("%s/%s/%s.%s", kind, owner, hash, p.kind)
	if err := i.blobs.Put(ctx, key, bytes.NewReader(p.data)); err != nil {
		return "", keepError(fmt.Errorf("keep image: %w", err))
	}
	return hash, nil
}

// keepField keeps the picture of an optional field: left out and null stay so.
func (i *images) keepField(
	ctx context.Context, kind string, owner guildhall.Snowflake, field string, o guildhall.Optional[*picture],
) (guildhall.Optional[string], error) {
	if !o.Set || o.Null {
		return guildhall.Optional[string]{Set: o.Set, Null: o.Null}, nil
	}
	hash, err := i.keep(ctx, kind, owner, field, o.Value)
	return guildhall.Some(hash), err
}

// original opens a picture under the format that it came in. prefer is looked for first.
func (i *images) original(ctx context.Context, base, prefer string) (kind string, b blob.Blob, err error) {
	for _, kind := range []string{prefer, "png", "jpg", "gif", "webp"} {
		b, err := i.blobs.Get(ctx, base+"."+kind)
		if errors.Is(err, blob.ErrNotFound) || errors.Is(err, blob.ErrKey) {
			continue
		}
		if err != nil {
			return "", nil, fmt.Errorf("open image: %w", err)
		}
		return kind, b, nil
	}
	return "", nil, guildhall.ErrNotFound
}

// served is a picture as it is to be served: from memory, or an open blob.
type served struct {
	kind string
	data io.ReadSeeker
	// bytes is what it takes in memory; 0 for a blob.
	bytes int64
	// close is called when it has been sent.
	close func() error
}

func fromMemory(kind string, data []byte) served {
	return served{kind, bytes.NewReader(data), int64(len(data)), func() error { return nil }}
}

// serve gives a picture in the format asked for, or the nearest that can be made, no larger than size (0 for its own). What
// is asked for as it came is never read into memory.
func (i *images) serve(ctx context.Context, base, asked string, size int) (served, error) {
	want := variant{base, asked, size}
	known, ok := i.variants.Get(want)
	if len(known) > 0 {
		return fromMemory(madeKind(asked), known), nil
	}
	asItCame := ok // nothing is remembered of what can't be made smaller
	kind, b, err := i.original(ctx, base, asked)
	if err != nil {
		return served{}, err
	}
	asItCame = asItCame || kind == asked && size == 0
	if !asItCame && kind == asked {
		p, err := head(kind, b)
		if err != nil {
			return served{}, errors.Join(err, b.Close())
		}
		asItCame = max(p.width, p.height) <= size
	}
	if asItCame {
		return served{kind, b, 0, b.Close}, nil
	}
	if err := b.Close(); err != nil {
		return served{}, fmt.Errorf("close image: %w", err)
	}
	if asked == "gif" && kind != "gif" {
		return served{}, errNotAnimated
	}
	// Who comes while it is being made waits for it, and nobody's going spoils it for the others.
	made, err, _ := i.making.Do(fmt.Sprint(want), func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), imageTime)
		defer cancel()
		return i.make(ctx, want)
	})
	if err != nil {
		return served{}, err
	}
	if data := made.([]byte); len(data) > 0 {
		return fromMemory(madeKind(asked), data), nil
	}
	kind, b, err = i.original(ctx, base, asked)
	if err != nil {
		return served{}, err
	}
	return served{kind, b, 0, b.Close}, nil
}

// make makes a variant anew, and remembers it if it is small.
func (i *images) make(ctx context.Context, want variant) (data []byte, err error) {
	kind, b, err := i.original(ctx, want.key, want.kind)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	p, err := head(kind, b)
	if err != nil {
		return nil, err
	}
	side := max(p.width, p.height)
	if want.size > 0 {
		side = min(side, want.size)
	}
	if want.kind == "gif" {
		data, err = i.shrinkGIF(ctx, b, side)
	} else {
		data, err = i.drawn(ctx, p, b, madeKind(want.kind), side)
	}
	if err != nil {
		return nil, err
	}
	if len(data) <= variantBytesMax {
		i.variants.Put(want, data)
	}
	return data, nil
}

// drawn draws a picture's first frame anew.
func (i *images) drawn(ctx context.Context, p *picture, b blob.Blob, kind string, side int) ([]byte, error) {
	release, err := i.hold(ctx, p, side)
	if err != nil {
		return nil, err
	}
	defer release()
	from, err := p.decode(ctx, b)
	if err != nil {
		return nil, fmt.Errorf("decode image: %w", err)
	}
	return redraw(from, kind, side)
}

// errNotAnimated is what Discord answers to .gif for a picture that doesn't move.
var errNotAnimated = &guildhall.Error{Status: 415, Message: "415: Unsupported Media Type"}

// madeKind is the format that is made where one is asked for: there is no encoder for WebP.
func madeKind(asked string) string {
	if asked == "webp" {
		return "png"
	}
	return asked
}

// scratchMax is what scaling one picture may take besides the pictures.
const scratchMax = 64 << 20

// scalerFor chooses how to scale to a width from a height, and says what it takes besides the pictures. The better way keeps
// four float64 for each column of the one and each row of the other: half a gigabyte for a large picture made little smaller.
// There looking at the four nearest pixels, which keeps nothing, is nearly as good.
func scalerFor(width, height int) (s xdraw.Scaler, scratch int64) {
	if scratch = int64(width) * int64(height) * 32; scratch <= scratchMax {
		return xdraw.BiLinear, scratch
	}
	return xdraw.ApproxBiLinear, 0
}

// redraw draws a picture anew within a square of side.
func redraw(from image.Image, kind string, side int) ([]byte, error) {
	bounds := from.Bounds()
	width, height := within(bounds.Dx(), bounds.Dy(), side)
	var err error
	to := image.NewNRGBA(image.Rect(0, 0, width, height))
	if kind == "jpg" {
		// JPEG has no transparency.
		draw.Draw(to, to.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	}
	if width == bounds.Dx() && height == bounds.Dy() {
		draw.Draw(to, to.Bounds(), from, bounds.Min, draw.Over)
	} else {
		scaler, _ := scalerFor(width, bounds.Dy())
		scaler.Scale(to, to.Bounds(), from, bounds, xdraw.Over, nil)
	}
	var b bytes.Buffer
	if kind == "jpg" {
		err = jpeg.Encode(&b, to, &jpeg.Options{Quality: jpegQuality})
	} else {
		err = png.Encode(&b, to)
	}
	if err != nil {
		return nil, fmt.Errorf("encode image: %w", err)
	}
	return b.Bytes(), nil
}

func encodePNG(p image.Image) ([]byte, error) {
	var b bytes.Buffer
	if err := png.Encode(&b, p); err != nil {
		return nil, fmt.Errorf("encode image: %w", err)
	}
	return b.Bytes(), nil
}
