package api

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/semaphore"
	"golang.org/x/sync/singleflight"

	"guildhall"
	"guildhall/admission"
	"guildhall/outbound"
	"guildhall/unfurl"
)

const (
	// externalMemoryMax is what all pictures of others may take that are being fetched. Each takes what has come, and externalStep
	// more at least: a slow server holds little.
	externalMemoryMax = 128 << 20
	externalStep      = 64 << 10
	// externalKeptMax is what those may take that are kept: who asks for the same picture again and again has it fetched once.
	externalKeptMax = 64 << 20
	// externalAge is for how long a picture is kept, externalMissedAge for how long it is believed that there is none.
	externalAge       = 10 * time.Minute
	externalMissedAge = time.Minute
	// externalShare is the part of the places for fetching that one address may wait for: who asks for what slow servers have
	// leaves places to others. A browser asks for six at a time.
	externalShare   = 4
	externalSideMax = 4096
	externalPath    = "/cdn/external/"
)

// errLoop answers a request that this software makes where answering would make it call again. RFC 5842 §7.2, RFC 8586
var errLoop = &guildhall.Error{Status: http.StatusLoopDetected, Message: "508: Loop Detected"}

// externals shows pictures that lie with others, so that these don't learn who looks at them.
type externals struct {
	client *outbound.Client // fixed, as all of these
	links  *links
	memory *semaphore.Weighted
	kept   *outbound.Cache[external]
	// fetching joins requests for the same picture.
	fetching singleflight.Group
	// asking is for how many pictures each address waits.
	asking  *admission.Shares[netip.Addr]
	trusted []netip.Prefix
}

// external is what was found at an address: a picture, or why there is none.
type external struct {
	picture *picture
	tag     string
	err     error
}

func newExternals(client *outbound.Client, l *links, trusted []netip.Prefix, now func() time.Time) *externals {
	return &externals{
		client: client, links: l, memory: semaphore.NewWeighted(externalMemoryMax),
		kept:   outbound.NewCache[external](externalKeptMax, now),
		asking: admission.NewShares[netip.Addr](mediaAtOnce / externalShare), trusted: trusted,
	}
}

// externalMAC makes an address one that was named in a message: without it everybody could have fetched what they like.
func (l *links) externalMAC(address string) string {
	h := hmac.New(sha256.New, l.secret)
	h.Write([]byte("external\x00" + address))
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:24])
}

// path is where below this server a picture is shown. The address is one segment in base64url, because what stands between
// clients and this server may join slashes and undo escapes. docs/decisions/010-links.md
func (l *links) externalPath(address string) string {
	return externalPath + l.externalMAC(address) + "/" + base64.RawURLEncoding.EncodeToString([]byte(address))
}

// proxied gives for a picture's address the one at which this server shows it; "" for what is no web address.
func (a *API) proxied(h *http.Request) func(address string) string {
	base := a.publicURL(h)
	return func(address string) string {
		if !isWeb(address) {
			return ""
		}
		return base + a.links.externalPath(address)
	}
}

// reproxied is the message with the addresses at which this server shows its pictures now, where it was reached at another
// one when the message was written. The message itself is not changed.
func (a *API) reproxied(h *http.Request, m *guildhall.Message) *guildhall.Message {
	base := []byte(a.publicURL(h) + externalPath)
	moved := func(raw json.RawMessage) bool {
		return bytes.Count(raw, []byte(externalPath)) != bytes.Count(raw, base)
	}
	if !slices.ContainsFunc(m.Embeds, moved) && !slices.ContainsFunc(m.Components, moved) {
		return m
	}
	return m.Reproxied(func(address, proxy string) string {
		if !strings.Contains(proxy, externalPath) {
			return proxy
		}
		return a.proxied(h)(address)
	})
}

// getFor is get for a client, which is refused where its address waits for too many.
func (e *externals) getFor(ctx context.Context, addr netip.Addr, address string) (external, error) {
	if have, ok := e.kept.Get(address); ok {
		return have, have.err
	}
	if admission.IsCounted(addr, e.trusted) {
		network := admission.Network(addr)
		if !e.asking.Take(network, 1) {
			return external{}, limited(sharedAfter, false)
		}
		defer e.asking.Give(network, 1)
	}
	return e.get(ctx, address)
}

// get fetches a picture, or gives the one that is kept.
func (e *externals) get(ctx context.Context, address string) (external, error) {
	if have, ok := e.kept.Get(address); ok {
		return have, have.err
	}
	// Who comes while it is fetched waits for it, and nobody's going spoils it for the others: the client's bound ends it.
	got, _, _ := e.fetching.Do(address, func() (any, error) {
		found := e.fetch(context.WithoutCancel(ctx), address)
		switch {
		case found.err == nil:
			e.kept.Put(address, found, len(found.picture.data), externalAge)
		case !errors.Is(found.err, outbound.ErrBusy):
			e.kept.Put(address, found, 0, externalMissedAge)
		}
		return found, nil
	})
	found := got.(external)
	return found, found.err
}

func (e *externals) fetch(ctx context.Context, address string) external {
	p, err := e.read(ctx, address)
	if err != nil {
		return external{err: err}
	}
	sum := sha256.Sum256(p.data)
	return external{picture: p, tag: hex.EncodeToString(sum[:16])}
}

func (e *externals) read(ctx context.Context, address string) (*picture, error) {
	answer, err := e.client.Get(ctx, address, http.Header{"Accept": {"image/png, image/jpeg, image/gif, image/webp"}})
	if err != nil {
		return nil, err
	}
	defer func() { _ = answer.Body.Close() }() // it was only read
	if answer.Status != http.StatusOK {
		return nil, fmt.Errorf("fetch picture: status %d", answer.Status)
	}
	data, err := e.readAll(answer.Body)
	if err != nil {
		return nil, fmt.Errorf("fetch picture: %w", err)
	}
	return inspect(data)
}

// readAll is io.ReadAll within the memory there is. What was read counts as kept afterwards.
func (e *externals) readAll(from io.Reader) (data []byte, err error) {
	held := 0
	defer func() { e.memory.Release(int64(held)) }()
	for {
		if len(data) == cap(data) {
			more := max(len(data), externalStep)
			if !e.memory.TryAcquire(int64(more)) {
				return nil, outbound.ErrBusy
			}
			held += more
			data = slices.Grow(data, more)
		}
		n, err := from.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		if errors.Is(err, io.EOF) {
			if cap(data)-len(data) > len(data)/4 {
				data = bytes.Clone(data) // it is kept, and counted by its length
			}
			return data, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

// measure says how large a picture is that a message links to.
func (e *externals) measure(ctx context.Context, address string) (unfurl.Picture, error) {
	found, err := e.get(ctx, address)
	if err != nil {
		return unfurl.Picture{}, err
	}
	return unfurl.Picture{
		ContentType: contentTypes()[found.picture.kind], Width: found.picture.width, Height: found.picture.height,
	}, nil
}

// cdnExternal shows a picture that lies with somebody else and that a message names.
func (a *API) cdnExternal(ctx context.Context, r *request) (any, error) {
	if outbound.Looped(r.http.Header) {
		return nil, errLoop
	}
	raw, err := base64.RawURLEncoding.DecodeString(r.params["address"])
	if err != nil || !hmac.Equal([]byte(a.links.externalMAC(string(raw))), []byte(r.params["signature"])) {
		return nil, guildhall.ErrNotFound
	}
	width, err := externalSide(r, "width")
	if err != nil {
		return nil, err
	}
	height, err := externalSide(r, "height")
	if err != nil {
		return nil, err
	}
	found, err := a.externals.getFor(ctx, r.addr, string(raw))
	if err != nil {
		return nil, externalError(err)
	}
	// It counts as held from here on: others' may drive it out of what is kept.
	release, err := a.sending.take(r.addr, int64(len(found.picture.data)))
	if err != nil {
		return nil, err
	}
	shown, side, err := a.scaled(ctx, &found, width, height)
	if err != nil {
		release()
		return nil, err
	}
	tag := fmt.Sprintf(`"%s-%s-%d"`, found.tag, shown.kind, side)
	if side == 0 {
		return sendHeld(r, tag, shown, release), nil
	}
	release()
	return a.send(r, tag, shown)
}

// externalError is what a client is told of a picture that can't be had. It is not told why: that would tell about networks.
func externalError(err error) error {
	var own *guildhall.Error
	switch {
	case errors.As(err, &own) && own.Status == http.StatusTooManyRequests:
		return own
	case errors.Is(err, outbound.ErrBusy):
		return guildhall.ErrOverloaded
	case errors.Is(err, errImageKind), errors.Is(err, errImageLarge), errors.Is(err, outbound.ErrTooLarge):
		return guildhall.ErrUnsupportedMedia
	}
	return guildhall.ErrNotFound
}

// externalSide reads ?width= and ?height=, within which a picture is to be; 0 for its own.
func externalSide(r *request, name string) (int, error) {
	text := r.http.URL.Query().Get(name)
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > externalSideMax {
		return 0, errImageSize
	}
	return n, nil
}

// scaled makes a picture smaller, so that it fits into a width and height, within the bounds of all pictures that are made.
// Moving ones are served as they came. side is that of the picture made, 0 for none.
func (a *API) scaled(ctx context.Context, found *external, width, height int) (shown served, side int, err error) {
	p := found.picture
	longest := max(p.width, p.height)
	side = longest
	if width > 0 {
		side = min(side, max(longest*width/p.width, 1))
	}
	if height > 0 {
		side = min(side, max(longest*height/p.height, 1))
	}
	if side == longest || p.kind == "gif" {
		return fromMemory(p.kind, p.data), 0, nil
	}
	kind := madeKind(p.kind)
	want := variant{"external/" + found.tag, p.kind, side}
	if data, ok := a.images.variants.Get(want); ok {
		return fromMemory(kind, data), side, nil
	}
	ctx, cancel := context.WithTimeout(ctx, imageTime)
	defer cancel()
	release, err := a.images.hold(ctx, p, side)
	if err != nil {
		return served{}, 0, err
	}
	defer release()
	from, err := p.decode(ctx, bytes.NewReader(p.data))
	if err != nil {
		return served{}, 0, guildhall.ErrUnsupportedMedia.Because(err)
	}
	data, err := redraw(from, kind, side)
	if err != nil {
		return served{}, 0, err
	}
	if len(data) <= variantBytesMax {
		a.images.variants.Put(want, data)
	}
	return fromMemory(kind, data), side, nil
}
