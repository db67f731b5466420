package guilds

import (
	"slices"
	"testing"

	"guildhall"
)

const (
	reactionPut    = guildhall.CommandReactionPut
	reactionDelete = guildhall.CommandReactionDelete
)

func emoji(m guildhall.MessageID, name string) guildhall.ReactionRef {
	return guildhall.ReactionRef{MessageID: m, Emoji: guildhall.Emoji{Name: name}}
}

func (h *hall) counts(id guildhall.MessageID) map[string]int {
	h.t.Helper()
	counts := map[string]int{}
	for _, r := range h.stored(id).Reactions {
		counts[r.Emoji.Name] = r.Count
		if r.CountDetails.Normal != r.Count || r.Generation == 0 {
			h.t.Errorf("reaction %+v", r)
		}
	}
	return counts
}

func TestReactions(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	m := h.say(modID, "x")
	d := h.must(plainID, h.general, reactionPut, emoji(m.ID, "❤️"))
	e, data := event(t, d, "MESSAGE_REACTION_ADD")
	if e.Audience.Intents != guildhall.IntentGuildMessageReactions || e.Audience.Channel != h.general || data["message_author_id"] != modID.String() ||
		data["burst"] != false || data["type"] != 0.0 || data["member"].(map[string]any)["user"] == nil || data["user_id"] != plainID.String() {
		t.Errorf("event %+v %v", e.Audience, data)
	}
	if got := data["emoji"].(map[string]any); got["name"] != "❤️" || got["id"] != nil {
		t.Errorf("emoji %v", got)
	}
	// Again, and written without the variation selector: the same one.
	if d = h.must(plainID, h.general, reactionPut, emoji(m.ID, "❤")); len(d.rows)+len(d.events) != 0 {
		t.Error("the same reaction counted twice")
	}
	h.must(modID, h.general, reactionPut, emoji(m.ID, "❤"))
	if got := h.counts(m.ID); got["❤️"] != 2 || len(got) != 1 {
		t.Errorf("counts %v", got)
	}
	d = h.must(plainID, h.general, reactionDelete, emoji(m.ID, "❤"))
	if _, data = event(t, d, "MESSAGE_REACTION_REMOVE"); data["member"] != nil || data["emoji"].(map[string]any)["name"] != "❤️" {
		t.Errorf("event %v", data)
	}
	if d = h.must(plainID, h.general, reactionDelete, emoji(m.ID, "❤")); len(d.rows) != 0 {
		t.Error("a reaction that is not there was taken away")
	}
	h.refuse(guildhall.ErrUnknownEmoji, plainID, h.general, reactionDelete, emoji(m.ID, "👍"))
	others := emoji(m.ID, "❤")
	others.UserID = modID
	h.refuse(guildhall.ErrMissingPermissions, plainID, h.general, reactionDelete, others)
	h.must(adminID, h.general, reactionDelete, others)
	if got := h.counts(m.ID); len(got) != 0 {
		t.Errorf("counts %v", got)
	}
}

func TestReactionRefusals(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	m := h.say(modID, "x")
	for _, name := range []string{"", "a", "👍👍", "hello", "<:x:1>"} {
		h.refuse(guildhall.ErrUnknownEmoji, plainID, h.general, reactionPut, emoji(m.ID, name))
	}
	custom := guildhall.ReactionRef{MessageID: m.ID, Emoji: guildhall.Emoji{ID: 5, Name: "x"}}
	h.refuse(guildhall.ErrUnknownEmoji, plainID, h.general, reactionPut, custom)
	h.refuse(guildhall.ErrUnknownMessage, plainID, h.general, reactionPut, emoji(4711, "👍"))

	// Without ADD_REACTIONS one may join in, but not begin.
	h.deny(h.general, guildhall.PermissionAddReactions)
	h.refuse(guildhall.ErrMissingPermissions, plainID, h.general, reactionPut, emoji(m.ID, "👍"))
	h.must(adminID, h.general, reactionPut, emoji(m.ID, "👍"))
	h.must(plainID, h.general, reactionPut, emoji(m.ID, "👍"))
	h.deny(h.general, guildhall.PermissionReadMessageHistory)
	h.refuse(guildhall.ErrMissingPermissions, botID, h.general, reactionPut, emoji(m.ID, "👍"))
	h.deny(h.general, guildhall.PermissionViewChannel)
	h.refuse(guildhall.ErrMissingAccess, plainID, h.general, reactionPut, emoji(m.ID, "👍"))
	h.deny(h.general, 0)

	for i := range documented.Of(guildhall.LimitReactions) - 1 {
		h.must(plainID, h.general, reactionPut, emoji(m.ID, string('😀'+rune(i))))
	}
	h.refuse(documented.Exceeded(guildhall.LimitReactions), plainID, h.general, reactionPut, emoji(m.ID, "🎉"))
	h.must(modID, h.general, reactionPut, emoji(m.ID, "👍"))
}

// TestClearedReactionsStayAway: rows that a clearing leaves behind are never counted or found again.
func TestClearedReactionsStayAway(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	m := h.say(modID, "x")
	for _, all := range []bool{true, false, true} {
		h.must(plainID, h.general, reactionPut, emoji(m.ID, "👍"))
		h.must(modID, h.general, reactionPut, emoji(m.ID, "👍"))
		h.must(modID, h.general, reactionPut, emoji(m.ID, "🎉"))
		if got := h.counts(m.ID); got["👍"] != 2 || got["🎉"] != 1 {
			t.Fatalf("counts %v", got)
		}
		h.refuse(guildhall.ErrMissingPermissions, plainID, h.general, guildhall.CommandReactionClear, emoji(m.ID, ""))
		if !all {
			d := h.must(modID, h.general, guildhall.CommandReactionClearEmoji, emoji(m.ID, "👍"))
			if _, data := event(t, d, "MESSAGE_REACTION_REMOVE_EMOJI"); data["emoji"].(map[string]any)["name"] != "👍" {
				t.Errorf("event %v", data)
			}
			if got := h.counts(m.ID); len(got) != 1 {
				t.Errorf("counts %v", got)
			}
			h.refuse(guildhall.ErrUnknownEmoji, modID, h.general, guildhall.CommandReactionClearEmoji, emoji(m.ID, "👍"))
			h.must(modID, h.general, reactionDelete, emoji(m.ID, "🎉"))
			continue
		}
		d := h.must(modID, h.general, guildhall.CommandReactionClear, emoji(m.ID, ""))
		if _, data := event(t, d, "MESSAGE_REACTION_REMOVE_ALL"); len(data) != 3 {
			t.Errorf("event %v", data)
		}
		if d = h.must(modID, h.general, guildhall.CommandReactionClear, emoji(m.ID, "")); len(d.rows) != 0 {
			t.Error("nothing was cleared again")
		}
	}
}

func TestReactionOrder(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	m := h.say(modID, "x")
	for _, name := range []string{"🎉", "👍", "🔥", "👍"} {
		h.must(plainID, h.general, reactionPut, emoji(m.ID, name))
	}
	h.must(plainID, h.general, reactionDelete, emoji(m.ID, "🎉"))
	h.must(plainID, h.general, reactionPut, emoji(m.ID, "🎉"))
	var order []string
	for _, r := range h.stored(m.ID).Reactions {
		order = append(order, r.Emoji.Name)
	}
	if !slices.Equal(order, []string{"👍", "🔥", "🎉"}) {
		t.Errorf("order %v", order)
	}
}

func TestIsEmoji(t *testing.T) {
	t.Parallel()
	emoji := []string{
		"👍", "👍🏽", "❤", "❤️", "🇩🇪", "1️⃣", "#⃣", "👨‍👩‍👧‍👦", "👩🏻‍❤️‍💋‍👨🏼", "🏳️‍🌈", "🏴‍☠️", "🏴\U000E0067\U000E0062\U000E0073\U000E0063\U000E0074\U000E007F",
		"☺", "©", "🫠", "🤷🏿‍♀️", "🙂‍↕️", "🫩", "🇨🇶", "🇿🇼", "🇦🇨",
	}
	for _, s := range emoji {
		if !isEmoji(s) {
			t.Errorf("%q is an emoji", s)
		}
	}
	others := []string{
		"", "a", "1", "#", "👍👍", "👍 ", " 👍", "🇩", "🇩🇩", "🇩🇪🇩🇪", "🏽", "👍🏽🏽", "🔥🏽", "👍\u200d", "\u200d👍", "️", "⃣", "a⃣", "🇩🇪️", "\xff",
		"🏴\U000E0067\U000E0062\U000E007F", "é", "日", "𝐀", "👨\u200d👩\u200d👧\u200d👦\u200d👦\u200d👦\u200d👦", "❤️️", "1️", ":smile:", "🏴\U000E0067\U000E0062\U000E0078\U000E0078\U000E0078\U000E007F",
	}
	for _, s := range others {
		if isEmoji(s) {
			t.Errorf("%q (%+q) is no emoji", s, s)
		}
	}
}

func FuzzIsEmoji(f *testing.F) {
	for _, s := range []string{"👍🏽", "🇩🇪", "1️⃣", "👨\u200d👩\u200d👧\u200d👦", "x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if isEmoji(s) && (len([]rune(s)) > emojiRunesMax || s == "") {
			t.Errorf("%q is too long", s)
		}
		if isEmoji(s) && isEmoji(s+s) {
			t.Errorf("%q twice is one emoji", s)
		}
	})
}

// TestSuperReactions: a super reaction is counted beside an ordinary one of the same user.
func TestSuperReactions(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	m := h.say(plainID, "x")
	ref := guildhall.ReactionRef{MessageID: m.ID, Emoji: guildhall.Emoji{Name: "👍"}}
	super := ref
	super.Burst = true
	put, remove := guildhall.CommandReactionPut, guildhall.CommandReactionDelete
	h.must(plainID, h.general, put, ref)
	_, data := event(t, h.must(plainID, h.general, put, super), "MESSAGE_REACTION_ADD")
	if data["burst"] != true || data["type"] != 1.0 {
		t.Errorf("told %v", data)
	}
	if d := h.must(plainID, h.general, put, super); len(d.rows) != 0 {
		t.Error("put twice")
	}
	h.must(modID, h.general, put, super)
	counts := func(want guildhall.ReactionCounts) {
		t.Helper()
		got := guildhall.Reaction{}
		if all := h.stored(m.ID).Reactions; len(all) > 0 {
			got = all[0]
		}
		if got.CountDetails != want || got.Count != want.Burst+want.Normal {
			t.Errorf("counted %+v, want %+v", got, want)
		}
	}
	counts(guildhall.ReactionCounts{Burst: 2, Normal: 1})
	d := h.must(plainID, h.general, guildhall.CommandMessageEdit, guildhall.EditMessage{ID: m.ID, Content: guildhall.Some("y")})
	if r := read[guildhall.Message](t, d.reply).Reactions[0]; !r.Me || !r.MeBurst {
		t.Errorf("own in %+v", r)
	}
	h.must(plainID, h.general, remove, ref)
	counts(guildhall.ReactionCounts{Burst: 2})
	h.must(plainID, h.general, remove, super)
	h.must(modID, h.general, remove, super)
	counts(guildhall.ReactionCounts{})
}
