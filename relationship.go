package guildhall

import "cmp"

// Commands and queries about what a person has to do with another. Each keeps a side of its own.
const (
	CommandRelationshipPut    = "relationship.put"    // Relationship (user, type 1 or 2) → –
	CommandRelationshipDelete = "relationship.delete" // Relationship (user's id) → –
	CommandRelationshipFrom   = "relationship.from"   // follow-up; RelationshipFrom → –
	CommandRelationshipUser   = "relationship.user"   // follow-up; User → –
	CommandNotePut            = "note.put"            // Note → –
	QueryRelationships        = "get.relationships"   // – → []Relationship
	QueryNotes                = "get.notes"           // – → []Note
	QueryRequestable          = "get.requestable"     // system only; UserID → bool: whether that user may ask to be a friend
)

// RelationshipType is one side of a relationship. Stored, never changed.
type RelationshipType int

// The types, as Discord's own clients know them.
const (
	RelationshipFriend   RelationshipType = 1
	RelationshipBlocked  RelationshipType = 2
	RelationshipIncoming RelationshipType = 3
	RelationshipOutgoing RelationshipType = 4
)

// Relationship is one person's side. docs/reference/people-api.md
type Relationship struct {
	ID       UserID           `json:"id"`
	Type     RelationshipType `json:"type"`
	Nickname *string          `json:"nickname"`
	Since    Timestamp        `json:"since"`
	User     User             `json:"user"`
	// Asked is the position of the asker's record: an answer to an earlier request is none to this one.
	Asked uint64 `json:"asked,omitempty"`
}

// Shown is the side as its owner's clients see it.
func (r *Relationship) Shown() *Relationship {
	shown := *r
	shown.Asked = 0
	return &shown
}

// RelationshipStep is what one person's side tells the other's.
type RelationshipStep string

// The steps.
const (
	RelationshipAsk    RelationshipStep = "ask"
	RelationshipAccept RelationshipStep = "accept"
	RelationshipEnd    RelationshipStep = "end"
)

// RelationshipFrom is a step of User's.
type RelationshipFrom struct {
	User  User             `json:"user"`
	Step  RelationshipStep `json:"step"`
	Asked uint64           `json:"asked,omitempty"`
}

// Note is what a person has written down about another.
type Note struct {
	UserID UserID `json:"user_id"`
	Text   string `json:"text"`
}

// RelationshipRow holds one person's side of a relationship.
func RelationshipRow(id UserID, r *Relationship) Row {
	return stateRow(UserObject(id), stateRelationship, r.ID.Key(), r)
}

// NoteRow holds one note.
func NoteRow(id UserID, n *Note) Row {
	return stateRow(UserObject(id), stateNote, n.UserID.Key(), n)
}

// Relationship gives the side towards another user, or nil.
func (v UserView) Relationship(id UserID) *Relationship {
	r, _ := v.s.relationships.Get(id, v.staged)
	return r
}

// Relationships gives all of them by the other's id.
func (v UserView) Relationships() []*Relationship {
	return sorted(v.s.relationships.All(v.staged), func(a, b *Relationship) int { return cmp.Compare(a.ID, b.ID) })
}

// RelationshipCounts is how many there are of the user's own making, and how many requests of others wait for an answer.
func (v UserView) RelationshipCounts() (own, waiting int) {
	for _, r := range v.s.relationships.All(v.staged) {
		if r.Type == RelationshipIncoming {
			waiting++
		} else {
			own++
		}
	}
	return own, waiting
}

// Note gives the note about another user, or nil.
func (v UserView) Note(id UserID) *Note {
	n, _ := v.s.notes.Get(id, v.staged)
	return n
}

// Notes gives all notes by whom they are about.
func (v UserView) Notes() []*Note {
	return sorted(v.s.notes.All(v.staged), func(a, b *Note) int { return cmp.Compare(a.UserID, b.UserID) })
}
