package crash_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"guildhall"
	"guildhall/history"
)

const (
	rolesLeast    = 3 // that anybody can be given
	rolesMost     = 6
	channelsLeast = 4
	channelsMost  = 9
)

// change does something as the owner that may change who sees what. mutate tells the oracle of it once it is done.
func (st *stage) change(ctx context.Context, kind history.Kind, what string, request func() error, mutate func()) {
	st.t.Helper()
	st.begin(what)
	before := st.sight()
	threads := st.threadSight(before)
	done, op := st.ask(ctx, st.owner, history.Invoke{Kind: kind}, 0, func() (guildhall.Snowflake, error) { return 0, request() })
	if !done {
		st.t.Fatal("the oracle can't follow")
	}
	mutate()
	after := st.sight()
	for _, a := range st.actors {
		now := &a.steps[len(a.steps)-1]
		now.audits = now.audits || st.audits(a)
		for id := range after[a] {
			if !before[a][id] {
				st.want(a, "CHANNEL_CREATE "+id.String(), id)
				st.grant(a, id, true, op)
				st.counts["gained"]++
			}
		}
		for id := range before[a] {
			if !after[a][id] {
				st.want(a, "CHANNEL_DELETE "+id.String(), id)
				st.grant(a, id, false, op)
				st.counts["lost"]++
			}
		}
	}
	st.wantThreadLists(threads)
}

func (st *stage) request(ctx context.Context, method, path string, body, into any) func() error {
	return func() error { return st.owner.client.do(ctx, st.server.url, method, path, body, into) }
}

// bits are permissions as chance has it, above all those that matter here.
func (st *stage) bits() bit {
	var p bit
	for _, b := range []bit{bitViewChannel, bitSendMessages, bitReadHistory, bitAddReactions, bitManageMessages} {
		if st.rng.IntN(3) == 0 {
			p |= b
		}
	}
	return p
}

// roleBits let a role see less often: a member has several, and one is enough.
func (st *stage) roleBits() bit {
	if st.rng.IntN(2) == 0 {
		return st.bits() &^ bitViewChannel
	}
	return st.bits()
}

func (st *stage) wantAll(key string) {
	for _, a := range st.actors {
		st.want(a, key, 0)
	}
}

// wantMember adds a member's change, which others see by a privileged intent only.
// discord: events/gateway#privileged-intents
func (st *stage) wantMember(key string, member guildhall.UserID) {
	for _, a := range st.actors {
		if a.ID == member || a.intents.Has(guildhall.IntentGuildMembers) {
			st.want(a, key, 0)
		}
	}
}

func (st *stage) modifyRole(ctx context.Context) {
	role := pick(st.rng, ids(st.oracle.roles, func(guildhall.RoleID) bool { return true }))
	p := st.roleBits()
	everyone := role == guildhall.RoleID(st.oracle.guild)
	switch {
	case everyone:
		p |= bitSendMessages // or hardly anybody would ever do anything
	case st.rng.IntN(16) == 0:
		p |= bitAdministrator
	}
	if p == st.oracle.roles[role] {
		p ^= bitViewChannel
	}
	body := map[string]any{"permissions": strconv.FormatUint(uint64(p), 10)}
	st.change(ctx, history.RoleChange, fmt.Sprintf("role %s gets permissions %#x", role, p),
		st.request(ctx, http.MethodPatch, st.guildPath("/roles/"+role.String()), body, nil),
		func() { st.oracle.roles[role] = p })
	st.wantAll("GUILD_ROLE_UPDATE " + role.String())
}

func (st *stage) createRole(ctx context.Context) {
	if len(st.givenRoles()) >= rolesMost {
		return
	}
	p := st.roleBits()
	var made roleBody
	body := map[string]any{"name": "made", "permissions": strconv.FormatUint(uint64(p), 10)}
	st.change(ctx, history.RoleChange, fmt.Sprintf("a new role with permissions %#x", p),
		st.request(ctx, http.MethodPost, st.guildPath("/roles"), body, &made),
		func() { st.oracle.roles[made.ID] = p })
	st.wantAll("GUILD_ROLE_CREATE " + made.ID.String())
}

// deleteRole takes the role from its members and the channels too.
func (st *stage) deleteRole(ctx context.Context) {
	roles := st.givenRoles()
	if len(roles) <= rolesLeast {
		return
	}
	role := pick(st.rng, roles)
	st.change(ctx, history.RoleChange, fmt.Sprintf("role %s is deleted", role),
		st.request(ctx, http.MethodDelete, st.guildPath("/roles/"+role.String()), nil, nil),
		func() { st.forgetRole(role) })
	st.wantAll("GUILD_ROLE_DELETE " + role.String())
}

func (st *stage) forgetRole(role guildhall.RoleID) {
	delete(st.oracle.roles, role)
	for _, roles := range st.oracle.members {
		delete(roles, role)
	}
	for _, c := range st.oracle.channels {
		delete(c.overwrites, guildhall.Snowflake(role))
	}
}

// givenRoles are those that a member can be given.
func (st *stage) givenRoles() []guildhall.RoleID {
	return ids(st.oracle.roles, func(r guildhall.RoleID) bool { return r != guildhall.RoleID(st.oracle.guild) && !st.managed[r] })
}

// toggleMemberRole gives a member a role or takes it, by one of the two routes.
func (st *stage) toggleMemberRole(ctx context.Context) {
	role, a := pick(st.rng, st.givenRoles()), pick(st.rng, st.actors[1:])
	has := st.oracle.members[a.ID]
	path := st.guildPath("/members/" + a.ID.String())
	method, verb := http.MethodPut, "gets"
	if has[role] {
		method, verb = http.MethodDelete, "loses"
	}
	request := st.request(ctx, method, path+"/roles/"+role.String(), nil, nil)
	if st.rng.IntN(3) == 0 {
		list := ids(has, func(r guildhall.RoleID) bool { return r != role })
		if !has[role] {
			list = append(list, role)
		}
		request = st.request(ctx, http.MethodPatch, path, map[string]any{"roles": list}, nil)
	}
	st.change(ctx, history.MemberChange, fmt.Sprintf("%s %s role %s", a.Name, verb, role), request, func() {
		if has[role] {
			delete(has, role)
		} else {
			has[role] = true
		}
	})
	st.wantMember("GUILD_MEMBER_UPDATE "+a.ID.String(), a.ID)
}

// toggleTimeout silences a member, or lets it speak again.
// discord: resources/guild#modify-guild-member
func (st *stage) toggleTimeout(ctx context.Context) {
	a := pick(st.rng, st.actors[1:])
	silent := st.oracle.silenced[a.ID]
	if !silent && st.oracle.administers(a.ID) {
		return // can't be put in timeout
	}
	var until any
	if !silent {
		until = time.Now().Add(24 * time.Hour).UTC().Format(time.RFC3339)
	}
	st.change(ctx, history.MemberChange, fmt.Sprintf("%s in timeout: %t", a.Name, !silent),
		st.request(ctx, http.MethodPatch, st.guildPath("/members/"+a.ID.String()), map[string]any{"communication_disabled_until": until}, nil),
		func() { st.oracle.silenced[a.ID] = !silent })
	st.wantMember("GUILD_MEMBER_UPDATE "+a.ID.String(), a.ID)
}

// putOverwrite sets what a channel allows or denies to a role or a member.
func (st *stage) putOverwrite(ctx context.Context) {
	channel := st.changeable()
	id, member := st.subject()
	o := st.overwrite()
	rules := st.oracle.channels[channel].overwrites
	if was, ok := rules[id]; ok && was == o { // nothing would change, and nobody be told
		o.allow ^= bitReadHistory
		o.deny &^= bitReadHistory
	}
	st.changeChannel(ctx, channel, fmt.Sprintf("channel %s: overwrite of %s allows %#x, denies %#x", channel, id, o.allow, o.deny),
		st.request(ctx, http.MethodPut, st.overwritePath(channel, id), overwriteBody(o, member), nil),
		func() { rules[id] = o })
}

func (st *stage) deleteOverwrite(ctx context.Context) {
	channel := st.changeable()
	rules := st.oracle.channels[channel].overwrites
	id := pick(st.rng, ids(rules, func(guildhall.Snowflake) bool { return true }))
	if id == 0 {
		return
	}
	st.changeChannel(ctx, channel, fmt.Sprintf("channel %s: no overwrite of %s any more", channel, id),
		st.request(ctx, http.MethodDelete, st.overwritePath(channel, id), nil, nil),
		func() { delete(rules, id) })
}

// changeChannel also tells those who see the channel before and after that it changed.
func (st *stage) changeChannel(ctx context.Context, channel guildhall.ChannelID, what string, request func() error, mutate func()) {
	before := st.sight()
	st.change(ctx, history.OverwriteChange, what, request, mutate)
	for _, a := range st.actors {
		if before[a][channel] && st.oracle.may(a.ID, channel, bitViewChannel) {
			st.want(a, "CHANNEL_UPDATE "+channel.String(), channel)
		}
	}
}

// changeable is a channel whose overwrites may change.
func (st *stage) changeable() guildhall.ChannelID {
	return pick(st.rng, ids(st.oracle.channels, func(c guildhall.ChannelID) bool { return c != st.fence }))
}

// subject is whom an overwrite is for.
func (st *stage) subject() (id guildhall.Snowflake, member bool) {
	switch st.rng.IntN(4) {
	case 0:
		return guildhall.Snowflake(pick(st.rng, st.actors[1:]).ID), true
	case 1:
		return guildhall.Snowflake(st.oracle.guild), false
	}
	return guildhall.Snowflake(pick(st.rng, ids(st.oracle.roles, func(guildhall.RoleID) bool { return true }))), false
}

func (st *stage) overwrite() overwrite {
	o := overwrite{allow: st.bits() &^ bitViewChannel, deny: st.bits() &^ bitViewChannel}
	switch st.rng.IntN(5) {
	case 0, 1:
		o.allow |= bitViewChannel
	case 2, 3:
		o.deny |= bitViewChannel
	}
	o.deny &^= o.allow
	if o.allow|o.deny == 0 {
		o.deny = bitViewChannel
	}
	return o
}

func (st *stage) createChannel(ctx context.Context) {
	if len(st.oracle.channels) >= channelsMost {
		return
	}
	rules := map[guildhall.Snowflake]overwrite{}
	list := []map[string]any{}
	for range st.rng.IntN(3) {
		id, member := st.subject()
		if _, twice := rules[id]; twice {
			continue
		}
		rules[id] = st.overwrite()
		body := overwriteBody(rules[id], member)
		body["id"] = id
		list = append(list, body)
	}
	var made channelBody
	body := map[string]any{"name": fmt.Sprintf("made-%d", st.serial), "type": 0, "permission_overwrites": list}
	st.change(ctx, history.OverwriteChange, fmt.Sprintf("a new channel with %d overwrites", len(rules)),
		st.request(ctx, http.MethodPost, st.guildPath("/channels"), body, &made),
		func() { st.oracle.channels[made.ID] = &channelRules{text: true, overwrites: rules} })
}

func (st *stage) deleteChannel(ctx context.Context) {
	if len(st.oracle.channels) <= channelsLeast {
		return
	}
	channel := st.changeable()
	st.change(ctx, history.OverwriteChange, fmt.Sprintf("channel %s is deleted", channel),
		st.request(ctx, http.MethodDelete, "/channels/"+channel.String(), nil, nil),
		func() { delete(st.oracle.channels, channel) })
	st.orphan(channel)
	st.letters = slices.DeleteFunc(st.letters, func(l *letter) bool { return l.channel == channel })
}

// orphan takes the channels out of a category that is gone.
// discord: resources/channel#deleteclose-channel
func (st *stage) orphan(category guildhall.ChannelID) {
	for id, c := range st.oracle.channels {
		if c.parent != category {
			continue
		}
		c.parent = 0
		for _, a := range st.actors {
			if st.oracle.may(a.ID, id, bitViewChannel) {
				st.want(a, "CHANNEL_UPDATE "+id.String(), id)
			}
		}
	}
}
