package guilds

import (
	"maps"
	"testing"

	"guildhall"
)

func TestChannelFollow(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	news := read[guildhall.Channel](t, h.must(ownerID, 0, guildhall.CommandChannelCreate, guildhall.CreateChannel{Name: "news", Type: guildhall.ChannelGuildAnnouncement}).reply)
	source := guildhall.FollowChannel{Channel: guildhall.WebhookSource{ID: guildhall.Snowflake(news.ID), Name: "news"}}
	source.Guild.ID, source.Guild.Name = guildhall.Snowflake(h.id), "Hall"
	follow := guildhall.CommandChannelFollow
	h.refuse(guildhall.ErrMissingPermissions, plainID, h.general, follow, source)
	h.refuse(guildhall.ErrWrongChannelType, adminID, h.category, follow, source)
	d := h.must(adminID, h.general, follow, source)
	h.expectTold("followed", d, adminID, "WEBHOOKS_UPDATE", "MESSAGE_CREATE")
	made := read[guildhall.ChannelFollower](t, d.reply)
	if made.ChannelID != news.ID || len(d.followUps) != 1 || d.followUps[0].To != guildhall.GuildObject(h.id) {
		t.Fatalf("made %+v, follow-ups %+v", made, d.followUps)
	}
	carry := func(d *draft) *draft {
		t.Helper()
		if len(d.followUps) != 1 {
			t.Fatalf("follow-ups %+v", d.followUps)
		}
		return h.must(system, 0, d.followUps[0].Name, read[any](t, d.followUps[0].Body))
	}
	carry(d)
	h.refuse(guildhall.ErrMissingAccess, adminID, 0, guildhall.CommandFollowerTell, guildhall.Published{})
	sent := read[guildhall.Message](t, h.must(adminID, news.ID, guildhall.CommandMessageCreate, guildhall.CreateMessage{Content: "news"}).reply)
	crossposted := h.must(adminID, news.ID, guildhall.CommandMessageCrosspost, guildhall.MessageRef{ID: sent.ID})
	d = carry(crossposted)
	e, data := event(t, d, "MESSAGE_CREATE")
	reference, _ := data["message_reference"].(map[string]any)
	if data["content"] != "news" || data["flags"] != 2.0 || data["webhook_id"] != made.WebhookID.String() || reference["message_id"] != sent.ID.String() ||
		data["channel_id"] != h.general.String() || e.Audience.Channel != h.general {
		t.Errorf("told %v", data)
	}
	// Without the webhook nothing comes any more, and the source need not send it.
	gone := h.must(adminID, guildhall.ChannelID(made.WebhookID), guildhall.CommandWebhookDelete, nil)
	if d = carry(crossposted); len(d.rows) != 0 {
		t.Error("told without the webhook")
	}
	carry(gone)
	if len(h.view().Followers(0)) != 0 {
		t.Error("the follower is still there")
	}
}

// TestPublishedMessagesStayTheSame: what becomes of a published message becomes of what it is in the channels that follow,
// of which one guild may have several.
func TestPublishedMessagesStayTheSame(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	news := read[guildhall.Channel](t, h.must(ownerID, 0, guildhall.CommandChannelCreate, guildhall.CreateChannel{Name: "news", Type: guildhall.ChannelGuildAnnouncement}).reply)
	other := read[guildhall.Channel](t, h.must(ownerID, 0, guildhall.CommandChannelCreate, guildhall.CreateChannel{Name: "other"}).reply)
	source := guildhall.FollowChannel{Channel: guildhall.WebhookSource{ID: guildhall.Snowflake(news.ID), Name: "news"}}
	source.Guild.ID, source.Guild.Name = guildhall.Snowflake(h.id), "Hall"
	carry := func(d *draft) *draft {
		t.Helper()
		if len(d.followUps) != 1 {
			t.Fatalf("follow-ups %+v", d.followUps)
		}
		return h.must(system, 0, d.followUps[0].Name, read[any](t, d.followUps[0].Body))
	}
	for _, c := range []guildhall.ChannelID{h.general, other.ID} {
		carry(h.must(adminID, c, guildhall.CommandChannelFollow, source))
	}
	say := func(content string) guildhall.MessageRef {
		m := read[guildhall.Message](t, h.must(adminID, news.ID, guildhall.CommandMessageCreate, guildhall.CreateMessage{
			Content: content, Attachments: []guildhall.Attachment{{ID: 5, Filename: "f"}},
		}).reply)
		return guildhall.MessageRef{ID: m.ID}
	}
	copies := func(d *draft, event string) map[guildhall.ChannelID]guildhall.Message {
		t.Helper()
		found := map[guildhall.ChannelID]guildhall.Message{}
		for _, e := range d.events {
			m := read[guildhall.Message](t, e.Data)
			if e.Type != event || e.Audience.Channel != m.ChannelID {
				t.Errorf("told %s %+v", e.Type, e.Audience)
			}
			found[m.ChannelID] = m
		}
		return found
	}
	ref, unpublished := say("first"), say("never published")
	if d := h.must(adminID, news.ID, guildhall.CommandMessageEdit, guildhall.EditMessage{ID: unpublished.ID, Content: set("x")}); len(d.followUps) != 0 {
		t.Errorf("tells of what is not published: %+v", d.followUps)
	}
	made := copies(carry(h.must(adminID, news.ID, guildhall.CommandMessageCrosspost, ref)), "MESSAGE_CREATE")
	if len(made) != 2 {
		t.Fatalf("brought to %+v", made)
	}
	edited := h.must(adminID, news.ID, guildhall.CommandMessageEdit, guildhall.EditMessage{ID: ref.ID, Content: set("second")})
	changed := copies(carry(edited), "MESSAGE_UPDATE")
	for c, m := range changed {
		if m.ID != made[c].ID || m.Content != "second" || m.EditedTimestamp == nil || m.Flags != guildhall.MessageIsCrosspost || len(m.Attachments) != 1 {
			t.Errorf("changed to %+v", m)
		}
	}
	if len(changed) != 2 || len(carry(edited).rows) != 0 {
		t.Error("not changed everywhere, or once more for what it says already")
	}
	// A copy that was deleted does not come back.
	h.must(adminID, other.ID, guildhall.CommandMessageDelete, guildhall.MessageRef{ID: made[other.ID].ID})
	again := h.must(adminID, news.ID, guildhall.CommandMessageEdit, guildhall.EditMessage{ID: ref.ID, Content: set("third")})
	if left := copies(carry(again), "MESSAGE_UPDATE"); len(left) != 1 {
		t.Errorf("changed %+v", left)
	}
	second := say("too")
	carry(h.must(adminID, news.ID, guildhall.CommandMessageCrosspost, second))
	gone := copies(carry(h.must(adminID, news.ID, guildhall.CommandMessageBulkDelete, guildhall.MessageIDs{IDs: []guildhall.MessageID{ref.ID, second.ID, unpublished.ID}})), "MESSAGE_UPDATE")
	m := gone[h.general]
	if len(gone) != 2 || m.Content != sourceDeleted || m.Flags != guildhall.MessageIsCrosspost|guildhall.MessageSourceDeleted || len(m.Attachments) != 0 {
		t.Errorf("after the deletion %+v", gone)
	}
	// A deleted one that is still on its way is brought by nothing.
	if d := h.must(system, 0, guildhall.CommandPublishNext, guildhall.Publishing{Parts: []guildhall.PublishingPart{{Channel: news.ID, Message: ref.ID, New: true}}}); len(d.followUps) != 0 {
		t.Errorf("a deleted message goes on: %+v", d.followUps)
	}
	h.refuse(guildhall.ErrMissingAccess, adminID, 0, guildhall.CommandPublishNext, guildhall.Publishing{})
	// All channels that follow may go: the source hears of each.
	for _, c := range []guildhall.ChannelID{h.general, other.ID} {
		carry(h.must(adminID, c, guildhall.CommandChannelDelete, nil))
	}
	if left := h.view().Followers(0); len(left) != 0 {
		t.Errorf("still followed by %+v", left)
	}
}

// TestPublishingGoesOn: however many follow, each guild is told once, and no record tells more than a few.
func TestPublishingGoesOn(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	news := read[guildhall.Channel](t, h.must(ownerID, 0, guildhall.CommandChannelCreate, guildhall.CreateChannel{Name: "news", Type: guildhall.ChannelGuildAnnouncement}).reply)
	const guilds, each = 330, 2
	want := map[guildhall.GuildID]int{h.id: each}
	for i := range guilds * each {
		f := guildhall.Follower{WebhookID: guildhall.Snowflake(9000 + i), Source: news.ID, GuildID: guildhall.GuildID(1 + i%guilds)}
		if i < each {
			f.GuildID = h.id
			h.must(system, 0, guildhall.CommandFollowerPut, f)
			continue
		}
		want[f.GuildID]++
		h.must(system, 0, guildhall.CommandFollowerPut, f)
	}
	m := read[guildhall.Message](t, h.must(adminID, news.ID, guildhall.CommandMessageCreate, guildhall.CreateMessage{Content: "x"}).reply)
	carry := func(d *draft) {
		t.Helper()
		told := map[guildhall.GuildID]int{}
		for steps := 0; d != nil; steps++ {
			if len(d.followUps) > guildhall.FollowersAtOnce || steps > guilds {
				t.Fatalf("%d follow-ups in step %d", len(d.followUps), steps)
			}
			var next *draft
			for _, f := range d.followUps {
				if f.Name == guildhall.CommandPublishNext {
					next = h.must(system, 0, f.Name, read[any](t, f.Body))
					continue
				}
				for _, part := range read[guildhall.Published](t, f.Body).Parts {
					told[guildhall.GuildID(f.To.ID)] += len(part.Webhooks)
				}
			}
			d = next
		}
		if !maps.Equal(told, want) {
			t.Errorf("told %d guilds, %v", len(told), told)
		}
	}
	carry(h.must(adminID, news.ID, guildhall.CommandMessageCrosspost, guildhall.MessageRef{ID: m.ID}))
	carry(h.must(adminID, news.ID, guildhall.CommandMessageEdit, guildhall.EditMessage{ID: m.ID, Content: set("y")}))
	carry(h.must(adminID, news.ID, guildhall.CommandMessageDelete, guildhall.MessageRef{ID: m.ID}))
}

// checkFollowUps refuses a record that sends two to one object: only the first would be taken.
func (b *bench) checkFollowUps(cmd *guildhall.Command, d *draft) {
	b.t.Helper()
	to := map[guildhall.Object]bool{}
	for _, f := range d.followUps {
		if to[f.To] && f.Name != guildhall.CommandClaimRelease {
			b.t.Errorf("%s sends %s more than one follow-up", cmd.Name, f.To)
		}
		to[f.To] = true
	}
}
