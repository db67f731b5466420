package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/bwmarrin/discordgo"
	"github.com/gorilla/websocket"
)

// discord: topics/opcodes-and-status-codes#json-json-error-codes
const (
	codeUnknownChannel = 10003
	codeUnknownMessage = 10008
	codeUnknownUser    = 10013
	codeEmptyMessage   = 50006
	codeInvalidForm    = 50035
)

// noSuchID is a well-formed snowflake of the year 2015 that names nothing.
const noSuchID = "1000000000000001"

// refusals checks that what must be refused is, in the library's own errors.
func (w *witness) refusals(r *report) {
	channel := w.world.Channels[0].ID
	r.check("error.token", w.wrongToken)
	r.check("error.length", func() error {
		_, err := w.a.ChannelMessageSend(channel, strings.Repeat("x", 2001))
		if err := wantRESTError(err, 400, codeInvalidForm); err != nil {
			return err
		}
		return wantFieldError(err, "content", "BASE_TYPE_MAX_LENGTH")
	})
	r.check("error.empty", func() error {
		_, err := w.a.ChannelMessageSend(channel, "")
		return wantRESTError(err, 400, codeEmptyMessage)
	})
	r.check("error.channel", func() error {
		_, err := w.a.Channel(noSuchID)
		if err := wantRESTError(err, 404, codeUnknownChannel); err != nil {
			return err
		}
		_, err = w.a.ChannelMessageSend(noSuchID, "x")
		return wantRESTError(err, 404, codeUnknownChannel)
	})
	r.check("error.message", func() error {
		_, err := w.a.ChannelMessageEdit(channel, noSuchID, "x")
		return wantRESTError(err, 404, codeUnknownMessage)
	})
	r.check("error.user", func() error {
		_, err := w.a.User(noSuchID)
		return wantRESTError(err, 404, codeUnknownUser)
	})
	r.check("error.intents", func() error {
		b, err := newBot("Bot " + w.world.Bots[2%len(w.world.Bots)].Token)
		if err != nil {
			return err
		}
		defer b.close()
		b.Identify.Intents = 1 << 30 // no such intent
		return wantClose(b.Open(), 4013)
	})
}

func (w *witness) wrongToken() error {
	token := "Bot " + wrong(w.world.Bots[0].Token)
	b, err := newBot(token)
	if err != nil {
		return err
	}
	defer b.close()
	_, err = b.User("@me")
	if err := wantRESTError(err, 401, 0); err != nil {
		return err
	}
	return wantClose(b.Open(), 4004)
}

// wrong changes the last character of a token: right ID, wrong secret.
func wrong(token string) string {
	last := "A"
	if strings.HasSuffix(token, last) {
		last = "B"
	}
	return token[:len(token)-1] + last
}

func wantRESTError(err error, status, code int) error {
	var rest *discordgo.RESTError
	if !errors.As(err, &rest) {
		return fmt.Errorf("want %d with code %d, got %v", status, code, err)
	}
	if rest.Response.StatusCode != status || rest.Message == nil || rest.Message.Code != code || rest.Message.Message == "" {
		return fmt.Errorf("want %d with code %d, got %d %s", status, code, rest.Response.StatusCode, rest.ResponseBody)
	}
	return nil
}

// wantFieldError looks into the errors tree for one field.
// discord: reference#error-messages
func wantFieldError(err error, field, code string) error {
	var rest *discordgo.RESTError
	if !errors.As(err, &rest) {
		return fmt.Errorf("got %v", err)
	}
	var body struct {
		Errors map[string]struct {
			List []struct {
				Code    string `json:"code"`
				Message string `json:"message"`
			} `json:"_errors"`
		} `json:"errors"`
	}
	if err := json.Unmarshal(rest.ResponseBody, &body); err != nil {
		return fmt.Errorf("errors tree of %s: %w", rest.ResponseBody, err)
	}
	if l := body.Errors[field].List; len(l) != 1 || l[0].Code != code || l[0].Message == "" {
		return fmt.Errorf("want errors.%s._errors[0].code %s, got %s", field, code, rest.ResponseBody)
	}
	return nil
}

func wantClose(err error, code int) error {
	var closed *websocket.CloseError
	if !errors.As(err, &closed) || closed.Code != code {
		return fmt.Errorf("want close code %d, got %v", code, err)
	}
	return nil
}
