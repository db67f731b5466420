package sessions

// pure core

import (
	"cmp"
	"slices"
	"time"

	"guildhall"
)

// ask sends a follow unless one is under way or was refused a moment ago: from the position here, or from 0 where
// there is nothing yet or where a large guild's state lacks a member.
// protocol §7.2
func (c *Core) ask(o *object) {
	if o.asking || c.now.Before(o.retryAt) {
		return
	}
	f := guildhall.Follow{Node: c.node, Object: o.name, From: o.position}
	switch {
	case !o.live:
		f.From = 0
		for _, v := range o.viewers {
			f.Users = append(f.Users, v.user)
		}
	case o.wantsMembers() && len(o.held) == 0:
		f.From = 0
		for _, v := range o.viewers {
			if !v.known {
				f.Users = append(f.Users, v.user)
			}
		}
	}
	o.asking, o.asked = true, f
	c.out.Follows = append(c.out.Follows, f)
}

// wantsMembers tells whether a viewer waits for its row in a large guild and none is on its way.
func (o *object) wantsMembers() bool {
	if !o.live || o.guild == nil || o.late != nil {
		return false
	}
	return slices.ContainsFunc(o.viewers, func(v *viewer) bool { return !v.known })
}

// Followed is the answer to a follow; nil for none in time.
func (c *Core) Followed(now time.Time, name guildhall.Object, answer *guildhall.Followed) {
	c.now = now
	o := c.objects[name]
	if o == nil || !o.asking {
		return
	}
	o.asking = false
	if answer != nil {
		c.Ring(now, answer.Ring)
	}
	if answer == nil || answer.Status != guildhall.Done {
		o.retryAt = c.now.Add(min(retryFirst<<min(o.failures, 8), retryMost))
		o.failures++
		return
	}
	o.failures, o.auditAt = 0, c.now.Add(auditEvery)
	moved := o.epoch != 0 && answer.Epoch != o.epoch
	o.epoch = answer.Epoch
	switch {
	case answer.Gone:
		c.gone(o)
		return
	case answer.Snapshot != nil:
		c.snapshot(o, answer)
	default:
		c.followedRecords(o, answer)
	}
	c.release(o)
	if moved {
		c.tellAgain(o)
	}
	if answer.More || len(o.held) > 0 || o.wantsMembers() || (o.late != nil && o.late.position > o.position) {
		c.ask(o)
	}
}

func (c *Core) followedRecords(o *object, answer *guildhall.Followed) {
	if len(answer.Records) == 0 || !o.live {
		return
	}
	records, err := guildhall.DecodeRecords(answer.Records)
	if err != nil {
		c.out.Counts.Undecodable++
		o.retryAt = c.now.Add(retryMost)
		return
	}
	for _, r := range records {
		c.deliver(o, r)
	}
}

// snapshot takes an object's state as of a position. It begins the object here, or brings members that were asked for;
// an answer to "what came after p" that is a snapshot ends what was built on p.
func (c *Core) snapshot(o *object, answer *guildhall.Followed) {
	c.out.Counts.Snapshots++
	if o.live && o.asked.From == 0 {
		o.late = &lateMembers{position: answer.Position, asked: o.asked.Users, rows: answer.Snapshot.Rows}
		c.joinLate(o)
		return
	}
	if o.live {
		c.condemn(o)
		o.late = nil
	}
	o.live, o.position = true, answer.Position
	o.held = slices.DeleteFunc(o.held, func(r *guildhall.Record) bool { return r.Position <= o.position })
	var err error
	switch o.name.Kind {
	case guildhall.KindGuild:
		o.guild, err = newGuildFeed(guildhall.GuildID(o.name.ID), answer.Snapshot)
	case guildhall.KindPrivate:
		o.guild, err = newGuildFeed(0, answer.Snapshot)
	case guildhall.KindUser:
		o.user, err = newUserFeed(answer.Snapshot, answer.Position)
	}
	if err != nil {
		c.out.Counts.Undecodable++
		o.live, o.retryAt = false, c.now.Add(retryMost)
		return
	}
	if o.guild != nil {
		c.hangUpLost(o)
	}
	for _, v := range o.viewers {
		if o.guild != nil {
			o.guild.admit(v)
			v.known = v.known || slices.Contains(o.asked.Users, v.user)
		}
		for _, a := range v.attachments {
			c.show(a)
		}
	}
}

// condemn ends what can't be continued: the sessions that were told of the object would have a hole in it. They get
// nothing more of it from now on, are told one after the other, and can't be resumed.
// design §3
func (c *Core) condemn(o *object) {
	for _, v := range o.viewers {
		for _, a := range v.attachments {
			if s := a.session; a.shown && !s.condemned {
				s.condemned = true
				c.condemned = append(c.condemned, s)
				c.out.Counts.Condemned++
			}
		}
	}
	for _, s := range c.condemned {
		for _, a := range s.order {
			c.detach(a)
		}
	}
}

// gone is an owner's word that the object does not exist (any more).
func (c *Core) gone(o *object) {
	for _, v := range o.viewers {
		for _, a := range v.attachments {
			if o.name.Kind == guildhall.KindUser {
				c.refuse(a.session)
				continue
			}
			c.lose(a)
			c.unpromise(a)
			c.detach(a)
		}
	}
	o.live, o.held, o.late, o.guild, o.user = false, nil, nil, nil, nil
	o.position = 0
	o.retryAt = c.now.Add(retryMost)
}

// Publish is what an owner sent: a committed record, or an event that is not logged.
func (c *Core) Publish(now time.Time, p *guildhall.Publish) {
	c.Ring(now, p.Ring)
	o := c.objects[p.Object]
	if o == nil {
		return
	}
	if p.Ephemeral != nil {
		switch {
		case o.live && o.guild != nil:
			c.ephemeral(o, p.Ephemeral)
		case o.live && o.user != nil:
			c.ephemeralUser(o, p.Ephemeral)
		}
		return
	}
	r, _, err := guildhall.DecodeRecord(p.Record)
	if err != nil || r.Object != o.name {
		c.out.Counts.Undecodable++ // the audit brings it again, or shows that it can't be had
		return
	}
	c.deliver(o, r)
	c.release(o)
	if len(o.held) > 0 {
		c.ask(o)
	}
}

// deliver takes the record if it is the next; earlier ones are duplicates, later ones wait beyond a gap.
// protocol §7.2
func (c *Core) deliver(o *object, r *guildhall.Record) {
	switch {
	case !o.live || r.Position > o.position+1:
		if o.live {
			c.out.Counts.Gaps++
		}
		o.hold(r)
		return
	case r.Position <= o.position:
		c.out.Counts.Duplicates++
		return
	}
	o.position = r.Position
	c.out.Counts.Records++
	switch {
	case o.name.Kind == guildhall.KindPrivate:
		c.gather(o, r)
		c.deliverGuild(o, r)
	case o.guild != nil:
		c.deliverGuild(o, r)
	case o.user != nil:
		c.deliverUser(o, r)
	}
	if o.late != nil {
		c.joinLate(o)
	}
}

func (o *object) hold(r *guildhall.Record) {
	i, found := slices.BinarySearchFunc(o.held, r.Position, func(h *guildhall.Record, p uint64) int {
		return cmp.Compare(h.Position, p)
	})
	if !found && len(o.held) < heldMax {
		o.held = slices.Insert(o.held, i, r)
	}
}

// release delivers what was held and is next now.
func (c *Core) release(o *object) {
	for o.live && len(o.held) > 0 && o.held[0].Position <= o.position+1 {
		r := o.held[0]
		o.held = o.held[1:]
		c.deliver(o, r)
	}
}

// lateMembers are rows of a large guild's members, asked for when sessions of theirs came to a guild that was followed
// already. They join the state when it is where the rows were read.
type lateMembers struct {
	position uint64
	asked    []guildhall.UserID
	rows     []guildhall.Row
}

func (c *Core) joinLate(o *object) {
	late := o.late
	if late == nil || late.position > o.position {
		return
	}
	o.late = nil
	rows := make(map[guildhall.UserID]*guildhall.Row)
	for i := range late.rows {
		if user := late.rows[i].Subject().Member; user != 0 {
			rows[user] = &late.rows[i]
		}
	}
	for _, user := range late.asked {
		v := o.byUser[user]
		if v == nil || v.known {
			continue
		}
		v.known = true // a record that held the row since would have told, and is the newer
		if row := rows[user]; row != nil {
			if err := o.guild.state.Apply(row, guildhall.Install); err != nil {
				c.out.Counts.Undecodable++
				v.known = false
				continue
			}
		}
		o.guild.classify(v)
		for _, a := range v.attachments {
			c.show(a)
		}
	}
}
