package guilds

// pure core

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Code points that join and vary emoji.
// UTS #51 §1.4
const (
	variationEmoji = '\uFE0F'
	zeroWidthJoin  = '\u200D'
	enclosingKey   = '\u20E3'
	blackFlag      = '\U0001F3F4'
	tagEnd         = '\U000E007F'
	regionalA      = '\U0001F1E6'
	regionalZ      = '\U0001F1FF'
	toneLight      = '\U0001F3FB'
	toneDark       = '\U0001F3FF'

	// emojiRunesMax is the longest sequence in use (a kiss of two people with skin tones has 10 code points).
	emojiRunesMax = 10
)

// plainEmoji is the form in which emoji are compared: libraries send the same one with and without the variation
// selector that asks for its coloured form.
func plainEmoji(name string) string {
	return strings.ReplaceAll(name, string(variationEmoji), "")
}

// isEmoji tells whether the text is one emoji: a flag, a keycap, or pictures with their skin tones joined to one. Which
// joined pictures fonts really draw as one is not checked.
// UTS #51 §1.4.9
func isEmoji(s string) bool {
	if !utf8.ValidString(s) || len(s) > emojiRunesMax*utf8.UTFMax {
		return false
	}
	runes := []rune(s)
	if len(runes) == 0 || len(runes) > emojiRunesMax {
		return false
	}
	return isFlag(runes) || isKeycap(runes) || isSubdivision(runes) || isPictures(runes)
}

func isFlag(r []rune) bool {
	if len(r) != 2 || r[0] < regionalA || r[0] > regionalZ || r[1] < regionalA || r[1] > regionalZ {
		return false
	}
	code := string([]rune{'A' + r[0] - regionalA, 'A' + r[1] - regionalA})
	for i := 0; i < len(emojiRegions); i += 3 {
		if emojiRegions[i:i+2] == code {
			return true
		}
	}
	return false
}

func isKeycap(r []rune) bool {
	if len(r) == 3 && r[1] == variationEmoji {
		r = []rune{r[0], r[2]}
	}
	return len(r) == 2 && r[1] == enclosingKey && strings.ContainsRune("0123456789#*", r[0])
}

// isSubdivision knows the three flags of parts of countries that are in use.
func isSubdivision(r []rune) bool {
	if len(r) != 7 || r[0] != blackFlag || r[6] != tagEnd {
		return false
	}
	var code [5]byte
	for i, tag := range r[1:6] {
		if tag < '\U000E0061' || tag > '\U000E007A' {
			return false
		}
		code[i] = byte('a' + tag - '\U000E0061')
	}
	return slices.Contains([]string{"gbeng", "gbsct", "gbwls"}, string(code[:]))
}

// isPictures reads picture (tone | selector)? and, after each joiner, another.
func isPictures(r []rune) bool {
	for {
		if len(r) == 0 || !inRanges(emojiPictures, r[0]) {
			return false
		}
		picture := r[0]
		r = r[1:]
		switch {
		case len(r) == 0:
		case r[0] >= toneLight && r[0] <= toneDark:
			if !inRanges(emojiToned, picture) {
				return false
			}
			r = r[1:]
		case r[0] == variationEmoji:
			r = r[1:]
		}
		if len(r) == 0 {
			return true
		}
		if r[0] != zeroWidthJoin {
			return false
		}
		r = r[1:]
	}
}

func inRanges(ranges [][2]rune, r rune) bool {
	_, found := slices.BinarySearchFunc(ranges, r, func(in [2]rune, r rune) int {
		switch {
		case in[1] < r:
			return -1
		case in[0] > r:
			return 1
		}
		return 0
	})
	return found
}
