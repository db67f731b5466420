package guildhall

// RecordVersion is the newest form of an encoded record. Version N reads N-1.
const RecordVersion = 1

// RequestID names one request; the first hop makes it, every try of the request carries the same.
type RequestID [16]byte

// Record is one committed (or, inside its owner, proposed) change of one object: the unit of the log. All that others
// know of the change, tables and events alike, derives from it.
// protocol §2
type Record struct {
	Object Object `json:"object"`
	// Position counts the object's records from 1 without a hole, for the object's whole life.
	Position uint64 `json:"position"`
	// Epoch is the ring version of the claim under which it was numbered.
	Epoch uint64 `json:"epoch"`
	// Snowflake is the highest id made in the slot up to here.
	Snowflake Snowflake `json:"snowflake"`
	// At is when it was numbered, by the owner's wall clock; it bounds the windows below and orders nothing.
	At        Timestamp `json:"at"`
	RequestID RequestID `json:"request_id"`
	// Nonce, with its author and channel, is kept so that a retry finds the record; empty where none was enforced.
	Nonce NonceKey `json:"nonce"`
	// Source is set when the record is the effect of a follow-up: where that came from.
	Source Source `json:"source"`
	// Reply is the body that the caller is answered with, on a retry too.
	Reply     []byte     `json:"reply,omitempty"`
	Events    []Event    `json:"events,omitempty"`
	Rows      []Row      `json:"rows,omitempty"`
	FollowUps []FollowUp `json:"follow_ups,omitempty"`

	// encoded is what Freeze made.
	encoded []byte
	// size is the length of the encoded record, where it is known.
	size int
}

// Freeze encodes the record once for all who will want its bytes, and returns their number. The record must not be
// changed afterwards.
func (r *Record) Freeze() int {
	r.encoded = nil
	r.encoded = AppendRecord(nil, r)
	r.size = len(r.encoded)
	return r.size
}

// Size is the length of the encoded record in bytes, of a frozen or decoded record at no cost.
func (r *Record) Size() int {
	if r.size > 0 {
		return r.size
	}
	return len(AppendRecord(nil, r))
}

// NonceKey is what enforce_nonce compares.
type NonceKey struct {
	Author  UserID    `json:"author"`
	Channel ChannelID `json:"channel"`
	Nonce   string    `json:"nonce"`
}

// Source is the record whose follow-up another record is the effect of.
type Source struct {
	Object   Object `json:"object"`
	Position uint64 `json:"position"`
}

// Event is what sessions are told of a record. One record may hold several, in order.
type Event struct {
	Type     string   `json:"type"`
	Audience Audience `json:"audience"`
	// Data is the dispatch's d as JSON.
	Data []byte `json:"data"`
}

// Row is a whole value in one of the tables that the log is projected to, or its deletion. It belongs to the record's
// object and is stamped with the record's position: a later position always wins, at the same one a deletion.
type Row struct {
	Table Table `json:"table"`
	// Part is what is read together, Sort orders within it; both compare bytewise.
	Part   string `json:"part"`
	Sort   string `json:"sort"`
	Value  []byte `json:"value,omitempty"`
	Delete bool   `json:"delete,omitempty"`
}

// RowKey names a row.
type RowKey struct {
	Table Table  `json:"table"`
	Part  string `json:"part"`
	Sort  string `json:"sort"`
}

// Key is the row's name.
func (r *Row) Key() RowKey { return RowKey{r.Table, r.Part, r.Sort} }

// FollowUp is a command to a second object. It is sent until accepted, in order of position per pair of objects, and
// the receiver ignores what it has applied already.
type FollowUp struct {
	To   Object `json:"to"`
	Name string `json:"name"`
	Body []byte `json:"body"`
}

// Table is one of the tables of content. The numbers are stored and never change.
type Table uint8

// The tables. Part and sort of each:
const (
	// TableState: object → kind byte and id; what an owner keeps in memory whole.
	TableState Table = 1
	// TableMembers: guild → user; in the owner's memory too, but listed by page.
	TableMembers Table = 2
	// TableMessages: channel → message.
	TableMessages Table = 3
	// TableReactions: message and emoji key → user.
	TableReactions Table = 4
	// TablePlaces: channel, webhook or emoji → "", whose value is the key of the object that it is part of.
	TablePlaces Table = 5
	// TableAuditLog: guild, user and kind of entry → entry; see AuditLogPart.
	TableAuditLog Table = 6
	// TableAside: channel → message or modal that is shown to one user alone, see AsideKey; webhook → published message, see
	// CopyRow; file → "file", see FileRow.
	TableAside Table = 12
)

// Tables lists them all.
func Tables() []Table {
	return []Table{TableState, TableMembers, TableMessages, TableReactions, TablePlaces, TableAuditLog, TableAside}
}
