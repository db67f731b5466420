package sessions

// pure core

import (
	"encoding/binary"
	"slices"
	"time"

	"guildhall"
)

// class is a set of a guild's members who may do the same everywhere: those with equal roles and no overwrites of their
// own. What they may do is worked out once, not per session. A class is never changed; when roles, channels or the
// owner change, new ones take its place.
type class struct {
	guild guildhall.Permissions
	in    map[guildhall.ChannelID]guildhall.Permissions
	// visible are the channels that may be viewed, in rising order.
	visible []guildhall.ChannelID
}

func (c *class) sees(channel guildhall.ChannelID) bool {
	_, found := slices.BinarySearch(c.visible, channel)
	return found
}

// classKey tells classes apart. Members who own the guild or have overwrites of their own are a class each.
func classKey(m *guildhall.Member, alone bool) string {
	roles := slices.Clone(m.Roles)
	slices.Sort(roles)
	key := make([]byte, 0, 8*len(roles)+8)
	for _, r := range roles {
		key = binary.BigEndian.AppendUint64(key, uint64(r))
	}
	if alone {
		key = append(key, 'u')
		key = binary.BigEndian.AppendUint64(key, uint64(m.User.ID))
	}
	return string(key)
}

func newClass(v guildhall.GuildView, m *guildhall.Member) *class {
	if p := v.Private(); p != nil {
		return &class{
			in:      map[guildhall.ChannelID]guildhall.Permissions{p.ID: guildhall.PermissionsPrivate},
			visible: []guildhall.ChannelID{p.ID},
		}
	}
	g := v.Guild()
	var everyone, roles guildhall.Permissions
	if r := v.Role(guildhall.RoleID(g.ID)); r != nil {
		everyone = r.Permissions
	}
	for _, id := range m.Roles {
		if r := v.Role(id); r != nil {
			roles |= r.Permissions
		}
	}
	c := &class{
		guild: guildhall.BasePermissions(g.OwnerID == m.User.ID, everyone, roles),
		in:    make(map[guildhall.ChannelID]guildhall.Permissions),
	}
	for _, channel := range v.Channels() {
		p := guildhall.ChannelPermissions(c.guild, channel.Overwrites, guildhall.RoleID(g.ID), m.Roles, m.User.ID)
		c.in[channel.ID] = p
		if p.Has(guildhall.PermissionViewChannel) {
			c.visible = append(c.visible, channel.ID)
		}
	}
	slices.Sort(c.visible)
	return c
}

// eyes is one session for which an audience is judged.
// It implements guildhall.Viewer.
type eyes struct {
	user    guildhall.UserID
	intents guildhall.Intents
	class   *class
	until   *guildhall.Timestamp
	now     time.Time
}

func (e *eyes) UserID() guildhall.UserID   { return e.user }
func (e *eyes) Intents() guildhall.Intents { return e.intents }

// In gives the permissions in a channel or, for 0, in the guild.
func (e *eyes) In(channel guildhall.ChannelID) guildhall.Permissions {
	if e.class == nil {
		return 0
	}
	p := e.class.guild
	if channel != 0 {
		p = e.class.in[channel]
	}
	return guildhall.InTimeout(p, e.until, e.now)
}

var _ guildhall.Viewer = (*eyes)(nil)

// gained gives what is in b and not in a, both in rising order.
func gained(a, b []guildhall.ChannelID) []guildhall.ChannelID {
	var more []guildhall.ChannelID
	for _, id := range b {
		for len(a) > 0 && a[0] < id {
			a = a[1:]
		}
		if len(a) == 0 || a[0] != id {
			more = append(more, id)
		}
	}
	return more
}
