package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf16"
	"unicode/utf8"

	"guildhall"
)

const (
	// depthMax is far above what any body here nests, and far below what hurts.
	depthMax = 32
	// keyBytesMax bounds a name in an object; Discord's longest have some forty bytes.
	keyBytesMax = 1024
)

var (
	errNotJSON   = errors.New("not JSON")
	errTooDeep   = fmt.Errorf("nested deeper than %d", depthMax)
	errLongKey   = fmt.Errorf("a name of more than %d bytes", keyBytesMax)
	errSameKey   = errors.New("a name twice in one object")
	errSurrogate = errors.New("half of a surrogate pair")
)

// checkJSON refuses what different readers would understand differently, or that is made to hurt: text that is not UTF-8,
// halves of surrogate pairs, names that occur twice, deep nesting. RFC 8259 §4, §8
func checkJSON(data []byte) error {
	if !utf8.Valid(data) || !json.Valid(data) {
		return guildhall.ErrInvalidJSON.Because(errNotJSON)
	}
	c := jsonChecker{data: data}
	if err := c.run(); err != nil {
		return guildhall.ErrInvalidJSON.Because(err)
	}
	return nil
}

// jsonChecker walks text that is known to be valid JSON.
type jsonChecker struct {
	data []byte
	at   int
	// open has the names seen in each object that is open, and nil for an array.
	open []map[string]bool
}

func (c *jsonChecker) run() error {
	isKey := false
	for c.at < len(c.data) {
		switch b := c.data[c.at]; b {
		case '{', '[':
			var names map[string]bool
			if b == '{' {
				names = map[string]bool{}
			}
			c.open = append(c.open, names)
			isKey = b == '{'
			if len(c.open) > depthMax {
				return errTooDeep
			}
		case '}', ']':
			c.open = c.open[:len(c.open)-1]
		case ',':
			isKey = len(c.open) > 0 && c.open[len(c.open)-1] != nil
		case ':':
			isKey = false
		case '"':
			if err := c.text(isKey); err != nil {
				return err
			}
			continue
		}
		c.at++
	}
	return nil
}

// text passes over a string.
func (c *jsonChecker) text(isKey bool) error {
	start := c.at
	for c.at++; c.data[c.at] != '"'; c.at++ {
		if c.data[c.at] != '\\' {
			continue
		}
		c.at++
		if c.data[c.at] != 'u' {
			continue
		}
		if err := c.escape(); err != nil {
			return err
		}
	}
	c.at++
	if !isKey {
		return nil
	}
	if c.at-start > keyBytesMax {
		return errLongKey
	}
	var name string
	if err := json.Unmarshal(c.data[start:c.at], &name); err != nil {
		return errNotJSON
	}
	names := c.open[len(c.open)-1]
	if names[name] {
		return errSameKey
	}
	names[name] = true
	return nil
}

// escape checks a \u escape, whose u is at c.at, and its other half if it needs one.
func (c *jsonChecker) escape() error {
	first := c.hex()
	if !utf16.IsSurrogate(first) {
		return nil
	}
	if c.at+6 >= len(c.data) || c.data[c.at+1] != '\\' || c.data[c.at+2] != 'u' {
		return errSurrogate
	}
	c.at += 2
	if utf16.DecodeRune(first, c.hex()) == utf8.RuneError {
		return errSurrogate
	}
	return nil
}

// hex reads the four digits after the u and stops at the last.
func (c *jsonChecker) hex() rune {
	var r rune
	for range 4 {
		c.at++
		switch b := c.data[c.at]; {
		case b <= '9':
			r = r<<4 | rune(b-'0')
		case b <= 'F':
			r = r<<4 | rune(b-'A'+10)
		default:
			r = r<<4 | rune(b-'a'+10)
		}
	}
	return r
}
