package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"guildhall"
)

// TestHostileContent is S6: what is over a bound is refused with its field, what is merely odd is kept as it is, and nobody is
// mentioned more than is allowed.
func TestHostileContent(t *testing.T) {
	t.Parallel()
	f := newForge(t, "2")
	send := func(body string) (int, []byte) {
		return f.ask(f.member.Token, "POST", f.inChannel("/messages"), body)
	}
	list := func(n int, one string) string { return "[" + strings.TrimSuffix(strings.Repeat(one+",", n), ",") + "]" }
	field := strings.Repeat("v", 1024)
	for name, body := range map[string]string{
		"2001 characters":           fmt.Sprintf(`{"content":%q}`, strings.Repeat("x", 2001)),
		"2001 of four bytes":        fmt.Sprintf(`{"content":%q}`, strings.Repeat("😀", 2001)),
		"40,000 mentions":           fmt.Sprintf(`{"content":%q}`, strings.Repeat("<@"+f.owner.ID.String()+">", 40_000)),
		"200 embeds":                `{"embeds":` + list(200, `{"title":"x"}`) + `}`,
		"26 fields":                 `{"embeds":[{"fields":` + list(26, `{"name":"n","value":"v"}`) + `}]}`,
		"6001 characters in embeds": `{"embeds":[{"fields":` + list(5, `{"name":"n","value":"`+field+`"}`) + `},{"description":"` + strings.Repeat("d", 1000) + `"}]}`,
		"101 users to be mentioned": `{"content":"x","allowed_mentions":{"users":` + list(101, `"1"`) + `}}`,
		"nothing":                   `{}`,
		"spaces":                    `{"content":"  \n "}`,
		"100 components":            `{"components":` + list(100, `{"type":1,"components":[{"type":2,"style":1,"label":"b","custom_id":"c"}]}`) + `}`,
	} {
		if status, answer := send(body); status != http.StatusBadRequest || errorCode(t, answer) != 50035 && errorCode(t, answer) != 50006 {
			t.Errorf("%s: %d %.200s", name, status, answer)
		}
	}
	for name, content := range map[string]string{
		"zalgo":             "Z" + strings.Repeat("\u0300\u0316\u0334", 600),
		"right to left":     "\u202egnp.exe\u202c \u2066x\u2069",
		"joined emojis":     strings.Repeat("👩‍👩‍👧‍👧", 200),
		"nothing to see":    "a" + strings.Repeat("\u200b", 1000) + "b",
		"HTML and entities": `<script>alert(1)</script>&lt;&amp;"'`,
		"controls":          "a\u0001\u0007\u001bb",
		"not characters":    "a\ufffe\uffffb",
	} {
		status, answer := send(string(quoted(content)))
		if status != http.StatusOK {
			t.Errorf("%s: %d %s", name, status, answer)
			continue
		}
		if m := parsed[guildhall.Message](t, answer); m.Content != content {
			t.Errorf("%s is kept as %q", name, m.Content)
		}
	}
	// As many mentions as fit, of one member, one stranger and everybody: one is notified.
	const viewSendRead = "68608"
	f.must(http.StatusOK, f.owner.Token, "PATCH", f.inGuild("/roles/"+f.guild.ID.String()), `{"permissions":"`+viewSendRead+`"}`)
	var all strings.Builder
	all.WriteString("@everyone @here <@&" + f.guild.ID.String() + ">")
	for n := range 40 {
		fmt.Fprintf(&all, "<@%s><@%d>", f.owner.ID, 1<<40+n)
	}
	status, answer := send(string(quoted(all.String())))
	m := parsed[guildhall.Message](t, answer)
	if status != http.StatusOK || len(m.Mentions) != 1 || m.MentionEveryone || len(m.MentionRoles) != 0 {
		t.Errorf("%d, %d mentions, everybody %v, roles %v", status, len(m.Mentions), m.MentionEveryone, m.MentionRoles)
	}
}

// quoted is a message's body.
func quoted(content string) []byte {
	b, err := json.Marshal(map[string]string{"content": content})
	if err != nil {
		panic(err) // of plain text: can't be
	}
	return b
}
