package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"
)

const (
	progressEvery = 200 * time.Millisecond
	progressWidth = 30
)

// showProgress draws a bar until stop is called: one line rewritten on a terminal, nothing elsewhere.
func showProgress(w io.Writer, what string, total int64, done func() int64) (stop func()) {
	if f, ok := w.(*os.File); !ok || !isTerminal(f) {
		return func() {}
	}
	end, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(progressEvery)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				n := min(done(), total)
				bar := strings.Repeat("█", int(n*progressWidth/total))
				fmt.Fprintf(w, "\r%s %-*s %d/%d", what, progressWidth, bar, n, total)
			case <-end:
				fmt.Fprint(w, "\r\x1b[K")
				return
			}
		}
	}()
	return sync.OnceFunc(func() {
		close(end)
		<-ended
	})
}

func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
