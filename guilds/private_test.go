package guilds

import (
	"slices"
	"testing"

	"guildhall"
)

const (
	dmAnn  guildhall.UserID    = 11
	dmBot  guildhall.UserID    = 12
	dmCyd  guildhall.UserID    = 13
	dmRoom guildhall.ChannelID = 5 << 22
)

// newDM is a private channel of ann, who opened it, and a bot.
func newDM(t *testing.T) (*bench, *draft) {
	b := newBench(t, guildhall.PrivateObject(dmRoom))
	b.acquainted = true
	robot := person(dmBot, "robot")
	robot.Bot = true
	d := b.must(dmAnn, 0, guildhall.CommandPrivateCreate, guildhall.CreatePrivate{
		Type: guildhall.ChannelDM, Users: []guildhall.User{person(dmAnn, "ann"), robot},
	})
	return b, d
}

// listed are the users whose lists the draft brings up to date so that the channel stands in them, or does not.
func listed(t *testing.T, d *draft, open bool) []guildhall.Snowflake {
	t.Helper()
	var to []guildhall.Snowflake
	for _, f := range d.followUps {
		switch f.Name {
		case guildhall.CommandUserPrivatePut:
			ref := read[guildhall.PrivateRef](t, f.Body)
			if ref.Open(guildhall.UserID(f.To.ID)) == open {
				to = append(to, f.To.ID)
			}
		case guildhall.CommandUserPrivateDelete:
			if !open {
				to = append(to, f.To.ID)
			}
		}
	}
	return to
}

func dmSays(content string) guildhall.CreateMessage { return guildhall.CreateMessage{Content: content} }

func TestPrivateOpensForTheOtherWithTheFirstMessage(t *testing.T) {
	t.Parallel()
	b, d := newDM(t)
	if got := listed(t, d, true); !slices.Equal(got, []guildhall.Snowflake{guildhall.Snowflake(dmAnn)}) {
		t.Errorf("at birth opened for %v, want ann alone", got)
	}
	shown := read[guildhall.PrivateChannel](t, d.reply)
	if len(shown.Recipients) != 1 || shown.Recipients[0].ID != dmBot || shown.ID != dmRoom {
		t.Errorf("ann is shown %+v", shown)
	}
	d = b.must(dmAnn, dmRoom, guildhall.CommandMessageCreate, dmSays("ping"))
	if got := listed(t, d, true); !slices.Equal(got, []guildhall.Snowflake{guildhall.Snowflake(dmBot)}) {
		t.Errorf("the message opened for %v, want the bot", got)
	}
	e, data := event(t, d, "MESSAGE_CREATE")
	if e.Audience.Intents != guildhall.IntentDirectMessages || e.Audience.HasContent {
		t.Errorf("audience %+v", e.Audience)
	}
	for _, field := range []string{"guild_id", "member"} {
		if _, there := data[field]; there {
			t.Errorf("a direct message has %s: %v", field, data)
		}
	}
	d = b.must(dmBot, dmRoom, guildhall.CommandMessageCreate, dmSays("pong"))
	if got := listed(t, d, true); got != nil {
		t.Errorf("the second message opened for %v", got)
	}
}

func TestPrivateClosesAndOpensAgain(t *testing.T) {
	t.Parallel()
	b, _ := newDM(t)
	b.must(dmBot, dmRoom, guildhall.CommandMessageCreate, dmSays("hello"))
	d := b.must(dmAnn, dmRoom, guildhall.CommandChannelDelete, nil)
	if got := listed(t, d, false); !slices.Equal(got, []guildhall.Snowflake{guildhall.Snowflake(dmAnn)}) {
		t.Errorf("closed for %v", got)
	}
	d = b.must(dmBot, dmRoom, guildhall.CommandMessageCreate, dmSays("still there?"))
	if got := listed(t, d, true); !slices.Equal(got, []guildhall.Snowflake{guildhall.Snowflake(dmAnn)}) {
		t.Errorf("opened again for %v", got)
	}
}

func TestPrivateRefuses(t *testing.T) {
	t.Parallel()
	b, _ := newDM(t)
	said := b.must(dmAnn, dmRoom, guildhall.CommandMessageCreate, dmSays("mine"))
	mine := read[guildhall.Message](t, said.reply)
	b.refuse(guildhall.ErrMissingAccess, dmCyd, dmRoom, guildhall.CommandMessageCreate, dmSays("let me in"))
	b.refuse(guildhall.ErrNotOnDM, dmBot, dmRoom, guildhall.CommandMessageDelete, guildhall.MessageRef{ID: mine.ID})
	b.refuse(guildhall.ErrNotOnDM, dmAnn, dmRoom, guildhall.CommandReactionClear, guildhall.ReactionRef{MessageID: mine.ID})
	b.refuse(guildhall.ErrNotOnDM, dmAnn, dmRoom, guildhall.CommandChannelModify, guildhall.ModifyChannel{Name: guildhall.Some("x")})
	b.refuse(guildhall.ErrNotOnDM, dmAnn, dmRoom, guildhall.CommandOverwritePut, guildhall.Overwrite{ID: 1})
	if _, err := b.query(dmCyd, dmRoom, guildhall.QueryMessages, guildhall.MessagesQuery{}); err == nil {
		t.Error("a stranger may read")
	}
	d := b.must(dmBot, dmRoom, guildhall.CommandReactionPut, guildhall.ReactionRef{MessageID: mine.ID, Emoji: guildhall.Emoji{Name: "👍"}})
	if e, data := event(t, d, "MESSAGE_REACTION_ADD"); e.Audience.Intents != guildhall.IntentDirectMessageReactions || data["member"] != nil {
		t.Errorf("reaction: %+v %v", e.Audience, data)
	}
}

func TestGroup(t *testing.T) {
	t.Parallel()
	b := newBench(t, guildhall.PrivateObject(dmRoom))
	b.must(dmAnn, 0, guildhall.CommandPrivateCreate, guildhall.CreatePrivate{
		Type: guildhall.ChannelGroupDM, Users: []guildhall.User{person(dmAnn, "ann"), person(20, "bob")},
	})
	d := b.must(20, dmRoom, guildhall.CommandRecipientPut, guildhall.PrivateRecipient{User: person(dmCyd, "cyd")})
	if got := listed(t, d, true); len(got) != 3 {
		t.Errorf("lists told: %v", got)
	}
	e, data := event(t, d, "MESSAGE_CREATE")
	if data["type"] != float64(guildhall.MessageRecipientAdd) || e.Audience.Intents != guildhall.IntentDirectMessages {
		t.Errorf("the group is told %v to %+v", data, e.Audience)
	}
	b.refuse(guildhall.ErrMissingPermissions, 20, dmRoom, guildhall.CommandRecipientDelete, guildhall.PrivateRecipient{User: person(dmCyd, "cyd")})
	d = b.must(dmAnn, dmRoom, guildhall.CommandChannelModify, guildhall.ModifyChannel{Name: guildhall.Some("club")})
	if g := read[guildhall.PrivateGroup](t, d.reply); g.Name == nil || *g.Name != "club" || len(g.Recipients) != 2 {
		t.Errorf("answered %+v", g)
	}
	b.must(dmAnn, dmRoom, guildhall.CommandChannelDelete, nil)
	if p := b.state.(*private).state.Proposed().Private(); p.OwnerID != dmCyd {
		t.Errorf("owner %s after the owner left, want the oldest account", p.OwnerID)
	}
	b.refuse(guildhall.ErrMissingAccess, dmAnn, dmRoom, guildhall.CommandMessageCreate, dmSays("?"))
}

func TestPrivateStrangersMayNotWrite(t *testing.T) {
	t.Parallel()
	b, _ := newDM(t)
	said := read[guildhall.Message](t, b.must(dmAnn, dmRoom, guildhall.CommandMessageCreate, dmSays("hello")).reply)
	ref := guildhall.MessageRef{ID: said.ID}
	like := guildhall.ReactionRef{MessageID: said.ID, Emoji: guildhall.Emoji{Name: "👍"}}
	b.must(dmAnn, dmRoom, guildhall.CommandReactionPut, like)
	b.acquainted = false
	for name, body := range map[string]any{
		guildhall.CommandMessageCreate: dmSays("psst"), guildhall.CommandTyping: nil, guildhall.CommandPinPut: ref,
		guildhall.CommandPinDelete: ref, guildhall.CommandReactionPut: like, guildhall.CommandPollVote: guildhall.PollVote{MessageID: said.ID},
	} {
		b.refuse(guildhall.ErrCannotSendToUser, dmAnn, dmRoom, name, body)
	}
	// What one has said and done may be taken back.
	b.must(dmAnn, dmRoom, guildhall.CommandReactionDelete, like)
	b.must(dmAnn, dmRoom, guildhall.CommandMessageDelete, ref)
}

// TestPrivateRenamed: who renames itself is shown so to the other, also while the channel is closed.
func TestPrivateRenamed(t *testing.T) {
	t.Parallel()
	b, _ := newDM(t)
	b.must(dmBot, dmRoom, guildhall.CommandMessageCreate, dmSays("hello"))
	b.must(dmAnn, dmRoom, guildhall.CommandChannelDelete, nil)
	renamed := person(dmAnn, "anna")
	b.refuse(guildhall.ErrMissingAccess, dmAnn, dmRoom, guildhall.CommandMemberUser, renamed)
	d := b.must(0, dmRoom, guildhall.CommandMemberUser, renamed)
	if got := listed(t, d, true); !slices.Equal(got, []guildhall.Snowflake{guildhall.Snowflake(dmBot)}) {
		t.Errorf("open in the lists of %v, want the bot's alone", got)
	}
	if len(types(d)) > 0 {
		t.Errorf("told %v: the one is a bot, the other has closed the channel", types(d))
	}
	shown := ask[guildhall.PrivateChannel](b, dmBot, dmRoom, guildhall.QueryChannel, nil)
	if len(shown.Recipients) != 1 || shown.Recipients[0].Username != "anna" {
		t.Errorf("the bot is shown %+v", shown.Recipients)
	}
	robot := person(dmBot, "android")
	robot.Bot = true
	d = b.must(dmAnn, 0, guildhall.CommandPrivateCreate, guildhall.CreatePrivate{
		Type: guildhall.ChannelDM, Users: []guildhall.User{renamed, robot},
	})
	if shown := read[guildhall.PrivateChannel](t, d.reply); shown.Recipients[0].Username != "android" {
		t.Errorf("opened anew: %+v", shown)
	}
	if got := listed(t, d, true); len(got) != 2 {
		t.Errorf("open in the lists of %v, want both", got)
	}
}

// TestPrivateList: a closed channel is not shown, but kept in the user's object, which tells it of a change of name.
func TestPrivateList(t *testing.T) {
	t.Parallel()
	b := newBench(t, guildhall.UserObject(dmAnn))
	b.must(0, 0, guildhall.CommandUserCreate, guildhall.CreateUser{ID: dmAnn, Username: "ann"})
	ref := guildhall.PrivateRef{Recipients: []guildhall.User{person(dmAnn, "annie"), person(20, "bob")}, Position: 3}
	ref.ID, ref.Type = dmRoom, guildhall.ChannelDM
	d := b.must(0, 0, guildhall.CommandUserPrivatePut, ref)
	if len(d.followUps) != 1 || d.followUps[0].Name != guildhall.CommandMemberUser {
		t.Errorf("a copy of the user that is not as the user is now: %v", d.followUps)
	}
	if got := ask[[]guildhall.PrivateChannel](b, dmAnn, 0, guildhall.QueryUserPrivates, nil); len(got) != 1 || got[0].Recipients[0].ID != 20 {
		t.Errorf("listed: %+v", got)
	}
	ref.Closed = []guildhall.UserID{dmAnn}
	b.must(0, 0, guildhall.CommandUserPrivatePut, ref)
	if got := ask[[]guildhall.PrivateChannel](b, dmAnn, 0, guildhall.QueryUserPrivates, nil); len(got) != 0 {
		t.Errorf("closed, but listed: %+v", got)
	}
	d = b.must(dmAnn, 0, guildhall.CommandUserModify, guildhall.ModifyUser{GlobalName: guildhall.Some("Anna")})
	if len(d.followUps) != 1 || d.followUps[0].To != guildhall.PrivateObject(dmRoom) {
		t.Errorf("the closed channel is not told of the new name: %v", d.followUps)
	}
	b.must(0, 0, guildhall.CommandUserPrivateDelete, ref)
	d = b.must(dmAnn, 0, guildhall.CommandUserModify, guildhall.ModifyUser{GlobalName: guildhall.Some("Ann")})
	if len(d.followUps) != 0 {
		t.Errorf("left, but told: %v", d.followUps)
	}
}

func TestAcquainted(t *testing.T) {
	t.Parallel()
	b := newBench(t, guildhall.UserObject(dmAnn))
	b.must(0, 0, guildhall.CommandUserCreate, guildhall.CreateUser{ID: dmAnn, Username: "ann"})
	b.must(0, 0, guildhall.CommandUserGuildJoined, guildhall.GuildRef{ID: 7})
	for guild, want := range map[guildhall.GuildID]bool{7: true, 8: false} {
		q := guildhall.Acquaintance{User: 20, Guilds: []guildhall.GuildID{guild}}
		if got := ask[bool](b, 0, 0, guildhall.QueryAcquainted, q); got != want {
			t.Errorf("in guild %s: %v", guild, got)
		}
	}
	for user, kind := range map[guildhall.UserID]guildhall.RelationshipType{20: guildhall.RelationshipFriend, 21: guildhall.RelationshipBlocked} {
		row := guildhall.RelationshipRow(dmAnn, &guildhall.Relationship{ID: user, Type: kind})
		b.apply(&row, guildhall.Install)
		q := guildhall.Acquaintance{User: user, Guilds: []guildhall.GuildID{7 + guildhall.GuildID(kind)%2}}
		if got := ask[bool](b, 0, 0, guildhall.QueryAcquainted, q); got != (kind == guildhall.RelationshipFriend) {
			t.Errorf("relationship %d: %v", kind, got)
		}
	}
	if _, err := b.query(dmCyd, 0, guildhall.QueryAcquainted, guildhall.Acquaintance{}); err == nil {
		t.Error("somebody else may ask in which guilds ann is")
	}
}

// TestGroupsAreBounded: nobody is taken into any number of groups, which all its sessions would follow.
func TestGroupsAreBounded(t *testing.T) {
	t.Parallel()
	b := newBench(t, guildhall.UserObject(dmAnn))
	b.must(0, 0, guildhall.CommandUserCreate, guildhall.CreateUser{ID: dmAnn, Username: "ann"})
	friend := guildhall.RelationshipRow(dmAnn, &guildhall.Relationship{ID: 20, Type: guildhall.RelationshipFriend})
	b.apply(&friend, guildhall.Install)
	acquainted := func(group bool) bool {
		return ask[bool](b, 0, 0, guildhall.QueryAcquainted, guildhall.Acquaintance{User: 20, Group: group})
	}
	for i := range 100 {
		if !acquainted(true) {
			t.Fatalf("refused with %d groups", i)
		}
		ref := guildhall.PrivateRef{Recipients: []guildhall.User{person(dmAnn, "ann"), person(20, "bob")}, Position: 1}
		ref.ID, ref.Type = guildhall.ChannelID(i+1)<<22, guildhall.ChannelGroupDM
		b.must(0, 0, guildhall.CommandUserPrivatePut, ref)
	}
	if acquainted(true) || !acquainted(false) {
		t.Errorf("with all groups: into another %v, written to %v", acquainted(true), acquainted(false))
	}
}

// TestPrivateListsAreBounded: a list that is full has its oldest channel close itself, which keeps its entry until then.
func TestPrivateListsAreBounded(t *testing.T) {
	t.Parallel()
	b := newBench(t, guildhall.UserObject(dmBot))
	b.must(0, 0, guildhall.CommandUserCreate, guildhall.CreateUser{ID: dmBot, Username: "robot", Application: &guildhall.Application{}})
	robot := b.state.(*user).state.Proposed().User()
	ref := func(i int) guildhall.PrivateRef {
		r := guildhall.PrivateRef{Recipients: []guildhall.User{*robot, person(20, "bob")}, Position: 1}
		r.ID, r.Type = guildhall.ChannelID(i+1)<<22, guildhall.ChannelDM
		return r
	}
	for i := range privatesMax {
		if d := b.must(0, 0, guildhall.CommandUserPrivatePut, ref(i)); len(d.followUps) > 0 {
			t.Fatalf("channel %d: %v", i, d.followUps)
		}
	}
	again := ref(0)
	again.LastMessageID = 1 << 62
	if d := b.must(0, 0, guildhall.CommandUserPrivatePut, again); len(d.followUps) > 0 {
		t.Errorf("an entry brought up to date: %v", d.followUps)
	}
	d := b.must(0, 0, guildhall.CommandUserPrivatePut, ref(privatesMax))
	if len(d.followUps) != 1 || d.followUps[0].To != guildhall.PrivateObject(ref(1).ID) || d.followUps[0].Name != guildhall.CommandRecipientClose {
		t.Errorf("one too many: %v", d.followUps)
	}

	dm, _ := newDM(t)
	dm.must(dmBot, dmRoom, guildhall.CommandMessageCreate, dmSays("hello"))
	f := guildhall.PrivateRecipient{User: guildhall.User{ID: dmBot}}
	dm.refuse(guildhall.ErrMissingAccess, dmAnn, dmRoom, guildhall.CommandRecipientClose, f)
	closed := dm.must(0, dmRoom, guildhall.CommandRecipientClose, f)
	if got := listed(t, closed, false); !slices.Equal(got, []guildhall.Snowflake{guildhall.Snowflake(dmBot)}) {
		t.Errorf("closed for %v", got)
	}
	opened := dm.must(dmAnn, dmRoom, guildhall.CommandMessageCreate, dmSays("still there?"))
	if got := listed(t, opened, true); !slices.Equal(got, []guildhall.Snowflake{guildhall.Snowflake(dmBot)}) {
		t.Errorf("opened for %v", got)
	}
}

// TestGuildHasNoRecipients asks of a guild's channels what only private ones have.
func TestGuildHasNoRecipients(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	for name, body := range map[string]any{
		guildhall.CommandRecipientPut:    guildhall.PrivateRecipient{User: person(plainID, "plain")},
		guildhall.CommandRecipientDelete: guildhall.PrivateRecipient{User: person(plainID, "plain")},
	} {
		h.refuse(guildhall.ErrWrongChannelType, modID, h.general, name, body)
	}
	h.deny(h.general, guildhall.PermissionViewChannel)
	h.refuse(guildhall.ErrMissingAccess, plainID, h.general, guildhall.CommandRecipientPut, guildhall.PrivateRecipient{User: person(plainID, "plain")})
}
