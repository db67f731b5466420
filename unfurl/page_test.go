package unfurl

import (
	"bytes"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzPage: whatever a page is, what is taken of it keeps its bounds and names nothing but web addresses.
func FuzzPage(f *testing.F) {
	f.Add([]byte(`<title>T</title><meta property="og:image" content="/p.png"><meta name=theme-color content=#fff>`), "text/html; charset=utf-8")
	f.Add([]byte("<meta charset=utf-16><meta property=og:video content=javascript:x><link type=application/json+oembed rel=alternate href=//x>"), "text/html")
	f.Add([]byte("\xfe\xff\x00<\x00t"), "text/html; charset=utf-16le")
	at, err := url.Parse("https://a.example/b")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		p, err := readPage(bytes.NewReader(body), contentType, at)
		if err != nil {
			return
		}
		addresses := []string{p.oembed, p.picture()}
		if e := p.embed("https://a.example/b"); e != nil {
			texts := map[string]int{e.Title: titleMax, e.Description: descriptionMax}
			if e.Provider != nil {
				texts[e.Provider.Name] = nameMax
			}
			for text, most := range texts {
				if !utf8.ValidString(text) || utf8.RuneCountInString(text) > most || strings.ContainsAny(text, "\x00\r\n\u202e") {
					t.Errorf("text %q", text)
				}
			}
			if e.Video != nil {
				addresses = append(addresses, e.Video.URL)
			}
		}
		for _, address := range addresses {
			if address != "" && !strings.HasPrefix(address, "http://") && !strings.HasPrefix(address, "https://") {
				t.Errorf("address %q", address)
			}
		}
	})
}
