package guilds

// pure core

import (
	"encoding/json"
	"fmt"
	"time"

	"guildhall"
)

// object is the meaning of one kind of owned thing: what commands do to it and what queries see of it. The core numbers,
// commits and publishes what decide drafts. Objects do no I/O and read no clock.
type object interface {
	// needs names rows that deciding or answering the command reads and that are not part of the resident state, such as
	// the message to be edited. It is asked again once they are loaded, until it names nothing new.
	needs(env *env, cmd *guildhall.Command) []guildhall.RowKey
	// decide checks the command against the proposed state and drafts its record, or refuses with a *guildhall.Error.
	// It changes nothing.
	decide(env *env, cmd *guildhall.Command) (*draft, error)
	// query answers from the committed state.
	query(env *env, cmd *guildhall.Command) (body any, err error)
	// apply folds one row of a record of this object in.
	apply(row *guildhall.Row, phase guildhall.Phase) error
	// snapshot gives the committed state to a node with sessions of these users.
	snapshot(users []guildhall.UserID) *guildhall.Snapshot
	// resident gives all of the committed state that apply keeps, as rows.
	resident() []guildhall.Row
	// due names what time has brought about by now, to be decided as commands of the system. It is asked often, and may be
	// asked again before a command of its last answer is decided.
	due(now time.Time) []*guildhall.Command
	// exists tells whether the object has been made and not been deleted, by the committed state.
	exists() bool
}

// env is what deciding may use beside the object's own state.
type env struct {
	// object is which it is; at its birth, the object that the command will make.
	object guildhall.Object
	now    time.Time
	// nextID makes an id in the object's slot. An id is used up even when the command is then refused.
	nextID func() guildhall.Snowflake
	// limits are how many of things there may be.
	limits *guildhall.Limits
	// position is the one that a record decided now will have.
	position uint64
	// took tells of an id that an import brought along: no nextID comes to it.
	took func(guildhall.Snowflake)
	// row gives a row named by needs: by the proposed state in decide, by the committed one in query.
	row func(guildhall.RowKey) (value []byte, ok bool)
}

// draft is what a command will change. An empty draft is a command that has nothing to change: it is answered when all
// that it saw is committed.
type draft struct {
	reply     []byte
	events    []guildhall.Event
	rows      []guildhall.Row
	followUps []guildhall.FollowUp
	// ephemeral events reach those who follow the object at once; a draft has either these or the others.
	ephemeral []guildhall.Event
}

// put adds rows.
func (d *draft) put(rows ...guildhall.Row) { d.rows = append(d.rows, rows...) }

// event adds an event; data is what json.Marshal makes of it.
func (d *draft) event(name string, a guildhall.Audience, data any) {
	d.events = append(d.events, guildhall.Event{Type: name, Audience: a, Data: encode(data)})
}

// send adds a follow-up.
func (d *draft) send(to guildhall.Object, name string, body any) {
	d.followUps = append(d.followUps, guildhall.FollowUp{To: to, Name: name, Body: encode(body)})
}

// answer sets the reply.
func (d *draft) answer(body any) { d.reply = encode(body) }

func encode(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("guilds: encode %T: %v", v, err))
	}
	return b
}

// body reads a command's body. The API has checked it, so that an error is a bug or a stranger on the inner network.
func body[T any](cmd *guildhall.Command) (T, error) {
	var v T
	if len(cmd.Body) == 0 {
		return v, nil
	}
	if err := json.Unmarshal(cmd.Body, &v); err != nil {
		return v, guildhall.ErrInvalidForm.Because(fmt.Errorf("body of %s: %w", cmd.Name, err))
	}
	return v, nil
}

// newObject makes the empty state of an object of a kind.
func newObject(o guildhall.Object) object {
	switch o.Kind {
	case guildhall.KindGuild:
		return &guild{id: guildhall.GuildID(o.ID)}
	case guildhall.KindPrivate:
		return &private{}
	case guildhall.KindUser:
		return &user{id: guildhall.UserID(o.ID)}
	}
	return nil
}
