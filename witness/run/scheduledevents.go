package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// scheduledEvents runs discordgo's example of that name: it plans an event in a voice channel and then moves it outside.
func (r *runner) scheduledEvents(ctx context.Context) error {
	const name = "scheduled_events"
	s, err := r.startServer(ctx, name)
	if err != nil {
		return err
	}
	defer r.stop(name, s)
	binary, err := r.buildGo(ctx, "witness/go", discordgoExamples+name, name, s.world.URL)
	if err != nil {
		return err
	}
	bot, guild := s.world.Bots[0], s.world.Guilds[0].ID
	var voice struct {
		ID string `json:"id"`
	}
	url := s.world.URL + "/api/v10/guilds/" + guild
	if err := call(ctx, http.MethodPost, url+"/channels", "Bot "+bot.Token, map[string]any{"name": "voice", "type": 2}, &voice); err != nil {
		return err
	}
	p, err := r.startProgram(name, []string{binary, "-token", bot.Token, "-guild", guild, "-voice", voice.ID})
	if err != nil {
		return err
	}
	start := time.Now()
	err = until(ctx, exampleStart, "it says that it has made both events", func() (bool, error) {
		return strings.Contains(p.printed(), "Amazing Event @ Discord Website"), nil
	})
	r.outcome(name, "runs", start, err)
	r.outcome(name, "planned", time.Now(), s.world.planned(ctx, url, bot))
	start = time.Now()
	r.outcome(name, "ends", start, p.end())
	return nil
}

// planned looks at what the example has planned.
func (w world) planned(ctx context.Context, guild string, bot account) error {
	var events []struct {
		Name      string  `json:"name"`
		ChannelID *string `json:"channel_id"`
		Metadata  struct {
			Location string `json:"location"`
		} `json:"entity_metadata"`
	}
	if err := call(ctx, http.MethodGet, guild+"/scheduled-events", "Bot "+bot.Token, nil, &events); err != nil {
		return err
	}
	if len(events) != 1 || events[0].ChannelID != nil || events[0].Metadata.Location != "https://discord.com" {
		return fmt.Errorf("planned are %+v", events)
	}
	return nil
}
