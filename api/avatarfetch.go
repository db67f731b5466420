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
)

// pictures fetches the avatars that webhooks name by address, and keeps them as if they had been uploaded: a message's
// author has a hash, not an address.
// discord: resources/webhook#execute-webhook-jsonform-params
type pictures struct {
	client *outbound.Client
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

func newPictures(client *outbound.Client, now func() time.Time) *pictures {
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
	res, err := p.client.Get(ctx, url, http.Header{"Accept": {"image/*"}})
	if err != nil {
		return "", fmt.Errorf("fetch picture: %w", err)
	}
	data, err := io.ReadAll(io.LimitReader(res.Body, pictureBytesMax+1))
	if err := errors.Join(err, res.Body.Close()); err != nil {
		return "", fmt.Errorf("fetch picture: %w", err)
	}
	if res.Status != http.StatusOK || len(data) > pictureBytesMax {
		return "", fmt.Errorf("fetch picture: status %d, %d bytes", res.Status, len(data))
	}
	found, err := inspect(data)
	if err != nil {
		return "", err
	}
	return kept.keep(ctx, "avatars", webhook, "avatar_url", found)
}

// mediaClient fetches pictures that messages name.
func mediaClient(strangers *outbound.Guard, told func(error)) *outbound.Client {
	return outbound.NewClient(outbound.Config{Guard: strangers, Agent: fetchAgent, AtOnce: mediaAtOnce, PerHost: mediaPerHost, Told: told})
}

const (
	// fetchAgent is what this server calls itself to strangers' servers.
	fetchAgent = "Mozilla/5.0 (compatible; Guildhall/1.0; fetches what messages link to)"
	// mediaAtOnce bounds the pictures that are fetched at a time: many, because each may wait for a slow server, and what it takes
	// in memory is bounded apart from this. mediaPerHost bounds those from one host, which may have many on one page.
	mediaAtOnce  = 128
	mediaPerHost = 8
)
