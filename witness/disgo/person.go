package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"github.com/disgoorg/snowflake/v2"
)

// guest is banned, kicked and comes back: neither the guild's owner nor a person that other checks are about.
const guest = 2

// asPerson calls the API as one of the world's people, for whom the library has no call.
func (w *witness) asPerson(who int, method, path string, body, into any) error {
	ctx, cancel := context.WithTimeout(context.Background(), openTimeout)
	defer cancel()
	var text bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&text).Encode(body); err != nil {
			return err
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, w.world.url+"/api/v10"+path, &text)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", w.world.Users[who].Token)
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode/100 != 2 {
		return fmt.Errorf("%s %s: %s %s", method, path, res.Status, answer)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(answer, into)
}

// told is what the API answers to who uses something.
type told struct {
	ID snowflake.ID `json:"id"`
}

// use has a person use something of a bot's.
func (w *witness) use(bot snowflake.ID, kind int, message snowflake.ID, data map[string]any) (snowflake.ID, error) {
	body := map[string]any{
		"type": kind, "application_id": bot, "guild_id": w.guild, "channel_id": w.channel, "data": data,
	}
	if message != 0 {
		body["message_id"] = message
	}
	var t told
	err := w.asPerson(0, http.MethodPost, "/interactions", body, &t)
	return t.ID, err
}
