package sessions

// pure core

import "guildhall"

// HangUp ends the voice state of a session that is no more.
type HangUp struct {
	User    guildhall.UserID
	Guild   guildhall.GuildID
	Session string
}

// hangUp asks for the end of a session's voice states in the objects that it was attached to.
func (c *Core) hangUp(s *session) {
	for _, a := range s.order {
		if a.object.guild != nil {
			c.hangUpIn(a.object, s.User)
		}
	}
}

// hangUpIn asks for the end of a user's voice state if it is of a session that should be here and is not.
func (c *Core) hangUpIn(o *object, user guildhall.UserID) {
	v := o.guild.view().Voice(user)
	if v == nil || v.Node != c.node {
		return
	}
	if s := c.sessions[v.SessionID]; s == nil || s.removed {
		c.out.HangUps = append(c.out.HangUps, HangUp{user, o.guild.id, v.SessionID})
	}
}

// hangUpLost does so for a guild that has just been followed: its owner knows what this node had before it was started
// anew.
func (c *Core) hangUpLost(o *object) {
	for _, v := range o.guild.view().Voices() {
		c.hangUpIn(o, v.UserID)
	}
}

// Connected says that a session's voice state was changed. One that ended meanwhile did not know of it.
func (c *Core) Connected(k Socket, user guildhall.UserID, guild guildhall.GuildID) {
	if c.sessions[k.Session] == nil {
		c.out.HangUps = append(c.out.HangUps, HangUp{user, guild, k.Session})
	}
}
