package api_test

import (
	"bytes"
	"crypto/rand"
	"image"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"guildhall"
	"guildhall/admission"
	"guildhall/api"
)

// stalled is a client that begins to read an answer and then waits.
type stalled struct {
	*httptest.ResponseRecorder
	began   func()
	release <-chan struct{}
}

func (s *stalled) Write(b []byte) (int, error) {
	if s.Code == http.StatusOK {
		s.began()
		<-s.release
	}
	return s.ResponseRecorder.Write(b)
}

// TestSlowReaders: a client that doesn't read the pictures that it asks for holds a share of the memory for pictures, and
// the rest is others'.
func TestSlowReaders(t *testing.T) {
	t.Parallel()
	const stranger, other = "198.51.100.7:1", "198.51.100.8:1"
	noise := image.NewNRGBA(image.Rect(0, 0, 1500, 1500))
	if _, err := io.ReadFull(rand.Reader, noise.Pix); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.NoCompression}).Encode(&b, noise); err != nil {
		t.Fatal(err)
	}
	data := b.Bytes()
	if len(data) < 8<<20 || len(data) > 10<<20 {
		t.Fatalf("the picture has %d bytes", len(data))
	}
	s, _ := origin(t, map[string][]byte{"a.png": data})
	w := newWorld(t, api.Config{RateLimits: admission.Off, Strangers: neighbours()})
	path := proxyOf(t, w, s.URL+"/a.png")
	w.want(ask{method: "GET", path: path, from: other}, 200, "")
	release := make(chan struct{})
	var lookers sync.WaitGroup
	statuses := make(chan int)
	const asked = 40 // more than there is memory for
	for range asked {
		lookers.Go(func() {
			r := httptest.NewRequestWithContext(t.Context(), "GET", path, nil)
			r.RemoteAddr = stranger
			began := sync.OnceFunc(func() { statuses <- http.StatusOK })
			rw := &stalled{httptest.NewRecorder(), began, release}
			if w.ServeHTTP(rw, r); rw.Code != http.StatusOK {
				statuses <- rw.Code
			}
		})
	}
	counts := map[int]int{}
	for range asked {
		counts[<-statuses]++
	}
	if n := counts[http.StatusOK]; n < 6 || n > 8 || counts[http.StatusTooManyRequests] != asked-n {
		t.Errorf("one address holds %v", counts)
	}
	w.want(ask{method: "GET", path: path, from: other}, 200, "")
	close(release)
	lookers.Wait()
	if got := w.do(ask{method: "GET", path: path, from: stranger}); got.Code != http.StatusOK {
		t.Errorf("when all was read: %d", got.Code)
	}
}

// timed notes what happens to an answer in which order.
type timed struct {
	*httptest.ResponseRecorder
	did []string
}

func (d *timed) SetWriteDeadline(at time.Time) error {
	if at.IsZero() {
		d.did = append(d.did, "no deadline")
	} else {
		d.did = append(d.did, "deadline")
	}
	return nil
}

func (d *timed) Write(b []byte) (int, error) {
	d.did = append(d.did, "write")
	return d.ResponseRecorder.Write(b)
}

func (d *timed) Flush() { d.did = append(d.did, "flush") }

// TestLargeAnswersAreReadInTime: what is large is in memory until it has been read, so that it has to be; the connection's
// next answers have their own time.
func TestLargeAnswersAreReadInTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t, api.Config{RateLimits: admission.Off})
	for size, want := range map[int][]string{
		100:       {"write"},
		100 << 10: {"deadline", "write", "flush", "no deadline"},
	} {
		w.owners.script = func(*guildhall.Command) (*guildhall.Answer, error) {
			return answerOf([]guildhall.Role{{ID: 1, Name: strings.Repeat("x", size)}}), nil
		}
		r := httptest.NewRequestWithContext(t.Context(), "GET", "/api/v10/guilds/8388608/roles", nil)
		r.Header.Set("Authorization", "Bot "+w.tokens[botID])
		got := &timed{ResponseRecorder: httptest.NewRecorder()}
		if w.ServeHTTP(got, r); got.Code != http.StatusOK || !slices.Equal(got.did, want) {
			t.Errorf("%d bytes: %d, %v, want %v", size, got.Code, got.did, want)
		}
	}
}
