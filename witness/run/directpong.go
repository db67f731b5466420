package main

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// dmPingpong runs discordgo's example dm_pingpong: it answers "ping" in a
// channel with "Pong!" in a direct message.
func (r *runner) dmPingpong(ctx context.Context) error {
	const name = "dm_pingpong"
	return r.pongBot(ctx, name, func(w world, bot string) {
		start := time.Now()
		r.outcome(name, "ping", start, w.answersPrivately(ctx, bot))
	})
}

// answersPrivately says "ping" as a person and waits for the direct message.
func (w world) answersPrivately(ctx context.Context, bot string) error {
	if _, err := w.say(ctx, "ping"); err != nil {
		return err
	}
	return w.toldPrivately(ctx, w.Users[0], bot, "Pong!")
}

// toldPrivately waits until somebody's only private channel is one with the
// bot, in which it has said something once.
func (w world) toldPrivately(ctx context.Context, who account, bot, content string) error {
	token := who.Token
	return until(ctx, exampleAnswer, fmt.Sprintf("%q comes as a direct message", content), func() (bool, error) {
		var channels []struct {
			ID         string    `json:"id"`
			Recipients []account `json:"recipients"`
		}
		if err := call(ctx, http.MethodGet, w.URL+"/api/v10/users/@me/channels", token, nil, &channels); err != nil {
			return false, err
		}
		if len(channels) == 0 {
			return false, nil
		}
		if c := channels[0]; len(channels) != 1 || len(c.Recipients) != 1 || c.Recipients[0].ID != bot {
			return false, fmt.Errorf("the person's channels are %+v", channels)
		}
		var list []message
		err := call(ctx, http.MethodGet, w.URL+"/api/v10/channels/"+channels[0].ID+"/messages", token, nil, &list)
		return count(list, bot, content) == 1, err
	})
}
