package guilds

// pure core

import (
	"encoding/json"
	"strings"

	"guildhall"
)

// edited names the message and, so that the answer can tell which reactions are the actor's, its reactions.
func (g *guild) edited(r *request) []guildhall.RowKey {
	f, err := body[guildhall.EditMessage](r.cmd)
	if err != nil {
		return nil
	}
	keys := g.messageKeys(r, f.ID)
	m, err := g.message(r, f.ID)
	if err != nil {
		return keys
	}
	if m.Poll != nil {
		for _, a := range m.Poll.Answers {
			keys = append(keys, guildhall.PollVoteKey(m.ID, a.AnswerID, r.actor))
		}
	}
	for _, e := range m.Reactions {
		keys = append(keys, e.Key(m.ID, r.actor, false), e.Key(m.ID, r.actor, true))
	}
	return keys
}

// editMessage lets the author change a message, and those with MANAGE_MESSAGES hide its embeds.
// discord: resources/message#edit-message
func (g *guild) editMessage(r *request, f guildhall.EditMessage) (*draft, error) {
	c, err := r.unlockedChannel(0)
	if err != nil {
		return nil, err
	}
	before, err := g.message(r, f.ID)
	if err != nil {
		return nil, err
	}
	p := r.in(c.ID)
	if before.Author.ID != r.actor {
		if f.Content.Set || f.Embeds.Set || f.Components.Set || f.AllowedMentions != nil || f.Keep.Set || f.Attachments != nil {
			return nil, guildhall.ErrEditOtherAuthor
		}
		if !p.Has(guildhall.PermissionManageMessages) {
			return nil, guildhall.ErrMissingPermissions
		}
	}
	if before.Type.IsSystem() {
		return nil, guildhall.ErrSystemMessage
	}
	m := *before
	r.editContent(&m, &f, p)
	if err := r.editAttachments(&m, &f, p); err != nil {
		return nil, err
	}
	if f.Flags.Set {
		m.Flags = m.Flags&^guildhall.MessageSuppressEmbeds | f.Flags.Or(0)&guildhall.MessageSuppressEmbeds
		if before.Author.ID == r.actor { // once set, it stays
			m.Flags |= f.Flags.Or(0) & guildhall.MessageComponentsV2
		}
		suppressLinks(&m)
	}
	if isEmpty(&m) {
		return nil, guildhall.ErrEmptyMessage
	}
	if len(m.MessageSnapshots) > 0 && (m.Content != "" || len(m.Embeds)+len(m.Components)+len(m.Attachments) > 0) {
		return nil, guildhall.ErrForwardHasContent
	}
	if err := checkComponents(&m); err != nil {
		return nil, err
	}
	d := &draft{}
	if !sameJSON(before, &m) {
		if t := r.view.Thread(c.ID); t != nil {
			g.bringInto(r, d, t, &m, before, nil)
		}
		d.putMessage(before, &m)
		g.tellMessage(r, d, "MESSAGE_UPDATE", &m)
		g.republish(r, d, &m)
	}
	d.answer(g.forActor(r, &m))
	return d, nil
}

// suppressLinks takes the embeds of links away where embeds are suppressed. The API has them found again when they no longer are.
// discord: resources/message#message-object-message-flags
func suppressLinks(m *guildhall.Message) {
	if m.Flags&guildhall.MessageSuppressEmbeds != 0 {
		m.Embeds = m.WrittenEmbeds()
	}
}

// editContent takes over what the message says. Whom it mentions is found anew; how the message was sent first does not
// matter for that.
func (r *request) editContent(m *guildhall.Message, f *guildhall.EditMessage, p guildhall.Permissions) {
	if !f.Content.Set && !f.Embeds.Set && !f.Components.Set {
		return
	}
	now := guildhall.TimestampOf(r.now)
	m.EditedTimestamp = &now
	if f.Embeds.Set {
		m.Embeds = list(f.Embeds.Or(nil))
		if !p.Has(guildhall.PermissionEmbedLinks) {
			m.Embeds = []json.RawMessage{}
		}
	}
	if f.Components.Set {
		m.Components = list(f.Components.Or(nil))
	}
	if f.Content.Set {
		before := m.Content
		if m.Content = strings.TrimSpace(f.Content.Or("")); m.Content != before && !f.Embeds.Set {
			m.Embeds = m.WrittenEmbeds() // it links to something else now, or to nothing
		}
		r.mention(m, f.AllowedMentions, p)
	}
}

// forActor is the message as the actor sees it, its own reactions marked.
func (g *guild) forActor(r *request, m *guildhall.Message) *guildhall.Message {
	shown := g.joined(r, m).Shown()
	for i, e := range m.Reactions {
		_, shown.Reactions[i].Me = r.row(e.Key(m.ID, r.actor, false))
		_, shown.Reactions[i].MeBurst = r.row(e.Key(m.ID, r.actor, true))
	}
	if m.Poll != nil {
		shown = shown.WithVotes(func(answer int) bool {
			_, voted := r.row(guildhall.PollVoteKey(m.ID, answer, r.actor))
			return voted
		})
	}
	return shown
}
