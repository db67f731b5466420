package sim

// pure core

import (
	"slices"
	"time"

	"guildhall"
	"guildhall/history"
	"guildhall/store"
)

// reading is one read of all of a channel's messages. protocol §8, reads (a) to (e)
type reading struct {
	c       *client
	api     *apiNode
	guild   *stagedGuild
	channel guildhall.ChannelID
	began   time.Duration
	acked   uint64
	tries   int
	done    func()
}

// forgets is how often an API node has forgotten up to where a channel's tables are whole: it remembers so many only.
const forgets = 0.05

// readingTries is how often a page is read before the reader gives up.
const readingTries = 8

func (c *client) readPage(g *stagedGuild, channel guildhall.ChannelID, done func()) {
	settled := false
	finish := func() {
		if !settled {
			settled = true
			done()
		}
	}
	c.w.after(settleWithin, finish)
	if c.api.up {
		r := &reading{
			c: c, api: c.api, guild: g, channel: channel, began: c.w.now, acked: c.w.model.peek(g.object).acked, done: finish,
		}
		c.api.receive(c.w.between(0, time.Millisecond), r.page)
	}
}

// page is (a): the tables, with what an earlier answer said of how far they are whole.
func (r *reading) page() {
	s := r.c.w.store
	if r.c.w.chance(forgets) {
		delete(r.api.projected, r.channel)
	}
	projected := r.api.projected[r.channel]
	if r.tries++; r.tries > readingTries {
		r.done()
		return
	}
	apply := func() []store.Stored { return s.part(guildhall.TableMessages, r.channel.Key()) }
	ask(&r.api.process, false, apply, func(rows []store.Stored, ok bool) {
		if !ok {
			r.page()
			return
		}
		r.askOwner(rows, projected)
	})
}

// askOwner is (b), and (c) in the router.
func (r *reading) askOwner(rows []store.Stored, projected uint64) {
	w := r.c.w
	cmd := &guildhall.Command{
		RequestID: w.newRequest(), Name: guildhall.QueryMessages, Actor: r.c.user.ID, Channel: r.channel,
		Body: mustEncode(guildhall.MessagesQuery{Projected: projected}),
	}
	r.api.router.query(cmd, requestWithin/2, func(a *guildhall.Answer) {
		if a == nil || a.Status == guildhall.Refused {
			r.refused(a)
			return
		}
		r.api.projected[r.channel] = max(r.api.projected[r.channel], a.Projected)
		above := slices.ContainsFunc(rows, func(row store.Stored) bool { return row.Position > a.Position })
		if a.Reread || above {
			w.hit(HitReread)
			r.page()
			return
		}
		r.merge(rows, a)
	})
}

// refused judges a refusal: at some moment of the read the reader must not have been allowed.
func (r *reading) refused(a *guildhall.Answer) {
	if a != nil {
		r.c.w.hit(HitRefused)
		r.c.w.model.checkReadable(r, a, false)
	}
	r.done()
}

// merge is (e): the records over rows with lower stamps.
func (r *reading) merge(rows []store.Stored, a *guildhall.Answer) {
	w := r.c.w
	shown := make(map[string]store.Stored)
	for _, row := range rows {
		shown[row.Sort] = row
	}
	if len(a.Records) > 0 && w.opts.Bug != BugPageOnly {
		for _, record := range decodeRecords(a.Records) {
			for i := range record.Rows {
				row := &record.Rows[i]
				if row.Table != guildhall.TableMessages || row.Part != r.channel.Key() || shown[row.Sort].Position >= record.Position {
					continue
				}
				w.hit(HitMerged)
				shown[row.Sort] = store.Stored{Row: *row, Position: record.Position}
			}
		}
	}
	w.model.checkReadable(r, a, true)
	w.model.checkPage(r, shown, a.Position)
	r.note(shown)
	r.done()
}

// note puts the page into the history.
func (r *reading) note(shown map[string]store.Stored) {
	w := r.c.w
	p := &history.Page{Client: r.c.name, User: r.c.user.ID, Channel: r.channel, Start: r.began, Items: w.model.items(shown)}
	w.note(4, uint64(len(p.Items)))
	w.recorder.Record(p)
}

// items lists messages oldest first.
func (m *model) items(shown map[string]store.Stored) []history.Item {
	items := make([]history.Item, 0, len(shown))
	for _, key := range sortedKeys(shown) {
		row := shown[key]
		if row.Delete {
			continue
		}
		item, known := m.listed[string(row.Value)]
		if !known {
			var v shownMessage
			read(&row.Row, &v)
			item = history.Item{ID: v.ID, Hash: history.HashOf(v.Content)}
			m.listed[string(row.Value)] = item
		}
		items = append(items, item)
	}
	return items
}

// checkReadable judges the answer to a read: as of a position no earlier than what was acknowledged before it began, and
// right about what the reader may see there. protocol §9 (8)
func (m *model) checkReadable(r *reading, a *guildhall.Answer, allowed bool) {
	l := m.peek(r.guild.object)
	if a.Position == 0 && !allowed {
		return // refused before the object was known
	}
	if a.Position < r.acked {
		m.w.violate(CheckRead, "%s reads channel %v as of %d, though %d was acknowledged before", r.c.name, r.channel, a.Position, r.acked)
	}
	if sees := l.sight.at(a.Position).sees(r.c.user.ID, r.channel); sees != allowed {
		m.w.violate(CheckRead, "%s reads channel %v at %d: allowed is %v, should be %v", r.c.name, r.channel, a.Position, allowed, sees)
	}
}

// checkPage judges a page against the fold as of the answer's head. A message that is deleted later may be missing
// already: known and accepted.
func (m *model) checkPage(r *reading, shown map[string]store.Stored, head uint64) {
	l := m.peek(r.guild.object)
	for _, key := range sortedKeys(shown) {
		row := shown[key]
		want, there := l.rows[row.Key()].at(head)
		switch {
		case row.Delete != !there:
			m.w.violate(CheckRead, "%s reads message %x at %d: there is %v, should be %v", r.c.name, key, head, !row.Delete, there)
		case there && (row.Position != want.position || string(row.Value) != string(want.value)):
			m.w.violate(CheckRead, "%s reads message %x at %d as of %d, should be of %d", r.c.name, key, head, row.Position, want.position)
		}
	}
	for _, key := range sortedRows(l.rows) {
		if key.Table != guildhall.TableMessages || key.Part != r.channel.Key() {
			continue
		}
		if _, there := l.rows[key].at(head); !there {
			continue
		}
		if _, is := shown[key.Sort]; is {
			continue
		}
		if _, still := l.rows[key].at(l.head()); still {
			m.w.violate(CheckRead, "%s reads channel %v at %d without message %x", r.c.name, r.channel, head, key.Sort)
		}
	}
}
