package coverage

import (
	"fmt"
	"os"
	"slices"
	"strings"
)

// Operation is an operation of Discord's that is served, wholly or in part.
type Operation struct {
	ID, Method, Path string
}

// Served are the operations and events that docs/compatibility.md says are served.
type Served struct {
	Operations []Operation
	Events     []string
}

// ReadServed reads docs/compatibility.md, which a test of routes keeps true.
func ReadServed(file string) (Served, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return Served{}, err
	}
	var s Served
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), " | ")
		state := strings.TrimSpace(cells[len(cells)-1])
		if state != "works" && !strings.HasPrefix(state, "in part:") {
			continue
		}
		switch len(cells) {
		case 2:
			s.Events = append(s.Events, strings.TrimSpace(cells[0]))
		case 3:
			method, path, ok := strings.Cut(strings.Trim(strings.TrimSpace(cells[0]), "`"), " ")
			if !ok {
				return Served{}, fmt.Errorf("%s: no operation in %q", file, line)
			}
			s.Operations = append(s.Operations, Operation{ID: strings.TrimSpace(cells[1]), Method: method, Path: path})
		}
	}
	if len(s.Operations) == 0 || len(s.Events) == 0 {
		return Served{}, fmt.Errorf("%s names %d operations and %d events", file, len(s.Operations), len(s.Events))
	}
	return s, nil
}

// area is a part of the API as the page shows it.
type area struct {
	name string
	// marks are what the path of an operation of the area holds.
	marks []string
}

// areas are in the order in which they are tried: the first that fits is the operation's.
func areas() []area {
	return []area{
		{"Interactions", []string{"/interactions/", "/@original"}},
		{"Application commands", []string{"/commands"}},
		{"Emojis and stickers", []string{"/emojis", "sticker"}},
		{"Webhooks", []string{"/webhooks", "/followers"}},
		{"Reactions", []string{"/reactions"}},
		{"Polls", []string{"/polls/"}},
		{"Pins", []string{"/pins"}},
		{"Threads and posts", []string{"thread"}},
		{"Messages", []string{"/messages", "/typing"}},
		{"Bans, pruning, audit log", []string{"/bans", "/bulk-ban", "/prune", "/audit-logs"}},
		{"Invites", []string{"/invites", "/vanity-url"}},
		{"Voice and stages", []string{"voice", "/stage-instances"}},
		{"Scheduled events", []string{"/scheduled-events"}},
		{"Roles", []string{"/roles"}},
		{"Members", []string{"/members"}},
		{"Direct messages and groups", []string{"/users/@me/channels", "/recipients/"}},
		{"Channels", []string{"/channels"}},
		{"Applications and OAuth2", []string{"/applications", "/oauth2"}},
		{"Gateway", []string{"/gateway"}},
		{"Guilds", []string{"/guilds"}},
		{"Users", []string{"/users"}},
		{"Other", []string{"/"}},
	}
}

// Area names the part of the API that an operation belongs to.
func (o Operation) Area() string {
	for _, a := range areas() {
		if slices.ContainsFunc(a.marks, func(mark string) bool { return strings.Contains(o.Path, mark) }) {
			return a.name
		}
	}
	return ""
}
