package unfurl

import (
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// urlBytesMax is the longest link that is looked at: what the URL of an embed may have.
// discord: resources/message#embed-object-embed-limits
const urlBytesMax = 2048

// Links gives the links in a message that are to be unfurled, each once, in their order and no more than most. Links in code
// or between < and > are not. It takes time in proportion to the content's length, whatever that holds. S7
// discord: reference#message-formatting
func Links(content string, most int) []string {
	var found []string
	ticks := backticks(content)
	for at := 0; at < len(content) && len(found) < most; {
		if content[at] == '`' {
			for ticks[0].at < at { // within code, or a link
				ticks = ticks[1:]
			}
			at = ticks[0].codeEnd
			continue
		}
		if content[at]|0x20 != 'h' { // of neither scheme, in either case
			at++
			continue
		}
		rest := content[at:]
		scheme := schemeOf(rest)
		if scheme == 0 || !startsWord(content[:at]) {
			at++
			continue
		}
		n := linkLength(rest, strings.HasSuffix(content[:at], "("))
		at += n
		hidden := strings.HasSuffix(content[:at-n], "<") && strings.HasPrefix(content[at:], ">")
		link := trimmed(rest[:n])
		if !hidden && !slices.Contains(found, link) && isLink(link) {
			found = append(found, link)
		}
	}
	return found
}

// run is one of backticks. It begins code that ends with the next run of the same length; without one, codeEnd is its own.
type run struct{ at, n, codeEnd int }

// backticks are the runs of them, in order.
func backticks(content string) []run {
	var runs []run
	for at := 0; at < len(content); {
		if content[at] != '`' {
			at++
			continue
		}
		n := 1
		for at+n < len(content) && content[at+n] == '`' {
			n++
		}
		runs = append(runs, run{at, n, at + n})
		at += n
	}
	next := make(map[int]int) // length → end of the nearest run behind
	for i, r := range slices.Backward(runs) {
		if end, closed := next[r.n]; closed {
			runs[i].codeEnd = end
		}
		next[r.n] = r.at + r.n
	}
	return runs
}

// schemeOf is the length of the scheme that a text begins with, 0 for none.
func schemeOf(text string) int {
	for _, scheme := range []string{"https://", "http://"} {
		if len(text) > len(scheme) && strings.EqualFold(text[:len(scheme)], scheme) {
			return len(scheme)
		}
	}
	return 0
}

// startsWord tells whether a link may begin behind a text.
func startsWord(before string) bool {
	r, _ := utf8.DecodeLastRuneInString(before)
	return before == "" || !unicode.IsLetter(r) && !unicode.IsDigit(r)
}

// linkLength is how far a link goes: up to a space, or what no link holds as it is. In parentheses, as the target of a
// named link is, it ends with them.
func linkLength(text string, inParentheses bool) int {
	open := 0
	for at, r := range text {
		switch {
		case unicode.IsSpace(r), unicode.IsControl(r), r == '<', r == '>', r == '`', r == '"':
			return at
		case strings.HasPrefix(text[at:], "||"): // the end of a spoiler
			return at
		case r == '(':
			open++
		case r == ')':
			if open--; open < 0 && inParentheses {
				return at
			}
		}
	}
	return len(text)
}

// trimmed is a link without the punctuation of the sentence that it stands in.
func trimmed(link string) string {
	extra := strings.Count(link, ")") - strings.Count(link, "(")
	for link != "" {
		switch last := link[len(link)-1]; {
		case last == ')' && extra > 0:
			extra--
		case strings.IndexByte(".,:;!?'*]}|", last) < 0:
			return link
		}
		link = link[:len(link)-1]
	}
	return link
}

func isLink(link string) bool {
	u, err := url.Parse(link)
	return len(link) <= urlBytesMax && err == nil && u.Host != "" && u.User == nil
}

// webURL is what a page names, seen from that page: only what can be asked for over http or https, "" for all else.
func webURL(page *url.URL, text string) string {
	if text = strings.TrimSpace(text); text == "" || len(text) > urlBytesMax {
		return ""
	}
	u, err := page.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
		return ""
	}
	if whole := u.String(); len(whole) <= urlBytesMax {
		return whole
	}
	return ""
}
