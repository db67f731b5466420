package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// scene is one of discordgo's examples, running, with a person who uses its
// commands and sees what becomes of it.
type scene struct {
	world world
	bot   account
	app   string
	ear   *ear
	p     *program
	ids   map[string]string // of commands, by name
}

// example is one of discordgo's example programs that answer interactions, and
// what is tried with it.
type example struct {
	name     string
	args     []string // beside token and guild
	commands []string // that it registers
	play     []step
}

// step is one use of an example.
type step struct {
	name string
	do   func(ctx context.Context, s *scene) error
}

// interactionExamples runs them one by one.
func (r *runner) interactionExamples(ctx context.Context) error {
	for _, e := range examplesOfInteractions() {
		if err := r.interactionExample(ctx, e); err != nil {
			return fmt.Errorf("%s: %w", e.name, err)
		}
	}
	return nil
}

func (r *runner) interactionExample(ctx context.Context, e example) error {
	server, err := r.startServer(ctx, e.name)
	if err != nil {
		return err
	}
	defer r.stop(e.name, server)
	s := &scene{world: server.world, bot: server.world.Bots[0], ids: map[string]string{}}
	if err := s.world.application(ctx, s.bot, &s.app); err != nil {
		return err
	}
	if s.ear, err = s.world.listen(ctx); err != nil {
		return err
	}
	defer s.ear.close()
	binary, err := r.buildGo(ctx, "witness/go", discordgoExamples+e.name, e.name, s.world.URL)
	if err != nil {
		return err
	}
	args := []string{binary, "-token", s.bot.Token, "-guild", s.world.guild()}
	for _, a := range e.args {
		args = append(args, strings.NewReplacer("APP", s.app, "CHANNEL", s.world.Channels[0].ID).Replace(a))
	}
	if s.p, err = r.startProgram(e.name, args); err != nil {
		return err
	}
	start := time.Now()
	r.outcome(e.name, "registers", start, s.registered(ctx, e.commands))
	for _, step := range e.play {
		start := time.Now()
		r.outcome(e.name, step.name, start, step.do(ctx, s))
	}
	start = time.Now()
	r.outcome(e.name, "ends", start, s.p.end())
	return nil
}

// guild is the one in which all is tried.
func (w world) guild() string {
	var told struct {
		Guilds []account `json:"guilds"`
	}
	_ = json.Unmarshal(w.raw, &told) // it was decoded before
	return told.Guilds[0].ID
}

func (w world) application(ctx context.Context, bot account, id *string) error {
	var app account
	err := call(ctx, http.MethodGet, w.URL+"/api/v10/applications/@me", "Bot "+bot.Token, nil, &app)
	*id = app.ID
	return err
}

// registered waits until the person can use all the commands, and the bot is there.
func (s *scene) registered(ctx context.Context, names []string) error {
	err := until(ctx, exampleSettle, "all commands can be used", func() (bool, error) {
		var index struct {
			Commands []struct{ ID, Name string } `json:"application_commands"`
		}
		url := s.world.URL + "/api/v10/channels/" + s.world.Channels[0].ID + "/application-command-index"
		if err := call(ctx, http.MethodGet, url, s.world.Users[0].Token, nil, &index); err != nil {
			return false, err
		}
		for _, c := range index.Commands {
			s.ids[c.Name] = c.ID
		}
		for _, name := range names {
			if s.ids[name] == "" {
				return false, nil
			}
		}
		return true, nil
	})
	if err != nil {
		return err
	}
	_, err = s.ear.expect(ctx, "PRESENCE_UPDATE", func(d json.RawMessage) bool { return strings.Contains(string(d), s.bot.ID) })
	return err
}

// use has the person use something; data may name a command by {name}.
func (s *scene) use(ctx context.Context, kind int, data, message string) (id string, err error) {
	for name, id := range s.ids {
		data = strings.ReplaceAll(data, "{"+name+"}", id)
	}
	data = strings.NewReplacer("{person}", s.world.Users[0].ID, "{channel}", s.world.Channels[0].ID, "{guild}", s.world.guild()).Replace(data)
	body := map[string]any{
		"type": kind, "application_id": s.app, "guild_id": s.world.guild(), "channel_id": s.world.Channels[0].ID,
		"data": json.RawMessage(data),
	}
	if message != "" {
		body["message_id"] = message
	}
	var made account
	err = call(ctx, http.MethodPost, s.world.URL+"/api/v10/interactions", s.world.Users[0].Token, body, &made)
	return made.ID, err
}

// shown is a message as the person is told of it.
type shown struct {
	message
	Flags    int `json:"flags"`
	Metadata struct {
		ID string `json:"id"`
	} `json:"interaction_metadata"`
	Attachments []struct {
		Filename string `json:"filename"`
	} `json:"attachments"`
}

// answered uses something and waits for the message with that beginning.
func (s *scene) answered(ctx context.Context, kind int, data, message, content string) (shown, error) {
	id, err := s.use(ctx, kind, data, message)
	if err != nil {
		return shown{}, err
	}
	return s.told(ctx, "MESSAGE_CREATE", id, content)
}

func (s *scene) told(ctx context.Context, event, interaction, content string) (m shown, err error) {
	_, err = s.ear.expect(ctx, event, func(d json.RawMessage) bool {
		m = shown{}
		return json.Unmarshal(d, &m) == nil && (interaction == "" || m.Metadata.ID == interaction) && strings.HasPrefix(m.Content, content)
	})
	if err != nil {
		return m, fmt.Errorf("no %q: %w", content, err)
	}
	return m, nil
}

// says is a step that uses a command and wants an answer.
func says(name, data, content string, flags int) step {
	return step{name, func(ctx context.Context, s *scene) error {
		m, err := s.answered(ctx, interactionCommand, data, "", content)
		if err == nil && m.Flags != flags {
			err = fmt.Errorf("flags are %d, want %d", m.Flags, flags)
		}
		return err
	}}
}

// The types of interaction, and the flag of what only one person sees.
const (
	interactionCommand      = 2
	interactionComponent    = 3
	interactionAutocomplete = 4
	interactionModal        = 5
	ephemeral               = 64
)
