package api

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"math/bits"
	"net/http"
	"strconv"
	"strings"
	"time"

	"guildhall"
	"guildhall/routes"
)

const (
	imageSizeMin = 16
	imageSizeMax = 4096
	// defaultAvatars is how many there are.
	// discord: reference#cdn-endpoints
	defaultAvatars    = 6
	defaultAvatarSide = 256
)

var errImageSize = &guildhall.Error{Status: http.StatusBadRequest, Message: "Invalid image size"}

// contentTypes are the images that are served, by file name extension.
func contentTypes() map[string]string {
	return map[string]string{"png": "image/png", "jpg": "image/jpeg", "gif": "image/gif", "webp": "image/webp"}
}

// cdnImage serves the pictures of one kind.
func (a *API) cdnImage(kind, owner string) handler {
	return func(ctx context.Context, r *request) (any, error) {
		hash, extension, ok := strings.Cut(r.params["file"], ".")
		if !ok || !isHash(hash) {
			return nil, guildhall.ErrNotFound
		}
		return a.serveImage(ctx, r, fmt.Sprintf("%s/%s/%s", kind, r.ids[owner], hash), extension)
	}
}

// cdnMember serves a picture that a member has in one guild.
// discord: reference#image-formatting-cdn-endpoints
func (a *API) cdnMember(ctx context.Context, r *request) (any, error) {
	return a.cdnImage(memberPictures(r.guild()), "user_id")(ctx, r)
}

// serveImage serves a picture that lies under base, which ends with its hash.
func (a *API) serveImage(ctx context.Context, r *request, base, extension string) (any, error) {
	if extension == "jpeg" {
		extension = "jpg"
	}
	if _, known := contentTypes()[extension]; !known {
		return nil, guildhall.ErrNotFound
	}
	size, err := imageSize(r)
	if err != nil {
		return nil, err
	}
	made, err := a.images.serve(ctx, base, extension, size)
	if err != nil {
		return nil, err
	}
	hash := base[strings.LastIndexByte(base, '/')+1:]
	return a.send(r, fmt.Sprintf(`"%s-%s-%d"`, hash, made.kind, size), made)
}

// cdnDefaultAvatar serves the pictures of those who have none.
func (a *API) cdnDefaultAvatar(ctx context.Context, r *request) (any, error) {
	name, ok := strings.CutSuffix(r.params["file"], ".png")
	n, err := strconv.Atoi(name)
	if !ok || err != nil || n < 0 || n >= defaultAvatars || strconv.Itoa(n) != name {
		return nil, guildhall.ErrNotFound
	}
	size, err := imageSize(r)
	if err != nil {
		return nil, err
	}
	if size == 0 {
		size = defaultAvatarSide
	}
	size = min(size, defaultAvatarSide)
	want := variant{"embed/avatars/" + name, "png", size}
	data, ok := a.images.variants.Get(want)
	if !ok {
		if data, err = encodePNG(defaultAvatar(n, size)); err != nil {
			return nil, err
		}
		a.images.variants.Put(want, data)
	}
	return a.send(r, fmt.Sprintf(`"default-%d-%d"`, n, size), fromMemory("png", data))
}

// imageSize reads ?size=, a power of two; 0 for the picture's own.
// discord: reference#image-formatting
func imageSize(r *request) (int, error) {
	text := r.http.URL.Query().Get("size")
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < imageSizeMin || n > imageSizeMax || bits.OnesCount(uint(n)) != 1 {
		return 0, errImageSize
	}
	return n, nil
}

func isHash(s string) bool {
	s = strings.TrimPrefix(s, animatedPrefix)
	return len(s) == 32 && strings.Trim(s, "0123456789abcdef") == ""
}

// picked answers with bytes that never change under their name. Nothing in them is ever run, whatever they hold.
func picked(route *routes.Route, tag string, s served) reply {
	return reply{write: func(w http.ResponseWriter, r *http.Request) {
		defer func() { _ = s.close() }() // it was only read
		h := w.Header()
		h.Set("Content-Type", contentTypes()[s.kind])
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
		h.Set("Cross-Origin-Resource-Policy", "cross-origin")
		h.Set("ETag", tag)
		h.Set("Cache-Control", cacheControl(route.Cache))
		http.ServeContent(w, r, "", time.Time{}, s.data)
	}}
}

// cacheControl writes a route's policy down. RFC 9111 §5.2.2, RFC 5861, RFC 8246
func cacheControl(c routes.Cache) string {
	if c.Scope == routes.NoStore {
		return "no-store"
	}
	directives := []string{"public"}
	if c.Scope == routes.Private {
		directives[0] = "private"
	}
	add := func(name string, d time.Duration) {
		if d > 0 {
			directives = append(directives, fmt.Sprintf("%s=%d", name, int(d.Seconds())))
		}
	}
	add("max-age", c.MaxAge)
	add("stale-while-revalidate", c.StaleWhileRevalidate)
	add("stale-if-error", c.StaleIfError)
	if c.Immutable {
		directives = append(directives, "immutable")
	}
	return strings.Join(directives, ", ")
}

// defaultAvatar draws a head and shoulders on one of six colours.
func defaultAvatar(n, side int) image.Image {
	grounds := [defaultAvatars]color.NRGBA{
		{0x3B, 0x6E, 0xA8, 0xFF}, {0x6B, 0x72, 0x80, 0xFF}, {0x2F, 0x8F, 0x6B, 0xFF},
		{0xC9, 0x8A, 0x1B, 0xFF}, {0xB8, 0x45, 0x4F, 0xFF}, {0x8A, 0x4F, 0xA3, 0xFF},
	}
	figure := color.NRGBA{0xF4, 0xF1, 0xEA, 0xFF}
	picture := image.NewNRGBA(image.Rect(0, 0, side, side))
	within := func(x, y, centerX, centerY, radius float64) bool {
		return (x-centerX)*(x-centerX)+(y-centerY)*(y-centerY) <= radius*radius
	}
	for py := range side {
		for px := range side {
			x, y := (float64(px)+.5)/float64(side), (float64(py)+.5)/float64(side)
			c := grounds[n]
			if within(x, y, .5, .38, .17) || within(x, y, .5, .98, .34) {
				c = figure
			}
			picture.SetNRGBA(px, py, c)
		}
	}
	return picture
}
