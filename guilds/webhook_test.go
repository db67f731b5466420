package guilds

import (
	"slices"
	"testing"

	"guildhall"
)

// newHook makes a webhook of the admin's in the general channel.
func newHook(h *hall) guildhall.Webhook {
	h.t.Helper()
	d := h.must(adminID, h.general, guildhall.CommandWebhookCreate, guildhall.ModifyWebhook{Name: guildhall.Some("hook")})
	return read[guildhall.Webhook](h.t, d.reply)
}

func execute(w guildhall.Webhook, content string) guildhall.ExecuteWebhook {
	return guildhall.ExecuteWebhook{WebhookID: w.ID, CreateMessage: guildhall.CreateMessage{Content: content}}
}

func TestWebhooksAreLookedAfterByThoseWhoMay(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	w := newHook(h)
	place := guildhall.ChannelID(w.ID)
	for _, who := range []guildhall.UserID{plainID, modID, botID} {
		h.refuse(guildhall.ErrMissingPermissions, who, h.general, guildhall.CommandWebhookCreate, guildhall.ModifyWebhook{Name: guildhall.Some("x")})
		h.refuse(guildhall.ErrMissingPermissions, who, place, guildhall.CommandWebhookModify, guildhall.ModifyWebhook{Name: guildhall.Some("x")})
		h.refuse(guildhall.ErrMissingPermissions, who, place, guildhall.CommandWebhookDelete, nil)
		for _, query := range []string{guildhall.QueryWebhook, guildhall.QueryGuildWebhooks} {
			if _, err := h.query(who, place, query, nil); err == nil {
				t.Errorf("%s may ask %s", who, query)
			}
		}
	}
	h.refuse(guildhall.ErrUnknownWebhook, adminID, h.general, guildhall.CommandWebhookDelete, nil)
	h.refuse(guildhall.ErrWrongChannelType, adminID, h.category, guildhall.CommandWebhookCreate, guildhall.ModifyWebhook{Name: guildhall.Some("x")})
	h.refuse(guildhall.ErrInvalidForm, adminID, h.general, guildhall.CommandWebhookCreate, guildhall.ModifyWebhook{Name: guildhall.Some("Discord news")})
	d := h.must(adminID, place, guildhall.CommandWebhookModify, guildhall.ModifyWebhook{Name: guildhall.Some("hook 2")})
	e, data := event(t, d, "WEBHOOKS_UPDATE")
	if data["channel_id"] != h.general.String() || e.Audience.Intents != guildhall.IntentGuildWebhooks {
		t.Errorf("told %v to %+v", data, e.Audience)
	}
	if got := ask[[]guildhall.Webhook](h.bench, adminID, h.general, guildhall.QueryChannelWebhooks, nil); len(got) != 1 || got[0].Name != "hook 2" {
		t.Errorf("listed %+v", got)
	}
	h.must(adminID, place, guildhall.CommandWebhookDelete, nil)
	h.refuse(guildhall.ErrUnknownWebhook, system, h.general, guildhall.CommandWebhookExecute, execute(w, "gone"))
}

// TestGuildWebhooksKeepToTheirChannels: the list holds tokens, so that it shows no channel's webhooks to who is shut out.
func TestGuildWebhooksKeepToTheirChannels(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	w := newHook(h)
	h.give(plainID, h.role("hooks", guildhall.PermissionManageWebhooks))
	list := func() []guildhall.Webhook {
		return ask[[]guildhall.Webhook](h.bench, plainID, 0, guildhall.QueryGuildWebhooks, nil)
	}
	if got := list(); len(got) != 1 || got[0].ID != w.ID {
		t.Errorf("listed %+v", got)
	}
	h.deny(h.general, guildhall.PermissionManageWebhooks)
	if got := list(); len(got) != 0 {
		t.Errorf("listed without the permission in the channel: %+v", got)
	}
	h.deny(h.general, guildhall.PermissionViewChannel)
	if got := list(); len(got) != 0 {
		t.Errorf("listed of a hidden channel: %+v", got)
	}
	if got := ask[[]guildhall.Webhook](h.bench, system, 0, guildhall.QueryGuildWebhooks, nil); len(got) != 1 {
		t.Errorf("the server itself is shown %+v", got)
	}
}

func TestWebhooksOfAChannelAreFew(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	for range documented.Of(guildhall.LimitChannelWebhooks) {
		newHook(h)
	}
	h.refuse(documented.Exceeded(guildhall.LimitChannelWebhooks), adminID, h.general, guildhall.CommandWebhookCreate, guildhall.ModifyWebhook{Name: guildhall.Some("x")})
}

// TestWebhookWrites: as an author of its own, under another name and picture where the message says so.
func TestWebhookWrites(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	w := newHook(h)
	h.refuse(guildhall.ErrMissingAccess, adminID, h.general, guildhall.CommandWebhookExecute, execute(w, "not by its id alone"))
	h.refuse(guildhall.ErrUnknownChannel, system, h.category, guildhall.CommandWebhookExecute, execute(w, "elsewhere"))
	e := execute(w, "hello @everyone")
	e.Username, e.Avatar = "Somebody", "0123456789abcdef0123456789abcdef"
	d := h.must(system, h.general, guildhall.CommandWebhookExecute, e)
	m := read[guildhall.Message](t, d.reply)
	a := m.Author
	if m.WebhookID != w.ID || a.ID != guildhall.UserID(w.ID) || a.Username != "Somebody" || !a.Bot || a.Discriminator != "0000" || *a.Avatar != e.Avatar {
		t.Errorf("sent as %+v", m)
	}
	if !m.MentionEveryone {
		t.Error("a webhook may mention everyone")
	}
	if _, data := event(t, d, "MESSAGE_CREATE"); data["member"] != nil {
		t.Errorf("a webhook is no member: %v", data["member"])
	}
	h.refuse(guildhall.ErrInvalidForm, system, h.general, guildhall.CommandWebhookExecute, func() guildhall.ExecuteWebhook {
		e.Username = "clyde"
		return e
	}())
	other := newHook(h)
	edit := guildhall.EditWebhookMessage{WebhookID: other.ID, EditMessage: guildhall.EditMessage{ID: m.ID, Content: guildhall.Some("changed")}}
	h.refuse(guildhall.ErrUnknownMessage, system, h.general, guildhall.CommandWebhookMessageEdit, edit)
	h.refuse(guildhall.ErrUnknownMessage, system, h.general, guildhall.CommandWebhookMessageDelete, edit)
	edit.WebhookID = w.ID
	d = h.must(system, h.general, guildhall.CommandWebhookMessageEdit, edit)
	if got := read[guildhall.Message](t, d.reply); got.Content != "changed" || got.Author.Username != "Somebody" {
		t.Errorf("edited to %+v", got)
	}
	h.must(system, h.general, guildhall.CommandWebhookMessageDelete, edit)
	if h.stored(m.ID) != nil {
		t.Error("still there")
	}
}

// TestWebhookOfABot: its messages say whose application sent them.
func TestWebhookOfABot(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	h.give(botID, h.admin)
	d := h.must(botID, h.general, guildhall.CommandWebhookCreate, guildhall.ModifyWebhook{Name: guildhall.Some("hook")})
	w := read[guildhall.Webhook](t, d.reply)
	d = h.must(system, h.general, guildhall.CommandWebhookExecute, execute(w, "hello"))
	if m := read[guildhall.Message](t, d.reply); m.ApplicationID != guildhall.ApplicationID(botID) {
		t.Errorf("of application %s", m.ApplicationID)
	}
}

// TestWebhookInForum: a forum has posts, not messages.
func TestWebhookInForum(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	d := h.must(adminID, 0, guildhall.CommandChannelCreate, guildhall.CreateChannel{Name: "forum", Type: guildhall.ChannelGuildForum})
	forum := read[guildhall.Channel](t, d.reply).ID
	d = h.must(adminID, forum, guildhall.CommandWebhookCreate, guildhall.ModifyWebhook{Name: guildhall.Some("hook")})
	w := read[guildhall.Webhook](t, d.reply)
	h.refuse(errWebhookNeedsThread, system, forum, guildhall.CommandWebhookExecute, execute(w, "hello"))
	e := execute(w, "the first message")
	e.Thread = &guildhall.WebhookThread{Name: "post"}
	d = h.must(system, forum, guildhall.CommandWebhookExecute, e)
	first := read[guildhall.Message](t, d.reply)
	if first.Content != "the first message" || first.ChannelID == forum {
		t.Errorf("answered with %+v", first)
	}
	if got := types(d); !slices.Contains(got, "THREAD_CREATE") || !slices.Contains(got, "MESSAGE_CREATE") {
		t.Errorf("told %v", got)
	}
	d = h.must(system, first.ChannelID, guildhall.CommandWebhookExecute, execute(w, "the second"))
	if got := types(d); slices.Contains(got, "THREAD_MEMBERS_UPDATE") {
		t.Errorf("a webhook has become a member: %v", got)
	}
	e.WebhookID = newHook(h).ID
	h.refuse(errWebhookThread, system, h.general, guildhall.CommandWebhookExecute, e)
}

func TestWebhookMovesAndGoesWithItsChannel(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	w := newHook(h)
	d := h.must(adminID, 0, guildhall.CommandChannelCreate, guildhall.CreateChannel{Name: "other"})
	other := read[guildhall.Channel](t, d.reply).ID
	d = h.must(adminID, guildhall.ChannelID(w.ID), guildhall.CommandWebhookModify, guildhall.ModifyWebhook{ChannelID: guildhall.Some(other)})
	if got := types(d); !slices.Equal(got, []string{"WEBHOOKS_UPDATE", "WEBHOOKS_UPDATE"}) {
		t.Errorf("told %v, want both channels", got)
	}
	h.must(adminID, other, guildhall.CommandChannelDelete, nil)
	h.refuse(guildhall.ErrUnknownWebhook, adminID, guildhall.ChannelID(w.ID), guildhall.CommandWebhookDelete, nil)
}
