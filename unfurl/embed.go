package unfurl

import (
	"net/url"
	"strconv"
	"strings"
	"unicode"
)

// Embed is what a link is shown as.
// discord: resources/message#embed-object
type Embed struct {
	Type        Type      `json:"type"`
	URL         string    `json:"url"`
	Title       string    `json:"title,omitempty"`
	Description string    `json:"description,omitempty"`
	Color       *int      `json:"color,omitempty"`
	Provider    *Provider `json:"provider,omitempty"`
	Author      *Author   `json:"author,omitempty"`
	Thumbnail   *Media    `json:"thumbnail,omitempty"`
	Video       *Media    `json:"video,omitempty"`
}

// Type is an embed's kind. What links are shown as is never rich: that type is left to embeds that somebody has written, so
// that the two can be told apart.
// discord: resources/message#embed-object-embed-types
type Type string

// The types that links are shown as.
const (
	TypeArticle Type = "article"
	TypeGIFV    Type = "gifv"
	TypeImage   Type = "image"
	TypeLink    Type = "link"
	TypeVideo   Type = "video"
)

// Provider is the site that a page is part of.
type Provider struct {
	Name string `json:"name"`
	URL  string `json:"url,omitempty"`
}

// Author is who wrote a page.
type Author struct {
	Name string `json:"name"`
	URL  string `json:"url,omitempty"`
}

// Media is a picture or a video.
type Media struct {
	URL         string `json:"url"`
	ProxyURL    string `json:"proxy_url,omitempty"`
	Width       int    `json:"width,omitempty"`
	Height      int    `json:"height,omitempty"`
	ContentType string `json:"content_type,omitempty"`
}

// Texts are cut to these numbers of characters. A title and an author may have as many as one that somebody writes; a
// description is a hint at the page, not the page.
// discord: resources/message#embed-object-embed-limits
const (
	titleMax       = 256
	nameMax        = 256
	descriptionMax = 350
	sideMax        = 1 << 14
)

// Proxied is the embed with the address at which this server shows its picture. The embed itself is not changed.
func (e *Embed) Proxied(proxy func(address string) string) *Embed {
	shown := *e
	if e.Thumbnail != nil {
		t := *e.Thumbnail
		t.ProxyURL = proxy(t.URL)
		shown.Thumbnail = &t
	}
	return &shown
}

// embed makes an embed of a page without its picture; nil where there is nothing to show.
func (p *page) embed(link string) *Embed {
	e := &Embed{
		Type: TypeLink, URL: link,
		Title:       cut(p.first("og:title", "twitter:title", "title"), titleMax),
		Description: cut(p.first("og:description", "twitter:description", "description"), descriptionMax),
		Color:       color(p.meta["theme-color"]),
	}
	if strings.HasPrefix(p.meta["og:type"], "article") || p.meta["twitter:card"] == "summary_large_image" {
		e.Type = TypeArticle
	}
	if name := cut(p.meta["og:site_name"], nameMax); name != "" {
		e.Provider = &Provider{Name: name}
	}
	p.addVideo(e)
	if e.Title == "" && e.Description == "" && e.Video == nil && p.picture() == "" {
		return nil
	}
	return e
}

// picture is the address of the page's picture.
func (p *page) picture() string {
	return webURL(p.url, p.first("og:image:secure_url", "og:image", "og:image:url", "twitter:image", "twitter:image:src"))
}

func (p *page) addVideo(e *Embed) {
	address := webURL(p.url, p.first("og:video:secure_url", "og:video:url", "og:video", "twitter:player"))
	if address == "" {
		return
	}
	e.Type = TypeVideo
	e.Video = &Media{
		URL:   address,
		Width: side(p.first("og:video:width", "twitter:player:width")), Height: side(p.first("og:video:height", "twitter:player:height")),
	}
	// What makes short silent films of GIFs names both.
	if u, err := url.Parse(p.picture()); err == nil && p.meta["og:video:type"] == "video/mp4" && strings.HasSuffix(strings.ToLower(u.Path), ".gif") {
		e.Type = TypeGIFV
	}
}

func side(text string) int {
	n, err := strconv.Atoi(strings.TrimSpace(text))
	if err != nil || n < 1 || n > sideMax {
		return 0
	}
	return n
}

// color reads #rrggbb and #rgb; nil for all else.
func color(text string) *int {
	digits, ok := strings.CutPrefix(strings.TrimSpace(text), "#")
	if len(digits) == 3 {
		digits = string([]byte{digits[0], digits[0], digits[1], digits[1], digits[2], digits[2]})
	}
	n, err := strconv.ParseUint(digits, 16, 24)
	if !ok || len(digits) != 6 || err != nil {
		return nil
	}
	c := int(n)
	return &c
}

// cut makes one line of a text, without what would change how text around it is shown, and no longer than most characters.
func cut(text string, most int) string {
	var kept []rune
	space := false
	for _, r := range text {
		switch {
		case unicode.IsSpace(r):
			space = len(kept) > 0
			continue
		case unicode.IsControl(r), turns(r), r == unicode.ReplacementChar:
			continue
		}
		if space {
			kept, space = append(kept, ' '), false
		}
		if kept = append(kept, r); len(kept) > most {
			return strings.TrimRight(string(kept[:most-1]), " ") + "…"
		}
	}
	return string(kept)
}

// turns tells whether a character changes the direction of what follows it. UAX #9 §2
func turns(r rune) bool { return r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 }
