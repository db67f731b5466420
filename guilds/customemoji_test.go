package guilds

import (
	"fmt"
	"testing"

	"guildhall"
)

func emojiFields(name string, animated bool, roles ...guildhall.RoleID) guildhall.EmojiFields {
	f := guildhall.EmojiFields{Name: guildhall.Some(name), Image: "0123456789abcdef0123456789abcdef", Animated: animated}
	if roles != nil {
		f.Roles = guildhall.Some(roles)
	}
	return f
}

func (h *hall) emoji(actor guildhall.UserID, name string, roles ...guildhall.RoleID) guildhall.CustomEmoji {
	h.t.Helper()
	d := h.must(actor, 0, guildhall.CommandEmojiCreate, emojiFields(name, false, roles...))
	return read[guildhall.CustomEmoji](h.t, d.reply)
}

func TestEmojisAreMadeByThoseWhoMay(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	maker := h.role("maker", guildhall.PermissionCreateGuildExpressions)
	keeper := h.role("keeper", guildhall.PermissionManageGuildExpressions)
	h.give(plainID, maker)
	h.give(modID, keeper)
	h.refuse(guildhall.ErrMissingPermissions, botID, 0, guildhall.CommandEmojiCreate, emojiFields("x_x", false))
	h.refuse(guildhall.ErrMissingPermissions, modID, 0, guildhall.CommandEmojiCreate, emojiFields("x_x", false))
	h.refuse(guildhall.ErrUnknownRole, plainID, 0, guildhall.CommandEmojiCreate, emojiFields("x_x", false, 5))
	d := h.must(plainID, 0, guildhall.CommandEmojiCreate, emojiFields("hat", false))
	own := read[guildhall.CustomEmoji](t, d.reply)
	if own.User == nil || own.User.ID != plainID || own.Image != "" {
		t.Errorf("answered %+v", own)
	}
	e, data := event(t, d, "GUILD_EMOJIS_UPDATE")
	if list := data["emojis"].([]any); len(list) != 1 || e.Audience.Intents != guildhall.IntentGuildExpressions || list[0].(map[string]any)["image"] != nil {
		t.Errorf("told %v to %+v", data, e.Audience)
	}
	others := h.emoji(adminID, "coat")
	rename := func(id guildhall.EmojiID) guildhall.EmojiFields {
		return guildhall.EmojiFields{ID: id, Name: guildhall.Some("renamed")}
	}
	h.must(plainID, 0, guildhall.CommandEmojiModify, rename(own.ID))
	h.refuse(guildhall.ErrMissingPermissions, plainID, 0, guildhall.CommandEmojiModify, rename(others.ID))
	h.refuse(guildhall.ErrMissingPermissions, plainID, 0, guildhall.CommandEmojiDelete, rename(others.ID))
	h.must(modID, 0, guildhall.CommandEmojiModify, rename(others.ID))
	h.refuse(errNoSuchEmoji, modID, 0, guildhall.CommandEmojiModify, rename(7))
	for who, shown := range map[guildhall.UserID]bool{plainID: true, modID: true, botID: false} {
		list := ask[[]guildhall.CustomEmoji](h.bench, who, 0, guildhall.QueryEmojis, nil)
		if len(list) != 2 || list[0].Name != "renamed" || (list[0].User != nil) != shown {
			t.Errorf("%s is shown %+v", who, list)
		}
	}
	h.must(modID, 0, guildhall.CommandEmojiDelete, rename(own.ID))
	if got := ask[struct{ Emojis []guildhall.CustomEmoji }](h.bench, botID, 0, guildhall.QueryGuild, nil).Emojis; len(got) != 1 || got[0].ID != others.ID {
		t.Errorf("the guild is shown with %+v", got)
	}
}

func TestEmojisAreCountedByKind(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	for i := range documented.Of(guildhall.LimitEmojis) {
		h.emoji(ownerID, fmt.Sprintf("still_%d", i))
	}
	h.refuse(documented.Exceeded(guildhall.LimitEmojis), ownerID, 0, guildhall.CommandEmojiCreate, emojiFields("one_more", false))
	for i := range documented.Of(guildhall.LimitAnimatedEmojis) {
		h.must(ownerID, 0, guildhall.CommandEmojiCreate, emojiFields(fmt.Sprintf("moving_%d", i), true))
	}
	h.refuse(documented.Exceeded(guildhall.LimitAnimatedEmojis), ownerID, 0, guildhall.CommandEmojiCreate, emojiFields("one_more", true))
}

// TestReactingWithCustomEmojis: with one of the guild's that is for the member, with one from elsewhere that its home lets
// the user use, and with any that is there already.
func TestReactingWithCustomEmojis(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	m := h.say(ownerID, "look")
	react := func(e guildhall.Emoji, usable bool) guildhall.ReactionRef {
		return guildhall.ReactionRef{MessageID: m.ID, Emoji: e, Usable: usable}
	}
	hat, kept := h.emoji(ownerID, "hat"), h.emoji(ownerID, "kept", h.mod)
	d := h.must(plainID, h.general, guildhall.CommandReactionPut, react(guildhall.Emoji{ID: hat.ID, Name: "whatever"}, false))
	if _, data := event(t, d, "MESSAGE_REACTION_ADD"); data["emoji"].(map[string]any)["name"] != "hat" {
		t.Errorf("told %v", data["emoji"])
	}
	h.refuse(guildhall.ErrUnknownEmoji, plainID, h.general, guildhall.CommandReactionPut, react(guildhall.Emoji{ID: kept.ID}, false))
	h.must(modID, h.general, guildhall.CommandReactionPut, react(guildhall.Emoji{ID: kept.ID}, false))
	h.must(plainID, h.general, guildhall.CommandReactionPut, react(guildhall.Emoji{ID: kept.ID}, false)) // it is there now
	elsewhere := guildhall.Emoji{ID: 99, Name: "far", Animated: true}
	h.refuse(guildhall.ErrUnknownEmoji, plainID, h.general, guildhall.CommandReactionPut, react(elsewhere, false))
	h.deny(h.general, guildhall.PermissionUseExternalEmojis)
	h.refuse(guildhall.ErrMissingPermissions, plainID, h.general, guildhall.CommandReactionPut, react(elsewhere, true))
	h.must(adminID, h.general, guildhall.CommandReactionPut, react(elsewhere, true))
	stored := h.stored(m.ID)
	if len(stored.Reactions) != 3 || stored.Reactions[1].Count != 2 || stored.Reactions[2].Emoji != elsewhere {
		t.Errorf("stored %+v", stored.Reactions)
	}
	h.must(plainID, h.general, guildhall.CommandReactionDelete, react(guildhall.Emoji{ID: hat.ID}, false))
	if got := h.stored(m.ID).Reactions; len(got) != 2 {
		t.Errorf("left %+v", got)
	}
}

// TestEmojiUse: an emoji's home tells who may use it.
func TestEmojiUse(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	kept := h.emoji(ownerID, "kept", h.mod)
	place := guildhall.ChannelID(kept.ID)
	use := ask[guildhall.EmojiUse](h.bench, modID, place, guildhall.QueryEmojiUse, nil)
	if use.Emoji.Name != "kept" || use.Owner != guildhall.Snowflake(h.id) || use.Image == "" {
		t.Errorf("%+v", use)
	}
	ask[guildhall.EmojiUse](h.bench, system, place, guildhall.QueryEmojiUse, nil)
	for _, who := range []guildhall.UserID{plainID, strangerID} {
		if _, err := h.query(who, place, guildhall.QueryEmojiUse, nil); err == nil {
			t.Errorf("%s may use it", who)
		}
	}
}

func TestApplicationEmojis(t *testing.T) {
	t.Parallel()
	b := newBench(t, guildhall.UserObject(botID))
	b.must(0, 0, guildhall.CommandUserCreate, guildhall.CreateUser{
		ID: botID, Username: "robot", Application: &guildhall.Application{OwnerID: ownerID},
	})
	creator := person(ownerID, "owner")
	fields := emojiFields("app", false)
	fields.Creator = &creator
	b.refuse(guildhall.ErrMissingAccess, plainID, 0, guildhall.CommandEmojiCreate, fields)
	d := b.must(ownerID, 0, guildhall.CommandEmojiCreate, fields)
	e := read[guildhall.CustomEmoji](t, d.reply)
	if e.User == nil || e.User.ID != ownerID {
		t.Errorf("made %+v", e)
	}
	b.must(botID, 0, guildhall.CommandEmojiModify, guildhall.EmojiFields{ID: e.ID, Name: guildhall.Some("app_2")})
	list := ask[guildhall.ApplicationEmojis](b, botID, 0, guildhall.QueryEmojis, nil)
	if len(list.Items) != 1 || list.Items[0].Name != "app_2" {
		t.Errorf("listed %+v", list.Items)
	}
	if use := ask[guildhall.EmojiUse](b, botID, guildhall.ChannelID(e.ID), guildhall.QueryEmojiUse, nil); use.Emoji.ID != e.ID {
		t.Errorf("%+v", use)
	}
	if _, err := b.query(ownerID, guildhall.ChannelID(e.ID), guildhall.QueryEmojiUse, nil); err == nil {
		t.Error("an application's emoji is for its bot alone")
	}
	b.must(botID, 0, guildhall.CommandEmojiDelete, guildhall.EmojiFields{ID: e.ID})
	b.refuse(errNoSuchEmoji, botID, 0, guildhall.CommandEmojiDelete, guildhall.EmojiFields{ID: e.ID})
}
