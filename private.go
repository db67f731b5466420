package guildhall

import (
	"cmp"
	"slices"
)

// Commands and queries of private channels. A private channel answers the same commands about messages, reactions and
// typing as a guild's channels do, by channel.
const (
	CommandPrivateCreate     = "private.create"      // birth; CreatePrivate → PrivateChannel
	CommandRecipientPut      = "recipient.put"       // by channel; PrivateRecipient → –
	CommandRecipientDelete   = "recipient.delete"    // by channel; PrivateRecipient (id) → –
	CommandRecipientClose    = "recipient.close"     // follow-up; PrivateRecipient (id) → –
	CommandUserPrivatePut    = "user.private.put"    // follow-up; PrivateRef → –
	CommandUserPrivateDelete = "user.private.delete" // follow-up; PrivateRef (id) → –
	QueryUserPrivates        = "get.user.privates"   // – → []PrivateChannel
	QueryAcquainted          = "get.user.acquainted" // system only; Acquaintance → bool

	// ClaimDM is the kind of claim that makes two users' private channel one: DMKey → the private channel.
	ClaimDM = "dm"
)

// PermissionsPrivate is what a recipient may do in a private channel. Nobody looks after others' messages there.
const PermissionsPrivate = PermissionViewChannel | PermissionSendMessages | PermissionReadMessageHistory |
	PermissionEmbedLinks | PermissionAttachFiles | PermissionAddReactions | PermissionUseExternalEmojis |
	PermissionUseExternalStickers | PermissionSendVoiceMessages | PermissionSendPolls | PermissionPinMessages |
	PermissionBypassSlowmode | PermissionUseApplicationCommands

// CreatePrivate makes a private channel or, where two users have theirs already, finds it. The users are as the API has
// read them; the actor is one of them.
type CreatePrivate struct {
	Type  ChannelType `json:"type"`
	Users []User      `json:"users"`
}

// PrivateRecipient names a recipient of a group, and for a new one the user.
type PrivateRecipient struct {
	User User `json:"user"`
}

// Acquaintance asks a user whether another, who is in these guilds, may write to it, or take it into a group.
type Acquaintance struct {
	User   UserID    `json:"user"`
	Guilds []GuildID `json:"guilds"`
	Group  bool      `json:"group,omitempty"`
}

// Private is what a private channel holds of itself as a row. Its recipients are members beside it.
type Private struct {
	ID      ChannelID   `json:"id"`
	Type    ChannelType `json:"type"`
	Name    *string     `json:"name,omitempty"`
	Icon    *string     `json:"icon,omitempty"`
	OwnerID UserID      `json:"owner_id,omitempty"`
	// Closed are the recipients in whose lists the channel does not stand: the next message opens it for them.
	Closed []UserID `json:"closed,omitempty"`
}

// PrivateChannel is a private channel as one of its recipients is shown it: Recipients are the others.
// discord: resources/channel#channel-object-example-dm-channel
type PrivateChannel struct {
	ID            ChannelID   `json:"id"`
	Type          ChannelType `json:"type"`
	LastMessageID MessageID   `json:"last_message_id"`
	LastPinAt     *Timestamp  `json:"last_pin_timestamp,omitempty"`
	Flags         int         `json:"flags"`
	Recipients    []User      `json:"recipients"`
}

// PrivateGroup is a group as one of its recipients is shown it.
type PrivateGroup struct {
	PrivateChannel
	Name    *string `json:"name"`
	Icon    *string `json:"icon"`
	OwnerID UserID  `json:"owner_id"`
}

// PrivateRef is an entry of a user's list of private channels, an index: with what is needed to follow the channel from
// Position on without a snapshot of it, so that the message that opened it is not missed. The entry of a channel that the
// user has closed stays, so that the channel still hears of the user's changes.
type PrivateRef struct {
	Private
	// Recipients are all, the user itself among them.
	Recipients    []User    `json:"recipients,omitempty"`
	LastMessageID MessageID `json:"last_message_id,omitempty"`
	Position      uint64    `json:"position"`
}

// DMKey is the key under which two users' private channel is claimed, and the slot in which it lives.
func DMKey(a, b UserID) (string, Slot) {
	a, b = min(a, b), max(a, b)
	// Any even spread will do, as long as it stays the same for ever.
	const mix = 0x9e3779b97f4a7c15
	spread := (uint64(a)*mix ^ uint64(b)) * mix
	return a.String() + ":" + b.String(), Slot(spread >> 54)
}

// PrivateRow holds a private channel's settings.
func PrivateRow(p *Private) Row { return stateRow(PrivateObject(p.ID), statePrivate, "", p) }

// PrivateChannelRow holds the channel as those see it who judge messages.
func PrivateChannelRow(c *Channel) Row {
	return stateRow(PrivateObject(c.ID), stateChannel, c.ID.Key(), c)
}

// PrivateLastMessageRow holds the id of a private channel's newest message.
func PrivateLastMessageRow(channel ChannelID, last MessageID) Row {
	return stateRow(PrivateObject(channel), stateLastMessage, channel.Key(), last)
}

// RecipientRow holds one recipient.
func RecipientRow(channel ChannelID, m *Member) Row { return MemberRow(GuildID(channel), m) }

// PrivateRefRow is an entry of a user's list of private channels.
func PrivateRefRow(id UserID, p *PrivateRef) Row {
	return stateRow(UserObject(id), statePrivate, p.ID.Key(), p)
}

// Open tells whether the channel stands in a recipient's list.
func (p *Private) Open(user UserID) bool { return !slices.Contains(p.Closed, user) }

// Rows are the rows that the entry holds of the private channel, as of its position.
func (p *PrivateRef) Rows() []Row {
	rows := []Row{PrivateRow(&p.Private), PrivateChannelRow(&Channel{ID: p.ID, Type: p.Type})}
	if p.LastMessageID != 0 {
		rows = append(rows, PrivateLastMessageRow(p.ID, p.LastMessageID))
	}
	for _, u := range p.Recipients {
		rows = append(rows, RecipientRow(p.ID, &Member{User: u, Roles: []RoleID{}}))
	}
	return rows
}

// Private gives a private channel's settings; nil for a guild.
func (v GuildView) Private() *Private {
	p, _ := v.s.private.Get(struct{}{}, v.staged)
	return p
}

// Recipients gives a private channel's recipients by id.
func (v GuildView) Recipients() []*Member {
	return sorted(v.Members(), func(a, b *Member) int { return cmp.Compare(a.User.ID, b.User.ID) })
}

// PrivateFor is the private channel as a recipient is shown it.
func (v GuildView) PrivateFor(user UserID) any {
	p := v.Private()
	c := PrivateChannel{ID: p.ID, Type: p.Type, LastMessageID: v.LastMessage(p.ID), Recipients: []User{}}
	if pins := v.Pins(p.ID); pins != nil {
		c.LastPinAt = pins.LastAt
	}
	for _, m := range v.Recipients() {
		if m.User.ID != user {
			c.Recipients = append(c.Recipients, m.User)
		}
	}
	if p.Type == ChannelGroupDM {
		return PrivateGroup{c, p.Name, p.Icon, p.OwnerID}
	}
	return c
}

// For is the channel as its user is shown it when only the entry is at hand.
func (p *PrivateRef) For(user UserID) any {
	var s GuildState
	for _, row := range p.Rows() {
		if err := s.Apply(&row, Install); err != nil {
			panic(err) // the rows were encoded just now
		}
	}
	return s.Committed().PrivateFor(user)
}

// privateRows is Rows for a private channel.
func (v GuildView) privateRows() []Row {
	p := v.Private()
	if p == nil {
		return nil
	}
	rows := []Row{PrivateRow(p)}
	if c := v.Channel(p.ID); c != nil {
		rows = append(rows, PrivateChannelRow(c))
	}
	if last := v.LastMessage(p.ID); last != 0 {
		rows = append(rows, PrivateLastMessageRow(p.ID, last))
	}
	if pins := v.Pins(p.ID); pins != nil {
		rows = append(rows, PinsRow(PrivateObject(p.ID), p.ID, pins))
	}
	for _, poll := range v.OpenPolls() {
		rows = append(rows, OpenPollRow(PrivateObject(p.ID), poll))
	}
	for _, m := range v.Recipients() {
		rows = append(rows, RecipientRow(p.ID, m))
	}
	return rows
}

// PrivateRef gives an entry of the list of private channels, or nil.
func (v UserView) PrivateRef(id ChannelID) *PrivateRef {
	p, _ := v.s.privates.Get(id, v.staged)
	return p
}

// Privates gives the private channels that stand in the user's list, by id.
func (v UserView) Privates() []*PrivateRef {
	u := v.User()
	if u == nil {
		return nil
	}
	return slices.DeleteFunc(v.AllPrivates(), func(p *PrivateRef) bool { return !p.Open(u.ID) })
}

// AllPrivates are also those that the user has closed.
func (v UserView) AllPrivates() []*PrivateRef {
	return sorted(v.s.privates.All(v.staged), func(a, b *PrivateRef) int { return cmp.Compare(a.ID, b.ID) })
}
