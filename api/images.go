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

	xdraw "golang.org/x/image/draw"

	"guildhall"
	"guildhall/admission"
	"guildhall/blob"
)

const (
	// decodersMax images are decoded at once; each may take 64 MiB, and more on the way.
	decodersMax = 2
	// variantsMax bounds how many made images are kept, and variantBytesMax how large each may be to be kept: 8 MiB.
	variantsMax     = 256
	variantBytesMax = 32 << 10

	jpegQuality = 85

	// animatedPrefix marks the hash of a picture that moves.
	// discord: reference#image-formatting
	animatedPrefix = "a_"
)

// images keeps pictures as blobs and makes other sizes and formats of them.
type images struct {
	blobs blob.Store // fixed after newImages
	// slots is a semaphore of decodersMax.
	slots    chan struct{}
	variants *admission.Recent[variant, []byte]
}

// variant names a picture in a size and format.
type variant struct {
	key  string
	kind string
	size int
}

func newImages(blobs blob.Store) *images {
	return &images{
		blobs: blobs, slots: make(chan struct{}, decodersMax), variants: admission.NewRecent[variant, []byte](variantsMax),
	}
}

// hold waits for one of the few places to decode in.
func (i *images) hold(ctx context.Context) (release func(), err error) {
	select {
	case i.slots <- struct{}{}:
		return func() { <-i.slots }, nil
	case <-ctx.Done():
		return nil, guildhall.ErrOverloaded.Because(context.Cause(ctx))
	}
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
	release, err := i.hold(ctx)
	if err != nil {
		return "", err
	}
	_, err = p.decode()
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
		return "", fmt.Errorf("keep image: %w", err)
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

// original finds a picture under the format that it came in. prefer is looked for first.
func (i *images) original(ctx context.Context, base, prefer string) (kind string, data []byte, err error) {
	for _, kind := range []string{prefer, "png", "jpg", "gif", "webp"} {
		b, err := i.blobs.Get(ctx, base+"."+kind)
		if errors.Is(err, blob.ErrNotFound) || errors.Is(err, blob.ErrKey) {
			continue
		}
		if err != nil {
			return "", nil, fmt.Errorf("read image: %w", err)
		}
		data, err := io.ReadAll(io.LimitReader(b, imageBytesMax))
		if err := errors.Join(err, b.Close()); err != nil {
			return "", nil, fmt.Errorf("read image: %w", err)
		}
		return kind, data, nil
	}
	return "", nil, guildhall.ErrNotFound
}

// serve gives a picture in the format asked for, or the nearest that can be made, no larger than size (0 for its own).
func (i *images) serve(ctx context.Context, base, asked string, size int) (kind string, data []byte, err error) {
	want := variant{base, asked, size}
	if data, ok := i.variants.Get(want); ok {
		return madeKind(asked), data, nil
	}
	kind, data, err = i.original(ctx, base, asked)
	if err != nil {
		return "", nil, err
	}
	p, err := inspect(data)
	if err != nil {
		return "", nil, fmt.Errorf("read image: %w", err)
	}
	// Moving pictures are served as they came: making each frame anew would cost more than the bytes it saves.
	if kind == asked && (size == 0 || kind == "gif" || max(p.width, p.height) <= size) {
		return kind, data, nil
	}
	if asked == "gif" {
		return "", nil, errNotAnimated
	}
	release, err := i.hold(ctx)
	if err != nil {
		return "", nil, err
	}
	defer release()
	if data, err = p.as(madeKind(asked), size); err != nil {
		return "", nil, err
	}
	if len(data) <= variantBytesMax {
		i.variants.Put(want, data)
	}
	return madeKind(asked), data, nil
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

// as makes the picture anew, smaller if it is larger than size.
func (p *picture) as(kind string, size int) ([]byte, error) {
	from, err := p.decode()
	if err != nil {
		return nil, fmt.Errorf("decode image: %w", err)
	}
	bounds := from.Bounds()
	width, height := bounds.Dx(), bounds.Dy()
	if longest := max(width, height); size > 0 && longest > size {
		width, height = max(width*size/longest, 1), max(height*size/longest, 1)
	}
	to := image.NewNRGBA(image.Rect(0, 0, width, height))
	if kind == "jpg" {
		// JPEG has no transparency.
		draw.Draw(to, to.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	}
	xdraw.BiLinear.Scale(to, to.Bounds(), from, bounds, xdraw.Over, nil)
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
