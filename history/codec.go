package history

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// lineBytesMax bounds one line. The longest are a channel's final content: 10^5 messages take about 10 MB.
const lineBytesMax = 256 << 20

// ErrLine is returned for a line that is no entry.
var ErrLine = errors.New("not an entry of a history")

// History is a recorded run.
type History struct {
	Entries []Entry
	// Torn says that the last line was cut off and is left out, as a killed recorder leaves it.
	Torn bool
}

// line is the JSON form of an entry: its time, and one fact under the name of its kind.
type line struct {
	At      int64    `json:"at"`
	Invoke  *Invoke  `json:"invoke,omitempty"`
	Outcome *Outcome `json:"outcome,omitempty"`
	Session *Session `json:"session,omitempty"`
	Receive *Receive `json:"receive,omitempty"`
	Page    *Page    `json:"page,omitempty"`
	Final   *Final   `json:"final,omitempty"`
	Commit  *Commit  `json:"commit,omitempty"`
	Ack     *Ack     `json:"ack,omitempty"`
	Publish *Publish `json:"publish,omitempty"`
	Seal    *Seal    `json:"seal,omitempty"`
	Grant   *Grant   `json:"grant,omitempty"`
	Fault   *Fault   `json:"fault,omitempty"`
}

// MarshalJSON writes the line of the entry, without its number.
func (e Entry) MarshalJSON() ([]byte, error) {
	l := line{At: int64(e.At)}
	switch f := e.Fact.(type) {
	case *Invoke:
		l.Invoke = f
	case *Outcome:
		l.Outcome = f
	case *Session:
		l.Session = f
	case *Receive:
		l.Receive = f
	case *Page:
		l.Page = f
	case *Final:
		l.Final = f
	case *Commit:
		l.Commit = f
	case *Ack:
		l.Ack = f
	case *Publish:
		l.Publish = f
	case *Seal:
		l.Seal = f
	case *Grant:
		l.Grant = f
	case *Fault:
		l.Fault = f
	default:
		return nil, fmt.Errorf("%w: %T", ErrLine, e.Fact)
	}
	return json.Marshal(&l)
}

// UnmarshalJSON reads one line; a field that is not known is an error, since a misspelt one would be a fact lost.
func (e *Entry) UnmarshalJSON(b []byte) error {
	var l line
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&l); err != nil {
		return fmt.Errorf("%w: %w", ErrLine, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: more than one value", ErrLine)
	}
	e.At, e.Fact = time.Duration(l.At), nil
	facts := 0
	note := func(f Fact, there bool) {
		if there {
			e.Fact = f
			facts++
		}
	}
	note(l.Invoke, l.Invoke != nil)
	note(l.Outcome, l.Outcome != nil)
	note(l.Session, l.Session != nil)
	note(l.Receive, l.Receive != nil)
	note(l.Page, l.Page != nil)
	note(l.Final, l.Final != nil)
	note(l.Commit, l.Commit != nil)
	note(l.Ack, l.Ack != nil)
	note(l.Publish, l.Publish != nil)
	note(l.Seal, l.Seal != nil)
	note(l.Grant, l.Grant != nil)
	note(l.Fault, l.Fault != nil)
	if facts != 1 {
		return fmt.Errorf("%w: %d facts", ErrLine, facts)
	}
	return nil
}

// Read reads what a Recorder wrote.
func Read(r io.Reader) (*History, error) {
	h := &History{}
	names := map[string]string{}
	lines := bufio.NewReaderSize(r, 1<<16)
	for {
		text, err := readLine(lines)
		whole := err == nil
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("read history after line %d: %w", len(h.Entries), err)
		}
		if len(text) > 0 {
			e := Entry{N: len(h.Entries) + 1}
			if err := e.UnmarshalJSON(text); err != nil {
				if !whole {
					h.Torn = true
					return h, nil
				}
				return nil, fmt.Errorf("read line %d of history: %w", e.N, err)
			}
			share(e.Fact, names)
			h.Entries = append(h.Entries, e)
		}
		if !whole {
			return h, nil
		}
	}
}

// readLine gives a line without its end. With io.EOF comes what follows the last end of line.
func readLine(r *bufio.Reader) ([]byte, error) {
	var text []byte
	for {
		part, err := r.ReadSlice('\n')
		text = append(text, part...)
		if len(text) > lineBytesMax {
			return nil, fmt.Errorf("%w: longer than %d bytes", ErrLine, lineBytesMax)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return bytes.TrimSpace(text), err
		}
	}
}

// share keeps one copy of the names that most entries repeat.
func share(f Fact, names map[string]string) {
	one := func(s *string) {
		if kept, ok := names[*s]; ok {
			*s = kept
			return
		}
		names[*s] = *s
	}
	switch f := f.(type) {
	case *Invoke:
		one(&f.Client)
	case *Receive:
		one(&f.Session)
		one(&f.Type)
	case *Commit:
		for i := range f.Events {
			one(&f.Events[i].Type)
		}
	}
}
