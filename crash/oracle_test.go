package crash_test

import (
	"testing"

	"guildhall"
)

// bit is one permission. The numbers are written down anew: an oracle that borrows them would repeat their errors.
// discord: topics/permissions#permissions-bitwise-permission-flags
type bit uint64

const (
	bitAdministrator  bit = 0x8
	bitAddReactions   bit = 0x40
	bitViewChannel    bit = 0x400
	bitSendMessages   bit = 0x800
	bitManageMessages bit = 0x2000
	bitReadHistory    bit = 0x10000
)

// oracle is a guild as far as it decides who may see and do what.
type oracle struct {
	guild    guildhall.GuildID
	owner    guildhall.UserID
	roles    map[guildhall.RoleID]bit
	members  map[guildhall.UserID]map[guildhall.RoleID]bool
	silenced map[guildhall.UserID]bool // in timeout
	channels map[guildhall.ChannelID]*channelRules
	threads  map[guildhall.ChannelID]*hushRules // private ones
}

// channelRules are a channel's overwrites by the id of role or member; no role has a member's id.
type channelRules struct {
	overwrites map[guildhall.Snowflake]overwrite
	text       bool
	parent     guildhall.ChannelID // whose overwrites mean nothing here
}

type overwrite struct{ allow, deny bit }

// may answers for one permission at a time, from the rule that has the last word to the one that has the first. The
// documentation describes it the other way round, as sets that are changed in turn.
// discord: topics/permissions#permission-overwrites
func (o *oracle) may(user guildhall.UserID, channel guildhall.ChannelID, b bit) bool {
	rules := o.channels[channel]
	roles, member := o.members[user]
	switch {
	case rules == nil || !member:
		return false
	case user == o.owner || o.has(roles, bitAdministrator):
		return true
	case o.silenced[user] && b != bitViewChannel && b != bitReadHistory:
		return false // discord: topics/permissions#permissions-for-timed-out-members
	case b != bitViewChannel && !o.may(user, channel, bitViewChannel):
		return false // discord: topics/permissions#implicit-permissions
	}
	own := rules.overwrites[guildhall.Snowflake(user)]
	if own.allow&b != 0 {
		return true
	}
	if own.deny&b != 0 {
		return false
	}
	denied := false
	for role := range roles {
		if rules.overwrites[guildhall.Snowflake(role)].allow&b != 0 {
			return true
		}
		denied = denied || rules.overwrites[guildhall.Snowflake(role)].deny&b != 0
	}
	if denied {
		return false
	}
	everyone := rules.overwrites[guildhall.Snowflake(o.guild)]
	if everyone.allow&b != 0 {
		return true
	}
	if everyone.deny&b != 0 {
		return false
	}
	return o.has(roles, b)
}

// has tells whether @everyone or one of the roles gives a permission in the guild.
func (o *oracle) has(roles map[guildhall.RoleID]bool, b bit) bool {
	if o.roles[guildhall.RoleID(o.guild)]&b != 0 {
		return true
	}
	for role := range roles {
		if o.roles[role]&b != 0 {
			return true
		}
	}
	return false
}

// administers tells whether a member has every permission everywhere.
func (o *oracle) administers(user guildhall.UserID) bool {
	return user == o.owner || o.has(o.members[user], bitAdministrator)
}

// sees lists the channels that a user may view.
func (o *oracle) sees(user guildhall.UserID) map[guildhall.ChannelID]bool {
	seen := map[guildhall.ChannelID]bool{}
	for id := range o.channels {
		if o.may(user, id, bitViewChannel) {
			seen[id] = true
		}
	}
	return seen
}

// TestOracle holds the oracle against sentences of the documentation.
// discord: topics/permissions
func TestOracle(t *testing.T) {
	t.Parallel()
	const (
		guild   = 1
		owner   = 10
		user    = 11
		red     = 20
		green   = 21
		channel = 30
		view    = bitViewChannel
		send    = bitSendMessages
	)
	type rules map[guildhall.Snowflake]overwrite
	tests := map[string]struct {
		everyone   bit
		red, green bit
		of         []guildhall.RoleID
		overwrites rules
		silenced   bool
		asked      bit
		want       bool
	}{
		"nothing":                                     {asked: view},
		"@everyone's":                                 {everyone: view, asked: view, want: true},
		"a role's":                                    {red: view, of: []guildhall.RoleID{red}, asked: view, want: true},
		"a role that is not the member's":             {green: view, of: []guildhall.RoleID{red}, asked: view},
		"denied to @everyone":                         {everyone: view, overwrites: rules{guild: {deny: view}}, asked: view},
		"allowed to @everyone":                        {overwrites: rules{guild: {allow: view}}, asked: view, want: true},
		"role over @everyone":                         {everyone: view, of: []guildhall.RoleID{red}, overwrites: rules{guild: {deny: view}, red: {allow: view}}, asked: view, want: true},
		"denied to a role":                            {everyone: view, of: []guildhall.RoleID{red}, overwrites: rules{red: {deny: view}}, asked: view},
		"one role allows, another denies":             {everyone: view, of: []guildhall.RoleID{red, green}, overwrites: rules{red: {deny: view}, green: {allow: view}}, asked: view, want: true},
		"member over role":                            {everyone: view, of: []guildhall.RoleID{red}, overwrites: rules{red: {allow: view}, user: {deny: view}}, asked: view},
		"member over role, allowed":                   {of: []guildhall.RoleID{red}, overwrites: rules{red: {deny: view}, user: {allow: view}}, asked: view, want: true},
		"administrator over overwrites":               {red: bitAdministrator, of: []guildhall.RoleID{red}, overwrites: rules{guild: {deny: view}, user: {deny: view}}, asked: send, want: true},
		"no administrator by overwrite":               {overwrites: rules{user: {allow: bitAdministrator}}, asked: view},
		"sending needs viewing":                       {everyone: send, asked: send},
		"sending needs viewing here":                  {everyone: send | view, overwrites: rules{guild: {deny: view}}, asked: send},
		"timeout takes sending":                       {everyone: send | view, silenced: true, asked: send},
		"timeout leaves viewing":                      {everyone: send | view, silenced: true, asked: view, want: true},
		"timeout leaves reading":                      {everyone: bitReadHistory | view, silenced: true, asked: bitReadHistory, want: true},
		"an overwrite that does both allows":          {overwrites: rules{user: {allow: view, deny: view}}, asked: view, want: true},
		"an overwrite of a role that others have":     {everyone: view, overwrites: rules{red: {deny: view}}, asked: view, want: true},
		"administrator by @everyone":                  {everyone: bitAdministrator, overwrites: rules{user: {deny: view}}, asked: view, want: true},
		"an overwrite for another permission is mute": {everyone: view | send, overwrites: rules{user: {deny: send}}, asked: view, want: true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := oracle{
				guild: guild, owner: owner,
				roles:    map[guildhall.RoleID]bit{guild: test.everyone, red: test.red, green: test.green},
				members:  map[guildhall.UserID]map[guildhall.RoleID]bool{owner: {}, user: {}},
				silenced: map[guildhall.UserID]bool{user: test.silenced},
				channels: map[guildhall.ChannelID]*channelRules{channel: {overwrites: test.overwrites, text: true}},
			}
			for _, role := range test.of {
				o.members[user][role] = true
			}
			if got := o.may(user, channel, test.asked); got != test.want {
				t.Errorf("got %t", got)
			}
			if !o.may(owner, channel, test.asked) {
				t.Error("refused to the owner")
			}
			if o.may(99, channel, test.asked) || o.may(user, 31, test.asked) {
				t.Error("allowed to a stranger, or where there is nothing")
			}
		})
	}
}
