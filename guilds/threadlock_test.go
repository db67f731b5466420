package guilds

import (
	"testing"

	"guildhall"
)

// shut archives or locks a thread.
func (h *hall) shut(id guildhall.ChannelID, archived, locked bool) {
	h.t.Helper()
	h.must(adminID, id, guildhall.CommandChannelModify, guildhall.ModifyChannel{
		Thread: guildhall.ThreadChanges{Archived: set(archived), Locked: set(locked)},
	})
}

// TestWebhookInShutThreads: a webhook opens an archived thread, and can't write, edit or open where it is locked.
func TestWebhookInShutThreads(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	w := newHook(h)
	th, _ := h.thread(plainID, guildhall.CreateThread{Name: "t", Type: guildhall.ChannelPublicThread})
	h.shut(th.ID, true, false)
	d := h.must(system, th.ID, guildhall.CommandWebhookExecute, execute(w, "opens"))
	said := read[guildhall.Message](t, d.reply)
	if h.view().Thread(th.ID).Metadata.Archived {
		t.Error("still archived")
	}
	edit := guildhall.EditWebhookMessage{WebhookID: w.ID, EditMessage: guildhall.EditMessage{ID: said.ID, Content: set("changed")}}
	h.must(system, th.ID, guildhall.CommandWebhookMessageEdit, edit)
	h.shut(th.ID, false, true)
	for _, archived := range []bool{false, true} {
		h.shut(th.ID, archived, true)
		h.refuse(errThreadLocked, system, th.ID, guildhall.CommandWebhookExecute, execute(w, "refused"))
		want := errThreadLocked
		if archived {
			want = errArchived
		}
		edit.Content = set("changed again")
		h.refuse(want, system, th.ID, guildhall.CommandWebhookMessageEdit, edit)
		if now := h.view().Thread(th.ID).Metadata; now.Archived != archived || !now.Locked {
			t.Errorf("became %+v", now)
		}
	}
	h.refuse(errThreadLocked, system, th.ID, guildhall.CommandWebhookMessageDelete, edit)
	h.shut(th.ID, true, false)
	h.must(system, th.ID, guildhall.CommandWebhookMessageDelete, edit)
}

// TestLockedThreads: who does not look after threads changes no messages in a locked one, and deletes none while it is archived
// too. discord: topics/threads#locked-threads
func TestLockedThreads(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	th, _ := h.thread(plainID, guildhall.CreateThread{Name: "t", Type: guildhall.ChannelPublicThread})
	say := func(content string) guildhall.MessageID {
		return read[guildhall.Message](t, h.must(plainID, th.ID, guildhall.CommandMessageCreate, guildhall.CreateMessage{Content: content}).reply).ID
	}
	first, second, third := say("one"), say("two"), say("three")
	like := guildhall.ReactionRef{MessageID: first, Emoji: guildhall.Emoji{Name: "👍"}}
	h.give(modID, h.role("pins", guildhall.PermissionPinMessages))
	h.shut(th.ID, false, true)
	h.refuse(errThreadLocked, plainID, th.ID, guildhall.CommandMessageEdit, guildhall.EditMessage{ID: first, Content: set("x")})
	h.refuse(errThreadLocked, modID, th.ID, guildhall.CommandPinPut, guildhall.MessageRef{ID: first})
	h.must(adminID, th.ID, guildhall.CommandPinPut, guildhall.MessageRef{ID: first})
	h.must(plainID, th.ID, guildhall.CommandReactionPut, like)
	h.must(plainID, th.ID, guildhall.CommandMessageDelete, guildhall.MessageRef{ID: second})
	h.shut(th.ID, true, true)
	h.refuse(errArchived, plainID, th.ID, guildhall.CommandReactionPut, like)
	h.refuse(errThreadLocked, plainID, th.ID, guildhall.CommandMessageDelete, guildhall.MessageRef{ID: first})
	h.refuse(errThreadLocked, modID, th.ID, guildhall.CommandMessageBulkDelete, guildhall.MessageIDs{IDs: []guildhall.MessageID{first, third}})
	h.must(adminID, th.ID, guildhall.CommandMessageDelete, guildhall.MessageRef{ID: first})
	h.shut(th.ID, true, false)
	h.must(plainID, th.ID, guildhall.CommandMessageDelete, guildhall.MessageRef{ID: third})
}
