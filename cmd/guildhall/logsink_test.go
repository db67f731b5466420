package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestLogSinkNeverWaits: F61.
func TestLogSinkNeverWaits(t *testing.T) {
	t.Parallel()
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	s := newLogSink(write)
	line := strings.Repeat("x", 999) + "\n"
	const lines = 5000 // more than the pipe and the buffer hold
	for range lines {
		if n, err := io.WriteString(s, line); n != len(line) || err != nil {
			t.Fatalf("%d, %v", n, err)
		}
	}
	s.mu.Lock()
	lost, waiting := s.lost, len(s.waiting)
	s.mu.Unlock()
	if lost == 0 || waiting > logBytesMax {
		t.Errorf("%d lines lost, %d bytes wait", lost, waiting)
	}
	got := make(chan string)
	go func() {
		text, _ := io.ReadAll(read) // what it reads is looked at
		got <- string(text)
	}()
	s.close()
	if err := write.Close(); err != nil {
		t.Fatal(err)
	}
	text := <-got
	if kept := strings.Count(text, line); kept != lines-lost {
		t.Errorf("%d lines of %d came, %d were counted as lost", kept, lines, lost)
	}
	said := 0
	for _, m := range regexp.MustCompile(`"lines":(\d+)}`).FindAllStringSubmatch(text, -1) { // once, or as often as it wrote
		n, err := strconv.Atoi(m[1])
		if err != nil {
			t.Fatal(err)
		}
		said += n
	}
	if said != lost {
		t.Errorf("%d lines are said to be missing, %d are: %q", said, lost, text[max(0, len(text)-200):])
	}
}

func TestLogSinkSaysAllAndInOrder(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	s := newLogSink(&b)
	var want strings.Builder
	for n := range 1000 {
		fmt.Fprintf(&want, "line %d\n", n)
		fmt.Fprintf(s, "line %d\n", n)
	}
	s.close()
	if b.String() != want.String() {
		t.Errorf("got %d bytes, want %d", b.Len(), want.Len())
	}
}

// TestLogSinkEndsWithoutAReader: a process ends though nobody reads its log.
func TestLogSinkEndsWithoutAReader(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		stuck := stuckWriter{make(chan struct{})}
		s := newLogSink(stuck)
		fmt.Fprintln(s, "a line")
		began := time.Now()
		if s.close(); time.Since(began) != logFlushTimeout {
			t.Errorf("it took %v", time.Since(began))
		}
		close(stuck.free)
		<-s.done
	})
}

// stuckWriter takes nothing until it is free.
type stuckWriter struct{ free chan struct{} }

func (w stuckWriter) Write(p []byte) (int, error) {
	<-w.free
	return len(p), nil
}
