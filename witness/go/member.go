package main

import (
	"fmt"
	"slices"

	"github.com/bwmarrin/discordgo"
)

func (w *witness) memberRoleAdd() error {
	target := w.world.Bots[1].ID
	if err := w.a.GuildMemberRoleAdd(w.guild, target, w.role); err != nil {
		return err
	}
	_, err := expect(w.b, "GUILD_MEMBER_UPDATE", func(e *discordgo.GuildMemberUpdate) bool {
		return e.GuildID == w.guild && e.User.ID == target && slices.Contains(e.Roles, w.role)
	})
	return err
}

func (w *witness) memberRoleRemove() error {
	target, mark := w.world.Bots[1].ID, w.b.mark()
	if err := w.a.GuildMemberRoleRemove(w.guild, target, w.role); err != nil {
		return err
	}
	return expectAfter(w.b, mark, "GUILD_MEMBER_UPDATE", func(e *discordgo.GuildMemberUpdate) bool {
		return e.GuildID == w.guild && e.User.ID == target && !slices.Contains(e.Roles, w.role)
	})
}

func (w *witness) memberGet() error {
	m, err := w.a.GuildMember(w.guild, w.world.Users[0].ID)
	if err != nil {
		return err
	}
	if m.User == nil || m.User.ID != w.world.Users[0].ID || m.User.Bot || m.JoinedAt.IsZero() {
		return fmt.Errorf("got %+v of user %+v", m, m.User)
	}
	return nil
}

// memberList pages two at a time: members come by rising user ID, `after` is
// exclusive. discord: resources/guild#list-guild-members
func (w *witness) memberList() error {
	const page, pagesMax = 2, 100
	var ids []string
	after := ""
	for range pagesMax {
		members, err := w.a.GuildMembers(w.guild, after, page)
		if err != nil {
			return err
		}
		if len(members) > page {
			return fmt.Errorf("limit %d gave %d", page, len(members))
		}
		for _, m := range members {
			ids = append(ids, m.User.ID)
		}
		if len(members) < page {
			break
		}
		after = ids[len(ids)-1]
	}
	sorted := slices.Clone(ids)
	slices.SortFunc(sorted, bySnowflake)
	if !slices.Equal(ids, slices.Compact(sorted)) {
		return fmt.Errorf("not in rising order or repeated: %v", ids)
	}
	for _, b := range w.world.Bots {
		if !slices.Contains(ids, b.ID) {
			return fmt.Errorf("bot %s is missing", b.ID)
		}
	}
	return nil
}

func bySnowflake(x, y string) int {
	if d := len(x) - len(y); d != 0 {
		return d
	}
	if x < y {
		return -1
	}
	if x > y {
		return 1
	}
	return 0
}

// memberMe sets the own nickname by the older route, which is what discordgo
// calls, and removes it by the newer one.
func (w *witness) memberMe() error {
	me := w.world.Bots[0].ID
	if err := w.a.GuildMemberNickname(w.guild, "@me", "Gopher"); err != nil {
		return err
	}
	if _, err := expect(w.b, "GUILD_MEMBER_UPDATE", func(e *discordgo.GuildMemberUpdate) bool {
		return e.GuildID == w.guild && e.User.ID == me && e.Nick == "Gopher"
	}); err != nil {
		return err
	}
	mark := w.b.mark()
	route := discordgo.EndpointGuildMember(w.guild, "@me")
	if _, err := w.a.RequestWithBucketID("PATCH", route, map[string]any{"nick": nil}, route); err != nil {
		return err
	}
	return expectAfter(w.b, mark, "GUILD_MEMBER_UPDATE", func(e *discordgo.GuildMemberUpdate) bool {
		return e.User.ID == me && e.Nick == ""
	})
}
