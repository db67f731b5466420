package sim

// pure core

import (
	"encoding/json"
	"unicode/utf8"

	"guildhall"
)

// shownMessage is what the checks read of a message, from rows and events alike.
type shownMessage struct {
	ID        guildhall.Snowflake `json:"id"`
	ChannelID guildhall.ChannelID `json:"channel_id"`
	Content   string              `json:"content"`
	Author    struct {
		ID guildhall.UserID `json:"id"`
	} `json:"author"`
	Reactions []struct {
		Emoji      guildhall.Emoji     `json:"emoji"`
		Count      int                 `json:"count"`
		Generation guildhall.Snowflake `json:"generation"`
	} `json:"reactions"`
}

// checkEffect judges that a record follows from the state before it: what it changes is there, what it makes is not,
// counts are those of the rows, and its actor may do what it does.
func (m *model) checkEffect(l *ledger, r *guildhall.Record) {
	for i := range r.Events {
		e := &r.Events[i]
		switch e.Type {
		case "MESSAGE_CREATE":
			m.checkCreated(l, r, e)
		case "MESSAGE_UPDATE", "MESSAGE_DELETE":
			var v shownMessage
			m.parse(e, &v)
			if _, there := l.now(guildhall.MessageKey(v.ChannelID, guildhall.MessageID(v.ID))); !there {
				m.w.violate(CheckEffect, "record %d of %v is %s of message %d, which is not there", r.Position, r.Object, e.Type, v.ID)
			}
		}
	}
	for i := range r.Rows {
		if row := &r.Rows[i]; row.Table == guildhall.TableMessages && !row.Delete {
			m.checkCounts(l, r, row)
		}
	}
}

func (m *model) parse(e *guildhall.Event, v any) {
	if err := json.Unmarshal(e.Data, v); err != nil || !utf8.Valid(e.Data) {
		m.w.violate(CheckEffect, "data of %s is not JSON: %v", e.Type, err)
	}
}

func (m *model) checkCreated(l *ledger, r *guildhall.Record, e *guildhall.Event) {
	var v shownMessage
	m.parse(e, &v)
	if l.rows[guildhall.MessageKey(v.ChannelID, guildhall.MessageID(v.ID))] != nil {
		m.w.violate(CheckSnowflake, "record %d of %v makes message %d, which there has been", r.Position, r.Object, v.ID)
	}
	if v.ID <= m.last[r.Object.Slot()] {
		m.w.violate(CheckSnowflake, "record %d of %v makes message %d after snowflake %d", r.Position, r.Object, v.ID, m.last[r.Object.Slot()])
	}
	const need = bitViewChannel | bitSendMessages
	if got := l.sight.at(l.head()).may(v.Author.ID, v.ChannelID); got&need != need {
		m.w.violate(CheckPermission, "record %d of %v is a message of %v in channel %v, who may not send there (%b)", r.Position, r.Object, v.Author.ID, v.ChannelID, got)
	}
}

// checkCounts holds a message's counts of reactions against the rows of those who reacted. A lost update would show here.
func (m *model) checkCounts(l *ledger, r *guildhall.Record, row *guildhall.Row) {
	var v shownMessage
	read(row, &v)
	for _, reaction := range v.Reactions {
		part := guildhall.ReactionPart(guildhall.MessageID(v.ID), reaction.Generation)
		count := 0
		for _, user := range m.w.stage.users {
			key := guildhall.ReactionKey(guildhall.MessageID(v.ID), reaction.Generation, user.ID)
			_, there := l.now(key)
			for i := range r.Rows {
				if r.Rows[i].Key() == key {
					there = !r.Rows[i].Delete
				}
			}
			if there {
				count++
			}
		}
		if count != reaction.Count {
			m.w.violate(CheckEffect, "record %d of %v counts %d reactions %s to message %d (%x), there are %d",
				r.Position, r.Object, reaction.Count, reaction.Emoji.Name, v.ID, part, count)
		}
	}
}
