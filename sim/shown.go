package sim

// pure core

import (
	"encoding/json"
	"maps"
	"slices"

	"guildhall"
	"guildhall/gateway"
	"guildhall/sessions"
)

// guildShown takes in a GUILD_CREATE, and judges that it names just the channels that the user sees there.
func (l *listener) guildShown(o guildhall.Object, f frame) {
	var v struct {
		Channels []struct {
			ID guildhall.ChannelID `json:"id"`
		} `json:"channels"`
	}
	_ = json.Unmarshal(f.data, &v) // what can't be read has no channels
	shown := make(map[guildhall.ChannelID]bool)
	for _, c := range v.Channels {
		shown[c.ID] = true
	}
	l.shown[o] = shown
	at := l.w.model.peek(o).sight.at(f.at.position)
	if want := at.visible(l.user.ID); !slices.Equal(want, slices.Sorted(maps.Keys(shown))) {
		l.w.violate(CheckEntitled, "%s is shown %v at %d with channels %v, sees %v", l.session, o, f.at.position, slices.Sorted(maps.Keys(shown)), want)
	}
}

// channelShown takes in that a channel came into or went out of sight, and judges that it did.
func (l *listener) channelShown(o guildhall.Object, c guildhall.ChannelID, f frame) {
	created := f.kind == gateway.EventChannelCreate
	if l.shown[o] == nil {
		l.w.violate(CheckEntitled, "%s got %s of %v, of which it knows nothing", l.session, f.kind, o)
		return
	}
	if created {
		l.shown[o][c] = true
	} else {
		delete(l.shown[o], c)
	}
	if sees := l.w.model.peek(o).sight.at(f.at.position).sees(l.user.ID, c); sees != created {
		l.w.violate(CheckEntitled, "%s got %s of channel %v at %d of %v: sees it there %v", l.session, f.kind, c, f.at.position, o, sees)
	}
}

// visible lists the channels that a user sees, in order.
func (g *guildSight) visible(user guildhall.UserID) []guildhall.ChannelID {
	var list []guildhall.ChannelID
	for _, id := range slices.Sorted(maps.Keys(g.channels)) {
		if g.sees(user, guildhall.ChannelID(id)) {
			list = append(list, guildhall.ChannelID(id))
		}
	}
	return list
}

// checkShown judges that in the end the client knows of a guild what its user may, no more and no less.
func (l *listener) checkShown(o guildhall.Object) {
	of := l.w.model.peek(o)
	now := of.sight.at(of.head())
	shown, told := l.shown[o]
	if member := now.member(l.user.ID); member != told {
		l.w.violate(CheckHealed, "%s: member of %v is %v, told of it %v", l.session, o, member, told)
		return
	}
	if have, want := slices.Sorted(maps.Keys(shown)), now.visible(l.user.ID); told && !slices.Equal(have, want) {
		l.w.violate(CheckHealed, "%s knows channels %v of %v, sees %v", l.session, have, o, want)
	}
}

// checkEnd judges that every client has its session, and knows of the guilds that it is a member of and of no other.
func (n *sessionsNode) checkEnd() {
	for _, l := range n.listeners {
		if !l.ready || l.socket == (sessions.Socket{}) {
			n.w.violate(CheckHealed, "%s of %s has no session: ready %v", l.name, n.name, l.ready)
			continue
		}
		for _, g := range n.w.stage.guilds {
			l.checkShown(g.object)
		}
	}
}
