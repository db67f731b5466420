package guildhall

import (
	"cmp"
	"slices"
)

// Commands and queries of custom emojis, of a guild and of an application. An emoji's id leads to the object that it is
// part of as a channel's does (TablePlaces).
const (
	CommandEmojiCreate = "emoji.create"  // EmojiFields → CustomEmoji
	CommandEmojiModify = "emoji.modify"  // EmojiFields → CustomEmoji
	CommandEmojiDelete = "emoji.delete"  // EmojiFields (id) → –
	QueryEmojis        = "get.emojis"    // – → []CustomEmoji
	QueryEmoji         = "get.emoji"     // EmojiFields (id) → CustomEmoji
	QueryEmojiUse      = "get.emoji.use" // by emoji; – → EmojiUse, for whom may use it
)

// CustomEmoji is an emoji that somebody brought along.
// discord: resources/emoji#emoji-object
type CustomEmoji struct {
	ID            EmojiID  `json:"id"`
	Name          string   `json:"name"`
	Roles         []RoleID `json:"roles"`
	User          *User    `json:"user,omitempty"`
	RequireColons bool     `json:"require_colons"`
	Managed       bool     `json:"managed"`
	Animated      bool     `json:"animated"`
	Available     bool     `json:"available"`
	// Image is the hash under which its picture is kept. Clients are never shown it.
	Image string `json:"image,omitempty"`
}

// EmojiFields makes or changes an emoji; ID says which.
type EmojiFields struct {
	ID       EmojiID            `json:"id,omitempty"`
	Name     Optional[string]   `json:"name,omitzero"`
	Roles    Optional[[]RoleID] `json:"roles,omitzero"`
	Image    string             `json:"image,omitempty"`
	Animated bool               `json:"animated,omitempty"`
	// Creator is who makes an application's emoji.
	Creator *User `json:"creator,omitempty"`
}

// EmojiUse is an emoji for who may use it, and where its picture is kept.
type EmojiUse struct {
	Emoji Emoji     `json:"emoji"`
	Owner Snowflake `json:"owner"`
	Image string    `json:"image"`
}

// ApplicationEmojis are an application's emojis.
// discord: resources/emoji#list-application-emojis
type ApplicationEmojis struct {
	Items []*CustomEmoji `json:"items"`
}

// Shown is the emoji as clients see it, with or without who made it.
func (e *CustomEmoji) Shown(maker bool) *CustomEmoji {
	shown := *e
	shown.Image = ""
	if !maker {
		shown.User = nil
	}
	return &shown
}

// EmojiRow holds one emoji of a guild or an application's user.
func EmojiRow(o Object, e *CustomEmoji) Row { return stateRow(o, stateEmoji, e.ID.Key(), e) }

// Emoji gives one emoji of the guild, or nil.
func (v GuildView) Emoji(id EmojiID) *CustomEmoji {
	e, _ := v.s.emojis.Get(id, v.staged)
	return e
}

// Emojis gives the guild's emojis by id.
func (v GuildView) Emojis() []*CustomEmoji {
	return sorted(v.s.emojis.All(v.staged), byEmojiID)
}

// Emoji gives one emoji of the user's application, or nil.
func (v UserView) Emoji(id EmojiID) *CustomEmoji {
	e, _ := v.s.emojis.Get(id, v.staged)
	return e
}

// Emojis gives the application's emojis by id.
func (v UserView) Emojis() []*CustomEmoji { return sorted(v.s.emojis.All(v.staged), byEmojiID) }

func byEmojiID(a, b *CustomEmoji) int { return cmp.Compare(a.ID, b.ID) }

// ShownEmojis are a guild's emojis as all its members see them, by id.
func ShownEmojis(all []*CustomEmoji) []*CustomEmoji {
	shown := make([]*CustomEmoji, len(all))
	for i, e := range all {
		shown[i] = e.Shown(false)
	}
	slices.SortFunc(shown, byEmojiID)
	return shown
}
