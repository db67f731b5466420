package api

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"guildhall"
)

const (
	// emojiNameMax is the longest name of a custom emoji.
	// discord: resources/emoji#emoji-object
	emojiNameMax = 32
	// emojiBytesMax is above the longest sequence of code points in use.
	emojiBytesMax = 64
	// pictured asks for an emoji's coloured form; libraries send the same emoji with and without it.
	pictured = "\uFE0F"
)

// parseEmoji reads the emoji of a reaction's path, percent-encoding already undone: a Unicode emoji, or name:id of a custom
// one. Whether there is such an emoji is the owner's business.
// discord: resources/message#create-reaction
func parseEmoji(text string) (guildhall.Emoji, error) {
	if i := strings.LastIndexByte(text, ':'); i >= 0 {
		name, animated := strings.CutPrefix(text[:i], "a:")
		e := guildhall.Emoji{Name: name, Animated: animated}
		if err := e.ID.UnmarshalText([]byte(text[i+1:])); err != nil || !isEmojiName(name) {
			return guildhall.Emoji{}, guildhall.ErrUnknownEmoji
		}
		return e, nil
	}
	if text == "" || len(text) > emojiBytesMax || !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) {
		return guildhall.Emoji{}, guildhall.ErrUnknownEmoji
	}
	return guildhall.Emoji{Name: text}, nil
}

func isEmojiName(name string) bool {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"
	return len(name) >= 1 && len(name) <= emojiNameMax && strings.Trim(name, letters) == ""
}

// sameEmoji compares as the owner does.
func sameEmoji(a, b guildhall.Emoji) bool {
	if a.ID != 0 || b.ID != 0 {
		return a.ID == b.ID
	}
	return strings.ReplaceAll(a.Name, pictured, "") == strings.ReplaceAll(b.Name, pictured, "")
}
