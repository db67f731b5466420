package sim

// pure core

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"guildhall"
	"guildhall/history"
	"guildhall/store"
)

// recordCommit notes a record in the history.
func (w *world) recordCommit(log store.LogID, n uint64, r *guildhall.Record) {
	c := history.CommitOf(history.LogID(log), n, r, describe)
	if !r.Source.Object.IsZero() {
		c.Request = history.Request{}
	}
	for i := range c.Events {
		if len(r.Events[i].Audience.Always) > 0 {
			c.Events[i].Intents = 0 // depends on the session; see entitled
		}
	}
	w.recorder.Record(c)
}

// describe gives an event's message and the hash of what it shows of it.
func describe(e *guildhall.Event) (guildhall.Snowflake, history.Hash) {
	var v struct {
		ID        guildhall.Snowflake `json:"id"`
		MessageID guildhall.Snowflake `json:"message_id"`
		UserID    guildhall.UserID    `json:"user_id"`
		Content   string              `json:"content"`
		Emoji     guildhall.Emoji     `json:"emoji"`
	}
	if !strings.HasPrefix(e.Type, "MESSAGE_") || json.Unmarshal(e.Data, &v) != nil {
		return 0, 0
	}
	switch {
	case strings.HasPrefix(e.Type, "MESSAGE_REACTION"):
		return v.MessageID, reactionHash(v.Emoji.Name, v.UserID)
	case v.Content == "":
		return v.ID, 0
	}
	return v.ID, history.HashOf(v.Content)
}

// entitled is the oracle for H8 and H9: who may see an event, by the records alone.
func (w *world) entitled(v history.View) history.Sight {
	l := w.model.ledgers[v.Object]
	if l == nil || v.Position == 0 {
		return history.SightUnknown
	}
	if v.Object.Kind == guildhall.KindUser {
		return sightOf(v.Object == guildhall.UserObject(v.User))
	}
	after, before := l.sight.at(v.Position), l.sight.at(v.Position-1)
	if !after.member(v.User) {
		return history.Hidden
	}
	if !before.member(v.User) {
		return history.SightUnknown // it joins here, and is shown the guild as it is
	}
	switch v.Type {
	case "MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_DELETE", "MESSAGE_REACTION_ADD", "MESSAGE_REACTION_REMOVE", "CHANNEL_CREATE":
		return sightOf(after.sees(v.User, v.Channel))
	case "CHANNEL_UPDATE":
		if after.sees(v.User, v.Channel) && !before.sees(v.User, v.Channel) {
			return history.SightUnknown // it is told as a new channel
		}
		return sightOf(after.sees(v.User, v.Channel))
	case "GUILD_ROLE_CREATE", "GUILD_ROLE_UPDATE", "GUILD_ROLE_DELETE":
		return history.Seen
	case "GUILD_MEMBER_ADD", "GUILD_MEMBER_REMOVE", "GUILD_MEMBER_UPDATE":
		return sightOf(v.Intents.Has(guildhall.IntentGuildMembers) || v.Type == "GUILD_MEMBER_UPDATE" && w.subject(v) == v.User)
	}
	return history.SightUnknown
}

// subject is the user whom a member event is about.
func (w *world) subject(v history.View) guildhall.UserID {
	var about struct {
		User struct {
			ID guildhall.UserID `json:"id"`
		} `json:"user"`
	}
	r := w.model.ledgers[v.Object].record(v.Position)
	if r == nil || v.Part >= len(r.Events) || json.Unmarshal(r.Events[v.Part].Data, &about) != nil {
		return 0
	}
	return about.User.ID
}

func sightOf(sees bool) history.Sight {
	if sees {
		return history.Seen
	}
	return history.Hidden
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

func sortedRows[V any](m map[guildhall.RowKey]V) []guildhall.RowKey {
	return slices.SortedFunc(maps.Keys(m), func(a, b guildhall.RowKey) int {
		if a.Table != b.Table {
			return int(a.Table) - int(b.Table)
		}
		if c := strings.Compare(a.Part, b.Part); c != 0 {
			return c
		}
		return strings.Compare(a.Sort, b.Sort)
	})
}
