package guildhall

import (
	"cmp"
	"iter"
	"slices"
	"time"
)

// GuildState is a guild folded from its rows: what its owner decides on, and what a sessions node judges audiences by.
// The values it hands out are shared and never changed.
type GuildState struct {
	guild    Layered[struct{}, *Guild]
	roles    Layered[RoleID, *Role]
	channels Layered[ChannelID, *Channel]
	members  Layered[UserID, *Member]
	last     Layered[ChannelID, *MessageID]
	gone     Layered[struct{}, *GuildGone]

	bans      Layered[UserID, *Ban]
	invites   Layered[string, *Invite]
	voices    Layered[UserID, *VoiceState]
	temporary Layered[UserID, *TemporaryMember]

	events     Layered[Snowflake, *ScheduledEvent]
	eventUsers Layered[eventUser, *EventUser]
	stages     Layered[ChannelID, *StageInstance]

	pins    Layered[ChannelID, *Pins]
	threads Layered[ChannelID, *Thread]
	// openThreads are those of them that are not archived.
	openThreads Layered[ChannelID, *Thread]
	// followers are channels elsewhere, by their webhook.
	followers Layered[Snowflake, *Follower]
	// polls are those that nobody has ended, by message.
	polls Layered[MessageID, *OpenPoll]
	// threadMembers are by thread.
	threadMembers Layered[ChannelID, *threadRoll]
	webhooks      Layered[Snowflake, *Webhook]
	emojis        Layered[EmojiID, *CustomEmoji]
	// commands and appPermissions are by the keys of application and command.
	commands       Layered[string, *ApplicationCommand]
	appPermissions Layered[string, *AppCommandPermissions]
	interactions   Layered[Snowflake, *AnsweredInteraction]
	// private is set instead of guild where the state is a private channel's, of which its recipients are the members.
	private Layered[struct{}, *Private]
}

// Apply folds one row in; rows of other tables are none of its business and are passed over.
func (s *GuildState) Apply(row *Row, phase Phase) error {
	switch {
	case row.Table == TableMembers:
		return apply(&s.members, IDFromKey[userKind](row.Sort), row, phase)
	case row.Table != TableState || row.Sort == "":
		return nil
	}
	id := row.Sort[1:]
	switch row.Sort[0] {
	case stateGuild:
		return apply(&s.guild, struct{}{}, row, phase)
	case stateWebhook:
		return apply(&s.webhooks, IDFromKey[anyKind](id), row, phase)
	case stateEmoji:
		return apply(&s.emojis, IDFromKey[emojiKind](id), row, phase)
	case stateAppCommand:
		return apply(&s.commands, id, row, phase)
	case stateInteraction:
		return apply(&s.interactions, IDFromKey[anyKind](id), row, phase)
	case stateAppPermissions:
		return apply(&s.appPermissions, id, row, phase)
	case statePrivate:
		return apply(&s.private, struct{}{}, row, phase)
	case stateGuildGone:
		return apply(&s.gone, struct{}{}, row, phase)
	case statePins:
		return apply(&s.pins, IDFromKey[channelKind](id), row, phase)
	case stateThread:
		return s.applyThread(id, row, phase)
	case stateBan:
		return apply(&s.bans, IDFromKey[userKind](id), row, phase)
	case stateInvite:
		return apply(&s.invites, id, row, phase)
	case stateEvent:
		return s.applyEvent(id, row, phase)
	case stateStage:
		return apply(&s.stages, IDFromKey[channelKind](id), row, phase)
	case stateVoice:
		return apply(&s.voices, IDFromKey[userKind](id), row, phase)
	case stateTemporary:
		return apply(&s.temporary, IDFromKey[userKind](id), row, phase)
	case stateRole:
		return apply(&s.roles, IDFromKey[roleKind](id), row, phase)
	case stateChannel:
		return apply(&s.channels, IDFromKey[channelKind](id), row, phase)
	case stateLastMessage:
		return apply(&s.last, IDFromKey[channelKind](id), row, phase)
	}
	return nil
}

// Committed is the guild without what is only proposed.
func (s *GuildState) Committed() GuildView { return GuildView{s, false} }

// Proposed is the guild with every change that is on its way.
func (s *GuildState) Proposed() GuildView { return GuildView{s, true} }

// GuildView reads one layer of a guild's state.
type GuildView struct {
	s      *GuildState
	staged bool
}

// Guild gives the guild's settings; nil where it does not exist (any more).
func (v GuildView) Guild() *Guild {
	g, _ := v.s.guild.Get(struct{}{}, v.staged)
	return g
}

// Gone tells what stayed of a guild that was deleted; nil for others.
func (v GuildView) Gone() *GuildGone {
	g, _ := v.s.gone.Get(struct{}{}, v.staged)
	return g
}

// Role gives one role, or nil.
func (v GuildView) Role(id RoleID) *Role {
	r, _ := v.s.roles.Get(id, v.staged)
	return r
}

// Channel gives one channel, or nil.
func (v GuildView) Channel(id ChannelID) *Channel {
	c, _ := v.s.channels.Get(id, v.staged)
	return c
}

// LastMessage is the id of the newest message ever sent in a channel, 0 for none. That message may be deleted by now.
func (v GuildView) LastMessage(channel ChannelID) MessageID {
	if id, _ := v.s.last.Get(channel, v.staged); id != nil {
		return *id
	}
	return 0
}

// Pins are a channel's pinned messages; nil where there never was one.
func (v GuildView) Pins(channel ChannelID) *Pins {
	p, _ := v.s.pins.Get(channel, v.staged)
	return p
}

// Member gives one member, or nil.
func (v GuildView) Member(id UserID) *Member {
	m, _ := v.s.members.Get(id, v.staged)
	return m
}

// Members walks the members in no order.
func (v GuildView) Members() iter.Seq2[UserID, *Member] { return v.s.members.All(v.staged) }

// MemberCount is the number of members.
func (v GuildView) MemberCount() int { return v.s.members.Len(v.staged) }

// Roles gives the roles by position, @everyone first.
func (v GuildView) Roles() []*Role {
	return sorted(v.s.roles.All(v.staged), func(a, b *Role) int {
		return cmp.Or(cmp.Compare(a.Position, b.Position), cmp.Compare(a.ID, b.ID))
	})
}

// Channels gives the channels by position.
func (v GuildView) Channels() []*Channel {
	return sorted(v.s.channels.All(v.staged), func(a, b *Channel) int {
		return cmp.Or(cmp.Compare(a.Position, b.Position), cmp.Compare(a.ID, b.ID))
	})
}

func sorted[K comparable, V any](all iter.Seq2[K, V], compare func(a, b V) int) []V {
	values := []V{}
	for _, v := range all {
		values = append(values, v)
	}
	slices.SortFunc(values, compare)
	return values
}

// Permissions is what a user may do in the guild as a whole at now; 0 for those who are no members.
func (v GuildView) Permissions(user UserID, now time.Time) Permissions {
	m, g := v.Member(user), v.Guild()
	if m == nil || g == nil {
		return 0
	}
	return InTimeout(v.base(g, m), m.CommunicationDisabledUntil, now)
}

// In is what a user may do in a channel at now; 0 where there is no such channel or member.
func (v GuildView) In(channel ChannelID, user UserID, now time.Time) Permissions {
	m, g, c := v.Member(user), v.Guild(), v.Channel(channel)
	if m != nil && c != nil && v.Private() != nil {
		return PermissionsPrivate
	}
	if t := v.Thread(channel); t != nil && m != nil && g != nil {
		return v.inThread(t, m, g, now)
	}
	if m == nil || g == nil || c == nil {
		return 0
	}
	p := ChannelPermissions(v.base(g, m), c.Overwrites, RoleID(g.ID), m.Roles, user)
	return InTimeout(p, m.CommunicationDisabledUntil, now)
}

func (v GuildView) base(g *Guild, m *Member) Permissions {
	var roles Permissions
	for _, id := range m.Roles {
		if r := v.Role(id); r != nil {
			roles |= r.Permissions
		}
	}
	var everyone Permissions
	if r := v.Role(RoleID(g.ID)); r != nil {
		everyone = r.Permissions
	}
	return BasePermissions(g.OwnerID == m.User.ID, everyone, roles)
}

// Highest is the position of a member's highest role; the owner stands above all.
// discord: topics/permissions#permission-hierarchy
func (v GuildView) Highest(user UserID) int {
	g, m := v.Guild(), v.Member(user)
	if g != nil && g.OwnerID == user {
		return int(^uint(0) >> 1)
	}
	highest := 0
	if m == nil {
		return highest
	}
	for _, id := range m.Roles {
		if r := v.Role(id); r != nil {
			highest = max(highest, r.Position)
		}
	}
	return highest
}

// Rows gives the committed state as rows again, for a snapshot.
func (s *GuildState) Rows(keep func(*Member) bool) []Row { return s.Committed().Rows(keep) }

// Rows gives the state as rows again: settings, roles, channels and their newest messages' ids, and the members that keep
// admits (all for nil), by id. Equal states give equal rows.
func (v GuildView) Rows(keep func(*Member) bool) []Row {
	g := v.Guild()
	if gone := v.Gone(); gone != nil {
		return []Row{GuildGoneRow(gone)}
	}
	if g == nil {
		return v.privateRows()
	}
	rows := []Row{GuildRow(g)}
	for _, r := range v.Roles() {
		rows = append(rows, RoleRow(g.ID, r))
	}
	for _, c := range v.Channels() {
		rows = append(rows, ChannelRow(g.ID, c))
		if last := v.LastMessage(c.ID); last != 0 {
			rows = append(rows, LastMessageRow(g.ID, c.ID, last))
		}
		if pins := v.Pins(c.ID); pins != nil {
			rows = append(rows, PinsRow(GuildObject(g.ID), c.ID, pins))
		}
	}
	rows = append(rows, v.threadRows()...)
	for _, w := range v.Webhooks() {
		rows = append(rows, WebhookRow(w))
	}
	for _, e := range v.Emojis() {
		rows = append(rows, EmojiRow(GuildObject(g.ID), e))
	}
	kept := make([]*Member, 0, v.MemberCount())
	for _, m := range v.Members() {
		if keep == nil || keep(m) {
			kept = append(kept, m)
		}
	}
	slices.SortFunc(kept, func(a, b *Member) int { return cmp.Compare(a.User.ID, b.User.ID) })
	for _, m := range kept {
		rows = append(rows, MemberRow(g.ID, m))
	}
	for _, voice := range v.Voices() {
		rows = append(rows, VoiceRow(g.ID, voice))
	}
	for _, e := range v.Events() {
		rows = append(rows, ScheduledEventRow(e))
	}
	for _, s := range v.Stages() {
		rows = append(rows, StageRow(s))
	}
	return rows
}

// AllRows is Rows with all members, and with what sessions never see: bans, invites, who is a member for the moment only,
// who is interested in an event.
func (v GuildView) AllRows() []Row {
	rows := v.Rows(nil)
	g := v.Guild()
	if g == nil {
		if p := v.Private(); p != nil {
			rows = append(rows, v.interactionRows(PrivateObject(p.ID))...)
		}
		return rows
	}
	rows = append(rows, v.interactionRows(GuildObject(g.ID))...)
	for _, b := range v.Bans() {
		rows = append(rows, BanRow(g.ID, b))
	}
	for _, f := range v.Followers(0) {
		rows = append(rows, FollowerRow(g.ID, f))
	}
	for _, p := range v.OpenPolls() {
		rows = append(rows, OpenPollRow(GuildObject(g.ID), p))
	}
	for _, i := range v.Invites() {
		rows = append(rows, InviteRow(g.ID, i))
	}
	for _, c := range v.AppCommands(0) {
		rows = append(rows, GuildAppCommandRow(g.ID, c))
	}
	for _, p := range v.AllAppCommandPermissions(0) {
		rows = append(rows, AppCommandPermissionsRow(p))
	}
	for key := range v.s.eventUsers.All(v.staged) {
		rows = append(rows, EventUserRow(g.ID, key.event, key.user))
	}
	for _, t := range v.s.temporary.All(v.staged) {
		rows = append(rows, TemporaryRow(g.ID, t))
	}
	return rows
}
