package main

import (
	"bufio"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// pipes is a listener whose connections are given to it.
type pipes struct {
	conns chan net.Conn
	done  chan struct{}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { close(p.done); return nil }
func (p *pipes) Addr() net.Addr { return &net.TCPAddr{} }

// TestServerTimes goes over each of the times of a listener: for a header, for a whole request, between requests.
func TestServerTimes(t *testing.T) {
	const whole = "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n"
	for name, test := range map[string]struct {
		begin string
		want  time.Duration
	}{
		"a header that does not come":         {"GET / HTTP/1.1\r\nHost: loc", headerTimeout},
		"nothing at all":                      {"", headerTimeout},
		"a body that nobody reads":            {whole, readTimeout},
		"nothing after a request":             {"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", idleTimeout},
		"half a header after a whole request": {"GET / HTTP/1.1\r\nHost: localhost\r\n\r\nGET / HT", headerTimeout},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &server{log: slog.New(slog.DiscardHandler), node: &node{failed: make(chan error, 1)}}
				listener := &pipes{conns: make(chan net.Conn, 1), done: make(chan struct{})}
				handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					_, _ = io.Copy(io.Discard, r.Body) // until it is cut
				})
				served := s.listenOn(listener, handler, readTimeout, nil)
				near, far := net.Pipe()
				listener.conns <- far
				began := time.Now()
				ended := make(chan struct{})
				go func() {
					defer close(ended)
					_, _ = io.Copy(io.Discard, bufio.NewReader(near))
				}()
				if _, err := io.Copy(near, strings.NewReader(test.begin)); err != nil {
					t.Error(err)
				}
				<-ended
				if took := time.Since(began); took < test.want || took > test.want+time.Second {
					t.Errorf("closed after %v, want %v", took, test.want)
				}
				_ = near.Close()
				_ = served.Close()
				s.node.running.Wait()
			})
		})
	}
}
