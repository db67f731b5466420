package guildhall

import (
	"strconv"
	"strings"
)

// Limit is one of the documented limits that an operator can set: how many of something there may be, or how large.
type Limit int

// The limits, in the order of the table.
const (
	LimitGuilds Limit = iota
	LimitBotGuilds
	LimitFriends
	LimitFriendRequests
	LimitNotes
	LimitAuthorizations
	LimitApplications
	LimitRecipients
	LimitGroups

	LimitRoles
	LimitChannels
	LimitCategoryChannels
	LimitOverwrites
	LimitForumTags
	LimitPinnedPosts
	LimitActiveThreads
	LimitPolls
	LimitThreadMembers
	LimitInvites
	LimitScheduledEvents
	LimitEmojis
	LimitAnimatedEmojis
	LimitChannelWebhooks
	LimitGuildWebhooks

	LimitPins
	LimitReactions
	LimitAttachments
	LimitAttachmentBytes
	LimitContent
	LimitEmbedCharacters
	LimitAppliedTags

	LimitApplicationEmojis
	LimitSlashCommands
	LimitContextCommands

	limitsCount
)

// LimitEntry is one row of the table of limits.
type LimitEntry struct {
	// Key is the name of the setting in [limits].
	Key string
	// Counts is what is counted.
	Counts string
	// Default is Discord's value, Max the highest that an operator can set; the lowest is 1.
	Default, Max int64
	// Why is the reason for Max.
	Why string
	// Bytes is set where the value is a number of bytes.
	Bytes bool
	// Status, Code and Text are the refusal; %d in the text is the value that holds.
	Status, Code int
	Text         string
	// Field is, for code 50035, where the error stands in the errors tree, and FieldCode its code.
	Field, FieldCode string
	// Source is the page of Discord's documentation, or of ours, that has the limit.
	Source string
}

// Limits are the values that hold. The zero value has Discord's.
type Limits [limitsCount]int64

// Of gives a limit's value. No Limits at all are Discord's.
func (l *Limits) Of(limit Limit) int {
	if l != nil && l[limit] > 0 {
		return int(l[limit])
	}
	return int(limitTable[limit].Default)
}

// Exceeded gives the refusal of what goes over a limit.
func (l *Limits) Exceeded(limit Limit) *Error {
	entry := &limitTable[limit]
	text := strings.Replace(entry.Text, "%d", strconv.Itoa(l.Of(limit)), 1)
	if entry.Code == ErrInvalidForm.Code {
		return BadField(entry.FieldCode, text, entry.Field)
	}
	return &Error{Status: entry.Status, Code: entry.Code, Message: text}
}

// Room refuses one more where there are n already.
func (l *Limits) Room(limit Limit, n int) error {
	if n >= l.Of(limit) {
		return l.Exceeded(limit)
	}
	return nil
}

// Fit refuses n where that is more than there may be.
func (l *Limits) Fit(limit Limit, n int) error {
	if n > l.Of(limit) {
		return l.Exceeded(limit)
	}
	return nil
}

// LimitTable gives all limits that an operator can set, in the order of their numbers.
func LimitTable() []LimitEntry { return append([]LimitEntry(nil), limitTable[:]...) }

// Max is the highest that an operator can set: what a list in a request may have before its owner, who knows what holds, is
// asked.
func (l Limit) Max() int { return int(limitTable[l].Max) }
