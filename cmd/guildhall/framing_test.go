package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestRequestFraming holds what docs/operations/reverse-proxy.md says of requests whose end two programs could see at
// different places. A second request is hidden in each: it must never be carried out, unless it stands after the end.
// RFC 9112 §6.3, §11.2
func TestRequestFraming(t *testing.T) {
	t.Parallel()
	s, world := serveDev(t)
	channel, bot := world.Channels[0].ID, world.Bots[0].Token
	say := func(content string) (body, chunked string) {
		body = fmt.Sprintf(`{"content":%q}`, content)
		return body, fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(body), body)
	}
	post := func(headers, rest string) string {
		return fmt.Sprintf("POST /api/v10/channels/%s/messages HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bot %s\r\n"+
			"Content-Type: application/json\r\n%s\r\n%s", channel, bot, headers, rest)
	}
	body, chunked := say("framing seen")
	hiddenBody, _ := say("framing hidden")
	hidden := post(fmt.Sprintf("Content-Length: %d\r\n", len(hiddenBody)), hiddenBody)

	tests := map[string]struct {
		send     string
		statuses []int // of the answers, in order; then the connection ends
	}{
		"both, chunks end first":  {post(fmt.Sprintf("Transfer-Encoding: chunked\r\nContent-Length: %d\r\n", len(chunked)+len(hidden)), chunked+hidden), []int{200}},
		"both, length ends first": {post("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", chunked+hidden), []int{200}},
		"chunks alone":            {post("Transfer-Encoding: chunked\r\n", chunked+hidden), []int{200}},
		"chunks in HTTP/1.0":      {strings.Replace(post("Connection: keep-alive\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n", chunked+hidden), "HTTP/1.1", "HTTP/1.0", 1), []int{400}},
		"two lengths":             {post(fmt.Sprintf("Content-Length: %d\r\nContent-Length: 3\r\n", len(body)), body+hidden), []int{400}},
		"a list of lengths":       {post(fmt.Sprintf("Content-Length: %d, 3\r\n", len(body)), body+hidden), []int{400}},
		"a signed length":         {post(fmt.Sprintf("Content-Length: +%d\r\n", len(body)), body+hidden), []int{400}},
		"another coding":          {post("Transfer-Encoding: gzip, chunked\r\n", chunked+hidden), []int{501}},
		"chunked twice":           {post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", chunked+hidden), []int{501}},
		"a coding in disguise":    {post("Transfer-Encoding: xchunked\r\n", chunked+hidden), []int{501}},
		"a space before a colon":  {post("Transfer-Encoding : chunked\r\n", chunked+hidden), []int{400}},
		"a chunk's bare LF":       {post("Transfer-Encoding: chunked\r\n", strings.Replace(chunked, "\r\n", "\n", 1)+hidden), []int{400}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			c := dialServer(ctx, t, s)
			if _, err := io.WriteString(c, test.send); err != nil {
				t.Fatal(err)
			}
			answers := bufio.NewReader(c)
			var statuses []int
			for {
				response, err := http.ReadResponse(answers, nil)
				if err != nil {
					if errors.Is(err, os.ErrDeadlineExceeded) {
						t.Error("the connection stays open")
					}
					break // ended, or reset because not all of the request was read
				}
				statuses = append(statuses, response.StatusCode)
				if _, err := io.Copy(io.Discard, response.Body); err != nil {
					break
				}
			}
			if !slices.Equal(statuses, test.statuses) {
				t.Errorf("answered with %d, want %d", statuses, test.statuses)
			}
		})
	}
	messages := said(t, s, channel, bot)
	if messages["framing seen"] != 3 || messages["framing hidden"] != 0 {
		t.Errorf("the channel has %v", messages)
	}
}

// said counts a channel's messages by what they say.
func said(t *testing.T, s *served, channel, bot string) map[string]int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"/api/v10/channels/"+channel+"/messages?limit=50", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bot "+bot)
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var messages []struct{ Content string }
	if err := json.NewDecoder(response.Body).Decode(&messages); err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	for _, m := range messages {
		count[m.Content]++
	}
	return count
}
