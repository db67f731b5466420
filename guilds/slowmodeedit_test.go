package guilds

import (
	"testing"
	"time"

	"guildhall"
)

// TestOldMessagesStartNoSlowmode: only who writes has to wait. That a message of long ago is changed, by its author, by those who
// look after the channel or by what it links to, is not written anew.
func TestOldMessagesStartNoSlowmode(t *testing.T) {
	t.Parallel()
	change := map[string]func(h *hall, id guildhall.MessageID){
		"edited": func(h *hall, id guildhall.MessageID) {
			h.must(plainID, h.general, guildhall.CommandMessageEdit, guildhall.EditMessage{ID: id, Content: set("other words")})
		},
		"pinned": func(h *hall, id guildhall.MessageID) {
			h.must(ownerID, h.general, guildhall.CommandPinPut, guildhall.MessageRef{ID: id})
		},
		"unfurled": func(h *hall, id guildhall.MessageID) {
			h.must(system, h.general, guildhall.CommandMessageUnfurl, guildhall.UnfurlMessage{ID: id, Content: "words", Embeds: list(nil)})
		},
	}
	for name, change := range change {
		h := newHall(t)
		h.must(modID, h.general, guildhall.CommandChannelModify, guildhall.ModifyChannel{RateLimitPerUser: guildhall.Some(10)})
		m := h.say(plainID, "words")
		h.now = h.now.Add(11 * time.Second)
		change(h, m.ID)
		if _, err := h.do(plainID, h.general, guildhall.CommandMessageCreate, guildhall.CreateMessage{Content: "in time"}); err != nil {
			t.Errorf("after an old message was %s: %v", name, err)
		}
		if _, err := h.do(plainID, h.general, guildhall.CommandMessageCreate, guildhall.CreateMessage{Content: "too soon"}); err == nil {
			t.Errorf("after an old message was %s nobody has to wait", name)
		}
	}
}
