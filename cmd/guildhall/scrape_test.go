package main

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// deadlined notes the deadline that an answer leaves behind.
type deadlined struct {
	*httptest.ResponseRecorder
	at time.Time
}

func (d *deadlined) SetWriteDeadline(at time.Time) error {
	d.at = at
	return nil
}

// TestScrapesLeaveNoDeadline: what is asked next over a scrape's connection, perhaps a minute later, is answered.
func TestScrapesLeaveNoDeadline(t *testing.T) {
	t.Parallel()
	w := &deadlined{ResponseRecorder: httptest.NewRecorder()}
	inTime(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		if w.at.IsZero() {
			t.Error("there is no deadline")
		}
	})).ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	if !w.at.IsZero() {
		t.Errorf("the deadline stays: %v", w.at)
	}
}
