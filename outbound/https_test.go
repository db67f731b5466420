package outbound

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
)

// here is a resolver to which every name is this machine.
type here struct{}

func (here) LookupNetIP(context.Context, string, string) ([]netip.Addr, error) {
	return []netip.Addr{netip.MustParseAddr("127.0.0.1")}, nil
}

// TestHTTPS: what holds for HTTP/1.1 in clear holds for HTTP/2 over TLS, and a certificate has to be for the name.
func TestHTTPS(t *testing.T) {
	t.Parallel()
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Proto != "HTTP/2.0" {
			t.Errorf("asked with %s", r.Proto)
		}
		switch r.URL.Path {
		case "/endless":
			for r.Context().Err() == nil {
				if _, err := w.Write(make([]byte, 64<<10)); err != nil {
					return
				}
			}
		case "/head":
			w.Header().Set("X-Long", strings.Repeat("x", 2*headerBytes))
		case "/away":
			http.Redirect(w, r, "https://10.0.0.1/", http.StatusFound)
		default:
			_, _ = io.WriteString(w, "here") // the client looks at it
		}
	}))
	s.EnableHTTP2 = true
	s.StartTLS()
	t.Cleanup(s.Close)
	_, port, _ := strings.Cut(s.Listener.Addr().String(), ":")
	c := NewClient(Config{Guard: Public(netip.MustParsePrefix("127.0.0.1/32")), Resolver: here{}, BytesMax: 1 << 20})
	t.Cleanup(c.Close)
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	c.transport.TLSClientConfig = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	get := func(host, path string) (string, error) {
		a, err := c.Get(t.Context(), "https://"+host+":"+port+path, nil)
		if err != nil {
			return "", err
		}
		b, err := io.ReadAll(a.Body)
		return string(b), errors.Join(err, a.Body.Close())
	}
	if body, err := get("example.com", "/"); err != nil || body != "here" { // the certificate's name
		t.Errorf("%q, %v", body, err)
	}
	var name x509.HostnameError
	if _, err := get("other.example", "/"); !errors.As(err, &name) {
		t.Errorf("another name: %v", err)
	}
	if body, err := get("example.com", "/endless"); !errors.Is(err, ErrTooLarge) || len(body) != 1<<20 {
		t.Errorf("endless: %d bytes, %v", len(body), err)
	}
	if _, err := get("example.com", "/head"); err == nil {
		t.Error("a long head is read")
	}
	if _, err := get("example.com", "/away"); !errors.Is(err, ErrAddress) {
		t.Errorf("a redirect: %v", err)
	}
}
