package unfurl_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"guildhall/unfurl"
)

func TestLinks(t *testing.T) {
	t.Parallel()
	for content, want := range map[string][]string{
		"":                               nil,
		"nothing here":                   nil,
		"http://":                        nil,
		"see https://a.example/b?c=d#e.": {"https://a.example/b?c=d#e"},
		"https://a.example, https://b.example! https://c.example": {"https://a.example", "https://b.example", "https://c.example"},
		"HTTPS://A.example/":                                          {"HTTPS://A.example/"},
		"https://a.example https://a.example":                         {"https://a.example"},
		"<https://a.example> https://b.example":                       {"https://b.example"},
		"<https://a.example no, https://b.example":                    {"https://a.example", "https://b.example"},
		"`https://a.example` https://b.example":                       {"https://b.example"},
		"``a ` https://a.example`` https://b.example":                 {"https://b.example"},
		"```\nhttps://a.example\n``` https://b.example":               {"https://b.example"},
		"```https://a.example":                                        {"https://a.example"},
		"[text](https://a.example/x) and more":                        {"https://a.example/x"},
		"[text](https://a.example/x)(more)":                           {"https://a.example/x"},
		"[text](<https://a.example/x>)":                               nil,
		"(https://a.example/wiki/A_(b))":                              {"https://a.example/wiki/A_(b)"},
		"https://a.example/wiki/A_(b)":                                {"https://a.example/wiki/A_(b)"},
		"||https://a.example||":                                       {"https://a.example"},
		"**https://a.example**":                                       {"https://a.example"},
		"xhttps://a.example":                                          nil,
		"https://a:b@c.example https://d.example":                     {"https://d.example"},
		"javascript:alert(1) data:text/html,x":                        nil,
		"file:///etc/passwd ftp://a.example":                          nil,
		"https://a.example/" + strings.Repeat("x", 2048):              nil,
		"https://a.example/\u200b\u202ex":                             {"https://a.example/\u200b\u202ex"},
		"https://1 https://2 https://3 https://4 https://5 https://6": {"https://1", "https://2", "https://3", "https://4", "https://5"},
	} {
		if got := unfurl.Links(content, 5); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", content, got, want)
		}
	}
}

// TestS7 is row S7 as far as it is about links: a message made to be hard to read takes no longer than another.
func TestS7(t *testing.T) {
	t.Parallel()
	const n = 200_000 // a hundred times what a message may have, so that more than linear time shows
	var runs strings.Builder
	for i := 1; runs.Len() < n; i++ {
		runs.WriteString(strings.Repeat("`", i) + " ")
	}
	for name, content := range map[string]string{
		"backticks":     runs.String(),
		"single":        strings.Repeat("`a", n/2),
		"parentheses":   "https://a.example/" + strings.Repeat("(", n/2) + strings.Repeat(")", n/2),
		"closing":       "https://a.example/" + strings.Repeat(")", n),
		"schemes":       strings.Repeat("https://", n/8),
		"empty":         strings.Repeat("https://<", n/9),
		"pipes":         "https://a.example/" + strings.Repeat("|", n),
		"autolinks":     strings.Repeat("<https://a>", n/11),
		"punctuation":   strings.Repeat("https://a... ", n/13),
		"broken":        strings.Repeat("https://% ", n/10),
		"angles":        strings.Repeat("<", n) + "https://a.example",
		"zero width":    strings.Repeat("\u200d", n/3),
		"invalid UTF-8": strings.Repeat("\xff", n),
	} {
		began := time.Now()
		unfurl.Links(content, 5)
		if took := time.Since(began); took > time.Second {
			t.Errorf("%s: %v for %d bytes", name, took, len(content))
		}
	}
}

// FuzzLinks: what is found stands in the message, can be called by a web client, and is no more than was asked for.
func FuzzLinks(f *testing.F) {
	for _, seed := range []string{"see <https://a.example> `https://b.example` https://c.example/(d).", "[a](https://b.example)||https://c||", "```"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, content string) {
		found := unfurl.Links(content, 5)
		if len(found) > 5 {
			t.Errorf("%d links", len(found))
		}
		for _, link := range found {
			lower := strings.ToLower(link)
			if !strings.Contains(content, link) || !strings.HasPrefix(lower, "http://") && !strings.HasPrefix(lower, "https://") ||
				strings.ContainsAny(link, " \t\r\n<>`") || len(link) > 2048 {
				t.Errorf("%q of %q", link, content)
			}
		}
	})
}
