package outbound_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"

	"guildhall/outbound"
)

func TestPublic(t *testing.T) {
	t.Parallel()
	filter := outbound.Public()
	for text, want := range map[string]bool{
		"93.184.216.34": true, "2606:4700::1111": true,
		"127.0.0.1": false, "10.1.2.3": false, "172.16.0.1": false, "192.168.1.1": false, "169.254.169.254": false,
		"100.64.0.1": false, "0.0.0.0": false, "0.1.2.3": false, "224.0.0.1": false, "255.255.255.255": false, "198.18.0.1": false,
		"::1": false, "::": false, "fe80::1": false, "fc00::1": false, "ff02::1": false, "64:ff9b::7f00:1": false, "2002:7f00:1::": false,
		"2001:db8::1": false, "::127.0.0.1": false,
	} {
		if err := filter(netip.MustParseAddr(text)); (err == nil) != want || err != nil && !errors.Is(err, outbound.ErrAddress) {
			t.Errorf("%s: %v, want allowed %v", text, err, want)
		}
	}
}

// TestDialer: the filter is asked of the address itself, whatever name led there, and redirects are not followed.
func TestDialer(t *testing.T) {
	t.Parallel()
	calls := 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls++
		http.Redirect(w, r, "/elsewhere", http.StatusFound)
	}))
	defer s.Close()
	get := func(f outbound.Filter) (int, error) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		client := outbound.NewDialer(f).Client()
		defer client.CloseIdleConnections()
		answer, err := client.Do(r)
		if err != nil {
			return 0, err
		}
		return answer.StatusCode, answer.Body.Close()
	}
	if _, err := get(outbound.Public()); !errors.Is(err, outbound.ErrAddress) || calls != 0 {
		t.Errorf("loopback was called %d times: %v", calls, err)
	}
	if status, err := get(nil); err != nil || status != http.StatusFound || calls != 1 {
		t.Errorf("without a filter: %d, %v, %d calls", status, err, calls)
	}
}
