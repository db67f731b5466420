package api_test

import (
	"encoding/json"
	"slices"
	"testing"

	"guildhall"
	"guildhall/admission"
	"guildhall/api"
)

// directWorld has one private channel of the person's and the bot's, whose owner refuses until it is told that the two have
// been asked. Each is in the guilds given for it.
func directWorld(t *testing.T, guilds map[guildhall.UserID][]guildhall.GuildID) *world {
	t.Helper()
	w := newWorld(t, api.Config{RateLimits: admission.Off})
	w.owners.script = func(cmd *guildhall.Command) (*guildhall.Answer, error) {
		switch cmd.Name {
		case guildhall.CommandReactionPut, guildhall.CommandTyping, guildhall.CommandPinPut, guildhall.CommandPinDelete:
			if !cmd.Acquainted {
				return nil, guildhall.ErrCannotSendToUser
			}
			return answerOf(struct{}{}), nil
		case guildhall.CommandMessageCreate:
			var m guildhall.CreateMessage
			if err := json.Unmarshal(cmd.Body, &m); err != nil || !cmd.Acquainted {
				return nil, guildhall.ErrCannotSendToUser
			}
			a := answerOf(guildhall.Message{ID: 9, Content: m.Content})
			a.Object = guildhall.PrivateObject(cmd.Channel)
			return a, nil
		case guildhall.QueryChannel:
			return answerOf(guildhall.PrivateChannel{ID: cmd.Channel, Recipients: []guildhall.User{{ID: personID}}}), nil
		case guildhall.QueryUserGuilds:
			var refs []guildhall.GuildRef
			for _, id := range guilds[guildhall.UserID(cmd.Object.ID)] {
				refs = append(refs, guildhall.GuildRef{ID: id})
			}
			return answerOf(refs), nil
		case guildhall.QueryAcquainted:
			var q guildhall.Acquaintance
			if err := json.Unmarshal(cmd.Body, &q); err != nil || cmd.Actor != 0 || q.User != botID {
				t.Errorf("asked %+v", cmd)
			}
			in := func(id guildhall.GuildID) bool {
				return slices.Contains(guilds[guildhall.UserID(cmd.Object.ID)], id)
			}
			return answerOf(slices.ContainsFunc(q.Guilds, in)), nil
		}
		return answerOf(struct{}{}), nil
	}
	return w
}

const directMessages = "/api/v10/channels/37748736/messages"

func TestDirectMessageBetweenAcquaintances(t *testing.T) {
	t.Parallel()
	guilds := map[guildhall.UserID][]guildhall.GuildID{botID: {1, 2}, personID: {2, 3}}
	w := directWorld(t, guilds)
	for range 2 {
		w.want(ask{method: "POST", path: directMessages, as: botID, body: `{"content":"hello"}`}, 200, "")
	}
	tries, requests := 0, map[guildhall.RequestID]bool{}
	for _, cmd := range w.owners.seen {
		if cmd.Name == guildhall.CommandMessageCreate {
			tries++
			requests[cmd.RequestID] = true
		}
	}
	if tries != 3 || len(requests) != tries {
		t.Errorf("the channel's owner was asked %d times in %d requests for two messages, want 3", tries, len(requests))
	}
	guilds[personID] = []guildhall.GuildID{3}
	w.want(ask{method: "POST", path: directMessages, as: botID, body: `{"content":"still?"}`}, 403,
		`{"code":50007,"message":"Cannot send messages to this user"}`)
}

func TestDirectMessageBetweenStrangers(t *testing.T) {
	t.Parallel()
	w := directWorld(t, map[guildhall.UserID][]guildhall.GuildID{botID: {1}, personID: {3}})
	w.want(ask{method: "POST", path: directMessages, as: botID, body: `{"content":"psst"}`}, 403,
		`{"code":50007,"message":"Cannot send messages to this user"}`)
}

// TestGroupsAreOfAcquaintances: nobody is drawn into a group by a stranger, and no bot makes one.
func TestGroupsAreOfAcquaintances(t *testing.T) {
	t.Parallel()
	w := directWorld(t, map[guildhall.UserID][]guildhall.GuildID{personID: {3}, operatorID: {4}})
	groups := make([]guildhall.PrivateChannel, 99)
	for i := range groups {
		groups[i].Type = guildhall.ChannelGroupDM
	}
	w.owners.script = func(cmd *guildhall.Command) (*guildhall.Answer, error) {
		switch cmd.Name {
		case guildhall.QueryUserPrivates:
			return answerOf(groups), nil
		case guildhall.QueryAcquainted:
			return answerOf(false), nil
		case guildhall.QueryUserGuilds:
			return answerOf([]guildhall.GuildRef{}), nil
		}
		t.Errorf("asked %s", cmd.Name)
		return answerOf(struct{}{}), nil
	}
	group := `{"recipients":["` + operatorID.String() + `"]}`
	w.want(ask{method: "POST", path: "/api/v10/users/@me/channels", as: personID, body: group}, 403, "")
	w.want(ask{method: "POST", path: "/api/v10/users/@me/channels", as: botID, body: group}, 400, "")
	w.want(ask{method: "PUT", path: "/api/v10/channels/37748736/recipients/" + operatorID.String(), as: personID}, 403, "")
	w.want(ask{method: "PUT", path: "/api/v10/channels/37748736/recipients/" + operatorID.String(), as: botID}, 403, "")
	groups = append(groups, groups[0])
	w.want(ask{method: "POST", path: "/api/v10/users/@me/channels", as: personID, body: group}, 400,
		`{"code":30011,"message":"Maximum number of group DMs reached (100)"}`)
}

// TestDirectChannelBetweenStrangers: what else reaches the other is refused as messages are, a reaction with its own code.
func TestDirectChannelBetweenStrangers(t *testing.T) {
	t.Parallel()
	guilds := map[guildhall.UserID][]guildhall.GuildID{botID: {1}, personID: {1}}
	w := directWorld(t, guilds)
	cannot := `{"code":50007,"message":"Cannot send messages to this user"}`
	const channel = "/api/v10/channels/37748736"
	steps := []struct{ method, path, refusal string }{
		{"POST", "/typing", cannot}, {"PUT", "/messages/pins/9", cannot}, {"DELETE", "/messages/pins/9", cannot},
		{"PUT", "/messages/9/reactions/%F0%9F%91%8D/@me", `{"code":90001,"message":"Reaction was blocked"}`},
	}
	for _, step := range steps {
		w.want(ask{method: step.method, path: channel + step.path, as: botID}, 204, "")
	}
	guilds[personID] = nil
	for _, step := range steps {
		w.want(ask{method: step.method, path: channel + step.path, as: botID}, 403, step.refusal)
	}
}
