package history

import (
	"encoding/hex"
	"fmt"

	"guildhall"
)

// LogID names the log of one node incarnation.
type LogID [16]byte

// MarshalText writes hexadecimal.
func (l LogID) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, l[:]), nil }

// UnmarshalText reads hexadecimal.
func (l *LogID) UnmarshalText(text []byte) error {
	if err := unhex(l[:], text); err != nil {
		return fmt.Errorf("read log id: %w", err)
	}
	return nil
}

// Commit is a record that is in the log, or in the events projected from it. Where one of an object's records is noted,
// all of them are, without a hole from the first noted to the last.
type Commit struct {
	Log LogID `json:"log,omitzero"`
	// Batch is the batch of the log that holds the record, from 1; 0 where not known.
	Batch     uint64              `json:"batch,omitempty"`
	Object    guildhall.Object    `json:"object"`
	Position  uint64              `json:"position"`
	Epoch     uint64              `json:"epoch"`
	Snowflake guildhall.Snowflake `json:"snowflake,omitzero"`
	// Request is zero for the effect of a follow-up.
	Request Request `json:"request,omitzero"`
	// Nonce is the enforced one, if any.
	Nonce  guildhall.NonceKey `json:"nonce,omitzero"`
	Kind   Kind               `json:"kind,omitempty"`
	Events []Event            `json:"events,omitempty"`
}

// Event is one dispatch of a record.
type Event struct {
	Type    string              `json:"type"`
	Channel guildhall.ChannelID `json:"channel,omitzero"`
	ID      guildhall.Snowflake `json:"id,omitzero"`
	Hash    Hash                `json:"hash,omitzero"`
	// Intents: one of these is needed; 0 leaves it to the event's type.
	Intents guildhall.Intents `json:"intents,omitempty"`
}

// CommitOf notes a record. describe gives the id and the hash of an event's data, which this package does not parse.
func CommitOf(log LogID, batch uint64, r *guildhall.Record, describe func(*guildhall.Event) (guildhall.Snowflake, Hash)) *Commit {
	c := &Commit{
		Log: log, Batch: batch, Object: r.Object, Position: r.Position, Epoch: r.Epoch, Snowflake: r.Snowflake,
		Request: Request(r.RequestID), Nonce: r.Nonce,
	}
	for i := range r.Events {
		e := &r.Events[i]
		id, hash := describe(e)
		c.Events = append(c.Events, Event{
			Type: e.Type, Channel: e.Audience.Channel, ID: id, Hash: hash, Intents: e.Audience.Intents,
		})
	}
	return c
}

// Ack is an owner's answer to a caller that names a record, and the epoch of the slot by which the owner answers.
type Ack struct {
	Log      LogID            `json:"log,omitzero"`
	Object   guildhall.Object `json:"object"`
	Position uint64           `json:"position"`
	Epoch    uint64           `json:"epoch,omitempty"`
	Request  Request          `json:"request,omitzero"`
}

// Publish is a record on its way from an owner to a sessions node, or given by follow, with the epoch it carries.
type Publish Ack

// Seal ends a log.
type Seal struct {
	Log LogID `json:"log"`
	// Last is the number of the log's last batch, where batches are numbered in the history.
	Last uint64 `json:"last,omitempty"`
}

// Grant says from when on a user sees, or does not see, a channel of an object. It takes effect with the record at
// Position, or, where positions are not known, somewhere between start and end of the operation Op; with neither it
// holds since before the history.
type Grant struct {
	User   guildhall.UserID `json:"user"`
	Object guildhall.Object `json:"object,omitzero"`
	// Channel of 0 is the object itself: its members. Where both are noted, both are needed to see the channel.
	Channel  guildhall.ChannelID `json:"channel,omitzero"`
	Sees     bool                `json:"sees"`
	Position uint64              `json:"position,omitempty"`
	Op       OpID                `json:"op,omitempty"`
}
