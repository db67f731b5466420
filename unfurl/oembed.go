package unfurl

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"guildhall/outbound"
)

// oembedBytesMax bounds a description for others; it is a few lines, and sometimes the HTML of a player.
const oembedBytesMax = 64 << 10

// described is what a site says about a page of its own. The HTML in it is not taken: it would run in readers' clients.
// https://oembed.com §2.3.4
type described struct {
	Title        text `json:"title"`
	AuthorName   text `json:"author_name"`
	AuthorURL    text `json:"author_url"`
	ProviderName text `json:"provider_name"`
	ProviderURL  text `json:"provider_url"`
	ThumbnailURL text `json:"thumbnail_url"`
}

// text is a string, or whatever else stands there, for nothing.
type text string

func (t *text) UnmarshalJSON(b []byte) error {
	var s string
	if json.Unmarshal(b, &s) == nil {
		*t = text(s)
	}
	return nil
}

// describe asks what a site says about its page.
func describe(ctx context.Context, client *outbound.Client, address string) (*described, error) {
	answer, err := client.Get(ctx, address, http.Header{"Accept": {"application/json"}})
	if err != nil {
		return nil, err
	}
	defer func() { _ = answer.Body.Close() }() // it was only read
	kind, _, err := mime.ParseMediaType(answer.Header.Get("Content-Type"))
	if err != nil || answer.Status != http.StatusOK || !strings.Contains(kind, "json") {
		return nil, fmt.Errorf("describe: status %d", answer.Status)
	}
	b, err := io.ReadAll(io.LimitReader(answer.Body, oembedBytesMax+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("describe: %w", err)
	case len(b) > oembedBytesMax:
		return nil, outbound.ErrTooLarge
	}
	d := &described{}
	if err := json.Unmarshal(b, d); err != nil {
		return nil, fmt.Errorf("describe: %w", err)
	}
	return d, nil
}

// complete fills in what the page itself did not say, and gives the address of a picture.
func (d *described) complete(e *Embed, at *url.URL) (picture string) {
	if e.Title == "" {
		e.Title = cut(string(d.Title), titleMax)
	}
	if name := cut(string(d.AuthorName), nameMax); name != "" {
		e.Author = &Author{Name: name, URL: webURL(at, string(d.AuthorURL))}
	}
	if name := cut(string(d.ProviderName), nameMax); name != "" {
		e.Provider = &Provider{Name: name, URL: webURL(at, string(d.ProviderURL))}
	}
	return webURL(at, string(d.ThumbnailURL))
}
