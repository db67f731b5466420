package spec_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"guildhall/witness/spec"
)

// TestTransport: answers come through unchanged, and those to documented operations are told of.
func TestTransport(t *testing.T) {
	t.Parallel()
	d, err := spec.Discord()
	if err != nil {
		t.Fatal(err)
	}
	answers := map[string]string{
		"/api/v10/gateway": `{"url":"ws://127.0.0.1"}`, "/api/v9/gateway": `{"url":5}`, "/api/v10/nothing": `x`, "/cdn/x": `y`,
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, answers[r.URL.Path])
	}))
	defer server.Close()
	told := map[string]error{}
	var asked string
	client := &http.Client{Transport: &spec.Transport{Document: d, Report: func(id string, err error) {
		if id != "get_gateway" {
			t.Errorf("%s is an answer to %q", asked, id)
		}
		told[asked] = err
	}}}
	for asked = range answers {
		response, err := client.Get(server.URL + asked)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if err != nil || string(body) != answers[asked] {
			t.Errorf("%s came as %q, %v", asked, body, err)
		}
	}
	if err, ok := told["/api/v10/gateway"]; !ok || err != nil {
		t.Errorf("a right answer: %v, %v", ok, err)
	}
	if err := told["/api/v9/gateway"]; !errors.Is(err, spec.ErrShape) {
		t.Errorf("a wrong answer: %v", err)
	}
	if len(told) != 2 {
		t.Errorf("told of %v", told)
	}
}
