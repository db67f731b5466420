package guilds

import (
	"fmt"
	"strings"
	"testing"

	"guildhall"
)

// TestPublishingKeepsRecordsSmall: whatever is published, changed or deleted, each channel that follows is told of each message
// once, in records of a sensible size that need few rows, be the followers in one guild, the source's own too, or in many.
func TestPublishingKeepsRecordsSmall(t *testing.T) {
	t.Parallel()
	const (
		followers  = 60
		recordMax  = 64 << 10
		copiesMost = 100
	)
	for where, guildOf := range map[string]func(h *hall, i int) guildhall.GuildID{
		"its own guild": func(h *hall, _ int) guildhall.GuildID { return h.id },
		"one guild":     func(*hall, int) guildhall.GuildID { return 1 },
		"many guilds": func(h *hall, i int) guildhall.GuildID {
			return h.id - guildhall.GuildID(followers/2) + guildhall.GuildID(i)
		},
	} {
		h := newHall(t)
		news := read[guildhall.Channel](t, h.must(ownerID, 0, guildhall.CommandChannelCreate, guildhall.CreateChannel{Name: "news", Type: guildhall.ChannelGuildAnnouncement}).reply)
		for i := range followers {
			h.must(system, 0, guildhall.CommandFollowerPut, guildhall.Follower{
				WebhookID: guildhall.Snowflake(9000 + i), Source: news.ID, GuildID: guildOf(h, i),
			})
		}
		told := func(what string, d *draft, want int) {
			t.Helper()
			got, twice := map[string]bool{}, 0
			for steps := 0; d != nil && steps < 5000; steps++ {
				size := (&guildhall.Record{Reply: d.reply, Events: d.events, Rows: d.rows, FollowUps: d.followUps}).Freeze()
				if size > recordMax && steps > 0 { // the first also has what was done
					t.Errorf("%s, %s: a record of %d bytes", where, what, size)
				}
				var next *draft
				for _, f := range d.followUps {
					if f.To == guildhall.GuildObject(h.id) {
						next = h.must(system, 0, f.Name, read[any](t, f.Body))
					}
					if f.Name != guildhall.CommandFollowerTell {
						continue
					}
					copies := 0
					for _, part := range read[guildhall.Published](t, f.Body).Parts {
						for _, id := range part.Webhooks {
							for _, source := range part.Sources() {
								key := fmt.Sprint(id, source)
								if copies++; got[key] {
									twice++
								}
								got[key] = true
							}
						}
					}
					if copies > copiesMost {
						t.Errorf("%s, %s: one record is to change %d messages", where, what, copies)
					}
				}
				d = next
			}
			if len(got) != want || twice != 0 {
				t.Errorf("%s, %s: %d told, %d twice, want %d", where, what, len(got), twice, want)
			}
		}
		ref := guildhall.MessageIDs{}
		for i := range 25 {
			content := strings.Repeat("界", 1+i*80)
			m := read[guildhall.Message](t, h.must(adminID, news.ID, guildhall.CommandMessageCreate, guildhall.CreateMessage{Content: content}).reply)
			ref.IDs = append(ref.IDs, m.ID)
			told("published", h.must(adminID, news.ID, guildhall.CommandMessageCrosspost, guildhall.MessageRef{ID: m.ID}), followers)
		}
		told("changed", h.must(adminID, news.ID, guildhall.CommandMessageEdit, guildhall.EditMessage{ID: ref.IDs[0], Content: set("second")}), followers)
		told("deleted", h.must(adminID, news.ID, guildhall.CommandMessageBulkDelete, ref), followers*len(ref.IDs))
	}
}
