package api_test

import (
	"strings"
	"testing"

	"guildhall"
	"guildhall/admission"
	"guildhall/api"
)

// TestForwardsAreRead: what is forwarded is what the sender can read, at this moment.
func TestForwardsAreRead(t *testing.T) {
	t.Parallel()
	const forward = `{"message_reference":{"type":1,"channel_id":"4194304","message_id":"5000"}}`
	send := func(m guildhall.Message, as guildhall.UserID, flags int, prepare func(*history)) (*world, *guildhall.Command, string) {
		t.Helper()
		h := newHistory(1)
		w := newWorldOver(t, api.Config{RateLimits: admission.Off}, h.tables)
		w.owners.accounts[botID].Application.Flags = flags
		m.ID, m.ChannelID = 5000, room
		h.commit(guildhall.MessageRow(&m))
		prepare(h)
		var sent *guildhall.Command
		w.owners.script = func(cmd *guildhall.Command) (*guildhall.Answer, error) {
			switch cmd.Name {
			case guildhall.QueryMessages:
				return h.answer(cmd)
			case guildhall.QueryChannel:
				return answerOf(guildhall.Channel{ID: cmd.Channel}), nil
			}
			sent = cmd
			return nil, guildhall.ErrMissingPermissions
		}
		for _, f := range m.Attachments {
			if err := w.blobs.Put(t.Context(), guildhall.AttachmentKey(f.ID), strings.NewReader("x")); err != nil {
				t.Fatal(err)
			}
		}
		got := w.do(ask{method: "POST", path: "/api/v10/channels/8388608/messages", as: as, body: forward})
		return w, sent, got.Body.String()
	}
	others := guildhall.User{ID: personID}
	plain := guildhall.Message{Author: others, Content: "secret"}
	for name, c := range map[string]struct {
		message guildhall.Message
		as      guildhall.UserID
		flags   int
		prepare func(*history)
		want    string // a part of the refusal; "" where it is sent
	}{
		"a person":             {message: plain, as: personID},
		"with the intent":      {message: plain, as: botID, flags: guildhall.ApplicationMessageContent},
		"without it":           {message: plain, as: botID, want: `"code":160014`},
		"one's own":            {message: guildhall.Message{Author: guildhall.User{ID: botID}, Content: "mine"}, as: botID},
		"mentioned":            {message: guildhall.Message{Author: others, Content: "to you", Mentions: []guildhall.User{{ID: botID}}}, as: botID},
		"a forward of others'": {message: guildhall.Message{Author: guildhall.User{ID: botID}, MessageSnapshots: make([]guildhall.MessageSnapshot, 1)}, as: botID, want: `"code":160014`},
		"without history":      {message: plain, as: personID, prepare: func(h *history) { h.denied = true }, want: `"code":160009`},
		"deleted": {message: plain, as: personID, prepare: func(h *history) {
			h.commit(guildhall.Row{Table: guildhall.TableMessages, Part: room.Key(), Sort: guildhall.MessageID(5000).Key(), Delete: true})
		}, want: "UNKNOWN_MESSAGE"},
		"a poll":                {message: guildhall.Message{Author: others, Poll: &guildhall.Poll{}}, as: personID, want: "FORWARD_CONTAINS"},
		"a system message":      {message: guildhall.Message{Author: others, Type: guildhall.MessageUserJoin}, as: personID, want: "FORWARD_CONTAINS"},
		"an answer to be given": {message: guildhall.Message{Author: others, Type: guildhall.MessageChatInput, Flags: guildhall.MessageLoading}, as: personID, want: "FORWARD_CONTAINS"},
	} {
		if c.prepare == nil {
			c.prepare = func(*history) {}
		}
		_, sent, got := send(c.message, c.as, c.flags, c.prepare)
		if c.want == "" && sent == nil || c.want != "" && (sent != nil || !strings.Contains(got, c.want)) {
			t.Errorf("%s: %s, sent %v", name, got, sent != nil)
		}
	}
	// What a refused forward has copied is dropped again.
	plain.Attachments = []guildhall.Attachment{{ID: 7, Filename: "a"}, {ID: 8, Filename: "b"}}
	w, sent, got := send(plain, personID, 0, func(*history) {})
	if sent == nil || !strings.Contains(string(sent.Body), `"filename":"b"`) || w.blobs.Len() != 2 {
		t.Errorf("%s, %d blobs", got, w.blobs.Len())
	}
	for _, id := range []guildhall.Snowflake{7, 8} {
		if b, err := w.blobs.Get(t.Context(), guildhall.AttachmentKey(id)); err != nil {
			t.Errorf("the source has lost its file: %v", err)
		} else if err := b.Close(); err != nil {
			t.Error(err)
		}
	}
}
