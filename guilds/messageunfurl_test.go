package guilds

import (
	"encoding/json"
	"testing"

	"guildhall"
)

// linkEmbeds are n embeds of links, named so that they can be told apart.
func linkEmbeds(n int, title string) []json.RawMessage {
	all := make([]json.RawMessage, n)
	for i := range all {
		all[i] = json.RawMessage(`{"type":"link","title":"` + title + `"}`)
	}
	return all
}

func (h *hall) unfurl(m *guildhall.Message, embeds []json.RawMessage) *draft {
	h.t.Helper()
	return h.must(system, h.general, guildhall.CommandMessageUnfurl, guildhall.UnfurlMessage{ID: m.ID, Content: m.Content, Embeds: embeds})
}

func titles(t *testing.T, embeds []json.RawMessage) (all string) {
	t.Helper()
	for _, raw := range embeds {
		all += read[struct {
			Title string `json:"title"`
		}](t, raw).Title
	}
	return all
}

// TestUnfurl: embeds of links come by an update that is no edit, to all who read the message.
func TestUnfurl(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	m := h.say(plainID, "see https://a.example")
	d := h.unfurl(&m, linkEmbeds(1, "A"))
	e, data := event(t, d, "MESSAGE_UPDATE")
	if !e.Audience.HasContent || e.Audience.Intents != guildhall.IntentGuildMessages || data["edited_timestamp"] != nil || data["content"] != m.Content {
		t.Errorf("told %v to %+v", data, e.Audience)
	}
	if embeds, _ := data["embeds"].([]any); len(embeds) != 1 {
		t.Errorf("told %v", data)
	}
	if s := h.stored(m.ID); titles(t, s.Embeds) != "A" || s.EditedTimestamp != nil {
		t.Errorf("stored %+v", s)
	}
	if d := h.unfurl(&m, linkEmbeds(1, "A")); len(d.rows) != 0 || len(d.events) != 0 {
		t.Error("the same embeds a second time are a change")
	}
	if d := h.unfurl(&m, linkEmbeds(1, "B")); len(d.rows) != 1 || titles(t, h.stored(m.ID).Embeds) != "B" {
		t.Error("embeds that are found anew don't take the place of the old")
	}
	h.refuse(guildhall.ErrMissingAccess, plainID, h.general, guildhall.CommandMessageUnfurl, guildhall.UnfurlMessage{ID: m.ID, Content: m.Content})
	h.refuse(guildhall.ErrUnknownMessage, system, h.general, guildhall.CommandMessageUnfurl, guildhall.UnfurlMessage{ID: 12345, Content: m.Content})
}

// TestUnfurlComesTooLate: between sending and embeds a message may change, and its author may lose the right.
func TestUnfurlComesTooLate(t *testing.T) {
	t.Parallel()
	for name, meanwhile := range map[string]func(h *hall, m *guildhall.Message){
		"edited": func(h *hall, m *guildhall.Message) {
			h.must(plainID, h.general, guildhall.CommandMessageEdit, guildhall.EditMessage{ID: m.ID, Content: guildhall.Some("other")})
		},
		"suppressed": func(h *hall, m *guildhall.Message) {
			h.must(modID, h.general, guildhall.CommandMessageEdit, guildhall.EditMessage{ID: m.ID, Flags: guildhall.Some(guildhall.MessageSuppressEmbeds)})
		},
		"no longer permitted": func(h *hall, _ *guildhall.Message) { h.deny(h.general, guildhall.PermissionEmbedLinks) },
		"gone": func(h *hall, _ *guildhall.Message) {
			h.must(plainID, 0, guildhall.CommandMemberRemove, guildhall.MemberRef{UserID: plainID})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHall(t)
			m := h.say(plainID, "https://a.example")
			meanwhile(h, &m)
			if d := h.unfurl(&m, linkEmbeds(1, "A")); len(d.rows) != 0 || len(d.events) != 0 || len(h.stored(m.ID).Embeds) != 0 {
				t.Error("the embed is shown")
			}
		})
	}
	h := newHall(t)
	m := h.say(plainID, "https://a.example")
	h.must(plainID, h.general, guildhall.CommandMessageDelete, guildhall.MessageRef{ID: m.ID})
	h.refuse(guildhall.ErrUnknownMessage, system, h.general, guildhall.CommandMessageUnfurl, guildhall.UnfurlMessage{ID: m.ID, Content: m.Content})
}

// TestWrittenEmbedsStay: embeds of links stand behind those that somebody wrote, ten together, and go when the content changes.
func TestWrittenEmbedsStay(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	rich := []json.RawMessage{json.RawMessage(`{"type":"rich","title":"W"}`)}
	m, _ := h.send(plainID, guildhall.CreateMessage{Content: "https://a.example", Embeds: rich})
	h.unfurl(&m, linkEmbeds(12, "L"))
	if got := titles(t, h.stored(m.ID).Embeds); got != "WLLLLLLLLL" {
		t.Errorf("embeds %s", got)
	}
	edit := guildhall.EditMessage{ID: m.ID, Content: guildhall.Some(m.Content)}
	h.must(plainID, h.general, guildhall.CommandMessageEdit, edit)
	if got := titles(t, h.stored(m.ID).Embeds); got != "WLLLLLLLLL" {
		t.Errorf("embeds after an edit that changes nothing: %s", got)
	}
	edit.Content = guildhall.Some("nothing to see")
	h.must(plainID, h.general, guildhall.CommandMessageEdit, edit)
	if got := titles(t, h.stored(m.ID).Embeds); got != "W" {
		t.Errorf("embeds after an edit: %s", got)
	}
}

// TestUnfurlForWebhooks: what a webhook sends is shown whatever members may do.
func TestUnfurlForWebhooks(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	h.deny(h.general, guildhall.PermissionEmbedLinks)
	w := newHook(h)
	m := read[guildhall.Message](t, h.must(system, h.general, guildhall.CommandWebhookExecute, execute(w, "https://a.example")).reply)
	if h.unfurl(&m, linkEmbeds(1, "A")); len(h.stored(m.ID).Embeds) != 1 {
		t.Error("a webhook's link is not shown")
	}
}

func TestUnfurlInDirectMessages(t *testing.T) {
	t.Parallel()
	b, _ := newDM(t)
	m := read[guildhall.Message](t, b.must(dmAnn, dmRoom, guildhall.CommandMessageCreate, dmSays("https://a.example")).reply)
	d := b.must(system, dmRoom, guildhall.CommandMessageUnfurl, guildhall.UnfurlMessage{ID: m.ID, Content: m.Content, Embeds: linkEmbeds(1, "A")})
	if e, _ := event(t, d, "MESSAGE_UPDATE"); e.Audience.Intents != guildhall.IntentDirectMessages {
		t.Errorf("told to %+v", e.Audience)
	}
}

// TestUnfurledCopies: where a message was published before its links were read, they are shown too.
func TestUnfurledCopies(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	news := read[guildhall.Channel](t, h.must(ownerID, 0, guildhall.CommandChannelCreate, guildhall.CreateChannel{Name: "news", Type: guildhall.ChannelGuildAnnouncement}).reply)
	source := guildhall.FollowChannel{Channel: guildhall.WebhookSource{ID: guildhall.Snowflake(news.ID), Name: "news"}}
	source.Guild.ID = guildhall.Snowflake(h.id)
	carry := func(d *draft) *draft {
		t.Helper()
		if len(d.followUps) != 1 {
			t.Fatalf("follow-ups %+v", d.followUps)
		}
		return h.must(system, 0, d.followUps[0].Name, read[any](t, d.followUps[0].Body))
	}
	carry(h.must(adminID, h.general, guildhall.CommandChannelFollow, source))
	m := read[guildhall.Message](t, h.must(adminID, news.ID, guildhall.CommandMessageCreate, guildhall.CreateMessage{Content: "https://a.example"}).reply)
	carry(h.must(adminID, news.ID, guildhall.CommandMessageCrosspost, guildhall.MessageRef{ID: m.ID}))
	d := carry(h.must(system, news.ID, guildhall.CommandMessageUnfurl, guildhall.UnfurlMessage{ID: m.ID, Content: m.Content, Embeds: linkEmbeds(1, "A")}))
	_, data := event(t, d, "MESSAGE_UPDATE")
	if embeds, _ := data["embeds"].([]any); len(embeds) != 1 || data["channel_id"] != h.general.String() || data["edited_timestamp"] != nil {
		t.Errorf("told %v", data)
	}
}

// TestSuppressedLinks: embeds of links go when they are suppressed, and come back when they are no longer.
func TestSuppressedLinks(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	m := h.say(plainID, "see https://a.example")
	h.unfurl(&m, linkEmbeds(1, "A"))
	flags := func(flags int) *draft {
		return h.must(modID, h.general, guildhall.CommandMessageEdit, guildhall.EditMessage{ID: m.ID, Flags: guildhall.Some(flags)})
	}
	_, data := event(t, flags(guildhall.MessageSuppressEmbeds), "MESSAGE_UPDATE")
	if embeds, ok := data["embeds"].([]any); !ok || len(embeds) != 0 || data["edited_timestamp"] != nil {
		t.Errorf("told %v", data)
	}
	if s := h.stored(m.ID); len(s.Embeds) != 0 {
		t.Errorf("stored %s", s.Embeds)
	}
	flags(0)
	if h.unfurl(&m, linkEmbeds(1, "A")); titles(t, h.stored(m.ID).Embeds) != "A" {
		t.Error("they don't come back")
	}
}
