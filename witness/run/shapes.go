package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"guildhall/witness/spec"
)

// wrongsMax bounds how many wrong answers are told of one witness.
const wrongsMax = 20

// shapes stands between a witness and the server, and holds every answer against Discord's document: libraries pass over
// much that is wrong.
type shapes struct {
	url  string
	http *http.Server

	mu      sync.Mutex
	answers map[string]int  // guarded by mu; by operation
	wrongs  []string        // guarded by mu
	used    map[string]bool // guarded by mu; operations that the library itself has used with success
	ended   chan struct{}
}

// watchShapes listens in front of the server at target.
func watchShapes(target string, d *spec.Document) (*shapes, error) {
	to, err := url.Parse(target)
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &shapes{url: "http://" + listener.Addr().String(), answers: map[string]int{}, used: map[string]bool{}, ended: make(chan struct{})}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			// As it came, empty segments included: one library sends them.
			r.Out.URL.Scheme, r.Out.URL.Host = to.Scheme, to.Host
		},
		Transport: &spec.Transport{Document: d, Base: &http.Transport{}, Report: s.report, Answered: s.answered},
	}
	s.http = &http.Server{
		ReadHeaderTimeout: 10 * time.Second,
		Handler:           proxy,
	}
	go func() {
		defer close(s.ended)
		_ = s.http.Serve(listener) // ends with stop
	}()
	return s, nil
}

func (s *shapes) report(operation string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers[operation]++
	if err != nil && len(s.wrongs) < wrongsMax {
		s.wrongs = append(s.wrongs, err.Error())
	}
}

// answered counts what a library did for a bot.
func (s *shapes) answered(operation string, request *http.Request, status int) {
	token := request.Header.Get("Authorization")
	if status/100 != 2 || byHand(request.UserAgent()) || token != "" && !strings.Contains(token, " ") {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.used[operation] = true
}

// byHand says that a call was made by what the language itself offers: for a person, or to look at an answer as it comes. What
// has a token without a scheme is a person's as well. Not all libraries name themselves in all calls.
func byHand(agent string) bool {
	return agent == "" || agent == "node" || strings.HasPrefix(agent, "Python-urllib/") || strings.HasPrefix(agent, "Go-http-client/") ||
		strings.HasPrefix(agent, "Java-http-client/")
}

// stop ends the proxy and gives the outcome of all that passed.
func (s *shapes) stop(witness string) (row, []string) {
	err := s.http.Close()
	<-s.ended
	s.mu.Lock()
	defer s.mu.Unlock()
	all := 0
	for _, n := range s.answers {
		all += n
	}
	return row{
		Witness: witness, Check: "shapes", OK: err == nil && len(s.wrongs) == 0 && all > 0,
		Detail: fmt.Sprintf("%d answers to %d operations\n%s", all, len(s.answers), strings.Join(s.wrongs, "\n")),
	}, slices.Sorted(maps.Keys(s.used))
}

// through gives the world as it is seen through the proxy. The gateway is reached directly.
func (w world) through(proxy string) (world, error) {
	var all map[string]json.RawMessage
	if err := json.Unmarshal(w.raw, &all); err != nil {
		return w, fmt.Errorf("read the JSON object: %w", err)
	}
	address, err := json.Marshal(proxy)
	if err != nil {
		return w, err
	}
	all["url"] = address
	w.URL = proxy
	w.raw, err = json.Marshal(all)
	return w, err
}

// watched runs a witness's program with a proxy before the server, and gives the operations that the library has used.
func (r *runner) watched(ctx context.Context, name string, w world, run func(context.Context, world) error) ([]string, error) {
	d, err := spec.Discord()
	if err != nil {
		return nil, err
	}
	s, err := watchShapes(w.URL, d)
	if err != nil {
		return nil, err
	}
	seen, err := w.through(s.url)
	if err == nil {
		err = run(ctx, seen)
	}
	outcome, used := s.stop(name)
	r.table.add(outcome)
	return used, errors.Join(err, context.Cause(ctx))
}
