package unfurl_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unicode/utf8"

	"guildhall/outbound"
	"guildhall/unfurl"
)

var errPicture = errors.New("no picture")

// site is a web site of the test with an Unfurler that may call it.
type site struct {
	*unfurl.Unfurler
	t    *testing.T
	url  string
	hits atomic.Int64
	now  atomic.Int64 // seconds
}

// newSite serves pages by path; the content type stands before the first line break.
func newSite(t *testing.T, pages map[string]string) *site {
	t.Helper()
	return newSiteOf(t, func(w http.ResponseWriter, r *http.Request) {
		contentType, body, ok := strings.Cut(pages[r.URL.Path], "\n")
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", contentType)
		_, _ = io.WriteString(w, body) // cut by the client, maybe
	})
}

func newSiteOf(t *testing.T, h http.HandlerFunc) *site {
	t.Helper()
	s := &site{t: t}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.hits.Add(1)
		h(w, r)
	}))
	t.Cleanup(server.Close)
	client := outbound.NewClient(outbound.Config{Guard: outbound.Public(netip.MustParsePrefix("127.0.0.1/32")), Time: time.Second})
	t.Cleanup(client.Close)
	s.url = server.URL
	s.Unfurler = unfurl.New(unfurl.Config{
		Client: client, Now: func() time.Time { return time.Unix(s.now.Load(), 0) },
		Measure: func(_ context.Context, address string) (unfurl.Picture, error) {
			if strings.Contains(address, "broken") {
				return unfurl.Picture{}, errPicture
			}
			return unfurl.Picture{ContentType: "image/png", Width: 3, Height: 4}, nil
		},
	})
	return s
}

// shown is an embed as JSON, with the site's address as SITE.
func (s *site) shown(path string) string {
	s.t.Helper()
	e, _ := s.Embed(s.t.Context(), s.url+path) // why there is none is another test's
	b, err := json.Marshal(e)
	if err != nil {
		s.t.Fatal(err)
	}
	return strings.ReplaceAll(string(b), s.url, "SITE")
}

const htmlType = "text/html; charset=utf-8\n"

// TestEmbeds: what is made of what lies at a link.
func TestEmbeds(t *testing.T) {
	t.Parallel()
	const picture = `{"url":"SITE/p.png","width":3,"height":4,"content_type":"image/png"}`
	tests := map[string]struct{ page, want string }{
		"title alone": {htmlType + `<title> A &amp;  B </title>`, `{"type":"link","url":"SITE/","title":"A \u0026 B"}`},
		"description": {
			htmlType + `<meta name=description content="What it is"><meta name=theme-color content="#0Af">`,
			`{"type":"link","url":"SITE/","description":"What it is","color":43775}`,
		},
		"open graph before others": {
			htmlType + `<title>x</title><meta property="og:title" content="T"><meta property="og:title" content="U"><meta name="twitter:title" content=V>
			<meta property=og:description content=D><meta property=og:site_name content=S><meta property=og:type content=article>`,
			`{"type":"article","url":"SITE/","title":"T","description":"D","provider":{"name":"S"}}`,
		},
		"picture": {
			htmlType + `<meta property=og:title content=T><meta property=og:image content=/p.png><meta name=twitter:card content=summary_large_image>`,
			`{"type":"article","url":"SITE/","title":"T","thumbnail":` + picture + `}`,
		},
		"picture alone":         {htmlType + `<meta property=og:image content=p.png>`, `{"type":"link","url":"SITE/","thumbnail":` + picture + `}`},
		"picture not to be had": {htmlType + `<title>T</title><meta property=og:image content=/broken>`, `{"type":"link","url":"SITE/","title":"T"}`},
		"video": {
			htmlType + `<title>T</title><meta property=og:video content=https://v.example/e><meta property=og:video:width content=640><meta property=og:video:height content=-1>`,
			`{"type":"video","url":"SITE/","title":"T","video":{"url":"https://v.example/e","width":640}}`,
		},
		"gifv": {
			htmlType + `<meta property=og:video content=/v.mp4><meta property=og:video:type content=video/mp4><meta property=og:image content=/v.GIF>`,
			`{"type":"gifv","url":"SITE/","thumbnail":{"url":"SITE/v.GIF","width":3,"height":4,"content_type":"image/png"},"video":{"url":"SITE/v.mp4"}}`,
		},
		"scripts": {
			htmlType + `<title>T</title><meta property=og:image content="javascript:alert(1)"><meta property=og:video content="data:text/html,x">
			<link rel=alternate type=application/json+oembed href="javascript:x">`, `{"type":"link","url":"SITE/","title":"T"}`,
		},
		"not in the head": {htmlType + `<title>T</title><body><meta property=og:title content=no>`, `{"type":"link","url":"SITE/","title":"T"}`},
		"in a script":     {htmlType + `<script>"<meta property=og:title content=no>"</script><title>T</title>`, `{"type":"link","url":"SITE/","title":"T"}`},
		"direction":       {htmlType + "<title>a\u202eb\u2066c\x00\x07d</title>", `{"type":"link","url":"SITE/","title":"abcd"}`},
		"other charset":   {"text/html; charset=windows-1252\n<title>caf\xe9</title>", `{"type":"link","url":"SITE/","title":"café"}`},
		"charset within":  {"text/html\n<meta charset=shift_jis><title>\x93\xfa\x96\x7b</title>", `{"type":"link","url":"SITE/","title":"日本"}`},
		"no such charset": {"text/html; charset=x-none\n<title>T</title>", `{"type":"link","url":"SITE/","title":"T"}`},
		"nothing":         {htmlType + `<p>text</p>`, `null`},
		"image":           {"image/png\nx", `{"type":"image","url":"SITE/","thumbnail":{"url":"SITE/","width":3,"height":4,"content_type":"image/png"}}`},
		"film":            {"video/mp4\nx", `{"type":"video","url":"SITE/","video":{"url":"SITE/","content_type":"video/mp4"}}`},
		"file":            {"application/zip\nx", `null`},
		"no type":         {"\n<title>T</title>", `null`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := newSite(t, map[string]string{"/": test.page}).shown("/"); got != test.want {
				t.Errorf("got\n%s, want\n%s", got, test.want)
			}
		})
	}
}

// TestOEmbed: what a site says about its page fills in author and provider, and what the page itself leaves out.
func TestOEmbed(t *testing.T) {
	t.Parallel()
	link := `<link type="application/json+oembed" rel="nofollow alternate" href="/o?format=json">`
	s := newSite(t, map[string]string{
		"/page": htmlType + `<title>T</title>` + link,
		"/bare": htmlType + link,
		"/o": `application/json+oembed; charset=utf-8
{"type":"rich","title":"O","author_name":"A","author_url":"/a","provider_name":"P","provider_url":"javascript:x","thumbnail_url":"/t.png","html":"<script>","width":{}}`,
	})
	rest := `"provider":{"name":"P"},"author":{"name":"A","url":"SITE/a"},"thumbnail":{"url":"SITE/t.png","width":3,"height":4,"content_type":"image/png"}}`
	for path, title := range map[string]string{"/page": "T", "/bare": "O"} {
		if got, want := s.shown(path), `{"type":"link","url":"SITE`+path+`","title":"`+title+`",`+rest; got != want {
			t.Errorf("%s:\n%s, want\n%s", path, got, want)
		}
	}
	for name, answer := range map[string]string{
		"text": "text/plain\n{}", "no JSON": "application/json\n{", "a list": "application/json\n[]", "long": "application/json\n{\"title\":\"" + strings.Repeat("x", 70<<10) + "\"}",
		"other types": `application/json` + "\n" + `{"title":{"a":1},"author_name":7,"provider_name":null}`,
	} {
		s := newSite(t, map[string]string{"/": htmlType + `<title>T</title>` + link, "/o": answer})
		if got, want := s.shown("/"), `{"type":"link","url":"SITE/","title":"T"}`; got != want {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// TestLongTexts: what a page says is cut to what an embed may hold.
func TestLongTexts(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("ü ", 5000)
	s := newSite(t, map[string]string{"/": htmlType + `<title>` + long + `</title><meta name=description content="` + long + `"><meta property=og:site_name content="` + long + `">`})
	e, err := s.Embed(t.Context(), s.url+"/")
	if err != nil || e == nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"title": e.Title, "provider": e.Provider.Name} {
		if n := utf8.RuneCountInString(text); n > 256 || n < 250 || !strings.HasSuffix(text, "ü…") {
			t.Errorf("%s has %d characters", name, n)
		}
	}
	if n := utf8.RuneCountInString(e.Description); n > 350 || n < 340 || !utf8.ValidString(e.Description) {
		t.Errorf("description has %d characters", n)
	}
}

// TestHardPages: pages made to cost more than they are worth are read in bounded time, and what stands before is used.
func TestHardPages(t *testing.T) {
	t.Parallel()
	head := htmlType + `<title>T</title>`
	for name, page := range map[string]string{
		"deep":            head + strings.Repeat("<div>", 100_000),
		"many attributes": head + "<meta " + strings.Repeat("a=b ", 100_000) + ">",
		"many metas":      head + strings.Repeat("<meta property=og:titles content=x>", 20_000),
		"open tag":        head + "<meta content=\"" + strings.Repeat("x", 600<<10),
		"open comment":    head + "<!--" + strings.Repeat("-", 600<<10),
		"entities":        head + "<meta name=description content=\"" + strings.Repeat("&amp", 10_000) + "\">",
		"open script":     head + "<script>" + strings.Repeat("</scrip", 80_000),
		"nulls":           head + strings.Repeat("\x00", 600<<10),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, map[string]string{"/": page})
			began := time.Now()
			if got := s.shown("/"); !strings.HasPrefix(got, `{"type":"link","url":"SITE/","title":"T"`) || time.Since(began) > 3*time.Second {
				t.Errorf("%v: %s", time.Since(began), got)
			}
		})
	}
}

// TestRemembered: a link is fetched once in a while, also one that leads to nothing, and once for all who ask at a time.
func TestRemembered(t *testing.T) {
	t.Parallel()
	s := newSite(t, map[string]string{"/": htmlType + "<title>T</title>"})
	for path, age := range map[string]int64{"/": 30 * 60, "/none": 5 * 60} {
		s.hits.Store(0)
		first := s.shown(path)
		if again := s.shown(path); again != first || s.hits.Load() != 1 {
			t.Errorf("%s: %s and then %s by %d calls", path, first, again, s.hits.Load())
		}
		s.now.Add(age - 1)
		if s.shown(path); s.hits.Load() != 1 {
			t.Errorf("%s: asked again before its time", path)
		}
		s.now.Add(1)
		if s.shown(path); s.hits.Load() != 2 {
			t.Errorf("%s: not asked again after its time", path)
		}
	}
}

func TestCollapsed(t *testing.T) {
	t.Parallel()
	const askers = 20
	var waiting sync.WaitGroup
	waiting.Add(askers)
	s := newSiteOf(t, func(w http.ResponseWriter, _ *http.Request) {
		waiting.Wait() // until all ask
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, "<title>T</title>") // the client looks at it
	})
	var done sync.WaitGroup
	for range askers {
		done.Go(func() {
			waiting.Done()
			if e, err := s.Embed(t.Context(), s.url); err != nil || e == nil || e.Title != "T" {
				t.Errorf("%+v, %v", e, err)
			}
		})
	}
	if done.Wait(); s.hits.Load() > 2 { // one who came when it was over finds it remembered, or asks at the very moment
		t.Errorf("%d calls for one link", s.hits.Load())
	}
}

// TestCacheIsBound: a stranger with many links makes the oldest be forgotten, not the memory full.
func TestCacheIsBound(t *testing.T) {
	t.Parallel()
	s := newSiteOf(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = fmt.Fprintf(w, "<title>T</title><meta name=description content=%q>", strings.Repeat("x", 350)) // the client looks at it
	})
	rest := strings.Repeat("y", 1900)
	const links = 2500 // of 2.4 KiB each: more than is kept
	for i := range links {
		if e, err := s.Embed(t.Context(), fmt.Sprintf("%s/%d/%s", s.url, i, rest)); e == nil {
			t.Fatal(err)
		}
	}
	s.hits.Store(0)
	for _, i := range []int{0, links - 1} {
		if _, err := s.Embed(t.Context(), fmt.Sprintf("%s/%d/%s", s.url, i, rest)); err != nil {
			t.Fatal(err)
		}
	}
	if s.hits.Load() != 1 {
		t.Errorf("%d of the oldest and the newest were fetched anew, want the oldest", s.hits.Load())
	}
}

// TestNothingNearby: a link to this machine leads nowhere, and neither does a page's oEmbed link.
func TestNothingNearby(t *testing.T) {
	t.Parallel()
	near, hits := httptest.NewUnstartedServer(nil), new(atomic.Int64)
	near.Config.Handler = http.HandlerFunc(func(http.ResponseWriter, *http.Request) { hits.Add(1) })
	near.Start()
	t.Cleanup(near.Close)
	other := strings.Replace(near.URL, "127.0.0.1", "localhost", 1)
	s := newSite(t, map[string]string{
		"/": htmlType + `<title>T</title><link rel=alternate type=application/json+oembed href="` + strings.Replace(near.URL, "127.0.0.1", "127.0.0.2", 1) + `">`,
	})
	if got := s.shown("/"); got != `{"type":"link","url":"SITE/","title":"T"}` {
		t.Error(got)
	}
	for _, link := range []string{"http://127.0.0.3/", "http://169.254.169.254/latest/", strings.Replace(other, "localhost", "[::1]", 1)} {
		if e, err := s.Embed(t.Context(), link); e != nil || !errors.Is(err, outbound.ErrAddress) {
			t.Errorf("%s: %+v, %v", link, e, err)
		}
	}
	if hits.Load() != 0 {
		t.Errorf("%d calls", hits.Load())
	}
}
