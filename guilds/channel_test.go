package guilds

import (
	"testing"

	"guildhall"
)

func TestChannels(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	d := h.must(modID, 0, guildhall.CommandChannelCreate, guildhall.CreateChannel{Name: "My  Room", ParentID: h.category})
	c := read[guildhall.Channel](t, d.reply)
	e, data := event(t, d, "CHANNEL_CREATE")
	if c.Name != "my-room" || c.Position != 1 || c.ParentID != h.category || data["name"] != "my-room" {
		t.Errorf("made %+v, event %v", c, data)
	}
	want := guildhall.Audience{Channel: c.ID, Permissions: guildhall.PermissionViewChannel, Intents: guildhall.IntentGuilds}
	if !sameJSON(e.Audience, want) {
		t.Errorf("audience %+v", e.Audience)
	}

	d = h.must(modID, c.ID, guildhall.CommandChannelModify, guildhall.ModifyChannel{Topic: guildhall.Some("talk"), RateLimitPerUser: guildhall.Some(5)})
	if c = read[guildhall.Channel](t, d.reply); *c.Topic != "talk" || c.RateLimitPerUser != 5 || len(types(d)) != 1 {
		t.Errorf("changed to %+v with %v", c, types(d))
	}
	if d = h.must(modID, c.ID, guildhall.CommandChannelModify, guildhall.ModifyChannel{Topic: guildhall.Some("talk")}); len(d.rows)+len(d.events) != 0 {
		t.Error("a change that is none was written")
	}
	h.refuse(guildhall.ErrMissingPermissions, plainID, c.ID, guildhall.CommandChannelModify, guildhall.ModifyChannel{Topic: guildhall.Some("x")})
	h.refuse(guildhall.ErrInvalidForm, modID, c.ID, guildhall.CommandChannelModify, guildhall.ModifyChannel{ParentID: guildhall.Some(h.general)})
	h.refuse(guildhall.ErrInvalidForm, modID, h.category, guildhall.CommandChannelModify, guildhall.ModifyChannel{ParentID: guildhall.Some(h.category)})
	h.refuse(guildhall.ErrUnknownChannel, modID, 12345, guildhall.CommandChannelDelete, nil)
	h.refuse(guildhall.ErrMissingPermissions, plainID, c.ID, guildhall.CommandChannelDelete, nil)

	// A deleted category leaves its channels.
	d = h.must(modID, h.category, guildhall.CommandChannelDelete, nil)
	e, _ = event(t, d, "CHANNEL_DELETE")
	if !e.Audience.Before || len(types(d)) != 3 {
		t.Errorf("deleting a category: %+v, %v", e.Audience, types(d))
	}
	for _, left := range h.view().Channels() {
		if left.ParentID != 0 {
			t.Errorf("%s has still a parent", left.Name)
		}
	}

	// The system channel's end also changes the guild.
	h.say(plainID, "hello")
	d = h.must(modID, h.general, guildhall.CommandChannelDelete, nil)
	if _, g := event(t, d, "GUILD_UPDATE"); g["system_channel_id"] != nil || g["roles"] == nil {
		t.Errorf("guild after its system channel: %v", g)
	}
	if h.view().LastMessage(h.general) != 0 {
		t.Error("a deleted channel still has a last message")
	}
	place := guildhall.PlaceRow(h.general, h.object)
	if _, there := h.tables()[place.Key()]; there {
		t.Error("a deleted channel still has a place")
	}
	h.refuse(guildhall.ErrUnknownChannel, ownerID, h.general, guildhall.CommandMessageCreate, guildhall.CreateMessage{Content: "x"})
}

func TestChannelsInheritOverwrites(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	h.deny(h.category, guildhall.PermissionSendMessages)
	d := h.must(modID, 0, guildhall.CommandChannelCreate, guildhall.CreateChannel{Name: "x", ParentID: h.category})
	if c := read[guildhall.Channel](t, d.reply); len(c.Overwrites) != 1 || c.Overwrites[0].Deny != guildhall.PermissionSendMessages {
		t.Errorf("overwrites %+v", c.Overwrites)
	}
	d = h.must(modID, 0, guildhall.CommandChannelCreate, guildhall.CreateChannel{Name: "y", ParentID: h.category, Overwrites: []guildhall.Overwrite{}})
	// An empty list is left out on the way, as an absent one.
	if c := read[guildhall.Channel](t, d.reply); len(c.Overwrites) != 1 {
		t.Errorf("overwrites %+v", c.Overwrites)
	}
	h.deny(h.category, guildhall.PermissionManageChannels)
	h.overwrite(h.category, guildhall.Overwrite{ID: guildhall.Snowflake(h.mod), Deny: guildhall.PermissionManageChannels})
	h.refuse(guildhall.ErrMissingPermissions, modID, 0, guildhall.CommandChannelCreate, guildhall.CreateChannel{Name: "z", ParentID: h.category})
}

func TestChannelLimits(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	for range documented.Of(guildhall.LimitCategoryChannels) - 1 {
		h.must(modID, 0, guildhall.CommandChannelCreate, guildhall.CreateChannel{Name: "x", ParentID: h.category})
	}
	h.refuse(guildhall.ErrInvalidForm, modID, 0, guildhall.CommandChannelCreate, guildhall.CreateChannel{Name: "x", ParentID: h.category})
	for len(h.view().Channels()) < documented.Of(guildhall.LimitChannels) {
		h.must(modID, 0, guildhall.CommandChannelCreate, guildhall.CreateChannel{Name: "x"})
	}
	h.refuse(documented.Exceeded(guildhall.LimitChannels), modID, 0, guildhall.CommandChannelCreate, guildhall.CreateChannel{Name: "x"})
}
