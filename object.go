package guildhall

import "fmt"

// ObjectKind tells apart the three kinds of thing that have an owner and an order of their own.
type ObjectKind uint8

// The kinds of object. Their numbers are stored and never change.
const (
	KindGuild   ObjectKind = 1
	KindPrivate ObjectKind = 2
	KindUser    ObjectKind = 3
)

// String names the kind in logs and keys.
func (k ObjectKind) String() string {
	switch k {
	case KindGuild:
		return "guild"
	case KindPrivate:
		return "private"
	case KindUser:
		return "user"
	}
	return fmt.Sprintf("kind(%d)", uint8(k))
}

// Object names one guild, private channel or user: the unit of ownership and of order.
type Object struct {
	Kind ObjectKind `json:"kind"`
	ID   Snowflake  `json:"id"`
}

// GuildObject is the object of a guild.
func GuildObject(id GuildID) Object { return Object{KindGuild, Snowflake(id)} }

// UserObject is the object of a user.
func UserObject(id UserID) Object { return Object{KindUser, Snowflake(id)} }

// PrivateObject is the object of a private channel.
func PrivateObject(id ChannelID) Object { return Object{KindPrivate, Snowflake(id)} }

// Slot is where the object lives.
func (o Object) Slot() Slot { return o.ID.Slot() }

// IsZero tells whether it names nothing.
func (o Object) IsZero() bool { return o == Object{} }

// Key is the form in which stores keep it: the kind's byte and the id's eight.
func (o Object) Key() string { return string([]byte{byte(o.Kind)}) + o.ID.Key() }

// ObjectFromKey reads what Object.Key wrote; false where it did not.
func ObjectFromKey(key string) (Object, bool) {
	if len(key) != 9 {
		return Object{}, false
	}
	o := Object{Kind: ObjectKind(key[0]), ID: IDFromKey[anyKind](key[1:])}
	return o, o.Kind >= KindGuild && o.Kind <= KindUser && o.ID != 0
}

// String is for logs.
func (o Object) String() string { return o.Kind.String() + ":" + o.ID.String() }
