package guilds

// pure core

import (
	"cmp"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"

	"guildhall"
)

// claimBirth is the kind of claim that makes a birth happen once: request id → the object to be.
const claimBirth = "birth"

// nameOf is a name together with who has it, or had it.
type nameOf struct {
	key    guildhall.ClaimKey
	object guildhall.Object
}

// release is a name on its way to be free again.
type release struct {
	// waiting are the asks that are answered when it is.
	waiting []Ticket
}

// named is an object that has names.
type named interface {
	// owns tells whether the name is its own, by the proposed state.
	owns(guildhall.ClaimKey) bool
}

// owns tells whether a name that is claimed for the object must stay so. What is not born owns nothing.
func (h *held) owns(key guildhall.ClaimKey) bool {
	if h.staged == 0 {
		return false
	}
	n, ok := h.state.(named)
	return !ok || n.owns(key)
}

// claims are the names that the ask needs, a birth's own first.
func (p *parkedAsk) claims() []guildhall.ClaimKey {
	if p.follow != nil || !p.ask.Command.Birth {
		return p.names()
	}
	birth := guildhall.ClaimKey{Kind: claimBirth, Key: hex.EncodeToString(p.ask.Command.RequestID[:])}
	return append([]guildhall.ClaimKey{birth}, p.names()...)
}

func (p *parkedAsk) names() []guildhall.ClaimKey {
	if p.follow != nil {
		return nil
	}
	return p.ask.Command.Claims
}

// claimNext asks for the next name. One that the same object is giving up must be free first, or it would be freed after
// it was claimed again; what an earlier owner has left to free is known from the outbox.
func (c *Core) claimNext(p *parkedAsk, sl *slot) {
	key := p.claims()[p.claimed]
	if c.releasing[nameOf{key, p.object}] != nil || !p.ask.Command.Birth && !sl.outboxRead {
		c.turnAway(p, guildhall.Busy)
		return
	}
	c.park(p)
	c.do(AskClaim{p.ask.Ticket, key, p.object})
}

// claimAnswered goes on with a command whose next name is settled. A birth that finds its request known takes the
// object that the earlier try had chosen, and one of a private channel that the two users have, that channel.
func (c *Core) claimAnswered(in Claimed) {
	p := c.unpark(in.Ticket)
	if p == nil {
		return
	}
	key := p.claims()[p.claimed]
	switch {
	case in.Holder == p.object:
	case key.Kind == claimBirth, key.Kind == guildhall.ClaimDM:
		// The earlier try's owner may have had a faster clock, and no record tells of the id.
		if sl := c.slots[in.Holder.Slot()]; sl != nil {
			sl.last = max(sl.last, in.Holder.ID)
		}
		unborn := c.held[p.object]
		p.object, p.born = in.Holder, false
		c.dropIfNothing(unborn)
	default:
		a := refusal(taken(key, in.Holder))
		c.settleAnswer(p.ask.Command, p.ask.Command.Object, 0, a)
		c.giveBack(p, 0, a)
		return
	}
	p.claimed++
	if p.again {
		p.again = false
		if c.settledBefore(p) {
			return
		}
		p.claimed = 0
	}
	c.proceed(p)
}

// taken is the refusal of a name that another has.
// discord: reference#error-messages
func taken(key guildhall.ClaimKey, holder guildhall.Object) error {
	switch key.Kind {
	case guildhall.ClaimUsername:
		return guildhall.BadField("USERNAME_ALREADY_TAKEN", "Username is already taken.", "username")
	case guildhall.ClaimEmail:
		return guildhall.BadField("EMAIL_ALREADY_REGISTERED", "Email is already registered.", "email")
	}
	return guildhall.ErrInternal.Because(fmt.Errorf("%s is held by %v", key.Kind, holder))
}

// free frees what an ask has claimed and its object does not need, and gives what is on its way to be free.
func (c *Core) free(p *parkedAsk) (freed []nameOf) {
	h := c.held[p.object]
	if h == nil && !p.born || h != nil && !h.loaded {
		return nil
	}
	for _, key := range p.claims()[:p.claimed] {
		if key.Kind == claimBirth || h != nil && h.owns(key) {
			continue
		}
		n := nameOf{key, p.object}
		if c.releasing[n] == nil {
			c.letGo(n)
			c.do(Release{key, p.object})
		}
		freed = append(freed, n)
	}
	return freed
}

// letGo marks a name as on its way to be free. Asks of the same object that have claimed it, or are about to, claim again.
func (c *Core) letGo(n nameOf) {
	if c.releasing[n] == nil {
		c.releasing[n] = &release{}
	}
	for _, q := range c.parked {
		if q.object == n.object && q.unsaid == nil {
			at := slices.Index(q.claims(), n.key)
			q.again = q.again || at >= 0 && at <= q.claimed
		}
	}
}

// giveBack answers an ask that made no record, once the names are free that were claimed for it: whoever hears the answer
// may take them.
func (c *Core) giveBack(p *parkedAsk, position uint64, answer *guildhall.Answer) {
	freed := c.free(p)
	p.unsaid, p.unsaidAt, p.freeing = answer, position, len(freed)
	if len(freed) == 0 {
		c.say(p)
		return
	}
	c.park(p)
	for _, n := range freed {
		r := c.releasing[n]
		r.waiting = append(r.waiting, p.ask.Ticket)
	}
}

// say gives the answer that waited for names to be free.
func (c *Core) say(p *parkedAsk) {
	h := c.held[p.object]
	if h != nil && h.loaded {
		c.answerAt(h, barrier{position: p.unsaidAt, ticket: p.ask.Ticket, answer: p.unsaid})
		c.dropIfNothing(h)
		return
	}
	a := p.unsaid
	a.Object, a.Epoch = p.object, c.slots[p.ask.Command.Where()].epoch
	a.Position, a.Unlogged = p.unsaidAt, a.Status == guildhall.Done
	c.answer(p.ask.Ticket, a)
}

// released goes on with who waited for a name to be free.
func (c *Core) released(n nameOf) {
	r := c.releasing[n]
	if r == nil {
		return
	}
	delete(c.releasing, n)
	for _, t := range r.waiting {
		p := c.parked[t]
		if p == nil {
			continue
		}
		if p.freeing--; p.freeing == 0 {
			c.unpark(t)
			c.say(p)
		}
	}
}

// nameLeft gives the name that a follow-up frees, which is how a committed change gives one up.
func nameLeft(from guildhall.Object, f *guildhall.FollowUp) (nameOf, bool) {
	n := nameOf{object: from}
	if f.Name != guildhall.CommandClaimRelease {
		return n, false
	}
	if err := json.Unmarshal(f.Body, &n.key); err != nil {
		return n, false // not written by this program: it is sent, refused and gone
	}
	return n, true
}

// ReleasingState is a name on its way to be free again.
type ReleasingState struct {
	Key     guildhall.ClaimKey `json:"key"`
	Object  guildhall.Object   `json:"object"`
	Waiting []Ticket           `json:"waiting,omitempty"`
}

func (c *Core) savedReleasing() (all []ReleasingState) {
	for n, r := range c.releasing {
		all = append(all, ReleasingState{n.key, n.object, slices.Clone(r.waiting)})
	}
	slices.SortFunc(all, func(a, b ReleasingState) int {
		return cmp.Or(cmp.Compare(a.Key.Kind, b.Key.Kind), cmp.Compare(a.Key.Key, b.Key.Key), cmp.Compare(a.Object.Key(), b.Object.Key()))
	})
	return all
}
