package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"guildhall/routes"
)

// wrongIDs are no snowflakes. S5
func wrongIDs() []string {
	return []string{"0", "-1", "18446744073709551616", "abc", strings.Repeat("9", 40), "%D9%A1%D9%A2%D9%A3", "1.5", "1e3", "0x10", "%00", "+1", "%20", "1%2F2", "null"}
}

// TestWrongSnowflakesEverywhere is S5: on every route of the table, each of its ids in turn is none, the others being what they
// should. The answer is a refusal in Discord's form, and no error of the server's.
func TestWrongSnowflakesEverywhere(t *testing.T) {
	t.Parallel()
	r := newTour(t)
	for _, route := range routes.Table() {
		for part := range strings.SplitSeq(route.Path, "/") {
			name, isID := strings.CutSuffix(strings.TrimPrefix(part, "{"), "_id}")
			if !isID || route.Source == routes.CDN {
				continue
			}
			body := ""
			if route.Body != routes.NoBody {
				body = "{}"
			}
			for _, wrong := range wrongIDs() {
				path := strings.Replace(route.Path, "{"+name+"_id}", wrong, 1)
				for _, who := range []as{asBot, asPerson} {
					status, _ := r.do(who, route.Method, path, body)
					if status/100 != 4 {
						t.Errorf("%s of a %s with %s_id %s: %d %v", route.Name, who, name, wrong, status, r.answer)
					}
				}
			}
		}
		if route.Method != http.MethodGet || route.Source == routes.CDN {
			continue
		}
		for _, wrong := range wrongIDs() {
			query := fmt.Sprintf("?before=%[1]s&after=%[1]s&around=%[1]s&limit=%[1]s&user_id=%[1]s&guild_id=%[1]s&entitlement_id=%[1]s", wrong)
			if status, _ := r.do(asBot, route.Method, route.Path+query, ""); status >= http.StatusInternalServerError {
				t.Errorf("%s%s: %d", route.Name, query, status)
			}
		}
	}
}

// TestMalformedRequests is S4: what no HTTP client sends is refused, and the connection ends. What RFC 9112 has a server take, and
// others may read otherwise, is in TestRequestFraming.
func TestMalformedRequests(t *testing.T) {
	t.Parallel()
	s, _ := serveDev(t)
	const get = "GET /api/v10/gateway HTTP/1.1\r\n"
	for name, send := range map[string]string{
		"no Host":                 get + "\r\n",
		"two Hosts":               get + "Host: localhost\r\nHost: localhost\r\n\r\n",
		"a Host with a space":     get + "Host: local host\r\n\r\n",
		"a Host with a path":      get + "Host: localhost/x\r\n\r\n",
		"a header without colon":  get + "Host: localhost\r\nnonsense\r\n\r\n",
		"a folded first header":   get + " Host: localhost\r\n\r\n",
		"a name with a space":     get + "Host: localhost\r\nX Y: z\r\n\r\n",
		"a name with a control":   get + "Host: localhost\r\nX\x01: z\r\n\r\n",
		"a NUL in a value":        get + "Host: localhost\r\nX: a\x00b\r\n\r\n",
		"a CR in a value":         get + "Host: localhost\r\nX: a\rb\r\n\r\n",
		"an unknown version":      "GET /api/v10/gateway HTTP/3.0\r\nHost: localhost\r\n\r\n",
		"no version":              "GET /api/v10/gateway\r\nHost: localhost\r\n\r\n",
		"a method with a space":   "GE T /api/v10/gateway HTTP/1.1\r\nHost: localhost\r\n\r\n",
		"a bad escape":            "GET /api/v10/%zz HTTP/1.1\r\nHost: localhost\r\n\r\n",
		"TLS":                     "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + strings.Repeat("x", 64) + "\r\n\r\n",
		"HTTP/2":                  "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00",
		"a header of 70 KiB":      get + "Host: localhost\r\nX: " + strings.Repeat("a", 70<<10) + "\r\n\r\n",
		"an address of 70 KiB":    "GET /api/v10/" + strings.Repeat("a", 70<<10) + " HTTP/1.1\r\nHost: localhost\r\n\r\n",
		"somebody else's address": "CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\nConnection: close\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			c := dialServer(ctx, t, s)
			_, _ = io.WriteString(c, send) // it may be refused before all of it is read
			answers := bufio.NewReader(c)
			response, err := http.ReadResponse(answers, nil)
			if err != nil {
				return // cut off without an answer
			}
			_, _ = io.Copy(io.Discard, response.Body)
			if response.StatusCode/100 != 4 && response.StatusCode != http.StatusHTTPVersionNotSupported {
				t.Errorf("answered with %d", response.StatusCode)
			}
			if _, err := answers.ReadByte(); err == nil || ctx.Err() != nil {
				t.Errorf("something follows the refusal: %v", err)
			}
		})
	}
}

// raw asks for a path as it is, with no client between that cleans it up, and gives the answer.
func (s *served) raw(t *testing.T, request string) (*http.Response, string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	c := dialServer(ctx, t, s)
	if _, err := io.WriteString(c, request+"Host: localhost\r\nConnection: close\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(body)
}

// TestPathTraversal is S41: no path leads out of what is served, to files beside the data or above the pages.
func TestPathTraversal(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	const secret = "the content of a file that is not served"
	data := filepath.Join(dir, "data")
	s := serve(t, "--data", data)
	for _, file := range []string{filepath.Join(dir, "secret"), filepath.Join(data, "secret"), filepath.Join(data, blobsFolder, "avatars")} {
		if err := os.WriteFile(file, []byte(secret), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(dir, filepath.Join(data, blobsFolder, "attachments")); err != nil {
		t.Fatal(err)
	}
	ups := []string{"../", "..%2f", "%2e%2e/", "%2e%2e%2f", "..%5c", "..\\", "%252e%252e%252f", "....//", "..%00/", "..;/", "%c0%ae%c0%ae/"}
	for _, root := range []string{"/", "/cdn/", "/cdn/avatars/1/", "/cdn/attachments/1/2/", "/cdn/attachments/1/", "/assets/", "/api/", "/api/v10/"} {
		for _, up := range ups {
			for _, target := range []string{"secret", "operator-token", "guildhall.db", "etc/passwd"} {
				for _, depth := range []int{1, 3, 8} {
					path := root + strings.Repeat(up, depth) + target
					response, body := s.raw(t, "GET "+path+" HTTP/1.1\r\n")
					if response.StatusCode < 300 || strings.Contains(body, secret) || strings.Contains(body, "root:") || strings.Contains(body, "SQLite") {
						t.Errorf("%s: %d %.100s", path, response.StatusCode, body)
					}
					if at := response.Header.Get("Location"); strings.Contains(at, "//") || strings.Contains(at, "secret/") {
						t.Errorf("%s is sent on to %s", path, at)
					}
				}
			}
		}
	}
}

// TestOpsAreNotPublic is S47: the public listener has no metrics, no profiles and no operator's calls, and the operator's own
// listener lets nobody call without the token.
func TestOpsAreNotPublic(t *testing.T) {
	t.Parallel()
	s, made := serveDev(t)
	paths := []string{
		"/metrics", "/healthz", "/readyz", "/debug/pprof/", "/debug/pprof/heap", "/debug/vars", "/operator/v1/user-create", "/operator/v1/setup-link",
		"/admin", "/api/metrics", "/api/v10/metrics", "/api/v10/operator/v1/setup-link", "/.git/config", "/.env", "//metrics", "/metrics/", "/METRICS",
	}
	for _, path := range paths {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			for _, token := range []string{"", "Authorization: Bearer " + devOperatorToken + "\r\n", "Authorization: " + made.Users[0].Token + "\r\n"} {
				response, body := s.raw(t, method+" "+path+" HTTP/1.1\r\n"+token)
				if response.StatusCode != http.StatusNotFound && response.StatusCode != http.StatusMethodNotAllowed && response.StatusCode/100 != 3 || strings.Contains(body, "go_goroutines") {
					t.Errorf("%s %s: %d %.80s", method, path, response.StatusCode, body)
				}
			}
		}
	}
}

// TestHeaderInjection is S42: line breaks in what is sent come back escaped, or not at all.
func TestHeaderInjection(t *testing.T) {
	t.Parallel()
	s, _ := serveDev(t)
	const injected = "%0d%0aSet-Cookie:%20a=b%0d%0a%0d%0a<script>"
	for _, request := range []string{
		"GET /api/oauth2/authorize?x=" + injected + " HTTP/1.1\r\nAccept: text/html\r\n",
		"GET /api/v10/" + injected + "/oauth2/authorize HTTP/1.1\r\nAccept: text/html\r\n",
		"GET /" + injected + " HTTP/1.1\r\n",
		"GET //example.org/" + injected + " HTTP/1.1\r\n",
		"GET /assets/" + injected + " HTTP/1.1\r\n",
		"GET /cdn/attachments/1/2/" + injected + "?ex=1&is=1&hm=00 HTTP/1.1\r\n",
		"GET /api/v10/users/@me HTTP/1.1\r\nOrigin: http://a" + injected + "\r\n",
	} {
		response, body := s.raw(t, request)
		to := response.Header.Get("Location")
		if response.Header.Get("Set-Cookie") != "" || to != "" && (to[0] != '/' || strings.HasPrefix(to, "//")) {
			t.Errorf("%q: %v", request, response.Header)
		}
		if strings.Contains(body, "<script>") && strings.HasPrefix(response.Header.Get("Content-Type"), "text/html") {
			t.Errorf("%q comes back as a page: %s", request, body)
		}
	}
}

// TestCaching is S46: what depends on who asks may be kept by nobody else, whatever the path is made to look like, and headers
// that caches don't know of change nothing.
func TestCaching(t *testing.T) {
	t.Parallel()
	r := newTour(t)
	ask := func(path string, header ...string) (*http.Response, string) {
		t.Helper()
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, r.url+r.fill(path), nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bot "+r.bot)
		for i := 0; i < len(header); i += 2 {
			request.Header.Set(header[i], header[i+1])
		}
		response, err := http.DefaultTransport.RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		return response, string(body)
	}
	kept := func(response *http.Response) bool {
		control := response.Header.Get("Cache-Control")
		return control == "" || !strings.Contains(control, "no-store") && !strings.Contains(control, "private")
	}
	for _, route := range routes.Table() {
		if route.Method != http.MethodGet || route.Source == routes.CDN || route.Auth == routes.Nobody {
			continue
		}
		for _, end := range []string{"", "/", "/x.css", "%2fx.css", ";x.css", ".css", "/..%2fx.css", "?x.css", "%00.css"} {
			if response, _ := ask("/api/v10" + route.Path + end); kept(response) {
				t.Errorf("%s%s: %d may be kept: %q", route.Name, end, response.StatusCode, response.Header.Get("Cache-Control"))
			}
		}
	}
	_, plain := ask("/api/v10/users/@me")
	_, gateway := ask("/api/v10/gateway")
	for _, header := range []string{
		"X-Forwarded-Host", "X-Original-URL", "X-Rewrite-URL", "X-Forwarded-Proto", "X-HTTP-Method-Override", "X-Forwarded-Prefix", "Forwarded", "X-Host",
	} {
		for _, value := range []string{"evil.example", "/api/v10/users/@me/guilds", "DELETE", "https"} {
			if _, body := ask("/api/v10/users/@me", header, value); body != plain {
				t.Errorf("%s: %s changes the answer: %s", header, value, body)
			}
			if _, body := ask("/api/v10/gateway", header, value); body != gateway {
				t.Errorf("%s: %s changes the gateway's address: %s", header, value, body)
			}
		}
	}
	if response, body := ask("/api/v10/users/@me", "Range", "bytes=0-3"); response.StatusCode != http.StatusOK || body != plain {
		t.Errorf("a part of JSON: %d %s", response.StatusCode, body)
	}
	if status := fatGet(t, r); status != http.StatusOK {
		t.Errorf("a GET with a body: %d", status)
	}
}

// fatGet sends a GET with a body, which means nothing. RFC 9110 §9.3.1
func fatGet(t *testing.T, r *tour) int {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, r.url+"/api/v10/users/@me", strings.NewReader(`{"username":"x"}`))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bot "+r.bot)
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	return response.StatusCode
}

// TestSlowHeadersAreCut is S3: a header that does not come to its end takes no longer than headerTimeout, a byte now and then or not.
func TestSlowHeadersAreCut(t *testing.T) {
	t.Parallel()
	s, _ := serveDev(t)
	for name, begin := range map[string]string{"nothing": "", "half a header": "GET /api/v10/gateway HTTP/1.1\r\nHost: localhost\r\nX: "} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), 3*headerTimeout)
			defer cancel()
			c := dialServer(ctx, t, s)
			began := time.Now()
			if _, err := io.WriteString(c, begin); err != nil {
				t.Fatal(err)
			}
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				_, _ = io.Copy(io.Discard, c) // until the server has had enough
			}()
			ticker := time.NewTicker(time.Second)
			defer ticker.Stop()
			for {
				select {
				case <-ticker.C:
					if begin != "" {
						_, _ = io.WriteString(c, "a") // fails when the server has closed
					}
				case <-ended:
					if took := time.Since(began); took < headerTimeout-time.Second || ctx.Err() != nil {
						t.Errorf("closed after %v", took)
					}
					return
				}
			}
		})
	}
}

// TestLargeBodies sends the largest bodies that routes take, and a little more.
func TestLargeBodies(t *testing.T) {
	t.Parallel()
	s, made := serveDev(t, "--rate-limits", "off")
	for name, test := range map[string]struct {
		method, path, kind string
		most               int64
	}{
		"with a picture": {"PATCH", "/users/@me", "application/json", 15 << 20},
		"with files":     {"POST", "/channels/" + made.Channels[0].ID + "/messages", "multipart/form-data; boundary=B", 102 << 20},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			// Lines before the first part of a multipart body mean nothing, and nor do spaces before JSON.
			body := io.LimitReader(spaces{}, test.most+1)
			r, err := http.NewRequestWithContext(t.Context(), test.method, s.url+"/api/v10"+test.path, body)
			if err != nil {
				t.Fatal(err)
			}
			r.ContentLength = test.most + 1
			r.Header.Set("Content-Type", test.kind)
			r.Header.Set("Authorization", "Bot "+made.Bots[0].Token)
			r.Header.Set("Expect", "100-continue") // so that the answer is waited for while the body goes out
			response, err := http.DefaultTransport.RoundTrip(r)
			if err != nil {
				t.Fatal(err)
			}
			_ = response.Body.Close()
			if response.StatusCode != http.StatusRequestEntityTooLarge {
				t.Errorf("%d", response.StatusCode)
			}
		})
	}
}

// spaces is a reader of empty lines that never ends.
type spaces struct{}

func (spaces) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = "   \n"[i%4]
	}
	return len(b), nil
}
