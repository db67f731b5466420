package outbound_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"syscall"
	"testing"

	"guildhall/outbound"
)

// unknown knows no name.
type unknown struct{}

func (unknown) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
}

// TestErrorsNameNoAddress is S16 for calls: the error goes to the log, and the address may hold somebody's secret.
func TestErrorsNameNoAddress(t *testing.T) {
	t.Parallel()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	at := closed.Addr().String()
	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	open := outbound.NewClient(outbound.Config{Guard: outbound.Anywhere(), Resolver: unknown{}})
	defer open.Close()
	for name, call := range map[string]struct {
		ctx context.Context
		to  string
		is  error
	}{
		"nobody there":  {t.Context(), "http://" + at + "/hush?key=hush", syscall.ECONNREFUSED},
		"no such name":  {t.Context(), "http://hush.example/?key=hush", nil},
		"ended":         {ended, "http://" + at + "/hush", context.Canceled},
		"unknown kind":  {t.Context(), "hush://127.0.0.1/hush", outbound.ErrURL},
		"a broken port": {t.Context(), "http://127.0.0.1:hush/hush", outbound.ErrURL},
		"no port":       {t.Context(), "http://127.0.0.1:99999/hush", nil},
		"a control":     {t.Context(), "http://127.0.0.1/hush\x7f", outbound.ErrURL},
	} {
		for _, method := range []string{"GET", "POST"} {
			var answer *outbound.Answer
			if method == "GET" {
				answer, err = open.Get(call.ctx, call.to, nil)
			} else {
				answer, err = open.Post(call.ctx, call.to, nil, nil)
			}
			if err == nil {
				_ = answer.Body.Close()
				t.Fatalf("%s: answered", name)
			}
			if text := err.Error(); text == "" || strings.Contains(text, at) || strings.Contains(text, "hush") {
				t.Errorf("%s: told as %q", name, text)
			}
			if call.is != nil && !errors.Is(err, call.is) {
				t.Errorf("%s: %v is not %v", name, err, call.is)
			}
		}
	}
}

// TestRefusalsNameNoAddress: nor does the log hold where somebody wanted to go who may not, or whom a certificate is not for.
func TestRefusalsNameNoAddress(t *testing.T) {
	t.Parallel()
	secure := httptest.NewUnstartedServer(http.NotFoundHandler())
	secure.Config.ErrorLog = log.New(io.Discard, "", 0) // the refused handshake
	secure.StartTLS()
	t.Cleanup(secure.Close)
	port := secure.Listener.Addr().(*net.TCPAddr).Port
	hush := named{netip.MustParseAddr("127.0.0.1")}
	closed := outbound.NewClient(outbound.Config{Guard: outbound.Public(), Resolver: hush})
	defer closed.Close()
	open := outbound.NewClient(outbound.Config{Guard: outbound.Anywhere(), Resolver: hush})
	defer open.Close()
	for name, call := range map[string]struct {
		by *outbound.Client
		to string
		is error
	}{
		"not public":             {closed, "http://10.9.8.7/", outbound.ErrAddress},
		"not public, by name":    {closed, "http://hush.example/", outbound.ErrAddress},
		"a port":                 {closed, "http://93.184.215.14:6379/", outbound.ErrAddress},
		"a zone":                 {closed, "http://[fe80::1%25hush]/", outbound.ErrURL},
		"another's certificate":  {open, fmt.Sprintf("https://hush.test:%d/", port), nil},
		"a number for a host":    {closed, "http://0x0a090807/", outbound.ErrURL},
		"no port that there is":  {closed, "http://hush.example:99999/", outbound.ErrURL},
		"a name and a password":  {closed, "http://hush:hush@example.com/", outbound.ErrURL},
		"mapped, and not public": {closed, "http://[::ffff:10.9.8.7]/", outbound.ErrAddress},
	} {
		_, err := call.by.Get(t.Context(), call.to, nil)
		if err == nil || call.is != nil && !errors.Is(err, call.is) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, secret := range []string{"hush", "10.9.8.7", "127.0.0.1", "93.184", "a090807"} {
			if strings.Contains(err.Error(), secret) {
				t.Errorf("%s: told as %q", name, err)
			}
		}
	}
}

// named is where every name leads.
type named struct{ at netip.Addr }

func (n named) LookupNetIP(context.Context, string, string) ([]netip.Addr, error) {
	return []netip.Addr{n.at}, nil
}
