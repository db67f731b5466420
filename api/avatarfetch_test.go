package api

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"

	"guildhall/blob"
)

// TestPublicAddresses: what a webhook names is fetched from the internet at large, and from nowhere near the server.
func TestPublicAddresses(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"93.184.216.34": true, "2606:4700::1111": true, "::ffff:93.184.216.34": true,
		"127.0.0.1": false, "10.1.2.3": false, "172.16.0.1": false, "192.168.1.1": false, "169.254.169.254": false,
		"100.64.0.1": false, "0.0.0.0": false, "0.1.2.3": false, "224.0.0.1": false, "255.255.255.255": false, "::": false, "::1": false,
		"::ffff:127.0.0.1": false, "fe80::1": false, "fd00::1": false, "64:ff9b::7f00:1": false, "2002:7f00:1::": false, "ff02::1": false,
	} {
		if got := isPublic(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s: %v", address, got)
		}
	}
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	if res, err := publicClient().Get(server.URL); err == nil {
		_ = res.Body.Close() // the test has failed already
		t.Errorf("%s was reached", server.URL)
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
	p, kept := newPictures(server.Client(), func() time.Time { return now }), newImages(blob.NewMemory(1<<20))
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
