package history

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"time"

	"guildhall"
)

// Entry is one line of a history: a fact and when it was noted. Entries stand in the order in which they were noted.
type Entry struct {
	// N is the line, from 1.
	N int
	// At is on one monotonic clock for the whole history.
	At   time.Duration
	Fact Fact
}

// Fact is what an entry says: *Invoke, *Outcome, *Session, *Receive, *Page, *Final, *Commit, *Ack, *Publish, *Seal,
// *Grant or *Fault.
type Fact interface{ fact() }

func (*Invoke) fact()  {}
func (*Outcome) fact() {}
func (*Session) fact() {}
func (*Receive) fact() {}
func (*Page) fact()    {}
func (*Final) fact()   {}
func (*Commit) fact()  {}
func (*Ack) fact()     {}
func (*Publish) fact() {}
func (*Seal) fact()    {}
func (*Grant) fact()   {}
func (*Fault) fact()   {}

// OpID numbers the operations of all clients of one history, from 1.
type OpID uint64

// Kind says what an operation asks for. Others than those named here are allowed; their effect is judged only where the
// owners' records are in the history.
type Kind string

// The kinds of operation that the checks know.
const (
	Send            Kind = "send"
	Edit            Kind = "edit"
	Delete          Kind = "delete"
	React           Kind = "react"
	Unreact         Kind = "unreact"
	RoleChange      Kind = "role"
	OverwriteChange Kind = "overwrite"
	MemberChange    Kind = "member"
)

// The dispatches that the checks know by name.
// discord: events/gateway-events#messages
const (
	messageCreate  = "MESSAGE_CREATE"
	messageUpdate  = "MESSAGE_UPDATE"
	messageDelete  = "MESSAGE_DELETE"
	reactionAdd    = "MESSAGE_REACTION_ADD"
	reactionRemove = "MESSAGE_REACTION_REMOVE"
	guildCreate    = "GUILD_CREATE"
	guildDelete    = "GUILD_DELETE"
)

// Event is the dispatch that tells of the operation; empty where that can't be said from the kind.
func (k Kind) Event() string {
	switch k {
	case Send:
		return messageCreate
	case Edit:
		return messageUpdate
	case Delete:
		return messageDelete
	case React:
		return reactionAdd
	case Unreact:
		return reactionRemove
	}
	return ""
}

// Invoke is a client's operation at its start.
type Invoke struct {
	Op     OpID             `json:"op"`
	Client string           `json:"client"`
	User   guildhall.UserID `json:"user,omitzero"`
	Kind   Kind             `json:"kind"`
	// Request is zero where the client does not know it: then the first hop made it.
	Request Request `json:"request,omitzero"`
	Nonce   string  `json:"nonce,omitempty"`
	// Enforced says that the nonce was sent with enforce_nonce. A history holds no second use of such a nonce that is
	// older than the window in which the server compares.
	Enforced bool                `json:"enforced,omitempty"`
	Object   guildhall.Object    `json:"object,omitzero"`
	Channel  guildhall.ChannelID `json:"channel,omitzero"`
	// Target is the message that is edited, deleted or reacted to.
	Target guildhall.Snowflake `json:"target,omitzero"`
	// Hash is of what is to be stored and shown: a message's content, a reaction's emoji and user.
	Hash Hash `json:"hash,omitzero"`
}

// Result is how an operation ended.
type Result string

// The results. Fail means that the operation certainly had no effect (400, 403, 404, 429). No answer, a broken
// connection and any 5xx are Unknown, and so is an operation without Outcome.
const (
	OK      Result = "ok"
	Fail    Result = "fail"
	Unknown Result = "unknown"
)

// Outcome ends an operation.
type Outcome struct {
	Op     OpID   `json:"op"`
	Result Result `json:"result"`
	// ID is what was made: the message's id of a send.
	ID guildhall.Snowflake `json:"id,omitzero"`
	// Position and Epoch are 0 where the client can't know them.
	Position uint64 `json:"position,omitempty"`
	Epoch    uint64 `json:"epoch,omitempty"`
	// Reason is for the reader: a status, an error.
	Reason string `json:"reason,omitempty"`
}

// State is what happened to a session.
type State string

// The states. Ready starts a lifetime; Resumed continues it on another socket; Down is the loss of a socket; Ended is
// op 9, a fresh IDENTIFY or the deliberate end of the client, after which nothing more is owed to the lifetime.
const (
	Ready   State = "ready"
	Resumed State = "resumed"
	Down    State = "down"
	Ended   State = "ended"
)

// Session is a step in a session's life.
type Session struct {
	Session string `json:"session"`
	// Lifetime counts the READYs of what the test regards as one session.
	Lifetime int   `json:"lifetime"`
	State    State `json:"state"`
	// Seq is the s of READY or RESUMED; 0 where not known.
	Seq  uint64           `json:"seq,omitempty"`
	User guildhall.UserID `json:"user,omitzero"`
	// Intents of 0 are those of a person's client: all.
	Intents guildhall.Intents `json:"intents,omitempty"`
	// Objects are those that READY named and that the session is told of from here on. A guild whose GUILD_CREATE is
	// recorded as a Receive counts from that.
	Objects []guildhall.Object `json:"objects,omitempty"`
}

// Receive is one dispatch that a session got. They are noted in order of arrival (a client library that handles events
// concurrently must be told not to). Either every dispatch is noted with its Seq, or Seq is 0 for all.
type Receive struct {
	Session  string           `json:"session"`
	Lifetime int              `json:"lifetime"`
	Seq      uint64           `json:"seq,omitempty"`
	Object   guildhall.Object `json:"object,omitzero"`
	// Position is 0 where the client can't know it. Of a GUILD_CREATE it is that of the snapshot.
	Position uint64 `json:"position,omitempty"`
	Epoch    uint64 `json:"epoch,omitempty"`
	// Part is the place of the event among those of its record, from 0.
	Part    int                 `json:"part,omitempty"`
	Type    string              `json:"type"`
	Channel guildhall.ChannelID `json:"channel,omitzero"`
	// ID is the message of message and reaction events.
	ID     guildhall.Snowflake `json:"id,omitzero"`
	Hash   Hash                `json:"hash,omitzero"`
	Author guildhall.UserID    `json:"author,omitzero"`
	Nonce  string              `json:"nonce,omitempty"`
}

// Page is a listing of a channel that a client read; its entry's time is the end of the read. Refused and failed reads
// are not noted.
type Page struct {
	Client  string              `json:"client"`
	User    guildhall.UserID    `json:"user,omitzero"`
	Channel guildhall.ChannelID `json:"channel"`
	Start   time.Duration       `json:"start"`
	// After, Before and Limit are those of the request; a Limit of 0 says that all there is came back.
	// discord: resources/message#get-channel-messages
	After  guildhall.Snowflake `json:"after,omitzero"`
	Before guildhall.Snowflake `json:"before,omitzero"`
	Limit  int                 `json:"limit,omitempty"`
	Items  []Item              `json:"items"`
}

// Item is a message as listed. Author and Nonce may be left out.
type Item struct {
	ID     guildhall.Snowflake `json:"id"`
	Hash   Hash                `json:"hash,omitzero"`
	Author guildhall.UserID    `json:"author,omitzero"`
	Nonce  string              `json:"nonce,omitempty"`
}

// Final is a channel's whole content after all writers have stopped, oldest first.
type Final struct {
	Channel guildhall.ChannelID `json:"channel"`
	// After is the last id that was there before the history began; Items has none up to it.
	After guildhall.Snowflake `json:"after,omitzero"`
	Items []Item              `json:"items"`
}

// Fault says that a fault named Name begins or is healed. Faults of one name nest.
type Fault struct {
	Name   string `json:"name"`
	Active bool   `json:"active"`
}

// Hash stands for bytes: equal bytes, equal hash. 0 means not known.
type Hash uint64

// HashOf is the hash of content.
func HashOf[B []byte | string](content B) Hash {
	sum := sha256.Sum256([]byte(content))
	return Hash(max(binary.BigEndian.Uint64(sum[:]), 1))
}

// String is the hash in hexadecimal.
func (h Hash) String() string { return fmt.Sprintf("%016x", uint64(h)) }

// MarshalText writes hexadecimal: not every reader of JSON has 64-bit numbers.
func (h Hash) MarshalText() ([]byte, error) {
	return hex.AppendEncode(nil, binary.BigEndian.AppendUint64(nil, uint64(h))), nil
}

// UnmarshalText reads hexadecimal.
func (h *Hash) UnmarshalText(text []byte) error {
	var b [8]byte
	if err := unhex(b[:], text); err != nil {
		return fmt.Errorf("read hash: %w", err)
	}
	*h = Hash(binary.BigEndian.Uint64(b[:]))
	return nil
}

// Request is a request id, in hexadecimal where written.
type Request guildhall.RequestID

// MarshalText writes hexadecimal.
func (r Request) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, r[:]), nil }

// UnmarshalText reads hexadecimal.
func (r *Request) UnmarshalText(text []byte) error {
	if err := unhex(r[:], text); err != nil {
		return fmt.Errorf("read request id: %w", err)
	}
	return nil
}

func unhex(to, text []byte) error {
	if len(text) != hex.EncodedLen(len(to)) {
		return fmt.Errorf("%d hexadecimal digits, want %d", len(text), hex.EncodedLen(len(to)))
	}
	_, err := hex.Decode(to, text)
	return err
}
