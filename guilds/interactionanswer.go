package guilds

// pure core

import (
	"time"

	"guildhall"
)

const (
	// interactionsMax bounds the answered interactions that an object remembers: 20,000 in 15 minutes are 22 a second.
	// Above it those go first whose tokens are over, although what one user was shown could still be acted on.
	interactionsMax = 20_000
	// asideLife is how long what only one user is shown can be acted on.
	asideLife = 24 * time.Hour
	// asideMax bounds what lies beside the history for one interaction; the oldest goes first.
	asideMax = 100
	// sweepEvery is how often interactions that are over are looked for, sweepMost how many go with one answer.
	sweepEvery = time.Minute
	sweepMost  = 100
	// completedMax bounds the autocompletes that are remembered as answered: more than come in the 3 seconds that count.
	completedMax = 512
)

// answering are the rows that answering an interaction reads.
func (g *guild) answering(r *request) []guildhall.RowKey {
	f, err := body[guildhall.AnswerInteraction](r.cmd)
	if err != nil {
		return nil
	}
	var keys []guildhall.RowKey
	for _, id := range []guildhall.MessageID{f.Ref.Message, g.originalOf(r, &f.Ref)} {
		if id != 0 {
			keys = append(keys, g.eitherKeys(r, id)...)
		}
	}
	return keys
}

// originalOf is the message that an interaction was answered with; 0 for none.
func (g *guild) originalOf(r *request, ref *guildhall.InteractionRef) guildhall.MessageID {
	if i := r.view.Interaction(ref.ID); i != nil {
		return i.Original
	}
	return 0
}

// answer is the first answer to an interaction on its way.
type answer struct {
	*request // as the application
	g        *guild
	f        *guildhall.AnswerInteraction
	d        *draft
	done     *guildhall.AnsweredInteraction
}

// asApplication is the request with the application as its actor, which may answer whatever it may not do by itself.
func (g *guild) asApplication(r *request, ref *guildhall.InteractionRef) (*request, error) {
	if r.view.Channel(ref.Channel) == nil && r.view.Thread(ref.Channel) == nil {
		return nil, guildhall.ErrUnknownChannel
	}
	as := *r
	as.actor, as.webhook = guildhall.UserID(ref.Application), guildhall.Snowflake(ref.Application)
	as.disguise, as.application = r.view.Member(as.actor), ref.Application
	if as.disguise == nil {
		return nil, errUnknownInteraction
	}
	return &as, nil
}

// answerInteraction takes an application's first answer.
// discord: interactions/receiving-and-responding#create-interaction-response
func (g *guild) answerInteraction(r *request, f guildhall.AnswerInteraction) (*draft, error) {
	ref := &f.Ref
	answered := r.view.Interaction(ref.ID)
	if _, known := g.completedAt(ref.ID); answered != nil || known {
		return nil, errAcknowledged
	}
	if ref.Over(r.now, guildhall.InteractionFirst) {
		return nil, errUnknownInteraction
	}
	as, err := g.asApplication(r, ref)
	if err != nil {
		return nil, err
	}
	until := guildhall.TimestampOf(ref.ID.Time().Add(guildhall.InteractionLife))
	a := &answer{request: as, g: g, f: &f, d: &draft{}, done: &guildhall.AnsweredInteraction{
		ID: ref.ID, User: ref.User, Channel: ref.Channel, Until: until,
	}}
	if f.Type == guildhall.CallbackAutocomplete {
		return a.complete()
	}
	if err := a.step(); err != nil {
		return nil, err
	}
	if r.view.InteractionCount() < interactionsMax {
		g.sweep(r, a.d)
	} else if g.forget(r, a.d, tokenOver) == 0 {
		return nil, guildhall.ErrOverloaded
	}
	a.d.put(guildhall.InteractionRow(r.object, a.done))
	a.tell("INTERACTION_SUCCESS", interactionDone{ref.ID, ref.Nonce})
	return a.d, nil
}

// step does what the type of answer asks for, where the type of interaction has it.
func (a *answer) step() error {
	onMessage := a.f.Ref.Message != 0
	switch kind := a.f.Type; {
	case a.f.Ref.Type == guildhall.InteractionAutocomplete:
	case kind == guildhall.CallbackMessage, kind == guildhall.CallbackDeferred:
		return a.message()
	case kind == guildhall.CallbackDeferredUpdate && onMessage:
		a.done.Original = a.f.Ref.Message
		return nil
	case kind == guildhall.CallbackUpdate && onMessage:
		a.done.Original = a.f.Ref.Message
		a.f.Edit.ID = a.f.Ref.Message
		return a.g.editAnswer(a.request, a.d, &a.f.Ref, &a.f.Edit)
	case kind == guildhall.CallbackModal && a.f.Ref.Type != guildhall.InteractionModal && a.f.Modal != nil:
		a.aside(guildhall.Snowflake(a.f.Ref.ID))
		a.d.put(guildhall.AsideRow(a.f.Ref.Channel, a.f.Ref.ID, guildhall.ShownModal{Ref: a.f.Ref, Modal: *a.f.Modal}))
		a.tell("INTERACTION_MODAL_CREATE", modalCreate{
			interactionDone{a.f.Ref.ID, a.f.Ref.Nonce}, a.f.Ref.Channel, a.g.id, a.disguise.User, a.f.Modal,
		})
		return nil
	}
	return guildhall.BadField("INTERACTION_CALLBACK_TYPE_INVALID", "This interaction can't be answered with this type.", "type")
}

// modalCreate is the data of INTERACTION_MODAL_CREATE.
// docs/reference/people-api.md
type modalCreate struct {
	interactionDone
	ChannelID   guildhall.ChannelID `json:"channel_id"`
	GuildID     guildhall.GuildID   `json:"guild_id,omitempty"`
	Application guildhall.User      `json:"application"`
	*guildhall.Modal
}

// aside notes that something is kept beside the history, and so for longer.
func (a *answer) aside(id guildhall.Snowflake) {
	a.done.Aside = append(a.done.Aside, id)
	a.done.Until = guildhall.TimestampOf(a.f.Ref.ID.Time().Add(asideLife))
}

// tell adds an event for the user alone.
func (a *answer) tell(name string, data any) {
	a.d.event(name, guildhall.Audience{Users: []guildhall.UserID{a.f.Ref.User}}, data)
}

// message sends the message that is the answer, or the promise of one.
func (a *answer) message() error {
	m, err := a.g.composeAnswer(a.request, &a.f.Ref, a.f)
	if err != nil {
		return err
	}
	return a.g.sendAnswer(a.request, a.d, &a.f.Ref, m, a.done)
}

// complete tells the user the choices; nobody keeps them.
func (a *answer) complete() (*draft, error) {
	if a.f.Ref.Type != guildhall.InteractionAutocomplete {
		return nil, guildhall.BadField("INTERACTION_CALLBACK_TYPE_INVALID", "This interaction can't be answered with this type.", "type")
	}
	a.g.completed = append(a.g.completed, a.f.Ref.ID)
	if over := len(a.g.completed) - completedMax; over > 0 {
		a.g.completed = append([]guildhall.Snowflake{}, a.g.completed[over:]...)
	}
	a.d.soon("APPLICATION_COMMAND_AUTOCOMPLETE_RESPONSE", guildhall.Audience{Users: []guildhall.UserID{a.f.Ref.User}}, struct {
		interactionDone
		Choices any `json:"choices"`
	}{interactionDone{a.f.Ref.ID, a.f.Ref.Nonce}, a.f.Choices})
	return a.d, nil
}

// completedAt tells whether an autocomplete was answered.
func (g *guild) completedAt(id guildhall.Snowflake) (place int, known bool) {
	for i, c := range g.completed {
		if c == id {
			return i, true
		}
	}
	return 0, false
}

// sweep removes interactions that are over, with what lay beside the history for them.
func (g *guild) sweep(r *request, d *draft) {
	if r.now.Sub(g.swept) < sweepEvery && r.now.After(g.swept) {
		return
	}
	all := func(i *guildhall.AnsweredInteraction, now time.Time) bool { return !i.Until.Time().After(now) }
	if g.forget(r, d, all) < sweepMost { // else the next answer goes on
		g.swept = r.now
	}
}

// tokenOver tells of an interaction that can't be answered any more.
func tokenOver(i *guildhall.AnsweredInteraction, now time.Time) bool {
	return now.Sub(i.ID.Time()) > guildhall.InteractionLife
}

// forget removes some of the interactions that are to go, oldest first, and tells how many.
func (g *guild) forget(r *request, d *draft, gone func(*guildhall.AnsweredInteraction, time.Time) bool) (n int) {
	for _, i := range r.view.Interactions() {
		if n == sweepMost {
			break
		}
		if !gone(i, r.now) {
			continue
		}
		n++
		d.put(guildhall.InteractionRow(r.object, i).Deleted())
		for _, id := range i.Aside {
			d.put(guildhall.AsideRow(i.Channel, id, nil).Deleted())
		}
	}
	return n
}
