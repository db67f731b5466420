package unfurl

import (
	"fmt"
	"io"
	"net/url"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/net/html/charset"
)

const (
	// pageBytesMax is how much of a page is read. What is looked for stands near its beginning.
	pageBytesMax = 512 << 10
	// tokenBytesMax bounds one tag with its attributes, or one piece of text.
	tokenBytesMax = 64 << 10
	// metaMax bounds how many tags are looked at, and valueBytesMax what is kept of each.
	metaMax       = 256
	valueBytesMax = 4 << 10
)

// page is what a page says about itself.
type page struct {
	url *url.URL
	// meta are the first values of each name, in small letters.
	meta   map[string]string
	oembed string
}

// known are the names that are kept; others may be as many as they are.
var known = map[string]bool{
	"og:title": true, "og:description": true, "og:type": true, "og:site_name": true, "og:image": true, "og:image:url": true,
	"og:image:secure_url": true, "og:video": true, "og:video:url": true, "og:video:secure_url": true, "og:video:type": true,
	"og:video:width": true, "og:video:height": true, "twitter:card": true, "twitter:title": true, "twitter:description": true,
	"twitter:image": true, "twitter:image:src": true, "twitter:player": true, "twitter:player:width": true,
	"twitter:player:height": true, "description": true, "theme-color": true,
}

// readPage reads what a page says about itself: up to where its body begins, or to a bound. It builds no tree, so that no
// depth of nesting costs anything. https://ogp.me
func readPage(from io.Reader, contentType string, at *url.URL) (*page, error) {
	text, err := charset.NewReader(io.LimitReader(from, pageBytesMax), contentType)
	if err != nil {
		return nil, fmt.Errorf("read page: %w", err)
	}
	p := &page{url: at, meta: map[string]string{}}
	z := html.NewTokenizer(text)
	z.SetMaxBuf(tokenBytesMax)
	for seen := 0; seen < metaMax; {
		switch z.Next() {
		case html.ErrorToken:
			return p, nil // the end, or as far as is read
		case html.StartTagToken, html.SelfClosingTagToken:
			name, more := z.TagName()
			switch atom.Lookup(name) {
			case atom.Body:
				return p, nil
			case atom.Title:
				if z.Next() == html.TextToken {
					p.keep("title", string(z.Text()))
				}
			case atom.Meta:
				seen++
				p.takeMeta(attributes(z, more))
			case atom.Link:
				seen++
				p.takeLink(attributes(z, more))
			}
		}
	}
	return p, nil
}

// attributes are those of the present tag that are looked at.
func attributes(z *html.Tokenizer, more bool) map[string]string {
	found := map[string]string{}
	for more {
		var key, value []byte
		key, value, more = z.TagAttr()
		switch name := string(key); name {
		case "property", "name", "content", "rel", "type", "href":
			if _, twice := found[name]; !twice {
				found[name] = string(value)
			}
		}
	}
	return found
}

func (p *page) takeMeta(a map[string]string) {
	for _, name := range []string{a["property"], a["name"]} {
		if name = strings.ToLower(strings.TrimSpace(name)); known[name] {
			p.keep(name, a["content"])
		}
	}
}

// takeLink looks for where the page's description for others lies. https://oembed.com §4
func (p *page) takeLink(a map[string]string) {
	if p.oembed == "" && strings.EqualFold(a["type"], "application/json+oembed") && hasWord(a["rel"], "alternate") {
		p.oembed = webURL(p.url, a["href"])
	}
}

func hasWord(text, word string) bool {
	for part := range strings.FieldsSeq(text) {
		if strings.EqualFold(part, word) {
			return true
		}
	}
	return false
}

// keep takes the first value of a name that is not empty.
func (p *page) keep(name, value string) {
	if _, have := p.meta[name]; have || strings.TrimSpace(value) == "" {
		return
	}
	p.meta[name] = strings.ToValidUTF8(value[:min(len(value), valueBytesMax)], "")
}

// first is the first of the names that has a value.
func (p *page) first(names ...string) string {
	for _, name := range names {
		if value := p.meta[name]; value != "" {
			return value
		}
	}
	return ""
}
