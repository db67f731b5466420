package guilds

import (
	"testing"

	"guildhall"
)

func TestAttachmentsNeedPermission(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	file := func(id guildhall.Snowflake) guildhall.Attachment {
		return guildhall.Attachment{ID: id, Filename: "a.png", Size: 1}
	}
	m, d := h.send(plainID, guildhall.CreateMessage{Attachments: []guildhall.Attachment{file(1), file(2)}})
	if _, data := event(t, d, "MESSAGE_CREATE"); len(m.Attachments) != 2 || len(data["attachments"].([]any)) != 2 {
		t.Errorf("sent %+v", m)
	}
	edit := guildhall.CommandMessageEdit
	keep := guildhall.Some([]guildhall.KeepAttachment{{ID: 2, Description: guildhall.Some("new")}, {ID: 77}})
	d = h.must(plainID, h.general, edit, guildhall.EditMessage{ID: m.ID, Keep: keep, Attachments: []guildhall.Attachment{file(3)}})
	m = read[guildhall.Message](t, d.reply)
	if len(m.Attachments) != 2 || m.Attachments[0].ID != 2 || *m.Attachments[0].Description != "new" || m.Attachments[1].ID != 3 {
		t.Errorf("edited %+v", m.Attachments)
	}
	if d = h.must(plainID, h.general, edit, guildhall.EditMessage{ID: m.ID, Content: guildhall.Some("x")}); len(read[guildhall.Message](t, d.reply).Attachments) != 2 {
		t.Error("an edit that says nothing of attachments removes them")
	}
	h.refuse(guildhall.ErrEditOtherAuthor, adminID, h.general, edit, guildhall.EditMessage{ID: m.ID, Keep: keep})
	h.refuse(guildhall.ErrEmptyMessage, plainID, h.general, edit, guildhall.EditMessage{
		ID: m.ID, Content: guildhall.Some(""), Keep: guildhall.Some([]guildhall.KeepAttachment{}),
	})
	h.refuse(documented.Exceeded(guildhall.LimitAttachments), plainID, h.general, guildhall.CommandMessageCreate, guildhall.CreateMessage{Attachments: make([]guildhall.Attachment, 11)})
	h.deny(h.general, guildhall.PermissionAttachFiles)
	h.refuse(guildhall.ErrMissingPermissions, plainID, h.general, guildhall.CommandMessageCreate, guildhall.CreateMessage{Content: "x", Attachments: []guildhall.Attachment{file(4)}})
	h.refuse(guildhall.ErrMissingPermissions, plainID, h.general, edit, guildhall.EditMessage{ID: m.ID, Attachments: []guildhall.Attachment{file(4)}})
}
