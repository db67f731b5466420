package sweep

import (
	"bytes"
	"context"
	"path"
	"strconv"
	"strings"

	"guildhall"
	"guildhall/store"
)

// name tells whether something names a blob.
type name int

const (
	no name = iota
	// yes is also for blobs of which nothing is known here: they are nobody's to remove.
	yes
	// byWebhook is for pictures that messages of a webhook may show.
	byWebhook
)

// emojisMax bounds the emojis of one owner that are looked through: more than there can be.
const emojisMax = 10_000

// named finds out whether a blob has a name, from the rows that would hold it.
func (s *Sweeper) named(ctx context.Context, key string) (name, error) {
	words := strings.Split(key, "/")
	if words[0] == "attachments" && len(words) == 2 {
		return s.file(ctx, snowflake(words[1]))
	}
	if len(words) < 3 {
		return yes, nil
	}
	file := words[len(words)-1]
	hash := strings.TrimSuffix(file, path.Ext(file))
	owner := snowflake(words[1])
	if owner == 0 || hash == "" {
		return yes, nil
	}
	user, guild := guildhall.UserID(owner), guildhall.GuildID(owner)
	switch {
	case words[0] == "guilds" && len(words) == 5 && words[2] == "users":
		if user = guildhall.UserID(snowflake(words[3])); user == 0 {
			return yes, nil
		}
		there, err := s.guild(ctx, guild)
		if !there || err != nil {
			return no, err
		}
		return s.heldBy(ctx, hash, guildhall.MemberRow(guild, &guildhall.Member{User: guildhall.User{ID: user}}))
	case len(words) != 3:
		return yes, nil
	}
	switch words[0] {
	case "avatars":
		row := guildhall.UserRow(&guildhall.User{ID: user})
		if _, ok, err := s.tables.Row(ctx, row.Key()); ok || err != nil {
			return s.heldBy(ctx, hash, row)
		}
		return s.webhook(ctx, guildhall.ChannelID(owner), hash)
	case "banners", "icons", "splashes", "discovery-splashes", "home-headers":
		return s.heldBy(ctx, hash, guildhall.UserRow(&guildhall.User{ID: user}), guildhall.GuildRow(&guildhall.Guild{ID: guild}))
	case "app-icons":
		return s.heldBy(ctx, hash, guildhall.ApplicationRow(&guildhall.Application{ID: guildhall.ApplicationID(owner)}))
	case "channel-icons":
		return s.heldBy(ctx, hash, guildhall.PrivateRow(&guildhall.Private{ID: guildhall.ChannelID(owner)}))
	case "guild-events":
		return s.event(ctx, owner, hash)
	case "emojis":
		return s.emoji(ctx, owner, hash)
	}
	return yes, nil
}

// heldBy tells whether one of the rows, as it is now, holds a hash.
func (s *Sweeper) heldBy(ctx context.Context, hash string, rows ...guildhall.Row) (name, error) {
	for _, r := range rows {
		row, ok, err := s.tables.Row(ctx, r.Key())
		if err != nil {
			return yes, err
		}
		if ok && !row.Delete && bytes.Contains(row.Value, []byte(`"`+hash+`"`)) {
			return yes, nil
		}
	}
	return no, nil
}

// file tells whether the message that a file came with is there, has it, and is somewhere.
func (s *Sweeper) file(ctx context.Context, id guildhall.Snowflake) (name, error) {
	if id == 0 || s.predates(id) {
		return yes, nil
	}
	row, ok, err := s.tables.Row(ctx, guildhall.FileKey(id))
	if err != nil {
		return yes, err
	}
	holder, known := guildhall.FileHolder(row.Value)
	if !ok || row.Delete || !known {
		return no, nil
	}
	if n, err := s.heldBy(ctx, id.String(), guildhall.Row{Table: holder.Table, Part: holder.Part, Sort: holder.Sort}); n != yes || err != nil {
		return n, err
	}
	o, err := s.place(ctx, guildhall.ChannelID(guildhall.IDFromKey[struct{}](holder.Part)))
	if err != nil {
		return yes, err
	}
	there := !o.IsZero()
	if o.Kind == guildhall.KindGuild {
		there, err = s.guild(ctx, guildhall.GuildID(o.ID))
	}
	if there {
		return yes, err
	}
	return no, err
}

// guild tells whether there is a guild.
func (s *Sweeper) guild(ctx context.Context, id guildhall.GuildID) (bool, error) {
	row := guildhall.GuildRow(&guildhall.Guild{ID: id})
	found, ok, err := s.tables.Row(ctx, row.Key())
	return ok && !found.Delete, err
}

func (s *Sweeper) webhook(ctx context.Context, id guildhall.ChannelID, hash string) (name, error) {
	o, err := s.place(ctx, id)
	if err != nil || o.IsZero() {
		return byWebhook, err
	}
	w := &guildhall.Webhook{ID: guildhall.Snowflake(id), GuildID: guildhall.GuildID(o.ID)}
	n, err := s.heldBy(ctx, hash, guildhall.WebhookRow(w))
	if n == no {
		n = byWebhook
	}
	return n, err
}

func (s *Sweeper) event(ctx context.Context, id guildhall.Snowflake, hash string) (name, error) {
	if s.predates(id) {
		return yes, nil
	}
	o, err := s.place(ctx, guildhall.ChannelID(id))
	if err != nil || o.IsZero() {
		return no, err
	}
	return s.heldBy(ctx, hash, guildhall.ScheduledEventRow(&guildhall.ScheduledEvent{ID: id, GuildID: guildhall.GuildID(o.ID)}))
}

// emoji looks through the emojis of a guild, or of an application.
func (s *Sweeper) emoji(ctx context.Context, owner guildhall.Snowflake, hash string) (name, error) {
	for _, o := range []guildhall.Object{guildhall.GuildObject(guildhall.GuildID(owner)), guildhall.UserObject(guildhall.UserID(owner))} {
		first := guildhall.EmojiRow(o, &guildhall.CustomEmoji{})
		kind := first.Sort[:1]
		rows, err := s.tables.Rows(ctx, store.Query{
			Table: first.Table, Part: first.Part, After: kind, Before: string([]byte{kind[0] + 1}), Limit: emojisMax,
		})
		if err != nil {
			return yes, err
		}
		for _, row := range rows {
			if bytes.Contains(row.Value, []byte(`"`+hash+`"`)) {
				return yes, nil
			}
		}
	}
	return no, nil
}

// place is the object that a channel, or what is found as one, is part of; the zero object for none.
func (s *Sweeper) place(ctx context.Context, id guildhall.ChannelID) (guildhall.Object, error) {
	row, ok, err := s.tables.Row(ctx, guildhall.PlaceKey(id))
	if err != nil || !ok || row.Delete {
		return guildhall.Object{}, err
	}
	o, _ := guildhall.ObjectFromKey(string(row.Value))
	return o, nil
}

// predates tells whether an id was made before names were written down for its kind.
func (s *Sweeper) predates(id guildhall.Snowflake) bool { return !id.Time().After(s.since) }

// snowflake reads an id as keys have it; 0 for anything else.
func snowflake(text string) guildhall.Snowflake {
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil || strconv.FormatUint(n, 10) != text {
		return 0
	}
	return guildhall.Snowflake(n)
}
