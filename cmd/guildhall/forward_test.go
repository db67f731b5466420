package main

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"guildhall"
)

// upload sends a message with one file.
func (f *forge) upload(token, path, payload, name, content string) guildhall.Message {
	f.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	part, err := w.CreateFormFile("files[0]", name)
	if err == nil {
		_, err = part.Write([]byte(content))
	}
	if err == nil {
		err = w.WriteField("payload_json", payload)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		f.t.Fatal(err)
	}
	answer := f.must(http.StatusOK, token, "POST", path, body.String(), "Content-Type: "+w.FormDataContentType())
	return parsed[guildhall.Message](f.t, answer)
}

// reach gets a file by its link and gives the status.
func (f *forge) reach(link string) int {
	f.t.Helper()
	response, err := http.Get(link)
	if err != nil {
		f.t.Fatal(err)
	}
	if err := response.Body.Close(); err != nil {
		f.t.Fatal(err)
	}
	return response.StatusCode
}

// TestForwards: a forward takes along what it shows, into another guild, and keeps it; nobody gets by it at what they can't read.
func TestForwards(t *testing.T) {
	t.Parallel()
	f := newForge(t, "2")
	owner, member, bot := f.owner.Token, f.member.Token, "Bot "+f.bot.Token
	elsewhere := parsed[guildhall.Guild](t, f.must(http.StatusCreated, member, "POST", "/guilds", `{"name":"Elsewhere"}`))
	room := parsed[guildhall.Channel](t, f.must(http.StatusCreated, member, "POST", "/guilds/"+elsewhere.ID.String()+"/channels", `{"name":"room"}`))
	there := "/channels/" + room.ID.String() + "/messages"
	source := f.upload(owner, f.inChannel("/messages"), `{"content":"look","embeds":[{"title":"e","image":{"url":"attachment://a.txt"}}]}`, "a.txt", "what it says")
	reference := func(channel guildhall.ChannelID, message guildhall.MessageID) string {
		return fmt.Sprintf(`"message_reference":{"type":1,"channel_id":%q,"message_id":%q}`, channel, message)
	}
	plain := reference(source.ChannelID, source.ID)
	hears := f.listen(bot)
	made := parsed[guildhall.Message](t, f.must(http.StatusOK, member, "POST", there, "{"+plain+"}"))
	if len(made.MessageSnapshots) != 1 || made.Flags&guildhall.MessageHasSnapshot == 0 || made.Content != "" {
		t.Fatalf("forward %+v", made)
	}
	if r := made.MessageReference; r == nil || r.Type != 1 || r.MessageID != source.ID || r.GuildID != f.guild.ID || r.ChannelID != source.ChannelID {
		t.Errorf("it refers to %+v", r)
	}
	f.must(http.StatusNoContent, owner, "DELETE", f.inChannel("/messages/"+source.ID.String()), "")
	shown := parsed[guildhall.Message](t, f.must(http.StatusOK, member, "GET", there+"/"+made.ID.String(), ""))
	s := shown.MessageSnapshots[0].Message
	if s.Content != "look" || len(s.Attachments) != 1 || s.Attachments[0].ID == source.Attachments[0].ID || f.reach(s.Attachments[0].URL) != http.StatusOK {
		t.Errorf("shown %+v", s)
	}
	if len(s.Embeds) != 1 || !strings.Contains(string(s.Embeds[0]), s.Attachments[0].ID.String()) {
		t.Errorf("embeds %s", s.Embeds)
	}
	if status, answer := f.post("/api/v10"+there, member, map[string]any{
		"message_reference": map[string]any{"type": 1, "channel_id": room.ID.String(), "message_id": made.ID.String()},
	}); status != http.StatusOK {
		t.Errorf("%d %v", status, answer)
	}
	// A forward of a forward shows what that one shows.
	again := parsed[guildhall.Message](t, f.must(http.StatusOK, member, "POST", f.inChannel("/messages"), "{"+reference(room.ID, made.ID)+"}"))
	if len(again.MessageSnapshots) != 1 || again.MessageSnapshots[0].Message.Content != "look" || again.MessageReference.MessageID != made.ID {
		t.Errorf("forwarded again %+v", again)
	}
	if e := parsed[guildhall.Message](t, hears.next("MESSAGE_CREATE")); e.ID != again.ID || len(e.MessageSnapshots) != 1 || e.MessageSnapshots[0].Message.Content != "look" {
		t.Errorf("told %+v", e)
	}
	poll := parsed[guildhall.Message](t, f.must(http.StatusOK, owner, "POST", f.inChannel("/messages"),
		`{"poll":{"question":{"text":"q"},"answers":[{"poll_media":{"text":"a"}}],"duration":1}}`))
	refused := func(status, code int, token, path, body string) {
		t.Helper()
		if got, answer := f.ask(token, "POST", path, body); got != status || errorCode(t, answer) != code {
			t.Errorf("%s: %d %s", body, got, answer)
		}
	}
	refused(400, 50035, member, there, "{"+reference(room.ID, source.ID)+"}")
	refused(400, 50035, member, there, "{"+plain+"}") // deleted by now
	refused(400, 50035, member, there, "{"+reference(poll.ChannelID, poll.ID)+"}")
	refused(400, 50035, member, there, `{"content":"x",`+reference(room.ID, made.ID)+"}")
	refused(400, 50035, member, there, `{"message_reference":{"type":1,"message_id":"`+made.ID.String()+`"}}`)
	refused(400, 50035, member, there, `{"message_reference":{"type":1,"guild_id":"5","channel_id":"`+room.ID.String()+`","message_id":"`+made.ID.String()+`"}}`)
	refused(400, 50035, member, there, `{"content":"x",`+plain+"}")
	if status, answer := f.ask(member, "PATCH", there+"/"+made.ID.String(), `{"content":"never said"}`); status != 400 {
		t.Errorf("a forward is made to say something: %d %s", status, answer)
	}
	refused(403, 50001, owner, f.inChannel("/messages"), "{"+reference(room.ID, made.ID)+"}")
	refused(404, 10003, owner, f.inChannel("/messages"), "{"+reference(5, made.ID)+"}")
	f.must(http.StatusNoContent, member, "PUT", fmt.Sprintf("/channels/%s/permissions/%s", room.ID, elsewhere.ID), `{"type":0,"allow":"0","deny":"65536"}`)
	f.must(http.StatusOK, member, "PATCH", "/channels/"+room.ID.String(), `{"nsfw":true}`)
	refused(400, 160010, member, f.inChannel("/messages"), "{"+reference(room.ID, made.ID)+"}")
}
