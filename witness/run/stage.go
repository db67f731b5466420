package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// stage is a running example of discordgo's and a person who uses it.
type stage struct {
	*runner
	name    string
	bot     account
	channel string
	person  *person
}

// example is one of discordgo's example programs.
type example struct {
	name  string
	ready string // it prints this when it can be used
	args  func(context.Context, world) ([]string, error)
	use   func(*stage, context.Context) // as a person, with a row per check
	// leaves says that its commands are there after its end.
	leaves bool
}

func (r *runner) discordgoExample(e example) func(context.Context) error {
	return func(ctx context.Context) error {
		s, err := r.startServer(ctx, e.name)
		if err != nil {
			return err
		}
		defer r.stop(e.name, s)
		binary, err := r.buildGo(ctx, "witness/go", discordgoExamples+e.name, e.name, s.world.URL)
		if err != nil {
			return err
		}
		person, err := s.world.connect(ctx, s.world.Users[0])
		if err != nil {
			return err
		}
		args, err := e.args(ctx, s.world)
		if err != nil {
			return err
		}
		p, err := r.startProgram(e.name, append([]string{binary}, args...))
		if err != nil {
			return err
		}
		st := &stage{runner: r, name: e.name, bot: s.world.Bots[0], channel: s.world.Channels[0].ID, person: person}
		started := st.check("runs", func() error {
			return until(ctx, exampleStart, fmt.Sprintf("it prints %q", e.ready), func() (bool, error) {
				return strings.Contains(p.printed(), e.ready), nil
			})
		})
		if started {
			e.use(st, ctx)
		}
		st.check("ends", p.end)
		if !e.leaves {
			st.check("cleans up", func() error { return st.offersNothing(ctx) })
		}
		return person.close()
	}
}

// check adds a row and says whether all is well.
func (st *stage) check(name string, run func() error) bool {
	start := time.Now()
	err := run()
	st.outcome(st.name, name, start, err)
	return err == nil
}

func (st *stage) offersNothing(ctx context.Context) error {
	left, err := st.person.offers(ctx, st.bot.ID)
	if err == nil && len(left) != 0 {
		err = fmt.Errorf("commands are left: %+v", left)
	}
	return err
}

// said is as much of a message as the checks of examples look at.
type said struct {
	ID      string `json:"id"`
	Channel string `json:"channel_id"`
	Type    int    `json:"type"`
	Flags   int    `json:"flags"`
	Content string `json:"content"`
	Author  struct {
		ID string `json:"id"`
	} `json:"author"`
	Attachments []struct {
		Filename string `json:"filename"`
		URL      string `json:"url"`
	} `json:"attachments"`
	Embeds []struct {
		Fields []struct{ Name, Value string } `json:"fields"`
	} `json:"embeds"`
	Components  []component `json:"components"`
	Interaction *struct {
		ID string `json:"id"`
	} `json:"interaction_metadata"`
	Reference *struct {
		Message string `json:"message_id"`
	} `json:"message_reference"`
}

// component is a row, or something in one.
type component struct {
	Type       int         `json:"type"`
	CustomID   string      `json:"custom_id"`
	Label      string      `json:"label"`
	Components []component `json:"components"`
}

// customIDs are those of everything in the rows.
func (m said) customIDs() string {
	var ids []string
	for _, row := range m.Components {
		for _, c := range row.Components {
			if c.CustomID != "" {
				ids = append(ids, c.CustomID)
			}
		}
	}
	return strings.Join(ids, " ")
}

const (
	// forOne is the flag of what one person alone is shown, loading that of a promise.
	// discord: resources/message#message-object-message-flags
	forOne  = 1 << 6
	loading = 1 << 7
)

// answered waits for the bot's message that begins with a text in answer to an interaction.
func (st *stage) answered(ctx context.Context, i interaction, flags int, content string) (said, error) {
	return st.hears(ctx, eventTimeout, i.mark, "MESSAGE_CREATE", func(m said) bool {
		return m.Interaction != nil && m.Interaction.ID == i.ID && m.Flags&(forOne|loading) == flags &&
			strings.HasPrefix(m.Content, content) && (content != "" || m.Content == "")
	})
}

// hears waits for an event about a message of the bot's.
func (st *stage) hears(ctx context.Context, limit time.Duration, mark int, kind string, match func(said) bool) (said, error) {
	var m said
	_, err := st.person.expectWithin(ctx, limit, mark, kind, func(data json.RawMessage) bool {
		m = said{}
		return json.Unmarshal(data, &m) == nil && (kind == "MESSAGE_DELETE" || m.Author.ID == st.bot.ID) && match(m)
	})
	return m, err
}

// runs uses a command and waits for the answer and for the word that it was answered.
func (st *stage) runs(ctx context.Context, command, target string, options []option, flags int, content string) (said, error) {
	i, err := st.person.command(ctx, st.bot.ID, command, useCommand, target, options...)
	if err != nil {
		return said{}, err
	}
	if err := st.succeeds(ctx, i); err != nil {
		return said{}, err
	}
	return st.answered(ctx, i, flags, content)
}

// succeeds waits for INTERACTION_SUCCESS.
func (st *stage) succeeds(ctx context.Context, i interaction) error {
	_, err := st.person.expect(ctx, i.mark, "INTERACTION_SUCCESS", i.is)
	return err
}

// is says whether an event is about the interaction.
func (i interaction) is(data json.RawMessage) bool {
	var about interaction
	return json.Unmarshal(data, &about) == nil && about.ID == i.ID && about.Nonce == i.Nonce
}

// presses uses a component of a message.
func (st *stage) presses(ctx context.Context, m said, kind int, customID string, values ...string) (interaction, error) {
	data := map[string]any{"component_type": kind, "custom_id": customID}
	if len(values) > 0 {
		data["values"] = values
	}
	i, err := st.person.use(ctx, using{Type: useComponent, Application: st.bot.ID, Message: m.ID, Data: data})
	if err != nil {
		return i, err
	}
	return i, st.succeeds(ctx, i)
}

// says sends a message as the person.
func (st *stage) says(ctx context.Context, channel, content string) (said, error) {
	var m said
	return m, st.person.call(ctx, http.MethodPost, "/channels/"+channel+"/messages", map[string]string{"content": content}, &m)
}
