package main

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/bwmarrin/discordgo"
)

const (
	thumb = "\U0001f44d"
	party = "\U0001f389"
	fire  = "\U0001f525"
)

func (w *witness) reactions(r *report) {
	a, b := w.world.Bots[0].ID, w.world.Bots[1].ID
	r.check("reaction.add", func() error {
		for _, emoji := range []string{thumb, party} {
			if err := w.a.MessageReactionAdd(w.channel, w.message, emoji); err != nil {
				return err
			}
			if _, err := expect(w.b, "MESSAGE_REACTION_ADD", func(e *discordgo.MessageReactionAdd) bool {
				return e.MessageID == w.message && e.ChannelID == w.channel && e.GuildID == w.guild && e.UserID == a &&
					e.Emoji.Name == emoji && e.Member != nil && e.Member.User.ID == a
			}); err != nil {
				return err
			}
		}
		return w.b.MessageReactionAdd(w.channel, w.message, thumb)
	})
	r.check("reaction.list", func() error { return w.reactionList(a, b) })
	r.check("reaction.remove.own", func() error {
		return w.reactionRemoved("@me", a)
	})
	r.check("reaction.remove.user", func() error {
		return w.reactionRemoved(b, b)
	})
	r.check("reaction.remove.emoji", func() error {
		if err := w.a.MessageReactionsRemoveEmoji(w.channel, w.message, party); err != nil {
			return err
		}
		// discordgo has no type for this event: the raw form is looked at.
		if _, err := w.b.wait(0, eventTimeout, w.removesEmoji); err != nil {
			return fmt.Errorf("no matching MESSAGE_REACTION_REMOVE_EMOJI %w", err)
		}
		return nil
	})
	r.check("reaction.remove.all", func() error {
		if err := w.a.MessageReactionAdd(w.channel, w.message, fire); err != nil {
			return err
		}
		if err := w.a.MessageReactionsRemoveAll(w.channel, w.message); err != nil {
			return err
		}
		if _, err := expect(w.b, "MESSAGE_REACTION_REMOVE_ALL", func(e *discordgo.MessageReactionRemoveAll) bool {
			return e.MessageID == w.message && e.ChannelID == w.channel && e.GuildID == w.guild
		}); err != nil {
			return err
		}
		m, err := w.a.ChannelMessage(w.channel, w.message)
		if err != nil {
			return err
		}
		if len(m.Reactions) != 0 {
			return fmt.Errorf("message still has %d reactions", len(m.Reactions))
		}
		return nil
	})
}

func (w *witness) reactionList(a, b string) error {
	users, err := w.a.MessageReactions(w.channel, w.message, thumb, 100, "", "")
	if err != nil {
		return err
	}
	var ids []string
	for _, u := range users {
		ids = append(ids, u.ID)
	}
	want := []string{a, b}
	slices.SortFunc(want, bySnowflake)
	if !slices.Equal(ids, want) {
		return fmt.Errorf("users are %v, want %v", ids, want)
	}
	rest, err := w.a.MessageReactions(w.channel, w.message, thumb, 100, "", want[0])
	if err != nil {
		return err
	}
	if len(rest) != 1 || rest[0].ID != want[1] {
		return fmt.Errorf("after %s came %d users", want[0], len(rest))
	}
	m, err := w.a.ChannelMessage(w.channel, w.message)
	if err != nil {
		return err
	}
	if len(m.Reactions) != 2 || m.Reactions[0].Emoji.Name != thumb || m.Reactions[0].Count != 2 || !m.Reactions[0].Me ||
		m.Reactions[1].Emoji.Name != party || m.Reactions[1].Count != 1 {
		return fmt.Errorf("message has reactions %+v", m.Reactions)
	}
	return nil
}

func (w *witness) removesEmoji(e *discordgo.Event) bool {
	var d discordgo.MessageReaction
	return e.Type == "MESSAGE_REACTION_REMOVE_EMOJI" && json.Unmarshal(e.RawData, &d) == nil &&
		d.MessageID == w.message && d.ChannelID == w.channel && d.GuildID == w.guild && d.Emoji.Name == party
}

func (w *witness) reactionRemoved(who, id string) error {
	if err := w.a.MessageReactionRemove(w.channel, w.message, thumb, who); err != nil {
		return err
	}
	_, err := expect(w.b, "MESSAGE_REACTION_REMOVE", func(e *discordgo.MessageReactionRemove) bool {
		return e.MessageID == w.message && e.ChannelID == w.channel && e.GuildID == w.guild && e.UserID == id && e.Emoji.Name == thumb
	})
	return err
}
