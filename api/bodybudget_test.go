package api_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"guildhall"
	"guildhall/admission"
	"guildhall/api"
)

// TestLargeBodiesShareABudget: a body that finds no room waits as long as its request may, is refused then, and holds up no
// small one.
func TestLargeBodiesShareABudget(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const room = 1 << 20
		w := newWorld(t, api.Config{LargeBodiesMax: room, RateLimits: admission.Off})
		large := func(as guildhall.UserID, body io.Reader, length int64) *httptest.ResponseRecorder {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPatch, "/api/v10/users/@me", body)
			r.ContentLength = length
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("Authorization", w.tokens[as])
			got := httptest.NewRecorder()
			w.ServeHTTP(got, r)
			return got
		}
		body, sender := io.Pipe()
		first := make(chan int, 1)
		go func() { first <- large(personID, body, room).Code }()
		synctest.Wait()

		began := time.Now()
		for name, length := range map[string]int64{"told": 128 << 10, "not told": -1} {
			got := large(operatorID, strings.NewReader("{}"), length)
			if got.Code != http.StatusServiceUnavailable || got.Header().Get("Retry-After") == "" {
				t.Errorf("length %s: %d, Retry-After %q", name, got.Code, got.Header().Get("Retry-After"))
			}
		}
		if waited := time.Since(began); waited != 20*time.Second {
			t.Errorf("two requests waited %v for room", waited)
		}
		w.want(ask{method: "POST", path: chat, as: botID, body: `{"content":"hello"}`}, 200, "")
		if waited := time.Since(began); waited != 20*time.Second {
			t.Error("a message waited for a picture")
		}
		held := `
# HELP guildhall_api_bodies_refused_total Requests refused because other bodies left no room in time, by size of body.
# TYPE guildhall_api_bodies_refused_total counter
guildhall_api_bodies_refused_total{size="large"} 2
# HELP guildhall_api_body_bytes Bytes reserved for requests' bodies, by size of body.
# TYPE guildhall_api_body_bytes gauge
guildhall_api_body_bytes{size="large"} 1.048576e+06
guildhall_api_body_bytes{size="small"} 0
`
		if err := testutil.GatherAndCompare(w.registry, strings.NewReader(held), "guildhall_api_body_bytes", "guildhall_api_bodies_refused_total"); err != nil {
			t.Error(err)
		}

		second := make(chan int, 1)
		go func() { second <- large(operatorID, strings.NewReader("{}"), 128<<10).Code }()
		synctest.Wait()
		if _, err := io.WriteString(sender, "{}"); err != nil {
			t.Fatal(err)
		}
		if err := sender.Close(); err != nil {
			t.Fatal(err)
		}
		if status := <-first; status != http.StatusOK {
			t.Errorf("the body that came late: %d", status)
		}
		if status := <-second; status != http.StatusOK {
			t.Errorf("the body that waited for it: %d", status)
		}
	})
}

// TestUploadsKeepLittleRoom: files are not kept in memory, so that many may be under way beside the largest picture.
func TestUploadsKeepLittleRoom(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const uploads = 8
		w := newWorld(t, api.Config{LargeBodiesMax: uploads << 19, RateLimits: admission.Off})
		bots := make([]guildhall.UserID, 5)
		for i := range bots {
			bots[i] = guildhall.UserID(200+i) << 22
			w.addUser(guildhall.User{ID: bots[i], Username: fmt.Sprintf("robot%d", i), Bot: true}, guildhall.Account{})
		}
		upload := func(bot guildhall.UserID, body io.Reader) int {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, chat, body)
			r.ContentLength = 50 << 20
			r.Header.Set("Content-Type", "multipart/form-data; boundary=B")
			r.Header.Set("Authorization", "Bot "+w.tokens[bot])
			got := httptest.NewRecorder()
			w.ServeHTTP(got, r)
			return got.Code
		}
		statuses := make(chan int, uploads)
		var senders []*io.PipeWriter
		for i := range uploads {
			body, sender := io.Pipe()
			senders = append(senders, sender)
			go func() { statuses <- upload(bots[i/2], body) }()
		}
		synctest.Wait()
		if status := upload(bots[0], strings.NewReader("")); status != http.StatusTooManyRequests {
			t.Errorf("one upload more than one bot may have under way: %d", status)
		}
		if status := upload(bots[4], strings.NewReader("")); status != http.StatusServiceUnavailable {
			t.Errorf("one upload more than there is room for: %d", status)
		}
		for _, sender := range senders {
			go func() {
				_, _ = io.WriteString(sender, "--B\r\nContent-Disposition: form-data; name=\"content\"\r\n\r\nx\r\n--B--\r\n")
				_ = sender.Close()
			}()
		}
		for range uploads {
			if status := <-statuses; status != http.StatusOK {
				t.Errorf("an upload: %d", status)
			}
		}
	})
}

// TestSlowBodiesOfOneToken is S2: one token's bodies, however many and however slow, leave room for those of others.
func TestSlowBodiesOfOneToken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, api.Config{RateLimits: admission.Off})
		const many = 600 // more than all of the room
		statuses := make(chan int, many)
		var senders []*io.PipeWriter
		for range many {
			body, sender := io.Pipe()
			senders = append(senders, sender)
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPatch, "/api/v10/users/@me", body)
			r.ContentLength = 64 << 10
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("Authorization", w.tokens[personID])
			go func() {
				got := httptest.NewRecorder()
				w.ServeHTTP(got, r)
				statuses <- got.Code
			}()
		}
		synctest.Wait()
		began := time.Now()
		w.want(ask{method: "POST", path: chat, as: botID, body: `{"content":"hello"}`}, 200, "")
		if waited := time.Since(began); waited != 0 {
			t.Errorf("another's message waited %v", waited)
		}
		for _, sender := range senders {
			_ = sender.CloseWithError(io.ErrUnexpectedEOF)
		}
		refused := 0
		for range many {
			if <-statuses == http.StatusTooManyRequests {
				refused++
			}
		}
		if refused != many-64 {
			t.Errorf("%d of %d bodies were refused, want all but 64", refused, many)
		}
	})
}
