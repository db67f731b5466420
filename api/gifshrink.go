package api

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"io"
	"slices"

	xdraw "golang.org/x/image/draw"

	"guildhall/blob"
)

const (
	// gifDrawnMax bounds the pixels of all frames that are drawn anew for a smaller GIF: what has more is served as it came.
	gifDrawnMax = 8 << 20
	// gifColors is how many a frame has, beside the one that stands for none.
	gifColors = 255
)

// shrinkGIF makes a moving picture smaller, frame by frame. It gives nothing for one that is to be served as it came: because
// it would take too much memory or time, or is no shorter when it is smaller.
func (i *images) shrinkGIF(ctx context.Context, b blob.Blob, side int) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(b, imageBytesMax))
	if err != nil {
		return nil, fmt.Errorf("read image: %w", err)
	}
	p, err := inspect(data)
	if err != nil {
		return nil, err
	}
	width, height := within(p.width, p.height, side)
	if width*height > gifDrawnMax/p.frames {
		return nil, nil
	}
	// The decoder keeps a byte for each pixel of each frame; two canvases; and the frames that are made.
	pixels, made := int64(p.width)*int64(p.height), int64(width)*int64(height)
	release, err := i.holdBytes(ctx, int64(len(data))+pixels*int64(p.frames)+8*pixels+made*int64(p.frames+4)+scratchMax)
	if err != nil {
		return nil, err
	}
	defer release()
	from, err := gif.DecodeAll(&timedReader{ctx: ctx, r: bytes.NewReader(data)})
	if err != nil {
		return nil, fmt.Errorf("decode image: %w", err)
	}
	to := redrawGIF(ctx, from, image.Rect(0, 0, width, height))
	if to == nil {
		return nil, nil
	}
	var out bytes.Buffer
	if err := gif.EncodeAll(&out, to); err != nil {
		return nil, fmt.Errorf("encode image: %w", err)
	}
	if out.Len() >= len(data) {
		return nil, nil
	}
	return out.Bytes(), nil
}

// within is a size made to fit in a square of side, in its proportions.
func within(width, height, side int) (int, int) {
	if longest := max(width, height); longest > side {
		return max(width*side/longest, 1), max(height*side/longest, 1)
	}
	return width, height
}

// redrawGIF draws each frame as it is seen, with all that lies under it, so that the frames that are made need not be put
// together; nil where the time is over before. GIF89a §23
func redrawGIF(ctx context.Context, from *gif.GIF, bounds image.Rectangle) *gif.GIF {
	size := image.Rect(0, 0, from.Config.Width, from.Config.Height)
	canvas, before, small := image.NewRGBA(size), image.NewRGBA(size), image.NewRGBA(bounds)
	scaler, _ := scalerFor(bounds.Dx(), size.Dy())
	to := &gif.GIF{LoopCount: from.LoopCount, Delay: from.Delay, Config: image.Config{Width: bounds.Dx(), Height: bounds.Dy()}}
	for n, frame := range from.Image {
		if ctx.Err() != nil {
			return nil
		}
		disposal := from.Disposal[n]
		if disposal == gif.DisposalPrevious {
			copy(before.Pix, canvas.Pix)
		}
		draw.Draw(canvas, frame.Bounds(), frame, frame.Bounds().Min, draw.Over)
		scaler.Scale(small, bounds, canvas, size, xdraw.Src, nil)
		to.Image = append(to.Image, paletted(small))
		// What is drawn next is the whole again: nothing of this one may shine through it.
		to.Disposal = append(to.Disposal, gif.DisposalBackground)
		switch disposal {
		case gif.DisposalPrevious:
			copy(canvas.Pix, before.Pix)
		case gif.DisposalBackground:
			draw.Draw(canvas, frame.Bounds(), image.Transparent, image.Point{}, draw.Src)
		}
	}
	return to
}

// paletted is a picture in the colours that it has most of, as five bits of each of red, green and blue tell them apart.
// Where it is more than half transparent it is none at all.
func paletted(from *image.RGBA) *image.Paletted {
	const bins = 1 << 15
	var count, index [bins]int32
	binOf := func(at int) (bin int, seen bool) {
		pix := from.Pix[at : at+4 : at+4]
		a := int(pix[3])
		if a < 128 {
			return 0, false
		}
		plain := func(c byte) int { return min(int(c)*255/a, 255) >> 3 } // without what transparency has taken
		return plain(pix[0])<<10 | plain(pix[1])<<5 | plain(pix[2]), true
	}
	for at := 0; at < len(from.Pix); at += 4 {
		if bin, seen := binOf(at); seen {
			count[bin]++
		}
	}
	var used []int
	for bin, n := range count {
		if n > 0 {
			used = append(used, bin)
		}
	}
	slices.SortStableFunc(used, func(a, b int) int { return cmp.Compare(count[b], count[a]) })
	colors := color.Palette{color.RGBA{}}
	for place, bin := range used {
		if place < gifColors {
			index[bin] = int32(len(colors))
			colors = append(colors, binColor(bin))
			continue
		}
		index[bin] = int32(nearest(used[:gifColors], bin) + 1)
	}
	to := image.NewPaletted(from.Rect, colors)
	for at := 0; at < len(from.Pix); at += 4 {
		if bin, seen := binOf(at); seen {
			to.Pix[at/4] = uint8(index[bin])
		}
	}
	return to
}

// nearest is the place of the bin among some that is most like one.
func nearest(among []int, bin int) (place int) {
	least := 1 << 30
	for i, other := range among {
		r, g, b := other>>10-bin>>10, other>>5&31-bin>>5&31, other&31-bin&31
		if d := r*r + g*g + b*b; d < least {
			least, place = d, i
		}
	}
	return place
}

// binColor is the colour of a bin, spread so that black and white stay what they are.
func binColor(bin int) color.RGBA {
	spread := func(five int) uint8 { return uint8(five<<3 | five>>2) }
	return color.RGBA{spread(bin >> 10 & 31), spread(bin >> 5 & 31), spread(bin & 31), 255}
}
