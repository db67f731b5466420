package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"guildhall"
	"guildhall/admission"
	"guildhall/api"
)

// TestBucketsHaveOneName is S44: however a path, an address or a method is written, the request counts for the same bucket, or is
// no request of the route's at all.
func TestBucketsHaveOneName(t *testing.T) {
	t.Parallel()
	const channel = "4194304"
	spellings := map[string]string{
		"as it is":          "/api/v10/channels/" + channel + "/messages",
		"the other version": "/api/v9/channels/" + channel + "/messages",
		"no version":        "/api/channels/" + channel + "/messages",
		"a slash at an end": "/api/v10/channels/" + channel + "/messages/",
		"two slashes":       "/api//v10//channels//" + channel + "//messages",
		"an escaped word":   "/api/v10/ch%61nnels/" + channel + "/mess%61ges",
		"an escaped id":     "/api/v10/channels/%34194304/messages",
		"a query":           "/api/v10/channels/" + channel + "/messages?x=1",
		"zeros before":      "/api/v10/channels/000" + channel + "/messages",
		"capitals":          "/api/v10/Channels/" + channel + "/messages",
		"capitals before":   "/API/v10/channels/" + channel + "/messages",
		"escaped twice":     "/api/v10/ch%2561nnels/" + channel + "/messages",
		"a dot":             "/api/v10/./channels/" + channel + "/messages",
		"dots":              "/api/v10/x/../channels/" + channel + "/messages",
		"a parameter":       "/api/v10/channels;x=1/" + channel + "/messages",
		"an escaped slash":  "/api/v10/channels%2f" + channel + "/messages",
		"another version":   "/api/v010/channels/" + channel + "/messages",
	}
	for name, path := range spellings {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, api.Config{})
			for range 5 {
				w.want(ask{method: "POST", path: spellings["as it is"], as: botID, body: `{"content":"x"}`}, 200, "")
			}
			got := w.do(ask{method: "POST", path: path, as: botID, body: `{"content":"x"}`})
			if got.Code != 429 && got.Code != 404 && got.Code != 400 {
				t.Errorf("%s evades the limit: %d", path, got.Code)
			}
		})
	}
	for name, header := range map[string]http.Header{
		"a forged address":     {"X-Forwarded-For": {"192.0.2.77"}, "X-Real-Ip": {"192.0.2.77"}, "Forwarded": {"for=192.0.2.77"}, "Cf-Connecting-Ip": {"192.0.2.77"}},
		"another method":       {"X-Http-Method-Override": {"GET"}, "X-Method-Override": {"PUT"}},
		"another path":         {"X-Original-Url": {"/api/v10/gateway"}, "X-Rewrite-Url": {"/api/v10/gateway"}},
		"the token once again": {"X-Authorization": {"x"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, api.Config{})
			for range 5 {
				w.want(ask{method: "POST", path: chat, as: botID, body: `{"content":"x"}`}, 200, "")
			}
			w.want(ask{method: "POST", path: chat, as: botID, body: `{"content":"x"}`, header: header}, 429, "")
		})
	}
}

// TestForgedAddressesCountAsOne is S44: who is not a trusted proxy is counted by the connection, also where no token tells who it is.
func TestForgedAddressesCountAsOne(t *testing.T) {
	t.Parallel()
	for _, trusted := range []bool{false, true} {
		cfg := api.Config{}
		if trusted {
			cfg.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("203.0.113.7/32")}
		}
		w := newWorld(t, cfg)
		limited := 0
		for i := range 60 {
			got := w.do(ask{method: "GET", path: "/api/v10/gateway", from: "203.0.113.7:9", header: http.Header{"X-Forwarded-For": {fmt.Sprintf("192.0.2.%d", i)}}})
			if got.Code == http.StatusTooManyRequests {
				limited++
			}
		}
		if want := map[bool]int{false: 10, true: 0}[trusted]; limited != want {
			t.Errorf("with a trusted proxy %v: %d of 60 requests were limited, want %d", trusted, limited, want)
		}
	}
}

// TestPolyglots is S39: a file that is several things at once is served as the picture that it begins as, or not shown, and a page
// in it is never run.
func TestPolyglots(t *testing.T) {
	t.Parallel()
	w := newWorld(t, api.Config{RateLimits: admission.Off, PublicURL: "https://hall.example"})
	echoMessages(w)
	const script = "<html><script>alert(document.domain)</script>"
	files := map[string]string{
		"gif.html":    "GIF89a/*" + script + "*/=1;",
		"comment.jpg": "\xff\xd8\xff\xfe\x00\x40" + script,
		"text.png":    "\x89PNG\r\n\x1a\n" + script,
		"page.txt":    script,
		"page.pdf":    "%PDF-1.7\n" + script,
		"drawing.svg": `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`,
		"bom.txt":     "\ufeff" + script,
		"utf7.txt":    "+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
		"page.xhtml":  `<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><script>alert(1)</script></html>`,
		"style.css":   "*{background:url(//evil.example)}",
		"code.js":     "alert(1)",
		"feed.xml":    `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>`,
		"archive.zip": "PK\x03\x04" + script,
	}
	for name, content := range files {
		got := w.do(multipartForm(t, `{"content":"x"}`, [2]string{name, content}))
		var m guildhall.Message
		if err := json.Unmarshal(got.Body.Bytes(), &m); err != nil || len(m.Attachments) != 1 {
			t.Fatalf("%s: %d %s", name, got.Code, got.Body)
		}
		path := strings.TrimPrefix(m.Attachments[0].URL, "https://hall.example")
		served := w.do(ask{method: "GET", path: path})
		h := served.Header()
		kind, disposition := h.Get("Content-Type"), h.Get("Content-Disposition")
		inline := strings.HasPrefix(disposition, "inline")
		if served.Code != 200 || served.Body.String() != content || h.Get("X-Content-Type-Options") != "nosniff" ||
			h.Get("Content-Security-Policy") != "default-src 'none'; sandbox" {
			t.Errorf("%s: %d %v", name, served.Code, h)
		}
		if inline && !strings.HasPrefix(kind, "image/") || !inline && kind != "application/octet-stream" || strings.Contains(kind, "svg") {
			t.Errorf("%s is served as %s, %s", name, kind, disposition)
		}
	}
}

// TestFileNames is S8 and S42: what a file is called is neither a path nor a line of a header.
func TestFileNames(t *testing.T) {
	t.Parallel()
	w := newWorld(t, api.Config{RateLimits: admission.Off, PublicURL: "https://hall.example"})
	echoMessages(w)
	for _, name := range []string{
		"../../x", "..\\..\\x", "/etc/passwd", "C:\\x", "a\r\nSet-Cookie: b=c", "a\"; filename=\"b.html", "a\x00.png", ".", "..", "", "%2e%2e%2f", "con", "\u202egnp.exe",
		strings.Repeat("n", 5000), "a;b", "a b", "~", "-rf",
	} {
		var body bytes.Buffer
		fmt.Fprintf(&body, "--B\r\nContent-Disposition: form-data; name=\"payload_json\"\r\n\r\n{\"content\":\"x\"}\r\n")
		quoted := strings.NewReplacer("\\", "\\\\", "\"", "\\\"").Replace(name)
		fmt.Fprintf(&body, "--B\r\nContent-Disposition: form-data; name=\"files[0]\"; filename=\"%s\"\r\n\r\ndata\r\n--B--\r\n", quoted)
		got := w.do(ask{method: "POST", path: chat, as: botID, body: body.String(), header: http.Header{"Content-Type": {"multipart/form-data; boundary=B"}}})
		if got.Code == 400 {
			continue
		}
		var m guildhall.Message
		if err := json.Unmarshal(got.Body.Bytes(), &m); err != nil || got.Code != 200 {
			t.Errorf("%q: %d %s", name, got.Code, got.Body)
			continue
		}
		for _, a := range m.Attachments {
			served := w.do(ask{method: "GET", path: strings.TrimPrefix(a.URL, "https://hall.example")})
			disposition := served.Header().Get("Content-Disposition")
			if a.Filename == "" || a.Filename[0] == '.' || len(a.Filename) > 300 || strings.ContainsAny(a.Filename, "/\\\r\n\x00\"%;\u202e") || strings.ContainsAny(disposition, "\r\n\x00") ||
				strings.Count(disposition, `"`) != 2 || served.Code != 200 {
				t.Errorf("%q became %q, served %d with %q", name, a.Filename, served.Code, disposition)
			}
		}
	}
}

// TestReasonsAreText is S42: a reason for the audit log is text, in whatever characters it comes.
func TestReasonsAreText(t *testing.T) {
	t.Parallel()
	w := newWorld(t, api.Config{RateLimits: admission.Off})
	for sent, want := range map[string]string{
		"why": "why", "%0d%0aX: y": "X: y", "a%0d%0ab": "a\r\nb", "caf%C3%A9": "café", "100%": "100%", "%": "%",
	} {
		w.want(ask{method: "PATCH", path: "/api/v10/channels/4194304", as: botID, body: `{"topic":"x"}`, header: http.Header{"X-Audit-Log-Reason": {sent}}}, 200, "")
		if got := w.owners.last().Reason; got != want {
			t.Errorf("%q became %q, want %q", sent, got, want)
		}
	}
	for _, wrong := range []string{strings.Repeat("x", 513), "%ff%fe", "\xff"} {
		w.want(ask{method: "PATCH", path: "/api/v10/channels/4194304", as: botID, body: `{"topic":"x"}`, header: http.Header{"X-Audit-Log-Reason": {wrong}}}, 400, "")
	}
}

// FuzzConditional asks for a part of a file, or for it unless it is known: what comes is the file, the part that the answer says
// it is, or nothing.
func FuzzConditional(f *testing.F) {
	for _, seed := range [][2]string{
		{"bytes=0-3", ""}, {"bytes=-5", ""}, {"bytes=5-", ""}, {"bytes=0-0,2-2,4-4", ""}, {"bytes=9999999999999999999-", ""}, {"bytes=3-1", ""},
		{"bytes=" + strings.Repeat("0-,", 500), ""}, {"bits=1-2", ""}, {"", `"x"`}, {"", "*"}, {"", `W/"x", "y"`}, {"bytes=1-2", `"`},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, ranges, known string) {
		w := newWorld(t, api.Config{RateLimits: admission.Off, PublicURL: "https://hall.example"})
		echoMessages(w)
		const content = "the content of a file of no kind"
		var m guildhall.Message
		if err := json.Unmarshal(w.do(multipartForm(t, `{"content":"x"}`, [2]string{"a.bin", content})).Body.Bytes(), &m); err != nil {
			t.Fatal(err)
		}
		got := w.do(ask{method: "GET", path: strings.TrimPrefix(m.Attachments[0].URL, "https://hall.example"), header: http.Header{
			"Range": {ranges}, "If-None-Match": {known},
		}})
		body := got.Body.String()
		var first, last, size int
		switch got.Code {
		case http.StatusOK:
			if body != content {
				t.Fatalf("200 with %q", body)
			}
		case http.StatusPartialContent:
			several := strings.HasPrefix(got.Header().Get("Content-Type"), "multipart/byteranges")
			if _, err := fmt.Sscanf(got.Header().Get("Content-Range"), "bytes %d-%d/%d", &first, &last, &size); !several && (err != nil || body != content[first:last+1]) {
				t.Fatalf("206 of %q with %q", got.Header().Get("Content-Range"), body)
			}
			if len(body) > 64<<10 {
				t.Fatalf("%d bytes of a file of %d", len(body), len(content))
			}
		case http.StatusNotModified:
			if body != "" {
				t.Fatalf("304 with %q", body)
			}
		case http.StatusRequestedRangeNotSatisfiable:
		default:
			t.Fatalf("%d %s", got.Code, body)
		}
	})
}

// TestBodiesWithoutEnd is S2: a body that goes on and on is refused when it is over its bound, one that ends early when it does.
func TestBodiesWithoutEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t, api.Config{RateLimits: admission.Off, BodyTime: 200 * time.Millisecond})
	server := httptest.NewServer(w)
	defer server.Close()
	head := "POST " + chat + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAuthorization: Bot " + w.tokens[botID] + "\r\n"
	chunk := fmt.Sprintf("%x\r\n%s\r\n", 32<<10, strings.Repeat(" ", 32<<10))
	for name, test := range map[string]struct {
		header, body string
		repeat       int
		status       string
	}{
		"chunks for ever":            {"Transfer-Encoding: chunked\r\n", chunk, 100, "413"},
		"chunks that stop":           {"Transfer-Encoding: chunked\r\n", chunk, 1, "408"},
		"a length of a gigabyte":     {"Content-Length: 1073741824\r\n", chunk, 100, "413"},
		"a length that is not sent":  {"Content-Length: 4096\r\n", "{", 1, "408"},
		"a chunk of 2^63 bytes":      {"Transfer-Encoding: chunked\r\n", "7fffffffffffffff\r\n{}", 1, "408"},
		"a chunk of 2^64 bytes":      {"Transfer-Encoding: chunked\r\n", "10000000000000000\r\n{}", 1, "400"},
		"a chunk's endless header":   {"Transfer-Encoding: chunked\r\n", "1;" + strings.Repeat("x", 8<<10), 1, "400"},
		"trailers for ever":          {"Transfer-Encoding: chunked\r\n", "2\r\n{}\r\n0\r\n" + strings.Repeat("X: y\r\n", 100_000), 1, "400"},
		"a body that isn't expected": {"Content-Length: 2\r\nExpect: the unexpected\r\n", "{}", 1, "417"},
	} {
		t.Run(name, func(t *testing.T) {
			conn, err := net.Dial("tcp", server.Listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			if err := conn.SetDeadline(time.Now().Add(15 * time.Second)); err != nil {
				t.Fatal(err)
			}
			go func() {
				_, _ = io.WriteString(conn, head+test.header+"\r\n") // the answer tells
				for range test.repeat {
					if _, err := io.WriteString(conn, test.body); err != nil {
						return
					}
				}
			}()
			answer := make([]byte, 12)
			if _, err := io.ReadFull(conn, answer); err != nil || string(answer) != "HTTP/1.1 "+test.status {
				t.Errorf("%q, %v; want status %s", answer, err, test.status)
			}
		})
	}
	w.want(ask{method: "POST", path: chat, as: botID, body: `{"content":"x"}`}, 200, "")
}
