package guilds

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"guildhall"
)

func (h *hall) send(actor guildhall.UserID, f guildhall.CreateMessage) (guildhall.Message, *draft) {
	h.t.Helper()
	d := h.must(actor, h.general, guildhall.CommandMessageCreate, f)
	return read[guildhall.Message](h.t, d.reply), d
}

func TestMessageCreate(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	m, d := h.send(plainID, guildhall.CreateMessage{Content: "  hello <@102> \n", Flags: 1<<2 | 1<<6 | 1<<12, TTS: true})
	if m.Content != "hello <@102>" || m.Flags != 1<<2|1<<12 || m.TTS || m.Type != guildhall.MessageDefault || m.Author.ID != plainID {
		t.Errorf("sent %+v", m)
	}
	if int64(m.Timestamp) != m.ID.Millis()*1000 || m.ID.Slot() != hallSlot || m.EditedTimestamp != nil {
		t.Errorf("id %s, timestamp %v", m.ID, m.Timestamp.Time())
	}
	if string(d.reply) != string(d.rows[0].Value) {
		t.Error("a reply without nonce is not the row's value, and is stored twice")
	}
	e, data := event(t, d, "MESSAGE_CREATE")
	want := guildhall.Audience{
		Channel: h.general, Permissions: guildhall.PermissionViewChannel, Intents: guildhall.IntentGuildMessages,
		HasContent: true, Content: []guildhall.UserID{plainID},
	}
	if !sameJSON(e.Audience, want) {
		t.Errorf("audience %+v", e.Audience)
	}
	member, _ := data["member"].(map[string]any)
	if data["guild_id"] != h.id.String() || member == nil || member["user"] != nil || member["joined_at"] == nil {
		t.Errorf("event %v", data)
	}
	if h.view().LastMessage(h.general) != m.ID {
		t.Error("the channel does not know its last message")
	}
	if c := ask[guildhall.Channel](h.bench, plainID, h.general, guildhall.QueryChannel, nil); c.LastMessageID != m.ID {
		t.Errorf("last_message_id %s", c.LastMessageID)
	}
	for i := range d.rows {
		if d.rows[i].Subject().Channel != 0 {
			t.Error("a message writes the channel's row")
		}
	}
}

func TestMessageNonce(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	m, d := h.send(plainID, guildhall.CreateMessage{Content: "x", Nonce: json.RawMessage(`12`)})
	if _, data := event(t, d, "MESSAGE_CREATE"); string(m.Nonce) != "12" || data["nonce"] != 12.0 {
		t.Errorf("nonce %s in the answer, %v in the event", m.Nonce, data["nonce"])
	}
	if stored := h.stored(m.ID); stored.Nonce != nil {
		t.Error("the nonce is stored")
	}
}

func TestMessageRefusals(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	create := guildhall.CommandMessageCreate
	text := guildhall.CreateMessage{Content: "x"}
	h.refuse(guildhall.ErrEmptyMessage, plainID, h.general, create, guildhall.CreateMessage{Content: " \n "})
	h.refuse(errNotText, ownerID, h.category, create, text)
	h.refuse(guildhall.ErrUnknownChannel, ownerID, 12345, create, text)
	h.refuse(guildhall.ErrUnknownUser, system, h.general, create, text)
	h.deny(h.general, guildhall.PermissionSendMessages)
	h.refuse(guildhall.ErrMissingPermissions, plainID, h.general, create, text)
	h.must(adminID, h.general, create, text)
	h.deny(h.general, guildhall.PermissionViewChannel)
	h.refuse(guildhall.ErrMissingAccess, plainID, h.general, create, text)

	h.deny(h.general, guildhall.PermissionEmbedLinks)
	embeds := []json.RawMessage{json.RawMessage(`{"title":"t"}`)}
	h.refuse(guildhall.ErrMissingPermissions, plainID, h.general, create, guildhall.CreateMessage{Embeds: embeds})
	if m, _ := h.send(plainID, guildhall.CreateMessage{Content: "x", Embeds: embeds}); len(m.Embeds) != 0 {
		t.Error("embeds were sent without EMBED_LINKS")
	}
	if m, _ := h.send(adminID, guildhall.CreateMessage{Embeds: embeds}); len(m.Embeds) != 1 {
		t.Error("an administrator's embeds were dropped")
	}
}

func TestReplies(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	create := guildhall.CommandMessageCreate
	first := h.say(modID, "first")
	h.must(plainID, h.general, guildhall.CommandReactionPut, guildhall.ReactionRef{MessageID: first.ID, Emoji: guildhall.Emoji{Name: "👍"}})
	to := func(id guildhall.MessageID) *guildhall.MessageReference {
		return &guildhall.MessageReference{MessageID: id}
	}
	second, d := h.send(plainID, guildhall.CreateMessage{Content: "second", Reference: to(first.ID)})
	if second.Type != guildhall.MessageReply || second.ReferencedMessage.Value == nil || second.ReferencedMessage.Value.ID != first.ID || second.MessageReference.GuildID != h.id {
		t.Errorf("reply %+v", second)
	}
	if second.ReferencedMessage.Value.Reactions != nil {
		t.Error("a nested message shows reactions as of then")
	}
	e, data := event(t, d, "MESSAGE_CREATE")
	mentions := data["mentions"].([]any)
	if len(second.Mentions) != 1 || !slices.Equal(e.Audience.Content, []guildhall.UserID{plainID, modID}) {
		t.Errorf("the author of the first is not mentioned: %+v %+v", second.Mentions, e.Audience)
	}
	if in := mentions[0].(map[string]any); in["username"] != "mod" || in["member"].(map[string]any)["roles"] == nil {
		t.Errorf("mention in the event: %v", in)
	}
	third, _ := h.send(modID, guildhall.CreateMessage{Content: "third", Reference: to(second.ID), AllowedMentions: &guildhall.AllowedMentions{}})
	if third.ReferencedMessage.Value.ReferencedMessage.Set || len(third.Mentions) != 0 {
		t.Errorf("a reply to a reply: %+v", third)
	}
	unknown := guildhall.CreateMessage{Content: "x", Reference: to(4711)}
	_, err := h.do(plainID, h.general, create, unknown)
	var refused *guildhall.Error
	if !errors.As(err, &refused) || len(refused.Fields) != 1 || refused.Fields[0].Code != "MESSAGE_REFERENCE_UNKNOWN_MESSAGE" || refused.Fields[0].Path[0] != "message_reference" {
		t.Errorf("reply to nothing: %v", err)
	}
	no := false
	unknown.Reference.FailIfNotExists = &no
	if m, _ := h.send(plainID, unknown); m.Type != guildhall.MessageDefault || m.MessageReference != nil {
		t.Errorf("reply to nothing that may fail: %+v", m)
	}
	h.refuse(guildhall.ErrInvalidForm, plainID, h.general, create, guildhall.CreateMessage{Content: "x", Reference: &guildhall.MessageReference{MessageID: first.ID, ChannelID: h.category}})
	h.refuse(guildhall.ErrInvalidForm, plainID, h.general, create, guildhall.CreateMessage{Content: "x", Reference: &guildhall.MessageReference{MessageID: first.ID, Type: 1}})
	h.deny(h.general, guildhall.PermissionReadMessageHistory)
	h.refuse(errReplyNeedsHistory, plainID, h.general, create, guildhall.CreateMessage{Content: "x", Reference: to(first.ID)})
}

// TestQuotes: what a reply answers is told as it is when it is told.
func TestQuotes(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	edit := func(actor guildhall.UserID, id guildhall.MessageID, content string) *draft {
		return h.must(actor, h.general, guildhall.CommandMessageEdit, guildhall.EditMessage{ID: id, Content: guildhall.Some(content)})
	}
	first := h.say(modID, "first")
	second, d := h.send(plainID, guildhall.CreateMessage{
		Content: "second", Reference: &guildhall.MessageReference{MessageID: first.ID}, AllowedMentions: &guildhall.AllowedMentions{},
	})
	if e, _ := event(t, d, "MESSAGE_CREATE"); !slices.Equal(e.Audience.Content, []guildhall.UserID{plainID}) || !slices.Equal(e.Audience.Quoted, []guildhall.UserID{modID}) {
		t.Errorf("who reads what: %+v", e.Audience)
	}
	if h.stored(second.ID).ReferencedMessage.Set {
		t.Error("what is answered is stored in the answer")
	}
	edit(modID, first.ID, "first again")
	d = edit(plainID, second.ID, "second again")
	_, data := event(t, d, "MESSAGE_UPDATE")
	if data["referenced_message"].(map[string]any)["content"] != "first again" || read[guildhall.Message](t, d.reply).ReferencedMessage.Value.Content != "first again" {
		t.Errorf("an edit quotes %v", data["referenced_message"])
	}
	h.must(modID, h.general, guildhall.CommandMessageDelete, guildhall.MessageRef{ID: first.ID})
	d = edit(plainID, second.ID, "second at last")
	_, data = event(t, d, "MESSAGE_UPDATE")
	if quoted, there := data["referenced_message"]; !there || quoted != nil || !read[guildhall.Message](t, d.reply).ReferencedMessage.Null {
		t.Errorf("an edit quotes what is gone: %v", data)
	}
	if d = edit(modID, h.say(modID, "plain").ID, "still"); strings.Contains(string(d.reply), "referenced_message") {
		t.Error("a plain message refers to something")
	}
}

func TestMessageEdit(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	edit := guildhall.CommandMessageEdit
	m := h.say(plainID, "one <@"+modID.String()+">")
	h.must(plainID, h.general, guildhall.CommandReactionPut, guildhall.ReactionRef{MessageID: m.ID, Emoji: guildhall.Emoji{Name: "👍"}})
	d := h.must(plainID, h.general, edit, guildhall.EditMessage{ID: m.ID, Content: guildhall.Some("two <@" + botID.String() + ">")})
	m = read[guildhall.Message](t, d.reply)
	if m.Content[:3] != "two" || m.EditedTimestamp == nil || len(m.Mentions) != 1 || m.Mentions[0].ID != botID {
		t.Errorf("edited %+v", m)
	}
	if len(m.Reactions) != 1 || !m.Reactions[0].Me || m.Reactions[0].Generation != 0 {
		t.Errorf("reactions in the answer: %+v", m.Reactions)
	}
	e, data := event(t, d, "MESSAGE_UPDATE")
	if !e.Audience.HasContent || !slices.Equal(e.Audience.Content, []guildhall.UserID{plainID, botID}) || data["guild_id"] == nil {
		t.Errorf("event %+v %v", e.Audience, data)
	}
	if reaction := data["reactions"].([]any)[0].(map[string]any); reaction["me"] != false || reaction["generation"] != nil {
		t.Errorf("reaction in the event: %v", reaction)
	}
	h.refuse(guildhall.ErrEditOtherAuthor, modID, h.general, edit, guildhall.EditMessage{ID: m.ID, Content: guildhall.Some("x")})
	h.refuse(guildhall.ErrMissingPermissions, botID, h.general, edit, guildhall.EditMessage{ID: m.ID, Flags: guildhall.Some(4)})
	h.refuse(guildhall.ErrEmptyMessage, plainID, h.general, edit, guildhall.EditMessage{ID: m.ID, Content: guildhall.Some("")})
	h.refuse(guildhall.ErrUnknownMessage, plainID, h.general, edit, guildhall.EditMessage{ID: 4711, Content: guildhall.Some("x")})
	before := h.stored(m.ID).EditedTimestamp
	h.must(modID, h.general, edit, guildhall.EditMessage{ID: m.ID, Flags: guildhall.Some(4 | 64)})
	if after := h.stored(m.ID); after.Flags != 4 || *after.EditedTimestamp != *before {
		t.Errorf("hidden embeds: %+v", after)
	}
}

func TestMessageEditEmbeds(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	edit := guildhall.CommandMessageEdit
	embeds := guildhall.Some([]json.RawMessage{json.RawMessage(`{"title":"t"}`)})
	rows := guildhall.Some([]json.RawMessage{json.RawMessage(`{"type":1}`)})
	m := h.say(plainID, "x <@"+modID.String()+">")
	d := h.must(plainID, h.general, edit, guildhall.EditMessage{ID: m.ID, Embeds: embeds, Components: rows})
	if m = read[guildhall.Message](t, d.reply); len(m.Embeds) != 1 || len(m.Components) != 1 || len(m.Mentions) != 1 || m.EditedTimestamp == nil {
		t.Errorf("edited %+v", m)
	}
	h.must(plainID, h.general, edit, guildhall.EditMessage{ID: m.ID, Content: guildhall.Some("")})
	h.deny(h.general, guildhall.PermissionEmbedLinks)
	d = h.must(plainID, h.general, edit, guildhall.EditMessage{ID: m.ID, Embeds: embeds})
	if m = read[guildhall.Message](t, d.reply); len(m.Embeds) != 0 || len(m.Components) != 1 {
		t.Errorf("edited without EMBED_LINKS: %+v", m)
	}
	d = h.must(plainID, h.general, edit, guildhall.EditMessage{ID: m.ID})
	if len(d.rows)+len(d.events) != 0 || d.reply == nil {
		t.Error("an edit of nothing")
	}
}

func TestMessageDelete(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	remove := guildhall.CommandMessageDelete
	own, others := h.say(plainID, "own"), h.say(ownerID, "other's")
	h.refuse(guildhall.ErrMissingPermissions, plainID, h.general, remove, guildhall.MessageRef{ID: others.ID})
	d := h.must(plainID, h.general, remove, guildhall.MessageRef{ID: own.ID})
	if e, data := event(t, d, "MESSAGE_DELETE"); len(data) != 3 || data["id"] != own.ID.String() || e.Audience.HasContent {
		t.Errorf("event %+v %v", e.Audience, data)
	}
	h.must(modID, h.general, remove, guildhall.MessageRef{ID: others.ID})
	h.refuse(guildhall.ErrUnknownMessage, modID, h.general, remove, guildhall.MessageRef{ID: others.ID})
	if h.stored(own.ID) != nil {
		t.Error("the message is still there")
	}
	if h.view().LastMessage(h.general) != others.ID {
		t.Error("last_message_id went back")
	}
}

func TestSlowmode(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	h.must(modID, h.general, guildhall.CommandChannelModify, guildhall.ModifyChannel{RateLimitPerUser: guildhall.Some(10)})
	h.say(plainID, "one")
	_, err := h.do(plainID, h.general, guildhall.CommandMessageCreate, guildhall.CreateMessage{Content: "two"})
	var refused *guildhall.Error
	if !errors.As(err, &refused) || refused.Code != 20016 || refused.RetryAfter <= 8 || refused.RetryAfter > 10 {
		t.Fatalf("too soon: %v", err)
	}
	for range 3 { // moderators and bots need not wait
		h.say(modID, "x")
		h.say(botID, "x")
	}
	h.now = h.now.Add(10 * time.Second)
	h.say(plainID, "two")
	h.must(modID, h.general, guildhall.CommandChannelModify, guildhall.ModifyChannel{RateLimitPerUser: guildhall.Some(0)})
	h.say(plainID, "three")
}

func TestSlowmodeIsBounded(t *testing.T) {
	t.Parallel()
	var s slowmode
	start := time.UnixMilli(1_700_000_000_000)
	for i := range slowmodeMax + 100 {
		s.note(writer{channel: 1, user: guildhall.UserID(i + 1)}, start.Add(time.Duration(i)*time.Second))
		if len(s.last) > slowmodeMax {
			t.Fatalf("%d writers remembered", len(s.last))
		}
	}
	if _, ok := s.last[writer{channel: 1, user: slowmodeMax + 100}]; !ok {
		t.Error("the newest was forgotten")
	}
	s.note(writer{channel: 1, user: 1}, start.Add(48*time.Hour))
	if len(s.last) > 1 {
		s.note(writer{channel: 1, user: 2}, start.Add(48*time.Hour))
	}
}

// TestComponentsAlone: a message with IS_COMPONENTS_V2 has nothing else, and keeps the flag.
func TestComponentsAlone(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	create, edit := guildhall.CommandMessageCreate, guildhall.CommandMessageEdit
	gallery := []json.RawMessage{json.RawMessage(`{"id":1,"type":12,"items":[{"media":{"id":"5","url":"attachment://a.png","proxy_url":"attachment://a.png"}}]}`)}
	file := guildhall.Attachment{ID: 77, Filename: "a.png", URL: "http://hall.example/a.png", ProxyURL: "http://hall.example/a.png", ContentType: "image/png"}
	v2 := guildhall.CreateMessage{Flags: guildhall.MessageComponentsV2, Components: gallery, Attachments: []guildhall.Attachment{file}}
	h.refuse(guildhall.ErrInvalidForm, plainID, h.general, create, guildhall.CreateMessage{Content: "x", Components: gallery})
	h.refuse(guildhall.ErrInvalidForm, plainID, h.general, create, guildhall.CreateMessage{Flags: v2.Flags, Components: gallery})
	m, d := h.send(plainID, v2)
	e, _ := event(t, d, "MESSAGE_CREATE")
	if !strings.Contains(string(e.Data), `"url":"http://hall.example/a.png"`) || strings.Contains(string(e.Data), "attachment://") || !strings.Contains(string(e.Data), `"attachment_id":"77"`) {
		t.Errorf("the event shows %s", e.Data)
	}
	if stored := h.stored(m.ID); !strings.Contains(string(stored.Components[0]), "attachment://a.png") {
		t.Errorf("an address that expires is stored: %s", stored.Components)
	}
	h.refuse(guildhall.ErrInvalidForm, plainID, h.general, edit, guildhall.EditMessage{ID: m.ID, Content: guildhall.Some("x")})
	h.refuse(guildhall.ErrInvalidForm, plainID, h.general, edit, guildhall.EditMessage{ID: m.ID, Keep: guildhall.Some([]guildhall.KeepAttachment{})})
	h.must(plainID, h.general, edit, guildhall.EditMessage{ID: m.ID, Flags: guildhall.Some(0)})
	if flags := h.stored(m.ID).Flags; flags != guildhall.MessageComponentsV2 {
		t.Errorf("flags %d", flags)
	}
	plain := h.say(plainID, "x")
	h.refuse(guildhall.ErrInvalidForm, plainID, h.general, edit, guildhall.EditMessage{ID: plain.ID, Flags: guildhall.Some(v2.Flags)})
	text := guildhall.Some([]json.RawMessage{json.RawMessage(`{"type":10,"content":"x","id":1}`)})
	h.must(plainID, h.general, edit, guildhall.EditMessage{ID: plain.ID, Flags: guildhall.Some(v2.Flags), Content: guildhall.Some(""), Components: text})
}
