package sim

// pure core

import (
	"bytes"
	"fmt"

	"guildhall"
	"guildhall/history"
	"guildhall/store"
)

// checkEnd judges the world after healing. protocol §9 (9)
func (w *world) checkEnd() {
	for _, l := range w.model.order {
		w.checkFolded(l)
		w.checkOwned(l)
	}
	w.checkNothingElse()
	w.checkLists()
	w.checkNames()
	for _, n := range w.sessions {
		n.checkEnd()
	}
	if w.failed() {
		return
	}
	w.recordFinals()
	w.judgeHistory()
}

// checkFolded holds the tables of an object against its records.
func (w *world) checkFolded(l *ledger) {
	s := w.store
	if s.heads[l.object] != l.head() {
		w.violate(CheckFold, "head of %v is %d after %d records", l.object, s.heads[l.object], l.head())
	}
	pruned := s.pruned[l.object]
	if n := uint64(len(s.events[l.object])); n != l.head()-pruned {
		w.violate(CheckFold, "%v has %d events and %d records, %d of which are pruned", l.object, n, l.head(), pruned)
	}
	for i, want := range l.encoded {
		if uint64(i) >= pruned && !bytes.Equal(s.events[l.object][uint64(i)+1], want) {
			w.violate(CheckFold, "event %d of %v is not the record", i+1, l.object)
			return
		}
	}
	for _, key := range sortedRows(l.rows) {
		want, there := l.rows[key].at(l.head())
		have, is := s.row(key)
		if there != is || there && (have.Position != want.position || !bytes.Equal(have.Value, want.value)) {
			w.violate(CheckFold, "row %d %x %x of %v is there %v as of %d, should be %v as of %d",
				key.Table, key.Part, key.Sort, l.object, is, have.Position, there, want.position)
		}
	}
}

// checkOwned judges that the object's slot has an owner that lives.
func (w *world) checkOwned(l *ledger) {
	claim := w.store.ring.Slots[l.object.Slot()]
	i, known := w.directory[claim.Log]
	if !known || i.node.log != claim.Log || i.node.core == nil || !i.node.core.Owns(l.object.Slot()) {
		w.violate(CheckHealed, "slot %d of %v is in log %x, whose owner does not serve it", l.object.Slot(), l.object, claim.Log[:3])
	}
}

// checkNothingElse judges that the tables hold nothing that no record says, and that all follow-ups have arrived.
func (w *world) checkNothingElse() {
	said := make(map[guildhall.RowKey]bool)
	for _, l := range w.model.order {
		for _, key := range sortedRows(l.rows) {
			said[key] = true
		}
	}
	for key, part := range w.store.content {
		for _, sort := range sortedKeys(part) {
			if !said[guildhall.RowKey{Table: key.table, Part: key.part, Sort: sort}] {
				w.violate(CheckFold, "row %d %x %x is in the tables and in no record", key.table, key.part, sort)
				return
			}
		}
	}
	for _, slot := range w.slots {
		if left := w.store.pending(slot); len(left) > 0 {
			w.violate(CheckHealed, "%d follow-ups of slot %d wait, the first from %v %d to %v", len(left), slot, left[0].From, left[0].Position, left[0].To)
		}
	}
}

// recordFinals notes what all channels hold in the end.
func (w *world) recordFinals() {
	for _, g := range w.stage.guilds {
		for _, c := range g.channels {
			shown := make(map[string]store.Stored)
			for _, row := range w.store.part(guildhall.TableMessages, c.Key()) {
				shown[row.Sort] = row
			}
			w.recorder.Record(&history.Final{Channel: c, Items: w.model.items(shown)})
		}
	}
}

// judgeHistory has the checker look at the whole run.
func (w *world) judgeHistory() {
	report := history.Check(w.recorder.History(), history.Options{
		Entitled: w.entitled, StoreOrder: true, FreshReads: true, ViolationsMax: 3,
	})
	for _, problem := range report.Problems {
		w.violate("history", "recording: %s", problem)
	}
	for _, f := range report.Findings {
		for _, v := range f.Violations {
			text := v.Text
			for _, e := range v.Entries {
				if line, err := e.Entry.MarshalJSON(); err == nil {
					text += fmt.Sprintf("\n    %d: %s", e.N, line)
				}
			}
			w.violate(Check(f.Check+" "+f.Title), "%s", text)
		}
	}
	w.report = report
}

// checkNames judges that every user has claimed the name that it has.
func (w *world) checkNames() {
	for _, l := range w.model.order {
		if l.object.Kind != guildhall.KindUser {
			continue
		}
		row, _ := l.now(userKey(l.object))
		name := userName(row.value)
		if holder := w.store.claims[guildhall.ClaimKey{Kind: guildhall.ClaimUsername, Key: name}]; holder != l.object {
			w.violate(CheckName, "%v is named %q, which is claimed for %v", l.object, name, holder)
		}
	}
}

// checkLists judges what follow-ups keep in step: users' guild lists, and members' copies of users.
func (w *world) checkLists() {
	for _, l := range w.model.order {
		if l.object.Kind != guildhall.KindGuild {
			continue
		}
		for _, u := range w.stage.users {
			of := w.model.peek(guildhall.UserObject(u.ID))
			ref := guildhall.GuildRefRow(u.ID, &guildhall.GuildRef{ID: guildhall.GuildID(l.object.ID)})
			_, listed := of.now(ref.Key())
			member := l.sight.at(l.head()).member(u.ID)
			if listed != member {
				w.violate(CheckHealed, "%v: user %v is a member: %v, and lists it: %v", l.object, u.ID, member, listed)
			}
			if member {
				w.checkCopy(l, of, u.ID)
			}
		}
	}
}

// checkCopy holds a member's copy of its user against the user itself.
func (w *world) checkCopy(guild, user *ledger, id guildhall.UserID) {
	member := guildhall.MemberRow(guildhall.GuildID(guild.object.ID), &guildhall.Member{User: guildhall.User{ID: id}})
	itself := guildhall.UserRow(&guildhall.User{ID: id})
	var m struct {
		User struct {
			Name string `json:"global_name"`
		} `json:"user"`
	}
	var u struct {
		Name string `json:"global_name"`
	}
	a, _ := guild.now(member.Key())
	b, _ := user.now(itself.Key())
	read(&guildhall.Row{Value: a.value}, &m)
	read(&guildhall.Row{Value: b.value}, &u)
	if m.User.Name != u.Name {
		w.violate(CheckHealed, "%v knows user %v as %q, who is %q", guild.object, id, m.User.Name, u.Name)
	}
}
