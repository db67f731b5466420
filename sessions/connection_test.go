package sessions

import (
	"errors"
	"testing"
	"time"

	"guildhall/gateway"
)

func TestConnectionOrder(t *testing.T) {
	t.Parallel()
	const identify, resume = `{"op":2,"d":{"token":"t","intents":1}}`, `{"op":6,"d":{"token":"t","session_id":"s","seq":1}}`
	tests := map[string]struct {
		authenticated bool
		payload       string
		want          gateway.CloseCode
	}{
		"heartbeat before identify":           {false, `{"op":1,"d":null}`, 0},
		"identify":                            {false, identify, 0},
		"resume":                              {false, resume, 0},
		"presence before identify":            {false, `{"op":3,"d":{"status":"idle"}}`, gateway.CloseNotAuthenticated},
		"presence":                            {true, `{"op":3,"d":{"status":"idle"}}`, 0},
		"second identify":                     {true, identify, gateway.CloseAlreadyAuthenticated},
		"resume on top of a session":          {true, resume, gateway.CloseAlreadyAuthenticated},
		"unknown opcode before identify":      {false, `{"op":77}`, gateway.CloseUnknownOpcode},
		"something that is only the server's": {true, `{"op":10}`, gateway.CloseUnknownOpcode},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			now := time.Unix(1_700_000_000, 0)
			c := newConnection(now, 40*time.Second, true)
			c.Authenticated = test.authenticated
			_, err := c.receive(now, []byte(test.payload))
			if test.want == 0 && err != nil || test.want != 0 && !errors.Is(err, test.want) {
				t.Errorf("got %v, want %d", err, test.want)
			}
		})
	}
}

func TestConnectionLimit(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_700_000_000, 0)
	c := newConnection(now, 40*time.Second, true)
	c.Authenticated = true
	presence := []byte(`{"op":3,"d":{"status":"idle"}}`)
	for i := range sendsMax {
		if _, err := c.receive(now, presence); err != nil {
			t.Fatalf("payload %d: %v", i, err)
		}
	}
	if _, err := c.receive(now, []byte(`{"op":1,"d":1}`)); err != nil {
		t.Errorf("a heartbeat has its own share: %v", err)
	}
	if _, err := c.receive(now, presence); !errors.Is(err, gateway.CloseRateLimited) {
		t.Errorf("one more: %v", err)
	}
	now = now.Add(sendsWindow)
	if _, err := c.receive(now, presence); err != nil {
		t.Errorf("a minute later: %v", err)
	}
	for range sendsMax {
		if _, err := c.receive(now, []byte(`{"op":1,"d":1}`)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := c.receive(now, []byte(`{"op":1,"d":1}`)); !errors.Is(err, gateway.CloseRateLimited) {
		t.Errorf("heartbeats without end: %v", err)
	}
	c.Limited = false
	if _, err := c.receive(now, []byte(`{"op":1,"d":1}`)); err != nil {
		t.Errorf("with limits off: %v", err)
	}
}

func TestConnectionDeadlines(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_700_000_000, 0)
	c := newConnection(now, 40*time.Second, true)
	expect := func(what string, after time.Duration, want gateway.CloseCode) {
		t.Helper()
		if at, code := c.deadline(); at.Sub(now) != after || code != want {
			t.Errorf("%s: %v %d, want %v %d", what, at.Sub(now), code, after, want)
		}
	}
	expect("without IDENTIFY", 30*time.Second, gateway.CloseNotAuthenticated)
	c.Authenticated = true
	expect("without heartbeat", 60*time.Second, gateway.CloseUnknownError)
	if _, err := c.receive(now.Add(40*time.Second), []byte(`{"op":1,"d":null}`)); err != nil {
		t.Fatal(err)
	}
	expect("after a heartbeat", 100*time.Second, gateway.CloseUnknownError)
	c.lost(now.Add(50 * time.Second))
	expect("after the session was lost", 80*time.Second, gateway.CloseNotAuthenticated)
}
