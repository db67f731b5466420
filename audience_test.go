package guildhall_test

import (
	"math/rand/v2"
	"slices"
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
			test.audience.Sort()
			if got := test.audience.Admits(test.viewer); got != test.want {
				t.Errorf("sorted, got %v", got)
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

// TestSortedAudience: sorting changes nobody's answer, nor the list that it was made from.
func TestSortedAudience(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		var lists [4][]guildhall.UserID
		for i := range lists {
			for range rng.IntN(6) {
				lists[i] = append(lists[i], guildhall.UserID(rng.IntN(8)))
			}
		}
		plain := guildhall.Audience{Users: lists[0], Always: lists[1], Content: lists[2], Quoted: lists[3], HasContent: true, Intents: 1}
		before := slices.Clone(lists[0])
		sorted := plain
		sorted.Sort()
		for id := range guildhall.UserID(9) {
			v := viewer{id: id, intents: guildhall.Intents(rng.IntN(2))}
			if plain.Admits(v) != sorted.Admits(v) || plain.ShowsContent(v) != sorted.ShowsContent(v) || plain.ShowsQuoted(v) != sorted.ShowsQuoted(v) {
				t.Fatalf("%+v judges %+v otherwise when sorted", plain, v)
			}
		}
		if !slices.Equal(before, plain.Users) {
			t.Fatal("the list was sorted in its place")
		}
	}
}

// BenchmarkPrivateThread judges an event of a private thread of a thousand for as many viewers, half of them in it.
func BenchmarkPrivateThread(b *testing.B) {
	thread := guildhall.Thread{ID: 1, ParentID: 9, Type: guildhall.ChannelPrivateThread}
	var members []guildhall.ThreadMember
	for i := range 1000 {
		members = append(members, guildhall.ThreadMember{UserID: guildhall.UserID((i*7919)%1000*2 + 1)})
	}
	in := map[guildhall.ChannelID]guildhall.Permissions{9: guildhall.PermissionViewChannel}
	for _, sorted := range []bool{false, true} {
		b.Run(map[bool]string{false: "as it came", true: "sorted"}[sorted], func(b *testing.B) {
			for b.Loop() {
				a, admitted := thread.Audience(members, 0), 0
				if sorted {
					a.Sort()
				}
				for id := range guildhall.UserID(1000) {
					if a.Admits(viewer{id: id + 500, in: in}) {
						admitted++
					}
				}
				if admitted != 500 {
					b.Fatal(admitted)
				}
			}
		})
	}
}
