package api_test

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image/png"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"guildhall"
	"guildhall/admission"
	"guildhall/api"
	"guildhall/outbound"
)

// origin is somebody else's server, which may be called.
func origin(t *testing.T, files map[string][]byte) (s *httptest.Server, hits *atomic.Int64) {
	t.Helper()
	hits = new(atomic.Int64)
	s = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hits.Add(1)
		if r.Header.Get("Cookie") != "" || r.Header.Get("Authorization") != "" || r.Header.Get("X-Forwarded-For") != "" || r.Header.Get("Referer") != "" {
			t.Errorf("a stranger was told %v", r.Header)
		}
		data, ok := files[strings.TrimPrefix(r.URL.Path, "/")]
		if !ok {
			http.NotFound(w, r)
			return
		}
		if strings.HasSuffix(r.URL.Path, ".gz") {
			w.Header().Set("Content-Encoding", "gzip")
		}
		w.Header().Set("Content-Type", "text/html") // what it is called doesn't matter
		_, _ = w.Write(data)                        // cut by the client, maybe
	}))
	t.Cleanup(s.Close)
	return s, hits
}

func neighbours() *outbound.Guard { return outbound.Public(netip.MustParsePrefix("127.0.0.1/32")) }

// proxyOf sends a message with a picture and gives the path at which this server shows it.
func proxyOf(t *testing.T, w *world, address string) string {
	t.Helper()
	w.want(ask{
		method: "POST", path: "/api/v10/channels/4194304/messages", as: botID,
		body: string(encoded(t, map[string]any{"embeds": []any{map[string]any{"image": map[string]any{"url": address}}}})),
	}, 200, "")
	var m guildhall.CreateMessage
	if err := json.Unmarshal(w.owners.last().Body, &m); err != nil {
		t.Fatal(err)
	}
	var e struct {
		Image struct {
			ProxyURL string `json:"proxy_url"`
		} `json:"image"`
	}
	if err := json.Unmarshal(m.Embeds[0], &e); err != nil {
		t.Fatal(err)
	}
	path, ok := strings.CutPrefix(e.Image.ProxyURL, "http://localhost:8080")
	if !ok || !strings.HasPrefix(path, "/cdn/external/") {
		t.Fatalf("proxy_url %q of %q", e.Image.ProxyURL, address)
	}
	return path
}

func encoded(t *testing.T, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestExternalPictures: what messages name is shown by this server, once fetched for all who look, and can't be run.
func TestExternalPictures(t *testing.T) {
	t.Parallel()
	files := map[string][]byte{"a.png": pngOf(t, 300, 100), "b.jpg": jpegOf(t, 300, 100), "c.gif": gifOf(t, 300, 100, 3), "d.webp": webpOf(t)}
	s, hits := origin(t, files)
	w := newWorld(t, api.Config{RateLimits: admission.Off, Strangers: neighbours()})
	for name, contentType := range map[string]string{"a.png": "image/png", "b.jpg": "image/jpeg", "c.gif": "image/gif", "d.webp": "image/webp"} {
		path := proxyOf(t, w, s.URL+"/"+name+"?x=%2F#part")
		before := hits.Load()
		for range 3 {
			got := w.do(ask{method: "GET", path: path})
			h := got.Header()
			if got.Code != 200 || !bytes.Equal(got.Body.Bytes(), files[name]) || h.Get("Content-Type") != contentType {
				t.Errorf("%s: %d, %s, %d bytes", name, got.Code, h.Get("Content-Type"), got.Body.Len())
			}
			if h.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(h.Get("Content-Security-Policy"), "sandbox") || h.Get("Cache-Control") != "public, max-age=86400, stale-if-error=86400" {
				t.Errorf("%s: %v", name, h)
			}
		}
		if n := hits.Load() - before; n != 1 {
			t.Errorf("%s was fetched %d times", name, n)
		}
	}
	path := proxyOf(t, w, s.URL+"/a.png")
	for query, want := range map[string][2]int{"?width=30": {30, 10}, "?height=50": {150, 50}, "?width=60&height=10": {30, 10}, "?width=4096": {300, 100}, "?width=1": {1, 1}} {
		got := w.do(ask{method: "GET", path: path + query})
		config, err := png.DecodeConfig(got.Body)
		if err != nil || config.Width != want[0] || config.Height != want[1] {
			t.Errorf("%s: %d, %+v, %v", query, got.Code, config, err)
		}
	}
	for _, query := range []string{"?width=0", "?width=-1", "?height=4097", "?width=x"} {
		w.want(ask{method: "GET", path: path + query}, 400, "")
	}
	if got := w.do(ask{method: "GET", path: path, header: http.Header{"If-None-Match": {w.do(ask{method: "GET", path: path}).Header().Get("ETag")}}}); got.Code != http.StatusNotModified {
		t.Errorf("asked again: %d", got.Code)
	}
}

// TestExternalIsNoOpenProxy: only what a message of this server's names is fetched, under its own signature.
func TestExternalIsNoOpenProxy(t *testing.T) {
	t.Parallel()
	s, hits := origin(t, map[string][]byte{"a.png": pngOf(t, 3, 3)})
	w := newWorld(t, api.Config{RateLimits: admission.Off, Strangers: neighbours()})
	good := proxyOf(t, w, s.URL+"/a.png")
	parts := strings.Split(good, "/") // "", cdn, external, signature, address
	other := base64.RawURLEncoding.EncodeToString([]byte(s.URL + "/b.png"))
	for _, path := range []string{
		"/cdn/external/" + parts[3] + "/" + other, "/cdn/external/x/" + parts[4], "/cdn/external//" + parts[4], "/cdn/external/" + parts[3] + "/" + parts[4] + "x",
		"/cdn/external/" + strings.ToLower(parts[3]) + "/" + parts[4], "/cdn/external/" + parts[3], "/cdn/external/" + parts[3] + "/",
		strings.Replace(proxyOf(t, newWorld(t, api.Config{}), s.URL+"/a.png"), "http://localhost:8080", "", 1), // another installation's
	} {
		w.want(ask{method: "GET", path: path}, 404, "")
	}
	if hits.Load() != 0 {
		t.Errorf("%d calls", hits.Load())
	}
}

// TestExternalRefused: pictures that are none, or that are made to do harm (S37), and addresses that may not be called (S34).
func TestExternalRefused(t *testing.T) {
	t.Parallel()
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write(make([]byte, 11<<20)); err != nil || z.Close() != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{
		"page": []byte("<script>alert(1)</script>"), "picture.svg": []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`),
		"lie.avif": []byte("\x00\x00\x00\x1cftypavif"), "wide.png": pngHeader(50_000, 50_000), "frames.gif": gifHeader(1, 1, 100_000),
		"huge": make([]byte, 11<<20), "bomb.gz": packed.Bytes(), "cut.png": pngOf(t, 300, 100)[:20], "empty": {},
	}
	s, hits := origin(t, files)
	w := newWorld(t, api.Config{RateLimits: admission.Off, Strangers: neighbours()})
	for name := range files {
		status := 415
		if name == "cut.png" {
			status = 404
		}
		w.want(ask{method: "GET", path: proxyOf(t, w, s.URL+"/"+name)}, status, "")
	}
	w.want(ask{method: "GET", path: proxyOf(t, w, s.URL+"/missing")}, 404, "")
	n := hits.Load()
	for _, address := range []string{
		strings.Replace(s.URL, "127.0.0.1", "127.0.0.2", 1), "http://169.254.169.254/latest/meta-data/", "http://[::1]/", "http://2130706433/",
		"http://10.0.0.1:6379/", "http://localhost/",
	} {
		w.want(ask{method: "GET", path: proxyOf(t, w, address)}, 404, "")
	}
	if hits.Load() != n {
		t.Error("a forbidden address was called")
	}
	// Nothing of it is told to the log.
	for _, secret := range []string{"169.254", s.URL, "127.0.0"} {
		if strings.Contains(w.logged.String(), secret) {
			t.Errorf("%s is logged: %s", secret, w.logged)
		}
	}
}

// TestS36 is row S36: a picture that is this server's own proxied one is refused when it is asked for, so that a chain of
// them ends with the first.
func TestS36(t *testing.T) {
	t.Parallel()
	var w *world
	var hits atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if hits.Add(1) > 3 {
			t.Error("round and round")
			return
		}
		w.ServeHTTP(rw, r)
	}))
	t.Cleanup(s.Close)
	w = newWorld(t, api.Config{RateLimits: admission.Off, Strangers: neighbours()})
	// A picture at the proxy of a picture at the proxy of …: each is signed, since each has been in a message.
	address := s.URL + "/cdn/external/x/y"
	for range 5 {
		address = s.URL + proxyOf(t, w, address)
	}
	w.want(ask{method: "GET", path: strings.TrimPrefix(address, s.URL)}, 404, "")
	if hits.Load() != 1 {
		t.Errorf("%d calls to itself, want the one that is refused", hits.Load())
	}
	r := ask{method: "GET", path: proxyOf(t, w, "https://example.com/a.png"), header: http.Header{"Cdn-Loop": {"other, guildhall"}}}
	w.want(r, http.StatusLoopDetected, "")
}

// TestExternalTogether: those who look at the same picture at a time share one fetch.
func TestExternalTogether(t *testing.T) {
	t.Parallel()
	const lookers = 8
	data := pngOf(t, 30, 30)
	var waiting sync.WaitGroup
	waiting.Add(lookers)
	var hits atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		hits.Add(1)
		waiting.Wait()
		_, _ = w.Write(data) // the client looks at it
	}))
	t.Cleanup(s.Close)
	w := newWorld(t, api.Config{RateLimits: admission.Off, Strangers: neighbours()})
	path := proxyOf(t, w, s.URL)
	var done sync.WaitGroup
	for range lookers {
		done.Go(func() {
			waiting.Done()
			if got := w.do(ask{method: "GET", path: path}); got.Code != 200 {
				t.Errorf("status %d", got.Code)
			}
		})
	}
	if done.Wait(); hits.Load() > 2 {
		t.Errorf("%d calls for one picture", hits.Load())
	}
}

// TestMovedServer: a message that was written when this server was reached at another address is read with pictures at the
// present one.
func TestMovedServer(t *testing.T) {
	t.Parallel()
	w := newWorld(t, api.Config{RateLimits: admission.Off})
	path := proxyOf(t, w, "https://example.com/a.png")
	embed := `{"type":"rich","color":16777215,"image":{"url":"https://example.com/a.png","proxy_url":"https://old.example` + path + `"},` +
		`"author":{"name":"/cdn/external/","icon_url":"https://example.com/a.png","proxy_icon_url":"https://old.example` + path + `"}}`
	w.owners.script = func(cmd *guildhall.Command) (*guildhall.Answer, error) {
		return answerOf(guildhall.Message{ID: 1 << 22, ChannelID: 1 << 22, Embeds: []json.RawMessage{json.RawMessage(embed)}}), nil
	}
	got := w.do(ask{method: "POST", path: "/api/v10/channels/4194304/messages", as: botID, body: `{"content":"x"}`})
	var m struct {
		Embeds []struct {
			Color int `json:"color"`
			Image struct {
				URL      string `json:"url"`
				ProxyURL string `json:"proxy_url"`
			} `json:"image"`
			Author map[string]string `json:"author"`
		} `json:"embeds"`
	}
	if err := json.Unmarshal(got.Body.Bytes(), &m); err != nil || len(m.Embeds) != 1 {
		t.Fatalf("%v: %s", err, got.Body)
	}
	e, want := m.Embeds[0], "http://localhost:8080"+path
	if e.Image.ProxyURL != want || e.Author["proxy_icon_url"] != want || e.Image.URL != "https://example.com/a.png" || e.Color != 16777215 {
		t.Errorf("got %s", got.Body)
	}
}

// TestSlowPictures is row S35 for pictures: servers that send slowly hold up neither others' pictures nor much memory, and
// are not called again right after.
func TestSlowPictures(t *testing.T) {
	t.Parallel()
	const slow = 20
	hanging, hits := make(chan struct{}, slow), new(atomic.Int64)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hits.Add(1)
		_, _ = w.Write([]byte("\x89PNG")) // it is cut
		_ = http.NewResponseController(w).Flush()
		hanging <- struct{}{}
		<-r.Context().Done()
	}))
	t.Cleanup(s.Close)
	quick, _ := origin(t, map[string][]byte{"a.png": pngOf(t, 3, 3)})
	w := newWorld(t, api.Config{RateLimits: admission.Off, Strangers: neighbours()})
	var paths []string
	for i := range slow {
		paths = append(paths, proxyOf(t, w, fmt.Sprintf("%s/%d", s.URL, i)))
	}
	good := proxyOf(t, w, quick.URL+"/a.png")
	var lookers sync.WaitGroup
	for _, path := range paths {
		lookers.Go(func() {
			if got := w.do(ask{method: "GET", path: path}); got.Code != 404 && got.Code != 503 {
				t.Errorf("a picture that never comes: %d", got.Code)
			}
		})
	}
	<-hanging
	w.want(ask{method: "GET", path: good}, 200, "")
	lookers.Wait()
	before := hits.Load()
	for _, path := range paths {
		w.do(ask{method: "GET", path: path})
	}
	if hits.Load() != before {
		t.Errorf("%d calls again, of %d at first", hits.Load()-before, before)
	}
}

// TestWhoWaitsForSlowPictures: one address can't have all places for fetching wait for servers that don't answer.
func TestWhoWaitsForSlowPictures(t *testing.T) {
	t.Parallel()
	const asked, share = 40, 32
	w := newWorld(t, api.Config{RateLimits: admission.Off, Strangers: neighbours()})
	ended := make(chan struct{})
	var paths []string
	for range 5 { // as many as there are places for one host
		s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			select {
			case <-r.Context().Done():
			case <-ended:
			}
		}))
		t.Cleanup(s.Close)
		for n := range asked / 5 {
			paths = append(paths, proxyOf(t, w, fmt.Sprintf("%s/%d", s.URL, n)))
		}
	}
	statuses := make(chan int, asked)
	var lookers sync.WaitGroup
	for _, path := range paths {
		lookers.Go(func() { statuses <- w.do(ask{method: "GET", path: path, from: "198.51.100.7:1"}).Code })
	}
	for range asked - share {
		if status := <-statuses; status != http.StatusTooManyRequests {
			t.Errorf("status %d", status)
		}
	}
	close(ended)
	for lookers.Wait(); len(statuses) > 0; {
		if status := <-statuses; status == http.StatusTooManyRequests {
			t.Errorf("fewer than %d were asked for", share)
		}
	}
}
