package guilds

import (
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
