package guilds

// pure core

import (
	"slices"

	"guildhall"
)

// reactionEvent is the data of MESSAGE_REACTION_ADD and MESSAGE_REACTION_REMOVE; the last two fields are of ADD alone.
// discord: events/gateway-events#message-reaction-add
type reactionEvent struct {
	UserID          guildhall.UserID    `json:"user_id"`
	ChannelID       guildhall.ChannelID `json:"channel_id"`
	MessageID       guildhall.MessageID `json:"message_id"`
	GuildID         guildhall.GuildID   `json:"guild_id,omitempty"`
	Emoji           guildhall.Emoji     `json:"emoji"`
	Burst           bool                `json:"burst"`
	Type            int                 `json:"type"`
	Member          *guildhall.Member   `json:"member,omitempty"`
	MessageAuthorID guildhall.UserID    `json:"message_author_id,omitempty"`
	BurstColors     []string            `json:"burst_colors,omitempty"`
}

// reactionsGone is the data of MESSAGE_REACTION_REMOVE_ALL and, with the emoji, MESSAGE_REACTION_REMOVE_EMOJI.
type reactionsGone struct {
	ChannelID guildhall.ChannelID `json:"channel_id"`
	MessageID guildhall.MessageID `json:"message_id"`
	GuildID   guildhall.GuildID   `json:"guild_id,omitempty"`
	Emoji     *guildhall.Emoji    `json:"emoji,omitempty"`
}

// reacted names the message and, once that is known, the row of the user whose reaction is put or deleted.
func (g *guild) reacted(r *request) []guildhall.RowKey {
	ref, err := body[guildhall.ReactionRef](r.cmd)
	if err != nil {
		return nil
	}
	keys := []guildhall.RowKey{guildhall.MessageKey(r.cmd.Channel, ref.MessageID)}
	m, err := g.message(r, ref.MessageID)
	if err != nil {
		return keys
	}
	if i := findReaction(m, ref.Emoji); i >= 0 {
		keys = append(keys, m.Reactions[i].Key(m.ID, r.reactor(&ref), ref.Burst))
	}
	return keys
}

// reactor is whose reaction it is about.
func (r *request) reactor(ref *guildhall.ReactionRef) guildhall.UserID {
	if ref.UserID != 0 {
		return ref.UserID
	}
	return r.actor
}

// findReaction finds the message's entry for an emoji, however that is written.
func findReaction(m *guildhall.Message, e guildhall.Emoji) int {
	return slices.IndexFunc(m.Reactions, func(have guildhall.Reaction) bool {
		if e.ID != 0 {
			return have.Emoji.ID == e.ID
		}
		return have.Emoji.ID == 0 && plainEmoji(have.Emoji.Name) == plainEmoji(e.Name)
	})
}

// reactedTo is the channel and the message that a command about reactions is for.
func (g *guild) reactedTo(r *request, ref *guildhall.ReactionRef, want guildhall.Permissions) (*guildhall.Message, error) {
	if _, err := r.textChannel(want); err != nil {
		return nil, err
	}
	return g.message(r, ref.MessageID)
}

// putReaction counts the actor's reaction, once. Only the first of an emoji needs ADD_REACTIONS.
// discord: resources/message#create-reaction
func (g *guild) putReaction(r *request, ref guildhall.ReactionRef) (*draft, error) {
	if _, err := r.openChannel(guildhall.PermissionReadMessageHistory); err != nil {
		return nil, err
	}
	m, err := g.reactedTo(r, &ref, guildhall.PermissionReadMessageHistory)
	if err != nil {
		return nil, err
	}
	author, err := r.author()
	if err != nil {
		return nil, err
	}
	if ref.UserID != 0 && ref.UserID != r.actor {
		return nil, guildhall.ErrMissingPermissions
	}
	// Who joins in where an emoji is already needs nothing else.
	if err := r.awake(); err != nil {
		return nil, err
	}
	changed := *m
	changed.Reactions = slices.Clone(m.Reactions)
	i := findReaction(m, ref.Emoji)
	if i < 0 {
		if i, err = r.addEmoji(&changed, &ref); err != nil {
			return nil, err
		}
	} else if _, already := r.row(m.Reactions[i].Key(m.ID, r.actor, ref.Burst)); already {
		return &draft{}, nil
	}
	entry := &changed.Reactions[i]
	entry.Counted(1, ref.Burst)
	d := &draft{}
	d.put(guildhall.MessageRow(&changed), reactionRow(m, entry, &author.User, ref.Burst))
	e := g.reactionEvent(m, r.actor, entry.Emoji, ref.Burst)
	e.Member, e.MessageAuthorID = g.memberShown(r, r.actor), m.Author.ID
	g.tellReaction(r, d, "MESSAGE_REACTION_ADD", m, e)
	return d, nil
}

// addEmoji adds an entry for an emoji that is new on the message.
func (r *request) addEmoji(m *guildhall.Message, ref *guildhall.ReactionRef) (int, error) {
	e := guildhall.Emoji{Name: ref.Emoji.Name}
	switch custom, err := r.customEmoji(m.ChannelID, ref); {
	case ref.Emoji.ID != 0 && err != nil:
		return 0, err
	case ref.Emoji.ID != 0:
		e = custom
	case !isEmoji(e.Name):
		return 0, guildhall.ErrUnknownEmoji
	}
	if !r.in(m.ChannelID).Has(guildhall.PermissionAddReactions) {
		return 0, guildhall.ErrMissingPermissions
	}
	if err := r.limits.Room(guildhall.LimitReactions, len(m.Reactions)); err != nil {
		return 0, err
	}
	m.Reactions = append(m.Reactions, guildhall.Reaction{
		Emoji: e, BurstColors: []string{}, Generation: r.nextID(),
	})
	return len(m.Reactions) - 1, nil
}

func (g *guild) reactionEvent(m *guildhall.Message, user guildhall.UserID, e guildhall.Emoji, burst bool) *reactionEvent {
	event := &reactionEvent{UserID: user, ChannelID: m.ChannelID, MessageID: m.ID, GuildID: g.id, Emoji: e, Burst: burst}
	if burst {
		event.Type = 1 // discord: resources/message#get-reactions-reaction-types
	}
	return event
}

// reactionRow holds one user's reaction.
func reactionRow(m *guildhall.Message, e *guildhall.Reaction, u *guildhall.User, burst bool) guildhall.Row {
	row := guildhall.ReactionRow(m.ID, e.Generation, u)
	row.Part = e.Key(m.ID, u.ID, burst).Part
	return row
}

func (g *guild) tellReaction(r *request, d *draft, name string, m *guildhall.Message, data any) {
	d.event(name, r.audience(m.ChannelID, guildhall.IntentGuildMessageReactions), data)
}

// deleteReaction takes the actor's own reaction back, or another's with MANAGE_MESSAGES.
// discord: resources/message#delete-own-reaction
func (g *guild) deleteReaction(r *request, ref guildhall.ReactionRef) (*draft, error) {
	user := r.reactor(&ref)
	want := guildhall.PermissionManageMessages
	if user == r.actor {
		want = 0
	}
	m, err := g.reactedTo(r, &ref, want)
	if err != nil {
		return nil, err
	}
	i := findReaction(m, ref.Emoji)
	if i < 0 {
		return nil, guildhall.ErrUnknownEmoji
	}
	entry := m.Reactions[i]
	if _, reacted := r.row(entry.Key(m.ID, user, ref.Burst)); !reacted {
		return &draft{}, nil
	}
	changed := *m
	changed.Reactions = slices.Clone(m.Reactions)
	changed.Reactions[i].Counted(-1, ref.Burst)
	if changed.Reactions[i].Count <= 0 {
		changed.Reactions = slices.Delete(changed.Reactions, i, i+1)
	}
	d := &draft{}
	d.put(guildhall.MessageRow(&changed))
	d.put(reactionRow(m, &entry, &guildhall.User{ID: user}, ref.Burst).Deleted())
	g.tellReaction(r, d, "MESSAGE_REACTION_REMOVE", m, g.reactionEvent(m, user, entry.Emoji, ref.Burst))
	return d, nil
}

// clearReactions removes all reactions of a message. The rows of the users stay behind; no generation leads to them.
// discord: resources/message#delete-all-reactions
func (g *guild) clearReactions(r *request, ref guildhall.ReactionRef) (*draft, error) {
	m, err := g.reactedTo(r, &ref, guildhall.PermissionManageMessages)
	if err != nil {
		return nil, err
	}
	d := &draft{}
	if len(m.Reactions) == 0 {
		return d, nil
	}
	changed := *m
	changed.Reactions = nil
	d.put(guildhall.MessageRow(&changed))
	g.tellReaction(r, d, "MESSAGE_REACTION_REMOVE_ALL", m, reactionsGone{ChannelID: m.ChannelID, MessageID: m.ID, GuildID: g.id})
	return d, nil
}

// clearEmoji removes all reactions with one emoji.
// discord: resources/message#delete-all-reactions-for-emoji
func (g *guild) clearEmoji(r *request, ref guildhall.ReactionRef) (*draft, error) {
	m, err := g.reactedTo(r, &ref, guildhall.PermissionManageMessages)
	if err != nil {
		return nil, err
	}
	i := findReaction(m, ref.Emoji)
	if i < 0 {
		return nil, guildhall.ErrUnknownEmoji
	}
	emoji := m.Reactions[i].Emoji
	changed := *m
	changed.Reactions = slices.Delete(slices.Clone(m.Reactions), i, i+1)
	d := &draft{}
	d.put(guildhall.MessageRow(&changed))
	g.tellReaction(r, d, "MESSAGE_REACTION_REMOVE_EMOJI", m, reactionsGone{
		ChannelID: m.ChannelID, MessageID: m.ID, GuildID: g.id, Emoji: &emoji,
	})
	return d, nil
}
