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
	robot := person(dmBot, "robot")
	robot.Bot = true
	d := b.must(dmAnn, 0, guildhall.CommandPrivateCreate, guildhall.CreatePrivate{
		Type: guildhall.ChannelDM, Users: []guildhall.User{person(dmAnn, "ann"), robot},
	})
	return b, d
}

// opened are the users in whose lists the draft puts the channel.
func opened(d *draft, name string) []guildhall.Snowflake {
	var to []guildhall.Snowflake
	for _, f := range d.followUps {
		if f.Name == name {
			to = append(to, f.To.ID)
		}
	}
	return to
}

func TestPrivateOpensForTheOtherWithTheFirstMessage(t *testing.T) {
	t.Parallel()
	b, d := newDM(t)
	if got := opened(d, guildhall.CommandUserPrivateOpen); !slices.Equal(got, []guildhall.Snowflake{guildhall.Snowflake(dmAnn)}) {
		t.Errorf("at birth opened for %v, want ann alone", got)
	}
	shown := read[guildhall.PrivateChannel](t, d.reply)
	if len(shown.Recipients) != 1 || shown.Recipients[0].ID != dmBot || shown.ID != dmRoom {
		t.Errorf("ann is shown %+v", shown)
	}
	d = b.must(dmAnn, dmRoom, guildhall.CommandMessageCreate, guildhall.CreateMessage{Content: "ping"})
	if got := opened(d, guildhall.CommandUserPrivateOpen); !slices.Equal(got, []guildhall.Snowflake{guildhall.Snowflake(dmBot)}) {
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
	d = b.must(dmBot, dmRoom, guildhall.CommandMessageCreate, guildhall.CreateMessage{Content: "pong"})
	if got := opened(d, guildhall.CommandUserPrivateOpen); got != nil {
		t.Errorf("the second message opened for %v", got)
	}
}

func TestPrivateClosesAndOpensAgain(t *testing.T) {
	t.Parallel()
	b, _ := newDM(t)
	b.must(dmBot, dmRoom, guildhall.CommandMessageCreate, guildhall.CreateMessage{Content: "hello"})
	d := b.must(dmAnn, dmRoom, guildhall.CommandChannelDelete, nil)
	if got := opened(d, guildhall.CommandUserPrivateClose); !slices.Equal(got, []guildhall.Snowflake{guildhall.Snowflake(dmAnn)}) {
		t.Errorf("closed for %v", got)
	}
	d = b.must(dmBot, dmRoom, guildhall.CommandMessageCreate, guildhall.CreateMessage{Content: "still there?"})
	if got := opened(d, guildhall.CommandUserPrivateOpen); !slices.Equal(got, []guildhall.Snowflake{guildhall.Snowflake(dmAnn)}) {
		t.Errorf("opened again for %v", got)
	}
}

func TestPrivateRefuses(t *testing.T) {
	t.Parallel()
	b, _ := newDM(t)
	said := b.must(dmAnn, dmRoom, guildhall.CommandMessageCreate, guildhall.CreateMessage{Content: "mine"})
	mine := read[guildhall.Message](t, said.reply)
	b.refuse(guildhall.ErrMissingAccess, dmCyd, dmRoom, guildhall.CommandMessageCreate, guildhall.CreateMessage{Content: "let me in"})
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
	if got := opened(d, guildhall.CommandUserPrivateOpen); len(got) != 3 {
		t.Errorf("lists told: %v", got)
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
	b.refuse(guildhall.ErrMissingAccess, dmAnn, dmRoom, guildhall.CommandMessageCreate, guildhall.CreateMessage{Content: "?"})
}
