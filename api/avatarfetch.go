package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"guildhall"
	"guildhall/admission"
	"guildhall/outbound"
)

const (
	// picturesMax bounds for how many addresses it is remembered what lies there.
	picturesMax = 1000
	// pictureAge is for how long that is believed, also that nothing is there.
	pictureAge = 10 * time.Minute
	// pictureTime is how long a message waits for its picture. It is sent without one then.
	pictureTime = 3 * time.Second
	// pictureBytesMax bounds a picture that is fetched.
	pictureBytesMax = 2 << 20
	// picturesAtOnce bounds how many are fetched at a time. Who finds no place sends without a picture.
	picturesAtOnce = 8
	redirectsMax   = 3
)

// pictures fetches the avatars that webhooks name by address, and keeps them as if they had been uploaded: a message's
// author has a hash, not an address.
// discord: resources/webhook#execute-webhook-jsonform-params
type pictures struct {
	client *http.Client
	now    func() time.Time
	slots  chan struct{} // a semaphore of picturesAtOnce
	known  *admission.Recent[pictureKey, keptPicture]
}

type pictureKey struct {
	webhook guildhall.Snowflake
	url     string
}

// keptPicture is what an address led to; no hash for none.
type keptPicture struct {
	hash  string
	until time.Time
}

func newPictures(client *http.Client, now func() time.Time) *pictures {
	if client == nil {
		client = publicClient()
	}
	return &pictures{
		client: client, now: now, slots: make(chan struct{}, picturesAtOnce),
		known: admission.NewRecent[pictureKey, keptPicture](picturesMax),
	}
}

// get gives the hash of the picture at an address, or "" where there is none to be had: a message is not held up for the
// sake of its picture.
func (p *pictures) get(ctx context.Context, kept *images, webhook guildhall.Snowflake, url string) string {
	key := pictureKey{webhook, url}
	if have, ok := p.known.Get(key); ok && p.now().Before(have.until) {
		return have.hash
	}
	select {
	case p.slots <- struct{}{}:
		defer func() { <-p.slots }()
	default:
		return ""
	}
	ctx, cancel := context.WithTimeout(ctx, pictureTime)
	defer cancel()
	hash, err := p.fetch(ctx, kept, webhook, url)
	if err != nil {
		hash = "" // a stranger's server; there is nobody here who could do something about it
	}
	p.known.Put(key, keptPicture{hash, p.now().Add(pictureAge)})
	return hash
}

func (p *pictures) fetch(ctx context.Context, kept *images, webhook guildhall.Snowflake, url string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return "", fmt.Errorf("fetch picture: %w", err)
	}
	req.Header.Set("Accept", "image/*")
	res, err := p.client.Do(req)
	if err != nil {
		return "", fmt.Errorf("fetch picture: %w", err)
	}
	data, err := io.ReadAll(io.LimitReader(res.Body, pictureBytesMax+1))
	if err := errors.Join(err, res.Body.Close()); err != nil {
		return "", fmt.Errorf("fetch picture: %w", err)
	}
	if res.StatusCode != http.StatusOK || len(data) > pictureBytesMax {
		return "", fmt.Errorf("fetch picture: status %d, %d bytes", res.StatusCode, len(data))
	}
	found, err := inspect(data)
	if err != nil {
		return "", err
	}
	return kept.keep(ctx, "avatars", webhook, "avatar_url", found)
}

// publicClient reaches public addresses alone, whatever a name resolves to and wherever a redirect leads: else whoever has
// a webhook could ask in the server's name what only the server can reach.
func publicClient() *http.Client {
	return &http.Client{
		// One connection each: an idle one would have to be looked after.
		Transport: &http.Transport{
			DialContext: outbound.NewDialer(outbound.Public()).DialContext, DisableKeepAlives: true, MaxResponseHeaderBytes: 64 << 10,
		},
		CheckRedirect: func(_ *http.Request, via []*http.Request) error {
			if len(via) > redirectsMax {
				return errors.New("too many redirects")
			}
			return nil
		},
	}
}
