package outbound_test

import (
	"context"
	"errors"
	"net"
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
