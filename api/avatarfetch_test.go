package api

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"

	"guildhall/blob"
	"guildhall/outbound"
)

// TestPublicAddresses: what a webhook names is fetched from the internet at large, and from nowhere near the server.
func TestPublicAddresses(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	client := mediaClient(nil, nil)
	for _, url := range []string{
		server.URL, "http://localhost:1/", "http://10.1.2.3/", "http://169.254.169.254/", "http://[::1]:1/", "http://[::ffff:127.0.0.1]:1/",
		"http://[fd00::1]/", "http://[fec0::1]/", "http://[64:ff9b::7f00:1]/", "http://[::127.0.0.1]/", "http://[2002:7f00:1::]/",
	} {
		res, err := client.Get(t.Context(), url, nil)
		if err == nil {
			_ = res.Body.Close() // the test has failed already
		}
		if !errors.Is(err, outbound.ErrAddress) {
			t.Errorf("%s was called: %v", url, err)
		}
	}
}

// TestPicturesAreFetchedOnce: also those that are not to be had.
func TestPicturesAreFetchedOnce(t *testing.T) {
	t.Parallel()
	asked := map[string]int{}
	picture, err := encodePNG(defaultAvatar(0, 32))
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked[r.URL.Path]++
		switch r.URL.Path {
		case "/picture":
			_, _ = w.Write(picture) // the client looks at what comes
		case "/large":
			_, _ = w.Write(append(picture, make([]byte, pictureBytesMax)...))
		case "/text":
			_, _ = w.Write([]byte("no picture"))
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	defer server.Close()
	now := time.Unix(1_800_000_000, 0)
	p, kept := newPictures(testClient(t), func() time.Time { return now }), newImages(blob.NewMemory(1<<20))
	for path, found := range map[string]bool{"/picture": true, "/large": false, "/text": false, "/missing": false} {
		for range 2 {
			if hash := p.get(context.Background(), kept, 7, server.URL+path); (hash != "") != found {
				t.Errorf("%s: %q", path, hash)
			}
		}
		if asked[path] != 1 {
			t.Errorf("%s was asked for %d times", path, asked[path])
		}
	}
	now = now.Add(pictureAge)
	p.get(context.Background(), kept, 7, server.URL+"/picture")
	if asked["/picture"] != 2 {
		t.Errorf("asked for %d times after %v", asked["/picture"], pictureAge)
	}
}

// testClient may call servers of the test, and nothing else that is not public.
func testClient(t *testing.T) *outbound.Client {
	t.Helper()
	c := mediaClient(outbound.Public(netip.MustParsePrefix("127.0.0.1/32")), nil)
	t.Cleanup(c.Close)
	return c
}
