package guilds

// pure core

import (
	"guildhall"
	"guildhall/store"
)

// Ticket tells one asker of the core from another. The core answers each once.
type Ticket uint64

// Input is what the world tells the core.
type Input interface{ input() }

// The inputs.
type (
	// Ask brings a command, or a query.
	Ask struct {
		Ticket  Ticket
		Command *guildhall.Command
		Query   bool
	}
	// AskFollow brings a subscription.
	AskFollow struct {
		Ticket Ticket
		Follow guildhall.Follow
	}
	// Tick says that time has passed.
	Tick struct {
		// Full says that the store takes nothing new, before anything was tried.
		Full bool
	}
	// RingSeen brings a reading of the ring; older ones than seen before are ignored.
	RingSeen struct{ Table store.RingTable }
	// SlotLoaded answers LoadSlot.
	SlotLoaded struct {
		Slot guildhall.Slot
		Last guildhall.Snowflake
	}
	// ObjectLoaded answers LoadObject: the object's head, its resident rows, and its events of the retention window.
	ObjectLoaded struct {
		Object guildhall.Object
		Head   uint64
		Rows   []store.Stored
		Events []*guildhall.Record
	}
	// PlaceLoaded answers LoadPlace; the object is zero where the channel is not known.
	PlaceLoaded struct {
		Channel guildhall.ChannelID
		Object  guildhall.Object
	}
	// RowsLoaded answers LoadRows; a key without row is one that does not exist.
	RowsLoaded struct {
		Object guildhall.Object
		Keys   []guildhall.RowKey
		Rows   map[guildhall.RowKey]store.Stored
	}
	// EventsLoaded answers LoadEvents.
	EventsLoaded struct {
		Ticket Ticket
		Events []*guildhall.Record
	}
	// Claimed answers AskClaim with who has the name now.
	Claimed struct {
		Ticket Ticket
		Holder guildhall.Object
	}
	// Released answers Release.
	Released struct {
		Key    guildhall.ClaimKey
		Object guildhall.Object
	}
	// Appended settles the append of batch N.
	Appended struct {
		N       uint64
		Outcome Outcome
	}
	// Full says that the store has no room for batch N, of which no try has been committed. It is repeated all the same.
	Full struct{ N uint64 }
	// Projected says that batch N, and all before it, is projected.
	Projected struct{ N uint64 }
	// OutboxLoaded answers LoadOutbox.
	OutboxLoaded struct {
		Slot    guildhall.Slot
		Pending []store.Pending
	}
	// Delivered says that a follow-up has been accepted, or refused for ever.
	Delivered struct{ Pending store.Pending }
	// OutboxCleared answers OutboxDone.
	OutboxCleared struct{ Pending store.Pending }
	// LoadFailed says that what was to be read for the object, slot, channel or ticket can't be had now; who waits for it
	// is told to try again.
	LoadFailed struct {
		Object  guildhall.Object
		Slot    *guildhall.Slot
		Channel guildhall.ChannelID
		Ticket  Ticket
		// Keys are the rows of the object that can't be had; with none, it is the object itself.
		Keys []guildhall.RowKey
		// Full says that a name can't be claimed because the store has no room, and that nobody has it.
		Full bool
	}
)

// Outcome is how an append ended.
type Outcome uint8

// The outcomes. An unknown one is not among them: the append is repeated until it is known.
const (
	Committed Outcome = iota
	Fenced
)

// Output is what the core wants done.
type Output interface{ output() }

// The outputs.
type (
	// Answered settles an Ask.
	Answered struct {
		Ticket Ticket
		Answer *guildhall.Answer
	}
	// FollowAnswered settles an AskFollow.
	FollowAnswered struct {
		Ticket   Ticket
		Followed *guildhall.Followed
	}
	// Send asks for a publish to the nodes.
	Send struct {
		Nodes   []string
		Publish *guildhall.Publish
	}
	// Append asks for a batch to be appended, with the same records until the outcome is known.
	Append struct {
		N       uint64
		Records []*guildhall.Record
	}
	// Project asks for a committed batch to be projected; in the order of N.
	Project struct {
		N       uint64
		Records []*guildhall.Record
	}
	// LoadSlot asks for the slot's last snowflake.
	LoadSlot struct{ Slot guildhall.Slot }
	// LoadObject asks for an object.
	LoadObject struct{ Object guildhall.Object }
	// LoadPlace asks which object a channel is part of.
	LoadPlace struct{ Channel guildhall.ChannelID }
	// LoadRows asks for rows.
	LoadRows struct {
		Object guildhall.Object
		Keys   []guildhall.RowKey
	}
	// LoadEvents asks for an object's projected records.
	LoadEvents struct {
		Ticket Ticket
		Object guildhall.Object
		After  uint64
		Limit  int
	}
	// AskClaim asks for a name.
	AskClaim struct {
		Ticket Ticket
		Key    guildhall.ClaimKey
		Object guildhall.Object
	}
	// Release asks for a name to be freed if the object has it. A Release that has been answered must not take effect any more.
	Release struct {
		Key    guildhall.ClaimKey
		Object guildhall.Object
	}
	// LoadOutbox asks for the slot's follow-ups that are not accepted yet.
	LoadOutbox struct{ Slot guildhall.Slot }
	// Deliver asks for a follow-up to be sent until it is accepted. guildhall.CommandClaimRelease is not sent, but asks for
	// the name in its body to be freed as Release does.
	Deliver struct{ Pending store.Pending }
	// OutboxDone asks for an accepted follow-up to be removed from the outbox.
	OutboxDone struct{ Pending store.Pending }
	// Run asks for a command of the system to be brought, which time has brought about.
	Run struct{ Command *guildhall.Command }
	// RefreshRing asks for the ring to be read: somebody knows of a newer one.
	RefreshRing struct{}
	// Dead says that the log is sealed: this core answers nothing any more, and the role starts again with a new log.
	Dead struct{}
)

func (Ask) input()          {}
func (AskFollow) input()    {}
func (Tick) input()         {}
func (RingSeen) input()     {}
func (SlotLoaded) input()   {}
func (ObjectLoaded) input() {}
func (PlaceLoaded) input()  {}
func (RowsLoaded) input()   {}
func (EventsLoaded) input() {}
func (Claimed) input()      {}
func (Released) input()     {}
func (Appended) input()     {}
func (Full) input()         {}
func (Projected) input()    {}
func (OutboxLoaded) input() {}
func (Delivered) input()    {}

func (OutboxCleared) input() {}
func (LoadFailed) input()    {}

func (Answered) output()       {}
func (FollowAnswered) output() {}
func (Send) output()           {}
func (Append) output()         {}
func (Project) output()        {}
func (LoadSlot) output()       {}
func (LoadObject) output()     {}
func (LoadPlace) output()      {}
func (LoadRows) output()       {}
func (LoadEvents) output()     {}
func (AskClaim) output()       {}
func (Release) output()        {}
func (LoadOutbox) output()     {}
func (Deliver) output()        {}
func (OutboxDone) output()     {}
func (RefreshRing) output()    {}
func (Dead) output()           {}
func (Run) output()            {}
