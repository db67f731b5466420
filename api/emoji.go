package api

import (
	"strings"
	"unicode/utf8"

	"guildhall"
)

const (
	// emojiNameMax is the longest name of a custom emoji.
	// discord: resources/emoji#emoji-object
	emojiNameMax = 32
	// emojiBytesMax is above the longest sequence that Unicode recommends, a family of four with skin tones.
	emojiBytesMax = 64
)

// parseEmoji reads the emoji of a reaction's path, percent-encoding already undone: a Unicode emoji, or name:id of a custom
// one. Whether the emoji exists in the guild is the owner's business.
// discord: resources/message#create-reaction
func parseEmoji(text string) (guildhall.Emoji, error) {
	if before, id, custom := cutLast(text, ":"); custom {
		animated := strings.HasPrefix(before, "a:")
		name := strings.TrimPrefix(before, "a:")
		var e guildhall.Emoji
		if err := e.ID.UnmarshalText([]byte(id)); err != nil || !isEmojiName(name) {
			return guildhall.Emoji{}, guildhall.ErrUnknownEmoji
		}
		e.Name, e.Animated = name, animated
		return e, nil
	}
	if !isUnicodeEmoji(text) {
		return guildhall.Emoji{}, guildhall.ErrUnknownEmoji
	}
	return guildhall.Emoji{Name: text}, nil
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

func isEmojiName(name string) bool {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"
	return len(name) >= 1 && len(name) <= emojiNameMax && strings.Trim(name, letters) == ""
}

// Code points with a meaning inside emoji sequences. Unicode UTS #51 §1.4
const (
	joiner   = 0x200D
	textual  = 0xFE0E
	pictured = 0xFE0F
	keycap   = 0x20E3
	tagFirst = 0xE0020
	tagLast  = 0xE007F
)

// isUnicodeEmoji tells whether text has the form of one emoji: pictures, with what may modify and join them. It is not
// checked against a list, which would be out of date with every version of Unicode.
func isUnicodeEmoji(text string) bool {
	if text == "" || len(text) > emojiBytesMax || !utf8.ValidString(text) {
		return false
	}
	runes := []rune(text)
	if last := len(runes) - 1; runes[last] == keycap {
		rest := strings.TrimSuffix(string(runes[:last]), string(rune(pictured)))
		return len(rest) == 1 && strings.Contains("0123456789#*", rest)
	}
	joined := true // the next picture belongs to what is before it
	flags := 0
	for i, r := range runes {
		switch {
		case r == joiner:
			if i == 0 || i == len(runes)-1 || joined {
				return false
			}
			joined = true
			continue
		case r == pictured, r == textual, isSkinTone(r) && i > 0, r >= tagFirst && r <= tagLast:
			if i == 0 {
				return false
			}
		case isRegional(r):
			flags++
		case isPicture(r):
			if !joined {
				return false // two emojis
			}
		default:
			return false
		}
		joined = false
	}
	return flags == 0 || flags <= 2 && len(runes) == flags
}

func isSkinTone(r rune) bool { return r >= 0x1F3FB && r <= 0x1F3FF }

func isRegional(r rune) bool { return r >= 0x1F1E6 && r <= 0x1F1FF }

// isPicture covers the blocks that hold Unicode's Extended_Pictographic characters.
func isPicture(r rune) bool {
	switch {
	case r >= 0x1F000 && r <= 0x1FAFF, r >= 0x2190 && r <= 0x21FF, r >= 0x2300 && r <= 0x23FF, r >= 0x2460 && r <= 0x27BF,
		r >= 0x2900 && r <= 0x297F, r >= 0x2B00 && r <= 0x2BFF:
		return true
	}
	switch r {
	case 0xA9, 0xAE, 0x203C, 0x2049, 0x2122, 0x2139, 0x3030, 0x303D, 0x3297, 0x3299:
		return true
	}
	return false
}
