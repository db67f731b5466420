package guildhall_test

import (
	"testing"

	"guildhall"
)

// viewer sees what its fields say.
type viewer struct {
	id      guildhall.UserID
	intents guildhall.Intents
	// in are permissions by channel; 0 is the guild.
	in map[guildhall.ChannelID]guildhall.Permissions
}

func (v viewer) UserID() guildhall.UserID                             { return v.id }
func (v viewer) Intents() guildhall.Intents                           { return v.intents }
func (v viewer) In(channel guildhall.ChannelID) guildhall.Permissions { return v.in[channel] }

func TestAudienceAdmits(t *testing.T) {
	t.Parallel()
	const (
		view     = guildhall.PermissionViewChannel
		ban      = guildhall.PermissionBanMembers
		members  = guildhall.IntentGuildMembers
		messages = guildhall.IntentGuildMessages
	)
	sees := viewer{id: 5, intents: messages, in: map[guildhall.ChannelID]guildhall.Permissions{9: view}}
	tests := map[string]struct {
		audience guildhall.Audience
		viewer   viewer
		want     bool
	}{
		"no conditions":                     {guildhall.Audience{}, viewer{}, true},
		"may see the channel":               {guildhall.Audience{Channel: 9, Permissions: view}, sees, true},
		"another channel":                   {guildhall.Audience{Channel: 8, Permissions: view}, sees, false},
		"one bit of two":                    {guildhall.Audience{Channel: 9, Permissions: view | ban}, sees, false},
		"in the guild":                      {guildhall.Audience{Permissions: ban}, viewer{in: map[guildhall.ChannelID]guildhall.Permissions{0: ban}}, true},
		"not in the guild":                  {guildhall.Audience{Permissions: ban}, sees, false},
		"has the intent":                    {guildhall.Audience{Intents: messages}, sees, true},
		"has one of the intents":            {guildhall.Audience{Intents: messages | members}, sees, true},
		"lacks the intent":                  {guildhall.Audience{Intents: members}, sees, false},
		"named":                             {guildhall.Audience{Users: []guildhall.UserID{4, 5}}, sees, true},
		"not named":                         {guildhall.Audience{Users: []guildhall.UserID{4}}, sees, false},
		"named, but lacks the intent":       {guildhall.Audience{Users: []guildhall.UserID{5}, Intents: members}, sees, false},
		"named, but may not see":            {guildhall.Audience{Users: []guildhall.UserID{5}, Channel: 8, Permissions: view}, sees, false},
		"always, without the intent":        {guildhall.Audience{Always: []guildhall.UserID{5}, Intents: members}, sees, true},
		"always another":                    {guildhall.Audience{Always: []guildhall.UserID{4}, Intents: members}, sees, false},
		"always, but may not see":           {guildhall.Audience{Always: []guildhall.UserID{5}, Intents: members, Channel: 8, Permissions: view}, sees, false},
		"always shuts nobody out":           {guildhall.Audience{Always: []guildhall.UserID{4}, Intents: messages}, sees, true},
		"content list shuts nobody out":     {guildhall.Audience{Content: []guildhall.UserID{4}, HasContent: true}, sees, true},
		"always, but others only are named": {guildhall.Audience{Always: []guildhall.UserID{5}, Users: []guildhall.UserID{4}}, sees, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := test.audience.Admits(test.viewer); got != test.want {
				t.Errorf("got %v", got)
			}
		})
	}
}

func TestAudienceShowsContent(t *testing.T) {
	t.Parallel()
	mentioned := guildhall.Audience{HasContent: true, Content: []guildhall.UserID{5}}
	without := viewer{id: 4, intents: guildhall.IntentsAll &^ guildhall.IntentMessageContent}
	if mentioned.ShowsContent(without) {
		t.Error("content without the intent")
	}
	if !mentioned.ShowsContent(viewer{id: 4, intents: guildhall.IntentMessageContent}) {
		t.Error("no content with the intent")
	}
	if !mentioned.ShowsContent(viewer{id: 5}) {
		t.Error("no content for whom it mentions")
	}
	if none := (guildhall.Audience{}); !none.ShowsContent(without) {
		t.Error("an event without content was stripped")
	}
}
