package guildhall

import "encoding/json"

// Command asks an owner to change an object, or (see Query) to answer from it. It goes between nodes as JSON.
type Command struct {
	RequestID RequestID `json:"request_id"`
	// Name says what is asked, such as "message.create".
	Name string `json:"name"`
	// One of these three says where: the object itself; a channel, which the owner of its slot knows to be part of an
	// object; or, for an object that is yet to be born, a slot alone.
	Object  Object    `json:"object"`
	Channel ChannelID `json:"channel,omitempty"`
	Birth   bool      `json:"birth,omitempty"`
	Slot    Slot      `json:"slot,omitempty"`
	// Actor is on whose behalf; 0 is the operator or the system, who may do everything.
	Actor UserID `json:"actor,omitempty"`
	// Reason is for the audit log.
	Reason string `json:"reason,omitempty"`
	// Nonce, when set, makes a second command with it and the same actor and channel answer with the first's record.
	Nonce string `json:"nonce,omitempty"`
	// Claims are names that must be the object's before the command is decided.
	Claims []ClaimKey `json:"claims,omitempty"`
	// Source is set for follow-ups.
	Source Source          `json:"source"`
	Body   json.RawMessage `json:"body,omitempty"`
	// Acquainted says of what is done in a direct channel that the API has found that the two may write to each other.
	Acquainted bool `json:"acquainted,omitempty"`
}

// ClaimKey is a name that is unique in the whole installation, such as a user name.
type ClaimKey struct {
	Kind string `json:"kind"`
	Key  string `json:"key"`
}

// Kinds of claims.
const (
	ClaimUsername = "username" // of people, in small letters → user
	ClaimEmail    = "email"    // in small letters → user
	ClaimToken    = "token"    // hash → user
)

// Where is the slot whose owner the command is for.
func (c *Command) Where() Slot {
	switch {
	case !c.Object.IsZero():
		return c.Object.Slot()
	case c.Channel != 0:
		return c.Channel.Slot()
	}
	return c.Slot
}

// Answer is what an owner says to a command or a query.
type Answer struct {
	Status AnswerStatus `json:"status"`
	// Ring is the newest ring version that the owner has seen.
	Ring uint64 `json:"ring"`
	// Epoch is the slot's epoch under which it was answered, Position the record that a command made or the object's
	// committed head that a query saw.
	Epoch    uint64 `json:"epoch,omitempty"`
	Position uint64 `json:"position,omitempty"`
	Object   Object `json:"object"`
	// Body is in Discord's shape, ready to be sent.
	Body json.RawMessage `json:"body,omitempty"`
	// Err is why the command was refused.
	Err *Error `json:"err,omitempty"`
	// Records are the channel's records that the reader's tables may not show yet, encoded; see the message queries.
	Records []byte `json:"records,omitempty"`
	// Projected is a position up to which the object's tables are whole.
	Projected uint64 `json:"projected,omitempty"`
	// Reread says that the owner's memory does not reach back to what the reader has: its page must be read again, and
	// is then whole up to Projected.
	Reread bool `json:"reread,omitempty"`
	// Unlogged says of a command that is Done that it made no record, because there was nothing to change as of Position.
	// Like a refusal, that is an answer about "now", and counts only from the owner by a ring read begun after the request.
	// protocol §1 rule 5
	Unlogged bool `json:"unlogged,omitempty"`
}

// AnswerStatus says whether an answer settles the request.
type AnswerStatus uint8

const (
	// Done: committed, or read.
	Done AnswerStatus = iota
	// Refused: nothing changed; Err says why.
	Refused
	// NotOwner: ask the ring again and try there.
	NotOwner
	// Busy: the owner has too much waiting to be projected; try again shortly.
	Busy
)

// Follow asks an owner for an object's records after From, and to publish later ones to the node.
type Follow struct {
	Node   string `json:"node"`
	Object Object `json:"object"`
	From   uint64 `json:"from"`
	// Users are those with sessions on the node: a snapshot of a large guild holds their members only.
	Users []UserID `json:"users,omitempty"`
	// Unfollow ends the subscription.
	Unfollow bool `json:"unfollow,omitempty"`
}

// Followed answers a Follow: the records after From, or a snapshot as of Position.
type Followed struct {
	Status   AnswerStatus `json:"status"`
	Ring     uint64       `json:"ring"`
	Epoch    uint64       `json:"epoch"`
	Object   Object       `json:"object"`
	Position uint64       `json:"position"`
	// Records are encoded with AppendRecords; More says that there are further ones.
	Records []byte `json:"records,omitempty"`
	More    bool   `json:"more,omitempty"`
	// Snapshot is set when the records don't reach back to From.
	Snapshot *Snapshot `json:"snapshot,omitempty"`
	// Gone is set when the object does not exist (any more).
	Gone bool `json:"gone,omitempty"`
}

// Snapshot is an object's state as of one position.
type Snapshot struct {
	Rows []Row `json:"rows"`
	// Whole tells whether Rows holds all members.
	Whole       bool       `json:"whole"`
	MemberCount int        `json:"member_count"`
	Presences   []Presence `json:"presences,omitempty"`
}

// Publish is what an owner sends to the nodes that follow an object: a committed record, or an event that is not logged.
type Publish struct {
	Object Object `json:"object"`
	Ring   uint64 `json:"ring"`
	Epoch  uint64 `json:"epoch"`
	// Record is encoded; empty for an ephemeral event.
	Record    []byte `json:"record,omitempty"`
	Ephemeral *Event `json:"ephemeral,omitempty"`
}
