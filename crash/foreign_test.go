package crash_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"guildhall/routes"
)

// stranger is who knows ids of a guild that it is not in. It may do everything in a guild of its own.
type stranger struct {
	*matrix
	bot, person *client
	// own are ids of its own guild, by the names that paths have for them.
	own map[string]string
	// foreign are ids of the guild that it is not in.
	foreign map[string]string
	// direct is a private channel of two others, said a message in it.
	direct, said string
}

// TestForeignIDs is S26: it asks every route of the table for what a stranger has only the ids of, in all parameters at once and
// then with its own guild and channel around them. Nothing is answered with what is there, nothing is changed.
func TestForeignIDs(t *testing.T) {
	t.Parallel()
	s := newStranger(t)
	rules, free := matrixRules(), freeRoutes()
	open := openRoutes()
	for _, r := range routes.Table() {
		if why, isOpen := open[r.Name]; isOpen {
			if why == "" {
				t.Errorf("route %s is open to strangers: why?", r.Name)
			}
			delete(open, r.Name)
			continue
		}
		if rule, judged := rules[r.Name]; judged {
			p := rule.plea(s.matrix)
			s.judge(r, p)
			if strings.Contains(r.Path, "{channel_id}") {
				p.vars = maps.Clone(p.vars)
				p.vars["channel_id"], p.vars["message_id"] = s.direct, s.said
				s.refused(r, p, "the channel is two others' own")
			}
			continue
		}
		if free[r.Name] == "" || !strings.Contains(r.Path, "{") {
			continue // who is asked of it is the one who asks
		}
		s.judge(r, plea{vars: s.foreign, query: map[string]string{"search_guild_members": "?query=o"}[r.Name], body: s.body(r.Name)})
	}
	for name := range open {
		t.Errorf("no route is called %s", name)
	}
	s.bodies()
}

// openRoutes answer strangers, or take ids of theirs, and say why.
func openRoutes() map[string]string {
	open := map[string]string{}
	for why, names := range map[string][]string{
		"who has the code may": {"invite_resolve", "invite_accept"},
		"users are public":     {"get_user", "create_my_relationship", "put_my_relationship", "delete_my_relationship", "get_my_note", "put_my_note"},
		"about oneself":        {"get_my_application", "update_my_application", "delete_my_oauth2_token"},
		"the token of the user who joins is asked for": {"add_guild_member"},
		"stickers of the installation":                 {"get_sticker", "get_sticker_pack"},
		"the link is the right to it": {
			"cdn_avatar", "cdn_banner", "cdn_guild_icon", "cdn_guild_splash", "cdn_guild_discovery_splash", "cdn_guild_home_header",
			"cdn_guild_event", "cdn_role_icon", "cdn_member_avatar", "cdn_member_banner", "cdn_application_icon", "cdn_channel_icon", "cdn_default_avatar",
			"cdn_attachment", "cdn_emoji", "cdn_external",
		},
	} {
		for _, name := range names {
			open[name] = why
		}
	}
	return open
}

func newStranger(t *testing.T) *stranger {
	t.Helper()
	m := newMatrix(t)
	w := m.server.world
	strange := w.Users[len(w.Users)-1]
	s := &stranger{matrix: m, bot: newClient("Bot " + w.Bots[2].Token), person: newClient(strange.Token)}
	s.own = map[string]string{"guild_id": w.Guilds[1].ID.String(), "application_id": w.Bots[2].ID.String(), "user_id": strange.ID.String()}
	for _, c := range w.Channels {
		if c.Name == "there" {
			s.own["channel_id"] = c.ID.String()
		}
	}
	s.direct = m.make("/users/@me/channels", object{"recipient_id": m.other.ID}).String()
	s.said = m.message(s.direct)
	var hook struct{ ID, Token string }
	m.must(s.bot, http.MethodPost, "/channels/"+s.own["channel_id"]+"/webhooks", object{"name": "mine"}, &hook)
	c := m.channel()
	s.foreign = map[string]string{
		"guild_id": m.guild.String(), "channel_id": c, "message_id": m.message(c), "user_id": m.other.ID.String(),
		"role_id": m.lowRole(), "application_id": m.bot.ID.String(), "emoji_name": "%F0%9F%91%8D", "answer_id": "1",
		"emoji_id":                 m.make(m.in("/emojis"), object{"name": "thing", "image": dot}).String(),
		"webhook_id":               m.make("/channels/"+c+"/webhooks", object{"name": "hook"}).String(),
		"webhook_token":            hook.Token,
		"guild_scheduled_event_id": m.make(m.in("/scheduled-events"), eventBody()).String(),
		"interaction_id":           "1", "interaction_token": hook.Token, "sticker_id": "1",
	}
	var command struct{ ID string }
	m.must(m.actor, http.MethodPost, "/applications/"+m.bot.ID.String()+"/commands", object{"name": "command", "description": "d"}, &command)
	s.foreign["command_id"] = command.ID
	var signIns struct {
		Sessions []struct {
			Hash string `json:"id_hash"`
		} `json:"user_sessions"`
	}
	m.must(m.owner, http.MethodGet, "/auth/sessions", nil, &signIns)
	s.foreign["session_hash"] = signIns.Sessions[0].Hash
	return s
}

// body is what a route that needs no permission is sent.
func (s *stranger) body(route string) any {
	switch route {
	case "create_application_emoji":
		return object{"name": "made", "image": dot}
	case "update_application_emoji", "create_guild_application_command", "create_application_command":
		return object{"name": "made", "description": "d"}
	case "update_application_command", "update_guild_application_command":
		return object{"description": "d"}
	case "bulk_set_application_commands", "bulk_set_guild_application_commands":
		return []object{}
	case "update_application":
		return object{"description": "d"}
	case "update_voice_state", "update_self_voice_state":
		return object{"channel_id": s.foreign["channel_id"], "suppress": true}
	case "execute_webhook", "update_webhook_message", "update_original_webhook_message":
		return object{"content": "hello"}
	case "set_guild_application_command_permissions":
		return object{"permissions": []object{}}
	case "poll_vote":
		return object{"answer_ids": []string{"1"}}
	}
	return object{}
}

// judge asks for what is foreign, as a bot and as a person.
func (s *stranger) judge(r routes.Route, p plea) {
	s.t.Helper()
	s.refused(r, p, "all ids are foreign")
	if len(p.vars) < 2 || r.Name == "list_guild_application_command_permissions" {
		return // who manages a guild may ask it of every application
	}
	for _, outer := range []string{"guild_id", "channel_id", "application_id"} {
		if !strings.Contains(r.Path, "{"+outer+"}") || strings.Count(r.Path, "{") < 2 {
			continue
		}
		mixed := p
		mixed.vars = maps.Clone(p.vars)
		mixed.vars[outer] = s.own[outer]
		s.refused(r, mixed, "all ids but "+outer+" are foreign")
	}
}

// refused asks, and looks at what is there before and after.
func (s *stranger) refused(r routes.Route, p plea, how string) {
	s.t.Helper()
	path := r.Path
	if p.vars["guild_id"] == "" {
		path = strings.ReplaceAll(path, "{guild_id}", s.guild.String())
	}
	for name, value := range p.vars {
		path = strings.ReplaceAll(path, "{"+name+"}", value)
	}
	if strings.Contains(path, "{") {
		s.t.Errorf("%s: no id for %s", r.Name, path)
		return
	}
	before := s.state(p)
	for name, who := range map[string]*client{"bot": s.bot, "person": s.person} {
		err := s.do(who, r.Method, path+p.query, p.body, nil)
		if refusal := refused(err); refusal == nil || !refusal.hides() {
			s.t.Errorf("%s by a %s where %s: %v, want to be refused", r.Name, name, how, err)
		}
	}
	if after := s.state(p); after != before {
		s.t.Errorf("%s where %s was refused and changed something:\n%s\n%s", r.Name, how, before, after)
	}
}

// hides tells whether a refusal says no more than that the asker has no business there: 401, 403, 404, or that its own channel
// is of another kind.
func (r *refusal) hides() bool {
	return slices.Contains([]int{http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound}, r.Status) || r.Code == wrongChannelType
}

// wrongChannelType: Cannot execute action on this channel type.
const wrongChannelType = 50024

// bodies names foreign ids in bodies of the stranger's own requests.
func (s *stranger) bodies() {
	s.t.Helper()
	guild, channel := "/guilds/"+s.own["guild_id"], "/channels/"+s.own["channel_id"]
	f := s.foreign
	tries := s.foreignBodies(guild, channel)
	deleted := object{"messages": []string{f["message_id"], s.message(f["channel_id"])}}
	watched := plea{vars: f}
	before := s.state(watched)
	for _, try := range tries {
		err := s.do(s.bot, try.method, try.path, try.body, nil)
		if refusal := refused(err); refusal == nil || refusal.Status/100 != 4 {
			s.t.Errorf("%s %s with %v: %v, want to be refused", try.method, try.path, try.body, err)
		}
	}
	// Ids of messages that are not in the channel are passed over.
	// discord: resources/message#bulk-delete-messages
	s.must(s.bot, http.MethodPost, channel+"/messages/bulk-delete", deleted, nil)
	if after := s.state(watched); after != before {
		s.t.Errorf("foreign ids in bodies changed something:\n%s\n%s", before, after)
	}
}

func (s *stranger) ownWebhook() string {
	var hook struct{ ID string }
	s.must(s.bot, http.MethodPost, "/channels/"+s.own["channel_id"]+"/webhooks", object{"name": "mine too"}, &hook)
	return hook.ID
}

func (s *stranger) ownNews() string {
	var channel struct{ ID string }
	s.must(s.bot, http.MethodPost, "/guilds/"+s.own["guild_id"]+"/channels", object{"name": "news", "type": 5}, &channel)
	return channel.ID
}

// foreignBody is a request of the stranger's about its own with a foreign id in the body.
type foreignBody struct {
	method, path string
	body         any
}

func (s *stranger) foreignBodies(guild, channel string) []foreignBody {
	f := s.foreign
	return []foreignBody{
		{"PATCH", guild + "/channels", []object{{"id": f["channel_id"], "position": 1}}},
		{"PATCH", guild + "/roles", []object{{"id": f["role_id"], "position": 1}}},
		{"PATCH", guild, object{"system_channel_id": f["channel_id"]}},
		{"PATCH", guild, object{"owner_id": f["user_id"]}},
		{"POST", guild + "/scheduled-events", object{
			"name": "n", "privacy_level": 2, "entity_type": 2, "channel_id": s.channelOf(2), "scheduled_start_time": "2099-01-01T00:00:00Z",
		}},
		{"POST", "/stage-instances", object{"channel_id": s.channelOf(13), "topic": "t"}},
		{"PATCH", channel, object{"parent_id": s.channelOf(4)}},
		{"POST", channel + "/messages", object{"content": "c", "message_reference": object{"message_id": f["message_id"], "channel_id": f["channel_id"]}}},
		{"POST", channel + "/messages", object{"content": "c", "message_reference": object{"message_id": f["message_id"]}}},
		{"PATCH", "/webhooks/" + s.ownWebhook(), object{"channel_id": f["channel_id"]}},
		{"POST", "/channels/" + s.ownNews() + "/followers", object{"webhook_channel_id": f["channel_id"]}},
		{"PATCH", guild + "/members/" + s.own["user_id"], object{"roles": []string{f["role_id"]}}},
		{"PATCH", guild + "/members/" + s.own["user_id"], object{"channel_id": s.channelOf(2)}},
		{"PUT", channel + "/permissions/" + f["role_id"], object{"type": 0, "allow": "1024"}},
		{"POST", guild + "/emojis", object{"name": "e", "image": dot, "roles": []string{f["role_id"]}}},
	}
}
