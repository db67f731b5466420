package api_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"guildhall"
	"guildhall/admission"
	"guildhall/api"
)

var update = flag.Bool("update", false, "write testdata/forms anew")

// formCases are requests whose form is judged here. Each file of testdata/forms holds what became of those of its name: the
// command that the owner was given, or the refusal.
func formCases() map[string][]ask {
	post := func(path, body string) ask { return ask{method: "POST", path: "/api/v10" + path, body: body} }
	patch := func(path, body string) ask { return ask{method: "PATCH", path: "/api/v10" + path, body: body} }
	put := func(path, body string) ask { return ask{method: "PUT", path: "/api/v10" + path, body: body} }
	get := func(path string) ask { return ask{method: "GET", path: "/api/v10" + path} }
	remove := func(path string) ask { return ask{method: "DELETE", path: "/api/v10" + path} }
	long := func(n int) string { return strings.Repeat("é", n) }
	const channel, guild = "/channels/4194304", "/guilds/8388608"
	messages := channel + "/messages"
	var manyEmbeds []string
	for range 11 {
		manyEmbeds = append(manyEmbeds, `{"title":"x"}`)
	}
	full := fmt.Sprintf(`{"description":%q}`, long(3001))
	const commands = "/applications/424673280/commands"
	command := func(options string) ask {
		return post(commands, `{"name":"roll","description":"d","options":[`+options+`]}`)
	}
	option := func(more string) ask { return command(`{"name":"o","description":"d",` + more + `}`) }
	return map[string][]ask{
		"appcommands": {
			post(commands, `{"name":"roll","description":"Roll dice","name_localizations":{"de":"würfeln"},"description_localizations":{"de":"Würfelt"},"default_member_permissions":"8","contexts":[1,0],"integration_types":[0],"nsfw":true}`),
			post(commands, `{"name":"Roll","description":"d"}`),
			post(commands, `{"name":"two words"}`),
			post(commands, `{"name":"Two Words","type":2,"dm_permission":false}`),
			post(commands, `{"name":"Two Words","type":3,"description":"no","options":[{"type":3,"name":"a","description":"d"}]}`),
			post(commands, `{"description":"d","type":4,"contexts":[],"name_localizations":{"xx":"a","fr":"Not Lower"}}`),
			post(commands, `{"name":"`+long(33)+`","description":"`+long(101)+`"}`),
			option(`"type":3,"required":true,"min_length":2,"max_length":5`),
			option(`"type":3,"min_length":9,"max_length":5`),
			option(`"type":3,"choices":[{"name":"A","value":"a"},{"name":"A","value":5}]`),
			option(`"type":4,"choices":[{"name":"A","value":1},{"name":"B","value":1.5}],"min_value":1,"max_value":9`),
			option(`"type":10,"choices":[{"name":"A","value":1.5}],"min_value":-1.5,"max_value":1e3`),
			option(`"type":4,"min_value":9,"max_value":1`),
			option(`"type":3,"autocomplete":true`),
			option(`"type":3,"autocomplete":true,"choices":[{"name":"A","value":"a"}]`),
			option(`"type":6,"autocomplete":true`),
			option(`"type":7,"channel_types":[0,2]`),
			option(`"type":12`),
			option(`"type":2,"options":[{"type":1,"name":"s","description":"d","options":[{"type":11,"name":"f","description":"d","required":true}]}]`),
			option(`"type":2,"options":[{"type":3,"name":"s","description":"d"}]`),
			option(`"type":2,"options":[]`),
			option(`"type":1,"options":[{"type":1,"name":"s","description":"d"}]`),
			command(`{"type":1,"name":"a","description":"d"},{"type":3,"name":"b","description":"d"}`),
			command(`{"type":3,"name":"a","description":"d"},{"type":3,"name":"b","description":"d","required":true}`),
			command(`{"type":3,"name":"a","description":"d"},{"type":4,"name":"a","description":"d"}`),
			put(commands, `[{"name":"a","description":"d"},{"name":"b","type":2,"id":"5"}]`),
			put(commands, `[{"name":"a","description":"d"},{"name":"a","description":"e"}]`),
			put(commands, `{}`),
			remove(commands + "/5"),
			post("/applications/424673280/guilds/8388608/commands", `{"name":"roll","description":"d"}`),
		},
		"messages": {
			post(messages, `{"content":"  hello  ","tts":true,"flags":4102,"nonce":"abc","allowed_mentions":{"parse":["users"],"roles":["5"],"replied_user":true}}`),
			post(messages, `{"content":"`+long(2000)+`"}`),
			post(messages, `{"content":"`+long(2001)+`"}`),
			post(messages, `{"content":5}`),
			post(messages, `{"content":"   "}`),
			post(messages, `{}`),
			post(messages, `{"content":null,"embeds":null,"nonce":null,"allowed_mentions":null,"message_reference":null}`),
			post(messages, `{"content":"x","nonce":-9007199254740993,"enforce_nonce":true}`),
			post(messages, `{"content":"x","nonce":"`+long(26)+`"}`),
			post(messages, `{"content":"x","nonce":1.5}`),
			post(messages, `{"content":"x","nonce":99999999999999999999}`),
			post(messages, `{"content":"x","enforce_nonce":true}`),
			post(messages, `{"content":"x","message_reference":{"message_id":"77","fail_if_not_exists":false}}`),
			post(messages, `{"content":"x","message_reference":{"message_id":77,"channel_id":"4194304"}}`),
			post(messages, `{"content":"x","message_reference":{"message_id":"77","channel_id":"5"}}`),
			post(messages, `{"content":"x","message_reference":{"type":1,"message_id":"77","channel_id":"5"}}`),
			post(messages, `{"content":"x","message_reference":{"channel_id":"x"}}`),
			post(messages, `{"content":"x","sticker_ids":["1"],"poll":{"question":{}},"attachments":[{"id":0}]}`),
			post(messages, `{"content":"x","sticker_ids":[],"poll":null,"attachments":[]}`),
			post(messages, `{"content":"x","allowed_mentions":{"parse":["users"],"users":["1"]}}`),
			post(messages, `{"content":"x","allowed_mentions":{"parse":["all","here"],"roles":"x","users":["a"]}}`),
			post(messages, `{"content":"x","allowed_mentions":[]}`),
			post(messages, `{"content":"x","flags":"x","tts":"maybe","components":[{"type":1,"components":[]},{"type":99},5]}`),
			post(messages, `{"content":"x","components":[{"type":1,"components":[{"type":2,"label":"ok","style":1,"custom_id":"a"}]}]}`),
			post(messages, `{"content":"x","components":[{"type":10,"content":"x"}]}`),
			post(messages, `{"content":"x","flags":32768,"embeds":[{"title":"x"}],"components":[{"type":10,"content":"x"}]}`),
			post(messages, `{"flags":32768,"components":[{"type":17,"id":2,"components":[{"type":10,"content":"x"},{"type":14},`+
				`{"type":9,"components":[{"type":10,"content":"x"}],"accessory":{"type":11,"media":{"url":"http://x.example/x.png"}}},`+
				`{"type":1,"components":[{"type":3,"custom_id":"a","options":[{"label":"l","value":"v","default":true,"emoji":{"name":"👍"}}]}]},`+
				`{"type":1,"components":[{"type":8,"custom_id":"b","channel_types":[0,11],"default_values":[{"id":"5","type":"channel"}]}]}]}]}`),
			post(messages, `{"content":"x","components":[{"type":1,"components":[{"type":2,"style":5,"custom_id":"a"},{"type":2,"style":1,"custom_id":"a","url":"http://x.example"},`+
				`{"type":3,"custom_id":"a","min_values":3,"options":[{"label":"l","value":"v"},{"label":"","value":"v"}]}]}]}`),
			post(messages, `{"flags":32768,"components":[{"type":12,"items":[]},{"type":13},{"type":9,"components":[]},{"type":17,"components":[{"type":17,"components":[]}]}]}`),
			patch(messages+"/77", `{"content":null,"embeds":null,"flags":null}`),
			patch(messages+"/77", `{"content":"new"}`),
			patch(messages+"/77", `{"embeds":[],"flags":4,"components":[]}`),
			patch(messages+"/77", `{"content":"`+long(2001)+`","attachments":[{"id":1}]}`),
			patch(messages+"/77", `{}`),
			remove(messages + "/77"),
			post(channel+"/typing", ""),
		},
		"embeds": {
			post(messages, `{"embeds":[{"type":"video","title":"t","description":"d","url":"https://a.example/x","color":"255","timestamp":"2026-01-02T03:04:05Z",
				"footer":{"text":"f","icon_url":"https://a.example/i.png","proxy_icon_url":"x"},"author":{"name":"n","url":"http://a.example"},
				"image":{"url":"attachment://a.png","width":5},"thumbnail":{"url":"https://a.example/t.png"},
				"fields":[{"name":"a","value":"b","inline":true},{"name":"c","value":"d"}],"provider":{"name":"p"},"video":{"url":"v"},"zzz":1}]}`),
			post(messages, `{"embeds":[`+strings.Join(manyEmbeds, ",")+`]}`),
			post(messages, `{"embeds":[`+full+`,`+full+`]}`),
			post(messages, `{"embeds":[{"title":"`+long(257)+`","description":"`+long(4097)+`","color":16777216,"url":"javascript:alert(1)","timestamp":"yesterday"}]}`),
			post(messages, `{"embeds":[{}]}`),
			post(messages, `{"embeds":[{"color":5}]}`),
			post(messages, `{"embeds":[null,5,"x"]}`),
			post(messages, `{"embeds":{"title":"x"}}`),
			post(messages, `{"embeds":[{"title":"x","url":"","image":{"url":""},"footer":{"text":"f","icon_url":""}}]}`),
			post(messages, `{"embeds":[{"title":"x","fields":[{"name":"\u200b","value":" "}]}]}`),
			post(messages, `{"embeds":[{"footer":{},"author":{"name":"`+long(257)+`"},"fields":[{"name":"x"},{"name":"`+long(257)+`","value":"`+long(1025)+`"}]}]}`),
			post(messages, `{"embeds":[{"title":"x","image":{"url":"ftp://a.example/x"},"thumbnail":{"url":"//a.example/x"},"author":{"name":"n","url":"x"}}]}`),
			post(messages, `{"embeds":[{"title":"x","fields":[`+strings.Repeat(`{"name":"a","value":"b"},`, 25)+`{"name":"a","value":"b"}]}]}`),
		},
		"channels": {
			post(guild+"/channels", `{"name":"general","type":0,"topic":"t","position":1,"parent_id":"9","nsfw":true,"rate_limit_per_user":5,"permission_overwrites":[{"id":"8388608","type":0,"allow":"1024","deny":2048}]}`),
			post(guild+"/channels", `{"name":"c","type":4}`),
			post(guild+"/channels", `{}`),
			post(guild+"/channels", `{"name":"","type":2,"topic":"`+long(1025)+`","rate_limit_per_user":21601,"position":-1,"parent_id":"x","permission_overwrites":[{"type":2,"allow":"x"},5]}`),
			patch(channel, `{"name":"new","topic":null,"parent_id":null,"position":3,"rate_limit_per_user":null,"nsfw":false,"permission_overwrites":[]}`),
			patch(channel, `{"name":null,"permission_overwrites":null}`),
			patch(channel, `{"name":"`+long(101)+`"}`),
			put(channel+"/permissions/5", `{"type":1,"allow":"8","deny":null}`),
			put(channel+"/permissions/5", `{"allow":"8"}`),
			put(channel+"/permissions/5", `{"type":0,"allow":"-1","deny":true}`),
			remove(channel + "/permissions/5"),
			remove(channel),
			post(guild+"/channels", `{"name":"c","type":99,"topic":"`+long(4097)+`"}`),
			post(guild+"/channels", `{"name":"v","type":2,"bitrate":96000,"user_limit":5,"rtc_region":null,"video_quality_mode":2}`),
			post(guild+"/channels", `{"name":"v","type":13,"bitrate":7999,"user_limit":10001,"video_quality_mode":3,"rtc_region":5}`),
			post(guild+"/channels", `{"name":"f","type":15,"available_tags":[{"id":"0","name":"bug","emoji_name":"x"},{"name":"idea","moderated":true}],"default_reaction_emoji":{"emoji_id":"5"},"default_sort_order":1,"default_forum_layout":2,"default_tag_setting":"match_all","flags":16,"default_auto_archive_duration":60}`),
			patch(channel, `{"type":5,"available_tags":[{"id":"7","name":"bug"},{}],"default_reaction_emoji":null,"default_sort_order":2,"default_auto_archive_duration":61}`),
			patch(channel, `{"type":5,"user_limit":null,"default_sort_order":null,"default_thread_rate_limit_per_user":9}`),
			patch(guild+"/channels", `[{"id":"5","position":1,"lock_permissions":true,"parent_id":"9"},{"id":"6","parent_id":null}]`),
			patch(guild+"/channels", `[{"position":-1},{"id":"x"}]`),
		},
		"guilds": {
			post("/guilds", `{"name":"Home","roles":[{"id":"1","name":"@everyone","permissions":"1024"},{"id":2,"name":"mods","color":255}],"channels":[{"id":"3","name":"a","type":4},{"name":"b","parent_id":"3"}]}`),
			post("/guilds", `{"name":"H","icon":"data:image/png;base64,AAAA"}`),
			post("/guilds", `{"roles":[{"name":""}],"channels":[{}]}`),
			get(guild + "?with_counts=true"),
			get(guild + "?with_counts=maybe"),
			patch(guild, `{"name":"Hall","description":null,"verification_level":4,"default_message_notifications":null,"afk_timeout":60,"afk_channel_id":"5","system_channel_id":null,"system_channel_flags":3,"features":["COMMUNITY"],"preferred_locale":null,"premium_progress_bar_enabled":true,"owner_id":"9"}`),
			patch(guild, `{"name":"H","description":"`+long(301)+`","verification_level":5,"explicit_content_filter":"x","afk_timeout":61,"rules_channel_id":"x","features":[1],"icon":"data:,","system_channel_flags":64}`),
			patch(guild, `{"icon":null,"banner":null}`),
			remove(guild),
			get(guild + "/audit-logs?limit=101&user_id=x&action_type=y&before=z&target_id=5"),
			remove("/users/@me" + guild),
			get("/users/@me" + guild + "/member"),
		},
		"roles": {
			post(guild+"/roles", `{}`),
			post(guild+"/roles", `{"name":"r","permissions":"8","color":255,"hoist":true,"mentionable":false}`),
			post(guild+"/roles", `{"name":"r","permissions":8,"colors":{"primary_color":1,"secondary_color":2,"tertiary_color":null},"icon":null,"unicode_emoji":null}`),
			post(guild+"/roles", `{"name":"`+long(101)+`","permissions":"x","color":-1,"colors":{"primary_color":16777216},"hoist":"x","icon":"data:","unicode_emoji":"x"}`),
			patch(guild+"/roles/5", `{"name":null,"color":null,"hoist":null}`),
			patch(guild+"/roles", `[{"id":"5","position":1},{"id":6,"position":null}]`),
			patch(guild+"/roles", `[{"position":1},{"id":"x","position":"y"},null]`),
			patch(guild+"/roles", `{}`),
			remove(guild + "/roles/5"),
			get(guild + "/roles/5"),
		},
		"members": {
			get(guild + "/members?limit=1000&after=5"),
			get(guild + "/members?after=0"),
			get(guild + "/members?limit=1001"),
			get(guild + "/members?limit=x&after=y"),
			patch(guild+"/members/5", `{"nick":null,"roles":["1",2,"1",null],"mute":true,"deaf":false,"flags":2,"communication_disabled_until":"2027-01-16T08:00:00+00:00"}`),
			patch(guild+"/members/5", `{"roles":null,"communication_disabled_until":null,"channel_id":null}`),
			patch(guild+"/members/5", `{"channel_id":"5"}`),
			patch(guild+"/members/5", `{"channel_id":"x"}`),
			get(guild + "/members/search?query=an&limit=1000"),
			get(guild + "/members/search?limit=1001"),
			get(guild + "/preview"),
			get(guild + "/roles/member-counts"),
			remove(guild + "/integrations/5"),
			patch(guild+"/members/5", `{"nick":"`+long(33)+`","roles":["x"],"communication_disabled_until":"2027-03-16T08:00:00Z"}`),
			patch(guild+"/members/@me", `{"nick":"me"}`),
			patch(guild+"/members/@me", `{"nick":"","bio":"b","avatar":"data:"}`),
			patch(guild+"/members/@me/nick", `{"nick":"me"}`),
			patch(guild+"/members/@me/nick", `{"nick":""}`),
			put(guild+"/members/5/roles/6", ""),
			remove(guild + "/members/5/roles/6"),
			remove(guild + "/members/5"),
		},
		"moderation": {
			get(guild + "/bans?limit=1000&before=9&after=5"),
			get(guild + "/bans?limit=1001&before=x"),
			get(guild + "/bans/5"),
			put(guild+"/bans/427819008", `{"delete_message_seconds":60,"delete_message_days":1}`),
			put(guild+"/bans/427819008", ""),
			put(guild+"/bans/427819008?delete_message_days=1&reason=why", ""),
			put(guild+"/bans/427819008", `{"delete_message_seconds":604801,"delete_message_days":8}`),
			put(guild+"/bans/5", `{}`),
			remove(guild + "/bans/5"),
			post(guild+"/bulk-ban", `{"user_ids":["427819008","5"]}`),
			post(guild+"/bulk-ban", `{}`),
			get(guild + "/prune?days=30&include_roles=1,%202&include_roles=3"),
			get(guild + "/prune?days=31&include_roles=x"),
			post(guild+"/prune", ""),
			post(guild+"/prune", `{"days":1,"compute_prune_count":false,"include_roles":["1"],"reason":"quiet"}`),
		},
		"invites": {
			post(channel+"/invites", `{"max_age":0,"max_uses":100,"temporary":true,"unique":false}`),
			post(channel+"/invites", `{"max_age":5184001,"max_uses":101,"unique":"x","temporary":5}`),
			post(channel+"/invites", `{"target_type":1,"target_user_id":"5","target_application_id":null,"role_ids":["5"]}`),
			get(channel + "/invites"),
			get(guild + "/invites"),
			get(guild + "/vanity-url"),
			get("/invites/none?with_counts=x"),
			get("/invites/none"),
			remove("/invites/none"),
			post("/invites/none", ""),
		},
		"voice": {
			get(guild + "/regions"),
			get(guild + "/voice-states/@me"),
			get(guild + "/voice-states/5"),
			patch(guild+"/voice-states/@me", `{"channel_id":"5","suppress":false,"request_to_speak_timestamp":"2027-01-16T08:00:00+00:00"}`),
			patch(guild+"/voice-states/@me", `{"channel_id":"x","suppress":"y","request_to_speak_timestamp":"soon"}`),
			patch(guild+"/voice-states/5", `{"channel_id":null,"suppress":true}`),
			put(channel+"/voice-status", `{"status":"chess"}`),
			put(channel+"/voice-status", `{"status":null}`),
			put(channel+"/voice-status", `{"status":5}`),
		},
		"events": {
			get(guild + "/scheduled-events?with_user_count=true"),
			get(guild + "/scheduled-events/5?with_user_count=x"),
			post(guild+"/scheduled-events", `{"name":"fair","privacy_level":2,"entity_type":3,"channel_id":null,"entity_metadata":{"location":"yard"},"scheduled_start_time":"2027-02-16T08:00:00.000Z","scheduled_end_time":"2027-02-16T09:00:00Z","description":""}`),
			post(guild+"/scheduled-events", `{}`),
			post(guild+"/scheduled-events", `{"name":"`+long(101)+`","privacy_level":1,"entity_type":4,"channel_id":"x","entity_metadata":{"location":""},"scheduled_start_time":"soon","image":"x","recurrence_rule":5}`),
			patch(guild+"/scheduled-events/5", `{"status":2,"image":null,"recurrence_rule":null,"scheduled_end_time":null,"entity_metadata":null}`),
			patch(guild+"/scheduled-events/5", `{"recurrence_rule":{"start":"2027-02-16T08:00:00Z","frequency":2,"interval":2,"by_weekday":[3]}}`),
			patch(guild+"/scheduled-events/5", `{"recurrence_rule":{"start":"2027-02-16T08:00:00Z","frequency":3,"interval":2,"by_weekday":[0,2],"by_n_weekday":[{"n":6}],"by_month":[1],"count":5}}`),
			patch(guild+"/scheduled-events/5", `{"recurrence_rule":{"start":"2027-02-16T08:00:00Z","frequency":3,"by_weekday":[4,3,2,1,0]}}`),
			patch(guild+"/scheduled-events/5", `{"recurrence_rule":{"start":"2027-02-16T08:00:00Z","frequency":1,"by_n_weekday":[{"n":4,"day":2}]}}`),
			patch(guild+"/scheduled-events/5", `{"recurrence_rule":{"start":"2027-02-16T08:00:00Z","frequency":0,"by_month":[7],"by_month_day":[24]}}`),
			patch(guild+"/scheduled-events/5", `{"recurrence_rule":{"start":"2027-02-16T08:00:00Z","frequency":0,"by_month":[7,"x"],"by_weekday":[7]}}`),
			remove(guild + "/scheduled-events/5"),
			get(guild + "/scheduled-events/5/users?limit=100&with_member=true&before=9&after=1"),
			get(guild + "/scheduled-events/5/users?limit=101"),
			put(guild+"/scheduled-events/5/users/@me", ""),
			post("/stage-instances", `{"channel_id":"5","topic":"talk","privacy_level":2,"guild_scheduled_event_id":"9"}`),
			post("/stage-instances", `{"topic":"","send_start_notification":true}`),
			get("/stage-instances/5"),
			patch("/stage-instances/5", `{"topic":"new"}`),
			remove("/stage-instances/5"),
		},
		"reactions": {
			put(messages+"/77/reactions/%F0%9F%91%8D/@me", ""),
			put(messages+"/77/reactions/name:123/@me", ""),
			put(messages+"/77/reactions/a:name:123/@me", ""),
			put(messages+"/77/reactions/name%3A123/@me", ""),
			put(messages+"/77/reactions/na%20me:123/@me", ""),
			put(messages+"/77/reactions/name:abc/@me", ""),
			put(messages+"/77/reactions/%00/@me", ""),
			put(messages+"/77/reactions/%FF/@me", ""),
			remove(messages + "/77/reactions/%F0%9F%91%8D/5"),
			remove(messages + "/77/reactions/%F0%9F%91%8D/@me"),
			remove(messages + "/77/reactions/%F0%9F%91%8D"),
			remove(messages + "/77/reactions"),
			get(messages + "/77/reactions/x?limit=101&type=2&after=x"),
		},
		"users": {
			patch("/users/@me", `{"username":"New Name","avatar":null}`),
			patch("/users/@me", `{"username":"x"}`),
			patch("/users/@me", `{"username":null}`),
			patch("/users/@me", `{"avatar":"data:image/png;base64,!!!!"}`),
			patch("/users/@me", `{"avatar":"data:text/html;base64,AAAA"}`),
			patch("/users/@me", `{"avatar":"data:image/png;base64,AAAA","banner":"x"}`),
			patch("/applications/@me", `{"description":"d","flags":8192}`),
			patch("/applications/@me", `{"description":null,"icon":null,"tags":[]}`),
			patch("/applications/@me", `{"description":"`+long(401)+`","flags":1,"tags":["a"],"interactions_endpoint_url":"https://a.example"}`),
			get("/users/@me/guilds?limit=201&before=x"),
			get(messages + "?limit=0"),
			get(messages + "?limit=101&around=x"),
		},
	}
}

func TestForms(t *testing.T) {
	t.Parallel()
	for name, cases := range formCases() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, api.Config{RateLimits: admission.Off, LinkSecret: []byte("the same every time")})
			w.owners.script = func(cmd *guildhall.Command) (*guildhall.Answer, error) {
				if cmd.Name == guildhall.QueryUserGuilds {
					return answerOf([]any{}), nil
				}
				if cmd.Name == guildhall.CommandAppCommandPut {
					return answerOf(guildhall.PutAppCommandAnswer{Command: &guildhall.ApplicationCommand{ID: 1}}), nil
				}
				if cmd.Name == guildhall.CommandAppCommandsSet {
					return answerOf([]any{}), nil
				}
				return answerOf(map[string]any{"id": "1", "bot": map[string]any{}}), nil
			}
			var got bytes.Buffer
			for _, a := range cases {
				a.as = botID
				w.owners.seen = nil
				answer := w.do(a)
				fmt.Fprintf(&got, "%s %s %s\n", a.method, strings.TrimPrefix(a.path, "/api/v10"), abridged(strings.Join(strings.Fields(a.body), " ")))
				if answer.Code >= 400 {
					fmt.Fprintf(&got, "  %d %s", answer.Code, indented(t, answer.Body.Bytes()))
				} else {
					fmt.Fprintf(&got, "  %d\n", answer.Code)
				}
				for _, cmd := range w.owners.seen {
					cmd.RequestID = guildhall.RequestID{}
					b, err := json.Marshal(cmd)
					if err != nil {
						t.Fatal(err)
					}
					fmt.Fprintf(&got, "  → %s", indented(t, trimmed(b)))
				}
				got.WriteString("\n")
			}
			compare(t, filepath.Join("testdata", "forms", name+".txt"), got.Bytes())
		})
	}
}

// abridged shortens long runs.
func abridged(s string) string {
	for _, n := range []int{4097, 3001, 2001, 2000, 1025, 401, 257, 101, 33, 26} {
		s = strings.ReplaceAll(s, strings.Repeat("é", n), fmt.Sprintf("<%d × é>", n))
	}
	return s
}

// trimmed drops from a command what is the same in all.
func trimmed(b []byte) []byte {
	var v map[string]any
	numbers := json.NewDecoder(bytes.NewReader(b))
	numbers.UseNumber()
	if err := numbers.Decode(&v); err != nil {
		panic(err)
	}
	for _, name := range []string{"request_id", "source", "actor"} {
		delete(v, name)
	}
	if o, ok := v["object"].(map[string]any); ok && o["id"] == nil {
		delete(v, "object")
	}
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return []byte(abridged(string(b)))
}

func indented(t *testing.T, b []byte) string {
	t.Helper()
	var out bytes.Buffer
	if err := json.Indent(&out, b, "  ", "  "); err != nil {
		t.Fatalf("%v: %s", err, b)
	}
	return out.String() + "\n"
}

func compare(t *testing.T, file string, got []byte) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; after a change that is meant, go test ./api -run TestForms -update, and read what it did.\ngot:\n%s", file, got)
	}
}
