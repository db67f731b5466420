package guilds

import (
	"testing"

	"guildhall"
)

// TestPublishedAnswersStayTheSame: what an application changes or deletes of its answers by the interaction's token, followers
// hear of as of any other message.
func TestPublishedAnswersStayTheSame(t *testing.T) {
	t.Parallel()
	s := newPlay(t)
	news := read[guildhall.Channel](t, s.must(ownerID, 0, guildhall.CommandChannelCreate, guildhall.CreateChannel{Name: "news", Type: guildhall.ChannelGuildAnnouncement}).reply)
	s.must(system, 0, guildhall.CommandFollowerPut, guildhall.Follower{WebhookID: 9000, Source: news.ID, GuildID: 1})
	made := read[guildhall.MadeInteraction](t, s.must(plainID, news.ID, guildhall.CommandInteractionMake, s.use()).reply)
	m := read[guildhall.Message](t, s.must(system, news.ID, guildhall.CommandInteractionAnswer, answerWith(made, guildhall.CallbackMessage, "four", 0)).reply)
	s.must(ownerID, news.ID, guildhall.CommandMessageCrosspost, guildhall.MessageRef{ID: m.ID})
	f := guildhall.EditInteraction{Ref: made.Ref, EditMessage: guildhall.EditMessage{ID: m.ID, Content: set("five")}}
	for _, name := range []string{guildhall.CommandInteractionEdit, guildhall.CommandInteractionDelete} {
		d := s.must(system, news.ID, name, f)
		if len(d.followUps) != 1 || d.followUps[0].To != guildhall.GuildObject(1) || d.followUps[0].Name != guildhall.CommandFollowerTell {
			t.Errorf("%s tells followers %+v", name, d.followUps)
		}
	}
}
