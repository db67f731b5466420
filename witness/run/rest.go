package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// restTimeout bounds one request of the runner's own.
const restTimeout = 5 * time.Second

// message is as much of Discord's message as the runner looks at.
type message struct {
	ID      string `json:"id"`
	Content string `json:"content"`
	Author  struct {
		ID string `json:"id"`
	} `json:"author"`
}

// call makes one request to the API and decodes the answer. authorization is a
// person's token, or a bot's with its prefix.
func call(ctx context.Context, method, url, authorization string, body, answer any) error {
	ctx, cancel := context.WithTimeout(ctx, restTimeout)
	defer cancel()
	var content io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return err
		}
		content = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(ctx, method, url, content)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", authorization)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close() // read to its end below
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode/100 != 2 {
		return &refusal{code: codeOf(text), text: fmt.Sprintf("%s %s: %s %s", method, url, res.Status, text)}
	}
	if raw, ok := answer.(*[]byte); ok {
		*raw = text
		return nil
	}
	return json.Unmarshal(text, answer)
}

// refusal is an answer that is no success.
type refusal struct {
	code int // Discord's, where it has one
	text string
}

func (r *refusal) Error() string { return r.text }

func codeOf(answer []byte) int {
	var e struct {
		Code int `json:"code"`
	}
	_ = json.Unmarshal(answer, &e) // not all refusals have one
	return e.Code
}

// refusedAs wants that a request was refused with one of Discord's codes.
func refusedAs(code int, what string, err error) error {
	var r *refusal
	if errors.As(err, &r) && r.code == code {
		return nil
	}
	return fmt.Errorf("%s was not refused with %d: %w", what, code, err)
}

// say sends a message as the person.
func (w world) say(ctx context.Context, content string) (message, error) {
	var m message
	url := w.URL + "/api/v10/channels/" + w.Channels[0].ID + "/messages"
	return m, call(ctx, http.MethodPost, url, w.Users[0].Token, map[string]string{"content": content}, &m)
}

// heard lists what was said after a message, newest first, up to 100.
func (w world) heard(ctx context.Context, after string) ([]message, error) {
	var list []message
	url := w.URL + "/api/v10/channels/" + w.Channels[0].ID + "/messages?limit=100&after=" + after
	return list, call(ctx, http.MethodGet, url, w.Users[0].Token, nil, &list)
}

// count says how many of the messages are from the author with that content.
func count(list []message, author, content string) int {
	n := 0
	for _, m := range list {
		if m.Author.ID == author && m.Content == content {
			n++
		}
	}
	return n
}

// until asks every 100 ms until the answer is yes, the time is up or it fails.
func until(ctx context.Context, limit time.Duration, what string, ask func() (bool, error)) error {
	deadline := time.NewTimer(limit)
	defer deadline.Stop()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		yes, err := ask()
		if yes || err != nil {
			return err
		}
		select {
		case <-tick.C:
		case <-deadline.C:
			return fmt.Errorf("%s: not within %v", what, limit)
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}
