package outbound_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"testing"

	"guildhall/outbound"
)

func TestCauseNamesNoAddress(t *testing.T) {
	t.Parallel()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(closed.Addr().String())
	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	open := outbound.NewDialer(nil).Client()
	for name, call := range map[string]struct {
		client *http.Client
		ctx    context.Context
		to     string
		is     error
	}{
		"nobody there":  {open, t.Context(), "http://127.0.0.1:" + port + "/hush?key=hush", syscall.ECONNREFUSED},
		"refused":       {outbound.NewDialer(func(netip.Addr) error { return outbound.ErrAddress }).Client(), t.Context(), "http://127.0.0.1:" + port + "/hush", outbound.ErrAddress},
		"ended":         {open, ended, "http://127.0.0.1:" + port + "/hush", context.Canceled},
		"unknown kind":  {open, t.Context(), "hush://127.0.0.1/hush", nil},
		"a broken port": {open, t.Context(), "http://127.0.0.1:99999/hush", nil},
	} {
		r, err := http.NewRequestWithContext(call.ctx, http.MethodGet, call.to, nil)
		if err == nil {
			var answer *http.Response
			if answer, err = call.client.Do(r); err == nil {
				_ = answer.Body.Close()
				t.Fatalf("%s: answered", name)
			}
		}
		told := outbound.Cause(err)
		if text := told.Error(); text == "" || strings.Contains(text, port) || strings.Contains(strings.TrimPrefix(text, `unsupported protocol scheme "hush"`), "hush") {
			t.Errorf("%s: told as %q", name, text)
		}
		if call.is != nil && !errors.Is(told, call.is) {
			t.Errorf("%s: %v is not %v", name, told, call.is)
		}
	}
}

func TestCauseOfALookup(t *testing.T) {
	t.Parallel()
	err := &url.Error{Op: "Get", URL: "http://hush.example/", Err: &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "hush.example"}}}
	if told := outbound.Cause(err).Error(); told != "look up name: no such host" {
		t.Errorf("told as %q", told)
	}
}
