package guildhall

import (
	"encoding/json"
	"fmt"
)

// The kinds of row in TableState: the first byte of their sort key, before the id. Stored, never changed.
const (
	stateGuild       = 'g'
	stateRole        = 'r'
	stateChannel     = 'c'
	stateUser        = 'u'
	stateAccount     = 'a'
	stateApplication = 'p'
	stateToken       = 't'
	stateGuildRef    = 'm'
	stateLastMessage = 'l'
	stateSource      = 's'
	stateGuildGone   = 'x'
	stateBan         = 'b'
	stateInvite      = 'i'
	stateVoice       = 'v'
	stateTemporary   = 'y'
	stateEvent       = 'q' // a scheduled event, and beside it who is interested
	stateStage       = 'j'
	statePins        = 'n'
	stateThread      = 'h' // a thread, and beside it its members; an open poll; who follows a channel
	stateWebhook     = 'w'
	stateEmoji       = 'e'
	statePrivate     = 'd' // a private channel's own, and a user's entry of it

	stateAppCommand     = 'k'
	stateAppPermissions = 'K'
	stateInteraction    = 'Q'
)

// Those of a user alone: a guild's rows of these letters are other things.
const (
	stateRelationship = 'f'
	stateNote         = 'n'
	stateOAuth2       = 'o' // then a byte for the kind
)

// encode writes a row's value. The types here are plain data, so that failing is a bug.
func encode(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("guildhall: encode %T: %v", v, err))
	}
	return b
}

// decode reads a row's value into a new T.
func decode[T any](row *Row) (*T, error) {
	if row.Delete {
		return nil, nil
	}
	v := new(T)
	if err := json.Unmarshal(row.Value, v); err != nil {
		return nil, fmt.Errorf("decode row %d %x %x: %w", row.Table, row.Part, row.Sort, err)
	}
	return v, nil
}

func stateRow(o Object, kind byte, id string, v any) Row {
	return Row{Table: TableState, Part: o.Key(), Sort: string(kind) + id, Value: encode(v)}
}

// Deleted is the deletion of the row.
func (r Row) Deleted() Row {
	r.Value, r.Delete = nil, true
	return r
}

// GuildRow holds a guild's settings.
func GuildRow(g *Guild) Row { return stateRow(GuildObject(g.ID), stateGuild, "", g) }

// GuildGoneRow stays of a deleted guild.
func GuildGoneRow(g *GuildGone) Row { return stateRow(GuildObject(g.ID), stateGuildGone, "", g) }

// RoleRow holds one role.
func RoleRow(guild GuildID, r *Role) Row {
	return stateRow(GuildObject(guild), stateRole, r.ID.Key(), r)
}

// ChannelRow holds one channel of a guild.
func ChannelRow(guild GuildID, c *Channel) Row {
	return stateRow(GuildObject(guild), stateChannel, c.ID.Key(), c)
}

// PlaceRow tells which object a channel is part of.
func PlaceRow(channel ChannelID, o Object) Row {
	return Row{Table: TablePlaces, Part: channel.Key(), Value: []byte(o.Key())}
}

// MemberRow holds one member.
func MemberRow(guild GuildID, m *Member) Row {
	return Row{Table: TableMembers, Part: guild.Key(), Sort: m.User.ID.Key(), Value: encode(m)}
}

// MessageRow holds one message, without what is filled in when it is shown.
func MessageRow(m *Message) Row {
	if m.ReferencedMessage.Set || m.Nonce != nil || m.Thread != nil {
		stored := *m
		stored.ReferencedMessage, stored.Nonce, stored.Thread = Optional[*Message]{}, nil, nil
		m = &stored
	}
	return Row{Table: TableMessages, Part: m.ChannelID.Key(), Sort: m.ID.Key(), Value: encode(m)}
}

// MessageKey names a message's row.
func MessageKey(channel ChannelID, id MessageID) RowKey {
	return RowKey{TableMessages, channel.Key(), id.Key()}
}

// LastMessageRow holds the id of a channel's newest message. It is not part of the channel's row, because that would be
// written anew, and looked at as a change of who may see what, with every message.
func LastMessageRow(guild GuildID, channel ChannelID, last MessageID) Row {
	return stateRow(GuildObject(guild), stateLastMessage, channel.Key(), last)
}

// ReactionPart is what the users who reacted to a message with one emoji are read by; see Reaction.Generation.
func ReactionPart(message MessageID, generation Snowflake) string {
	return message.Key() + generation.Key()
}

// ReactionRow holds one user's reaction; its value is the user as it was.
func ReactionRow(message MessageID, generation Snowflake, u *User) Row {
	return Row{Table: TableReactions, Part: ReactionPart(message, generation), Sort: u.ID.Key(), Value: encode(u)}
}

// ReactionKey names the row of one user's reaction.
func ReactionKey(message MessageID, generation Snowflake, user UserID) RowKey {
	return RowKey{TableReactions, ReactionPart(message, generation), user.Key()}
}

// Burst makes the key of a reaction's row that of the same user's super reaction: a message's emoji may have both.
func (k RowKey) Burst() RowKey {
	k.Part += "burst"
	return k
}

// UserRow holds what is public of a user.
func UserRow(u *User) Row { return stateRow(UserObject(u.ID), stateUser, "", u) }

// AccountRow holds what is private of a user.
func AccountRow(id UserID, a *Account) Row { return stateRow(UserObject(id), stateAccount, "", a) }

// ApplicationRow holds a bot's application.
func ApplicationRow(a *Application) Row {
	return stateRow(UserObject(UserID(a.ID)), stateApplication, "", a)
}

// TokenRow holds one of a user's tokens.
func TokenRow(id UserID, t *Token) Row { return stateRow(UserObject(id), stateToken, t.Hash, t) }

// GuildRefRow is an entry of a user's guild list.
func GuildRefRow(id UserID, g *GuildRef) Row {
	return stateRow(UserObject(id), stateGuildRef, g.ID.Key(), g)
}

// SourceRow holds, in the second object, up to where the first one's follow-ups are applied. protocol §8
func SourceRow(second Object, s Source) Row {
	return stateRow(second, stateSource, s.Object.Key(), s.Position)
}

// DecodeSource reads a row that SourceRow wrote; false for any other.
func DecodeSource(row *Row) (s Source, ok bool) {
	if row.Table != TableState || row.Sort == "" || row.Sort[0] != stateSource {
		return s, false
	}
	if s.Object, ok = ObjectFromKey(row.Sort[1:]); !ok {
		return s, false
	}
	return s, json.Unmarshal(row.Value, &s.Position) == nil
}

// DecodeMessage reads a message's row.
func DecodeMessage(value []byte) (*Message, error) {
	m := new(Message)
	if err := json.Unmarshal(value, m); err != nil {
		return nil, fmt.Errorf("decode message: %w", err)
	}
	return m, nil
}
