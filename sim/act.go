package sim

// pure core

import (
	"encoding/json"
	"fmt"

	"guildhall"
	"guildhall/history"
)

// act does one thing that the seed draws, and calls done when it has ended.
func (c *client) act(done func()) {
	w := c.w
	g := pick(w, w.stage.guilds)
	channel := pick(w, g.channels)
	if w.mix.hot && w.chance(0.9) {
		g = w.stage.guilds[0]
		channel = g.channels[0]
	}
	switch {
	case w.chance(w.mix.readers):
		c.readPage(g, channel, done)
	case w.chance(w.mix.messages):
		c.attempt(c.message(g, channel), done)
	case w.chance(0.05):
		c.attempt(c.birth(), done)
	case w.chance(0.1):
		c.attempt(c.rename(), done)
	case w.chance(0.05):
		c.attempt(c.birthOfUser(), done)
	case w.chance(0.1):
		c.thereAndBack(done)
	default:
		c.attempt(c.change(g, channel), done)
	}
}

// attempt runs an operation. One whose outcome is unknown is tried again by the client where its nonce makes that safe.
func (c *client) attempt(op *operation, done func()) {
	if op == nil {
		done()
		return
	}
	c.begin(op, func(a *guildhall.Answer) {
		if a != nil && a.Status == guildhall.Done && op.kind == history.Send {
			var sent shownMessage
			_ = json.Unmarshal(a.Body, &sent) // judged before
			op.guild.messages = append(op.guild.messages, sentMessage{op.cmd.Channel, guildhall.MessageID(sent.ID), op.cmd.Actor})
		}
		if a == nil && op.cmd.Nonce != "" && op.retried < 3 && c.w.loading {
			cmd := *op.cmd
			again := *op
			again.cmd, again.retried = &cmd, op.retried+1
			c.attempt(&again, done)
			return
		}
		done()
	})
}

// emojis are few, so that reactions meet.
func emojis() []string { return []string{"👍", "🔥", "❤️"} }

// message is an operation on messages; nil where there is none yet.
func (c *client) message(g *stagedGuild, channel guildhall.ChannelID) *operation {
	w := c.w
	cmd := &guildhall.Command{Actor: c.user.ID, Channel: channel}
	op := &operation{cmd: cmd, guild: g}
	if len(g.messages) == 0 || w.chance(0.5) {
		body := guildhall.CreateMessage{Content: w.stage.text()}
		op.kind, cmd.Name, op.hash = history.Send, guildhall.CommandMessageCreate, history.HashOf(body.Content)
		if w.chance(0.7) {
			c.nonces++
			op.nonce = fmt.Sprintf("%s-%d", c.name, c.nonces)
			body.Nonce = mustEncode(op.nonce)
			if w.chance(0.7) {
				cmd.Nonce = op.nonce
			}
		}
		if len(g.messages) > 0 && w.chance(0.2) {
			if m := pick(w, g.messages); m.channel == channel {
				body.Reference = &guildhall.MessageReference{MessageID: m.id}
			}
		}
		cmd.Body = mustEncode(body)
		return op
	}
	m := pick(w, g.messages)
	cmd.Channel, op.target = m.channel, guildhall.Snowflake(m.id)
	switch w.rng.IntN(5) {
	case 0:
		text := w.stage.text()
		if w.chance(0.9) {
			cmd.Actor = m.author
		}
		op.kind, cmd.Name, op.hash = history.Edit, guildhall.CommandMessageEdit, history.HashOf(text)
		cmd.Body = mustEncode(guildhall.EditMessage{ID: m.id, Content: guildhall.Some(text)})
	case 1:
		op.kind, cmd.Name = history.Delete, guildhall.CommandMessageDelete
		cmd.Body = mustEncode(guildhall.MessageRef{ID: m.id})
	default:
		emoji := pick(w, emojis())
		op.kind, cmd.Name = history.React, guildhall.CommandReactionPut
		if w.chance(0.4) {
			op.kind, cmd.Name = history.Unreact, guildhall.CommandReactionDelete
		}
		op.hash = reactionHash(emoji, cmd.Actor)
		cmd.Body = mustEncode(guildhall.ReactionRef{MessageID: m.id, Emoji: guildhall.Emoji{Name: emoji}})
	}
	return op
}

func reactionHash(emoji string, user guildhall.UserID) history.Hash {
	return history.HashOf(emoji + " " + user.String())
}

// change is an operation that may change who sees what. Mostly somebody asks who may.
func (c *client) change(g *stagedGuild, channel guildhall.ChannelID) *operation {
	w := c.w
	cmd := &guildhall.Command{Actor: w.stage.users[w.rng.IntN(2)].ID, Object: g.object}
	if w.chance(0.1) {
		cmd.Actor = c.user.ID
	}
	op := &operation{cmd: cmd, guild: g}
	user := w.stage.users[1+w.rng.IntN(len(w.stage.users)-1)]
	role := g.roles[1+w.rng.IntN(len(g.roles)-1)]
	switch w.rng.IntN(8) {
	case 0, 1:
		op.kind, cmd.Name = history.MemberChange, guildhall.CommandMemberRolePut
		cmd.Body = mustEncode(guildhall.MemberRole{UserID: user.ID, RoleID: role})
	case 2, 3:
		op.kind, cmd.Name = history.MemberChange, guildhall.CommandMemberRoleDelete
		cmd.Body = mustEncode(guildhall.MemberRole{UserID: user.ID, RoleID: role})
	case 4:
		op.kind, cmd.Name = history.RoleChange, guildhall.CommandRoleModify
		p := guildhall.PermissionsEveryone
		if w.chance(0.4) {
			p &^= guildhall.PermissionViewChannel
		}
		if w.chance(0.3) {
			p &^= guildhall.PermissionSendMessages
		}
		cmd.Actor = w.stage.users[0].ID
		cmd.Body = mustEncode(guildhall.RoleFields{ID: pick(w, g.roles), Permissions: guildhall.Some(p)})
	case 5:
		cmd.Object, cmd.Channel = guildhall.Object{}, channel
		op.kind, cmd.Name, cmd.Body = history.OverwriteChange, guildhall.CommandOverwritePut, mustEncode(c.overwrite(g, user, role))
	case 6:
		cmd.Object, cmd.Channel = guildhall.Object{}, channel
		op.kind, cmd.Name, cmd.Body = history.OverwriteChange, guildhall.CommandOverwriteDelete, mustEncode(c.overwrite(g, user, role))
	default:
		return c.comeOrGo(op, user)
	}
	return op
}

func (c *client) overwrite(g *stagedGuild, user guildhall.User, role guildhall.RoleID) guildhall.Overwrite {
	w := c.w
	o := guildhall.Overwrite{ID: guildhall.Snowflake(role)}
	switch w.rng.IntN(4) {
	case 0:
		o.ID, o.Type = guildhall.Snowflake(user.ID), guildhall.OverwriteMember
	case 1:
		o.ID = guildhall.Snowflake(g.roles[0])
	}
	if w.chance(0.5) {
		o.Allow = guildhall.PermissionViewChannel
	} else {
		o.Deny = guildhall.PermissionViewChannel
	}
	return o
}

// comeOrGo has a member leave, or come (back).
func (c *client) comeOrGo(op *operation, user guildhall.User) *operation {
	op.kind, op.cmd.Actor = history.MemberChange, 0
	if c.w.chance(0.4) {
		op.cmd.Name, op.cmd.Body = guildhall.CommandMemberRemove, mustEncode(guildhall.MemberRef{UserID: user.ID})
		op.cmd.Actor = user.ID
	} else {
		op.cmd.Name, op.cmd.Body = guildhall.CommandMemberAdd, mustEncode(guildhall.AddMember{User: user})
	}
	return op
}

// names are few, so that users contend for them.
func names() []string { return []string{"ada", "bea", "cleo"} }

func nameClaim(name string) []guildhall.ClaimKey {
	return []guildhall.ClaimKey{{Kind: guildhall.ClaimUsername, Key: name}}
}

// birthOfUser makes one more user, whose name may be taken, or be none, which is seen only when it has been claimed.
func (c *client) birthOfUser() *operation {
	body := guildhall.CreateUser{Username: pick(c.w, names())}
	cmd := &guildhall.Command{Name: guildhall.CommandUserCreate, Birth: true, Slot: pick(c.w, c.w.slots), Claims: nameClaim(body.Username)}
	if c.w.chance(0.5) {
		body.Username = "no such name"
	}
	cmd.Body = mustEncode(body)
	return &operation{kind: "birth", cmd: cmd}
}

// thereAndBack changes the name that is the user's alone, and at times takes the old one again at once.
func (c *client) thereAndBack(done func()) {
	user := c.w.model.peek(guildhall.UserObject(c.user.ID))
	before, _ := user.now(userKey(user.object))
	c.attempt(c.renameUser(pick(c.w, names())), func() {
		if c.w.chance(0.5) {
			done()
			return
		}
		c.attempt(c.renameUser(userName(before.value)), done)
	})
}

func (c *client) renameUser(name string) *operation {
	return &operation{kind: "user", cmd: &guildhall.Command{
		Name: guildhall.CommandUserModify, Object: guildhall.UserObject(c.user.ID), Actor: c.user.ID, Claims: nameClaim(name),
		Body: mustEncode(guildhall.ModifyUser{Username: guildhall.Some(name)}),
	}}
}

// birth makes one more guild.
func (c *client) birth() *operation {
	body := guildhall.CreateGuild{Name: c.w.stage.text(), Owner: c.user}
	return &operation{kind: "birth", cmd: &guildhall.Command{
		Name: guildhall.CommandGuildCreate, Birth: true, Actor: c.user.ID, Slot: pick(c.w, c.w.slots), Body: mustEncode(body),
	}}
}

// rename changes a user, of which all its guilds must hear.
func (c *client) rename() *operation {
	body := guildhall.ModifyUser{GlobalName: guildhall.Some(c.w.stage.text())}
	return &operation{kind: "user", cmd: &guildhall.Command{
		Name: guildhall.CommandUserModify, Object: guildhall.UserObject(c.user.ID), Actor: c.user.ID, Body: mustEncode(body),
	}}
}
