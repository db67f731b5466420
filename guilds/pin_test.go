package guilds

import (
	"slices"
	"testing"
	"time"

	"guildhall"
)

func TestPins(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	put, remove := guildhall.CommandPinPut, guildhall.CommandPinDelete
	m, other := h.say(plainID, "keep"), h.say(plainID, "keep too")
	ref := guildhall.MessageRef{ID: m.ID}
	h.refuse(guildhall.ErrMissingPermissions, plainID, h.general, put, ref)
	h.refuse(guildhall.ErrUnknownMessage, adminID, h.general, put, guildhall.MessageRef{ID: 4711})
	d := h.must(adminID, h.general, put, ref)
	h.expectTold("pinned", d, plainID, "MESSAGE_UPDATE", "CHANNEL_PINS_UPDATE", "MESSAGE_CREATE")
	if _, data := event(t, d, "CHANNEL_PINS_UPDATE"); data["last_pin_timestamp"] == nil || data["guild_id"] == nil {
		t.Errorf("told %v", data)
	}
	_, data := event(t, d, "MESSAGE_CREATE")
	if data["type"] != 6.0 || data["message_reference"].(map[string]any)["message_id"] != m.ID.String() {
		t.Errorf("announced %v", data)
	}
	announced := read[guildhall.Message](t, encode(data))
	h.refuse(guildhall.ErrSystemMessage, adminID, h.general, put, guildhall.MessageRef{ID: announced.ID})
	if d = h.must(adminID, h.general, put, ref); len(d.rows) != 0 {
		t.Error("pinned twice")
	}
	h.must(adminID, h.general, put, guildhall.MessageRef{ID: other.ID})
	pins := func(user guildhall.UserID, q guildhall.PinsQuery) []guildhall.MessageID {
		t.Helper()
		a := ask[guildhall.PinsAnswer](h.bench, user, h.general, guildhall.QueryPins, q)
		ids := []guildhall.MessageID{}
		for _, pin := range a.Items {
			ids = append(ids, pin.MessageID)
		}
		if a.HasMore {
			ids = append(ids, 0)
		}
		return ids
	}
	if got := pins(plainID, guildhall.PinsQuery{Limit: 50}); !slices.Equal(got, []guildhall.MessageID{other.ID, m.ID}) {
		t.Errorf("pins %v", got)
	}
	if got := pins(plainID, guildhall.PinsQuery{Limit: 1}); !slices.Equal(got, []guildhall.MessageID{other.ID, 0}) {
		t.Errorf("first page %v", got)
	}
	first := ask[guildhall.PinsAnswer](h.bench, plainID, h.general, guildhall.QueryPins, guildhall.PinsQuery{Limit: 1})
	if got := pins(plainID, guildhall.PinsQuery{Limit: 1, Before: first.Items[0].PinnedAt}); !slices.Equal(got, []guildhall.MessageID{m.ID}) {
		t.Errorf("second page %v", got)
	}
	if c := ask[guildhall.Channel](h.bench, plainID, h.general, guildhall.QueryChannel, nil); c.LastPinAt == nil || *c.LastPinAt != first.Items[0].PinnedAt {
		t.Errorf("the channel tells %v", c.LastPinAt)
	}
	if !h.stored(m.ID).Pinned {
		t.Error("the message is not marked")
	}
	d = h.must(adminID, h.general, remove, ref)
	h.expectTold("unpinned", d, plainID, "MESSAGE_UPDATE", "CHANNEL_PINS_UPDATE")
	h.must(plainID, h.general, guildhall.CommandMessageDelete, guildhall.MessageRef{ID: other.ID})
	if got := pins(plainID, guildhall.PinsQuery{Limit: 50}); len(got) != 0 {
		t.Errorf("a deleted message is pinned: %v", got)
	}
	for range documented.Of(guildhall.LimitPins) {
		h.must(adminID, h.general, put, guildhall.MessageRef{ID: h.say(plainID, "x").ID})
	}
	h.refuse(documented.Exceeded(guildhall.LimitPins), adminID, h.general, put, ref)
	h.deny(h.general, guildhall.PermissionReadMessageHistory)
	if got := pins(plainID, guildhall.PinsQuery{Limit: 50}); len(got) != 0 {
		t.Errorf("pins without the history: %v", got)
	}
}

func TestBulkDelete(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	bulk := guildhall.CommandMessageBulkDelete
	a, b := h.say(plainID, "a"), h.say(modID, "b")
	h.must(adminID, h.general, guildhall.CommandPinPut, guildhall.MessageRef{ID: a.ID})
	named := guildhall.MessageIDs{IDs: []guildhall.MessageID{a.ID, b.ID, b.ID + 1}}
	h.refuse(guildhall.ErrMissingPermissions, plainID, h.general, bulk, named)
	d := h.must(modID, h.general, bulk, named)
	h.expectTold("deleted", d, plainID, "CHANNEL_PINS_UPDATE", "MESSAGE_DELETE_BULK")
	if _, data := event(t, d, "MESSAGE_DELETE_BULK"); len(data["ids"].([]any)) != 2 {
		t.Errorf("told %v", data)
	}
	if h.stored(a.ID) != nil || h.stored(b.ID) != nil {
		t.Error("messages are left")
	}
	if d = h.must(modID, h.general, bulk, named); len(d.events) != 0 {
		t.Error("deleted twice")
	}
	old := h.say(plainID, "old")
	h.now = h.now.Add(15 * 24 * time.Hour)
	h.refuse(errBulkAge, modID, h.general, bulk, guildhall.MessageIDs{IDs: []guildhall.MessageID{old.ID}})
}

func TestCrosspost(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	cross := guildhall.CommandMessageCrosspost
	h.refuse(guildhall.ErrWrongChannelType, ownerID, h.general, cross, guildhall.MessageRef{ID: h.say(plainID, "x").ID})
	h.must(ownerID, h.general, guildhall.CommandChannelModify, guildhall.ModifyChannel{Type: set(guildhall.ChannelGuildAnnouncement)})
	m := h.say(plainID, "news")
	h.refuse(guildhall.ErrMissingPermissions, botID, h.general, cross, guildhall.MessageRef{ID: m.ID})
	d := h.must(plainID, h.general, cross, guildhall.MessageRef{ID: m.ID})
	h.expectTold("published", d, botID, "MESSAGE_UPDATE")
	if read[guildhall.Message](t, d.reply).Flags&guildhall.MessageCrossposted == 0 {
		t.Error("not marked")
	}
	h.refuse(errCrossposted, modID, h.general, cross, guildhall.MessageRef{ID: m.ID})
}
