package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// plainREST looks at what libraries hide: headers, versions, unknown routes.
func (w *witness) plainREST(r *report) {
	channel := w.world.Channels[0].ID
	r.check("rest.versions", func() error {
		for _, base := range []string{"/api", "/api/v9", "/api/v10"} {
			res, body, err := w.get(base + "/users/@me")
			if err != nil {
				return err
			}
			if res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "application/json" {
				return fmt.Errorf("GET %s/users/@me: %s, Content-Type %q, %s", base, res.Status, res.Header.Get("Content-Type"), body)
			}
		}
		return nil
	})
	r.check("rest.ratelimit.headers", func() error {
		res, body, err := w.get("/api/v10/channels/" + channel + "/messages?limit=1")
		if err != nil {
			return err
		}
		// discord: topics/rate-limits#header-format
		for _, h := range []string{"Limit", "Remaining", "Reset", "Reset-After", "Bucket"} {
			if res.Header.Get("X-RateLimit-"+h) == "" {
				return fmt.Errorf("no X-RateLimit-%s in %s %v", h, body, res.Header)
			}
		}
		return nil
	})
	r.check("rest.unknown", func() error {
		res, body, err := w.get("/api/v10/channels/" + channel + "/no-such-thing")
		if err != nil {
			return err
		}
		var e struct {
			Code    *int   `json:"code"`
			Message string `json:"message"`
		}
		if err := json.Unmarshal(body, &e); err != nil {
			return fmt.Errorf("%s: %w", body, err)
		}
		missing := res.Header.Get("Guildhall-Missing")
		if res.StatusCode != http.StatusNotFound || e.Code == nil || *e.Code != 0 || e.Message != "404: Not Found" ||
			!strings.HasPrefix(missing, "GET /channels/{id}/{id}") {
			return fmt.Errorf("got %s %s, Guildhall-Missing %q", res.Status, body, missing)
		}
		return nil
	})
	r.check("rest.soundboard", func() error {
		res, body, err := w.get("/api/v10/soundboard-default-sounds")
		if err != nil {
			return err
		}
		if res.StatusCode != http.StatusOK || strings.TrimSpace(string(body)) != "[]" {
			return fmt.Errorf("got %s %s", res.Status, body)
		}
		return nil
	})
}

func (w *witness) get(path string) (*http.Response, []byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, w.url+path, nil)
	if err != nil {
		return nil, nil, err
	}
	req.Header.Set("Authorization", "Bot "+w.world.Bots[0].Token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, nil, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	return res, body, err
}
