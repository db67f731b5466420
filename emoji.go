package guildhall

import "cmp"

// Commands and queries of custom emojis, of a guild and of an application. An emoji's id leads to the object that it is
// part of as a channel's does (TablePlaces).
const (
	CommandEmojiCreate = "emoji.create"    // EmojiFields → CustomEmoji
	CommandEmojiModify = "emoji.modify"    // EmojiFields → CustomEmoji
	CommandEmojiDelete = "emoji.delete"    // EmojiFields (id) → –
	QueryEmojis        = "get.emojis"      // – → []CustomEmoji
	QueryEmoji         = "get.emoji"       // EmojiFields (id) → CustomEmoji
	QueryEmojiImage    = "get.emoji.image" // by emoji; system only; EmojiFields (id) → EmojiImage
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

// EmojiImage says where an emoji's picture is kept.
type EmojiImage struct {
	Owner Snowflake `json:"owner"`
	Image string    `json:"image"`
}

// Shown is the emoji as clients see it.
func (e *CustomEmoji) Shown() *CustomEmoji {
	shown := *e
	shown.Image = ""
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

// ShownEmojis gives them as clients see them.
func (v GuildView) ShownEmojis() []*CustomEmoji { return shownEmojis(v.Emojis()) }

// Emoji gives one emoji of the user's application, or nil.
func (v UserView) Emoji(id EmojiID) *CustomEmoji {
	e, _ := v.s.emojis.Get(id, v.staged)
	return e
}

// Emojis gives the application's emojis by id.
func (v UserView) Emojis() []*CustomEmoji { return sorted(v.s.emojis.All(v.staged), byEmojiID) }

// ShownEmojis gives them as clients see them.
func (v UserView) ShownEmojis() []*CustomEmoji { return shownEmojis(v.Emojis()) }

func byEmojiID(a, b *CustomEmoji) int { return cmp.Compare(a.ID, b.ID) }

func shownEmojis(all []*CustomEmoji) []*CustomEmoji {
	for i, e := range all {
		all[i] = e.Shown()
	}
	return all
}
