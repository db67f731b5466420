package main

import (
	"fmt"
	"slices"

	"github.com/bwmarrin/discordgo"
)

// Of the messages of the resume check these many are sent while the listener
// is deaf, so that only a replay can bring them, and the rest after the cut.
const (
	resumeDeaf = 3
	resumeAll  = 5
)

// resume cuts B's connection, and B must come back into its session and see
// each message once and in order. It is done twice: a resumed session must be
// resumable itself.
func (w *witness) resume(r *report) {
	r.check("resume", func() error {
		if err := w.cutAndCompare("first"); err != nil {
			return fmt.Errorf("first cut: %w", err)
		}
		if err := w.cutAndCompare("second"); err != nil {
			return fmt.Errorf("second cut: %w", err)
		}
		return nil
	})
}

func (w *witness) cutAndCompare(label string) error {
	mark := w.b.mark()
	w.b.mu.Lock()
	socket := w.b.socket
	w.b.mu.Unlock()

	socket.stopReading()
	var want []string
	for i := range resumeAll {
		if i == resumeDeaf {
			if err := socket.cut(); err != nil {
				return err
			}
		}
		m, err := w.a.ChannelMessageSend(w.channel, fmt.Sprintf("%s %d", label, i))
		if err != nil {
			return err
		}
		want = append(want, m.ID)
	}
	back, err := w.b.wait(mark, reconnectTimeout, func(e *discordgo.Event) bool { return e.Type == "RESUMED" || e.Type == "READY" })
	if err != nil {
		return fmt.Errorf("neither RESUMED nor READY %w", err)
	}
	if back.Type == "READY" {
		return fmt.Errorf("B identified anew")
	}
	last, err := w.a.ChannelMessageSend(w.channel, label+" end")
	if err != nil {
		return err
	}
	want = append(want, last.ID)
	if err := expectAfter(w.b, mark, "MESSAGE_CREATE", func(m *discordgo.MessageCreate) bool { return m.ID == last.ID }); err != nil {
		return err
	}
	var got []string
	events, _, _ := w.b.events(mark)
	for _, e := range events {
		switch v := e.Struct.(type) {
		case *discordgo.MessageCreate:
			got = append(got, v.ID)
		case *discordgo.Ready:
			return fmt.Errorf("B identified anew")
		}
	}
	if !slices.Equal(got, want) {
		return fmt.Errorf("B saw %v, want %v", got, want)
	}
	return nil
}
