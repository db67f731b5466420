package unfurl

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"strings"
	"time"

	"golang.org/x/sync/singleflight"

	"guildhall/outbound"
)

// What is remembered of links: those of a busy hour, in little memory.
const (
	knownBytesMax = 4 << 20
	// knownAge is for how long an embed is good, missedAge for how long it is believed that there is none.
	knownAge  = 30 * time.Minute
	missedAge = 5 * time.Minute
)

// linkTime is all that one link may take: the page, what the site says about it, and the picture.
const linkTime = 10 * time.Second

// Picture is what is known of a picture that was fetched and found harmless.
type Picture struct {
	ContentType   string
	Width, Height int
}

// Config is what an Unfurler works with. All are needed.
type Config struct {
	// Client fetches pages.
	Client *outbound.Client
	// Measure fetches a picture and says how large it is; an error where it can't be shown.
	Measure func(ctx context.Context, address string) (Picture, error)
	Now     func() time.Time
}

// Unfurler makes embeds of links. Safe for several goroutines; it has none of its own.
type Unfurler struct {
	cfg    Config
	known  *outbound.Cache[*Embed] // nil for nothing to be shown
	flight singleflight.Group
}

// New makes an Unfurler.
func New(cfg Config) *Unfurler {
	return &Unfurler{cfg: cfg, known: outbound.NewCache[*Embed](knownBytesMax, cfg.Now)}
}

// Embed is what a link is shown as; nil for nothing. Who asks for a link that is being fetched waits for that, so that a link
// in many messages at once is one call, and is cut short with whoever began it: contexts should end together, as the process
// does. The error says why there is nothing, for counting: it is remembered as nothing.
func (u *Unfurler) Embed(ctx context.Context, link string) (*Embed, error) {
	if e, ok := u.known.Get(link); ok {
		return e, nil
	}
	e, err, _ := u.flight.Do(link, func() (any, error) {
		limited, cancel := context.WithTimeout(ctx, linkTime)
		defer cancel()
		e, err := u.contained(limited, link)
		if ctx.Err() == nil {
			u.remember(link, e)
		}
		return e, err
	})
	return e.(*Embed), err
}

func (u *Unfurler) remember(link string, e *Embed) {
	if e == nil {
		u.known.Put(link, nil, 0, missedAge)
		return
	}
	b, err := json.Marshal(e)
	if err != nil {
		return // never: it is plain data
	}
	u.known.Put(link, e, len(b), knownAge)
}

// contained is fetch without panics: what strangers write is read by code of others.
func (u *Unfurler) contained(ctx context.Context, link string) (e *Embed, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			e, err = nil, fmt.Errorf("unfurl: %v", cause)
		}
	}()
	return u.fetch(ctx, link)
}

func (u *Unfurler) fetch(ctx context.Context, link string) (*Embed, error) {
	answer, err := u.cfg.Client.Get(ctx, link, http.Header{
		"Accept": {"text/html, application/xhtml+xml, image/*;q=0.8, video/*;q=0.8"}, "Accept-Language": {"en"},
	})
	if err != nil {
		return nil, err
	}
	// Its place is needed for what comes next, so that it is not held until the end.
	p, kind, err := firstLook(answer)
	_ = answer.Body.Close() // as much was read as is wanted
	switch {
	case err != nil:
		return nil, err
	case p != nil:
		return u.unfurlPage(ctx, link, p), nil
	case strings.HasPrefix(kind, "image/"):
		m, err := u.measured(ctx, link)
		if err != nil {
			return nil, err
		}
		return &Embed{Type: TypeImage, URL: link, Thumbnail: m}, nil
	case strings.HasPrefix(kind, "video/"):
		return &Embed{Type: TypeVideo, URL: link, Video: &Media{URL: link, ContentType: kind}}, nil
	}
	return nil, nil
}

// firstLook reads what lies at a link if that is a page, and says what it is.
func firstLook(answer *outbound.Answer) (p *page, kind string, err error) {
	if answer.Status != http.StatusOK {
		return nil, "", fmt.Errorf("unfurl: status %d", answer.Status)
	}
	contentType := answer.Header.Get("Content-Type")
	if kind, _, err = mime.ParseMediaType(contentType); err != nil {
		return nil, "", fmt.Errorf("unfurl: %w", err)
	}
	if kind != "text/html" && kind != "application/xhtml+xml" {
		return nil, kind, nil
	}
	p, err = readPage(answer.Body, contentType, answer.URL)
	return p, kind, err
}

// unfurlPage makes the embed of a page. What else has to be fetched for it may fail: it is shown without.
func (u *Unfurler) unfurlPage(ctx context.Context, link string, p *page) *Embed {
	e := p.embed(link)
	if e == nil && p.oembed == "" {
		return nil
	}
	e = cmp.Or(e, &Embed{Type: TypeLink, URL: link})
	picture := p.picture()
	if p.oembed != "" {
		if d, err := describe(ctx, u.cfg.Client, p.oembed); err == nil {
			picture = cmp.Or(picture, d.complete(e, p.url))
		}
	}
	if picture != "" {
		if m, err := u.measured(ctx, picture); err == nil {
			e.Thumbnail = m
		}
	}
	if e.Title == "" && e.Description == "" && e.Video == nil && e.Thumbnail == nil {
		return nil
	}
	return e
}

func (u *Unfurler) measured(ctx context.Context, address string) (*Media, error) {
	m, err := u.cfg.Measure(ctx, address)
	if err != nil {
		return nil, err
	}
	return &Media{URL: address, Width: m.Width, Height: m.Height, ContentType: m.ContentType}, nil
}
