package guildhall

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// Epoch is the first millisecond of Discord's snowflakes, in Unix milliseconds.
// discord: reference#snowflakes
const Epoch = 1420070400000

const (
	// Slots is the number of slots that objects live in: the ten worker bits of a snowflake.
	Slots = 1024

	slotShift     = 12
	timeShift     = 22
	counterMax    = 1<<slotShift - 1
	slotMask      = Slots - 1
	snowflakeText = 20 // digits of the largest uint64
)

// ErrSnowflake is returned for text that is not a snowflake.
var ErrSnowflake = errors.New("not a snowflake")

// ID is a snowflake that names one kind of thing; K keeps a guild's id from being passed where a channel's belongs.
// The zero ID means "none" and is written as null.
type ID[K any] uint64

// The kinds exist only to tell the ids apart.
type (
	anyKind         struct{}
	guildKind       struct{}
	channelKind     struct{}
	userKind        struct{}
	roleKind        struct{}
	messageKind     struct{}
	applicationKind struct{}
	emojiKind       struct{}
)

type (
	// Snowflake is an id whose kind is not known or does not matter.
	Snowflake = ID[anyKind]
	// GuildID names a guild; it is also the id of the guild's @everyone role.
	GuildID = ID[guildKind]
	// ChannelID names a guild's channel or a private channel.
	ChannelID = ID[channelKind]
	// UserID names a person or a bot.
	UserID = ID[userKind]
	// RoleID names a role of a guild.
	RoleID = ID[roleKind]
	// MessageID names a message.
	MessageID = ID[messageKind]
	// ApplicationID names an application; it equals the id of the application's bot user.
	ApplicationID = ID[applicationKind]
	// EmojiID names a custom emoji.
	EmojiID = ID[emojiKind]
)

// Slot is the slot in which the snowflake was made.
func (id ID[K]) Slot() Slot { return Slot(id >> slotShift & slotMask) }

// Millis is the time at which the snowflake was made, in Unix milliseconds.
func (id ID[K]) Millis() int64 { return int64(id>>timeShift) + Epoch }

// Time is the time at which the snowflake was made.
func (id ID[K]) Time() time.Time { return time.UnixMilli(id.Millis()).UTC() }

// String is the decimal form, which is also the JSON form.
func (id ID[K]) String() string { return strconv.FormatUint(uint64(id), 10) }

// Key is the big-endian form: it sorts as the number does.
func (id ID[K]) Key() string { return string(binary.BigEndian.AppendUint64(nil, uint64(id))) }

// MarshalText writes the decimal form, so that ids can be keys of JSON objects.
func (id ID[K]) MarshalText() ([]byte, error) {
	return strconv.AppendUint(nil, uint64(id), 10), nil
}

// UnmarshalText reads the decimal form.
func (id *ID[K]) UnmarshalText(text []byte) error {
	parsed, err := ParseID[K](string(text))
	*id = parsed
	return err
}

// AppendJSON appends the id as JSON: a string, or null for none.
func (id ID[K]) AppendJSON(b []byte) []byte {
	if id == 0 {
		return append(b, "null"...)
	}
	b = append(b, '"')
	b = strconv.AppendUint(b, uint64(id), 10)
	return append(b, '"')
}

// MarshalJSON writes a string, or null for none.
func (id ID[K]) MarshalJSON() ([]byte, error) {
	return id.AppendJSON(make([]byte, 0, snowflakeText+2)), nil
}

// UnmarshalJSON takes a string or, because some libraries send it, a number; null is none.
func (id *ID[K]) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		*id = 0
		return nil
	}
	if len(b) >= 2 && b[0] == '"' && b[len(b)-1] == '"' {
		b = b[1 : len(b)-1]
	}
	return id.UnmarshalText(b)
}

// ParseID reads the decimal form of an id: ASCII digits, above zero, within 64 bits; else ErrSnowflake.
func ParseID[K any](s string) (ID[K], error) {
	if len(s) == 0 || len(s) > snowflakeText {
		return 0, fmt.Errorf("%w: %d characters", ErrSnowflake, len(s))
	}
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return 0, fmt.Errorf("%w: %q", ErrSnowflake, s)
		}
	}
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil || n == 0 {
		return 0, fmt.Errorf("%w: %q", ErrSnowflake, s)
	}
	return ID[K](n), nil
}

// IDFromKey reads what ID.Key wrote; 0 where the key is not eight bytes long.
func IDFromKey[K any](key string) ID[K] {
	if len(key) != 8 {
		return 0
	}
	return ID[K](binary.BigEndian.Uint64([]byte(key)))
}

// Slot is one of the 1,024 places that objects live in. Ownership moves by slot.
type Slot uint16

// Next makes the snowflake after last in the slot at Unix time nowMillis. It rises whatever the clock does: the time
// part never falls below last's, and when the counter of a millisecond is used up it goes one millisecond ahead.
func (s Slot) Next(last Snowflake, nowMillis int64) Snowflake {
	millis := max(nowMillis-Epoch, 0)
	if lastMillis := int64(last >> timeShift); last != 0 && millis <= lastMillis {
		if counter := last & counterMax; counter < counterMax {
			return Snowflake(lastMillis)<<timeShift | Snowflake(s)<<slotShift | (counter + 1)
		}
		millis = lastMillis + 1
	}
	return Snowflake(millis)<<timeShift | Snowflake(s)<<slotShift
}
