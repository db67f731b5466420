package guildhall_test

import (
	"encoding/json"
	"testing"

	"guildhall"
)

func TestReadable(t *testing.T) {
	t.Parallel()
	const author, mentioned, stranger = guildhall.UserID(1), guildhall.UserID(2), guildhall.UserID(3)
	answered := &guildhall.Message{Author: guildhall.User{ID: stranger}, Content: "question"}
	m := &guildhall.Message{
		Author: guildhall.User{ID: author}, Content: "answer", Mentions: []guildhall.User{{ID: mentioned}},
		Embeds: []json.RawMessage{json.RawMessage(`{}`)}, ReferencedMessage: guildhall.Some(answered),
	}
	for _, c := range []struct {
		reader            guildhall.UserID
		content, question string
	}{
		{author, "answer", ""},
		{mentioned, "answer", ""},
		{stranger, "", "question"},
		{4, "", ""},
	} {
		got := m.Readable(c.reader)
		if got.Content != c.content || got.ReferencedMessage.Value.Content != c.question || len(got.Embeds) != len(c.content)/6 {
			t.Errorf("reader %d reads %q in answer to %q with %d embeds", c.reader, got.Content, got.ReferencedMessage.Value.Content, len(got.Embeds))
		}
	}
	if m.Content != "answer" || answered.Content != "question" {
		t.Error("the stored message was changed")
	}
}
