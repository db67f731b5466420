package main

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/png"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"guildhall"
)

// limitCase goes over one limit.
type limitCase struct {
	limit guildhall.Limit
	// set is the value that the operator sets; 0 is 1.
	set int
	who as
	// before makes what the request needs: method, path, body and the name of the id to keep.
	before [][4]string
	// method, path and body are the request that counts. It is repeated until it is refused, set+1 times at most; {n} is how
	// often it was made, {thing} one of things in turn.
	method, path, body string
	things             []string
}

const (
	guildChannels = "/guilds/{guild_id}/channels"
	groupBody     = `{"recipients":["{user_id}","{ban_id}"]}`
	eventBody     = `{"name":"e","privacy_level":2,"entity_type":3,"entity_metadata":{"location":"here"},
		"scheduled_start_time":"2099-01-01T00:00:00Z","scheduled_end_time":"2099-01-02T00:00:00Z"}`
)

func userLimitCases() []limitCase {
	return []limitCase{
		{limit: guildhall.LimitGuilds, who: asPerson, method: "POST", path: "/guilds", body: `{"name":"another"}`},
		{limit: guildhall.LimitBotGuilds, who: asBot, method: "POST", path: "/guilds", body: `{"name":"another"}`},
		{limit: guildhall.LimitFriends, who: asPerson, method: "PUT", path: "/users/@me/relationships/{thing}", body: `{"type":2}`,
			things: []string{"{user_id}", "{ban_id}"}},
		{limit: guildhall.LimitNotes, who: asPerson, method: "PUT", path: "/users/@me/notes/{thing}", body: `{"note":"n"}`,
			things: []string{"{user_id}", "{ban_id}"}},
		{limit: guildhall.LimitApplications, who: asPerson, set: 12, method: "POST", path: "/applications", body: `{"name":"made"}`},
		{limit: guildhall.LimitRecipients, who: asPerson, set: 2, method: "POST", path: "/users/@me/channels", body: groupBody},
		{limit: guildhall.LimitApplicationEmojis, who: asBot, method: "POST", path: "/applications/{application_id}/emojis", body: `{"name":"e{n}","image":"{png}"}`},
		{limit: guildhall.LimitSlashCommands, who: asBot, method: "POST", path: "/applications/{application_id}/commands", body: `{"name":"c{n}","description":"d"}`},
		{limit: guildhall.LimitContextCommands, who: asBot, method: "POST", path: "/applications/{application_id}/guilds/{guild_id}/commands", body: `{"name":"c{n}","type":2}`},
	}
}

func guildLimitCases() []limitCase {
	tags := `"available_tags":[{"name":"a"},{"name":"b"}]`
	forum := [4]string{"POST", guildChannels, `{"name":"forum","type":15}`, "forum_id"}
	post := func(name string) [4]string {
		return [4]string{"POST", "/channels/{forum_id}/threads", `{"name":"p","message":{"content":"c"}}`, name}
	}
	return []limitCase{
		{limit: guildhall.LimitRoles, set: 20, method: "POST", path: "/guilds/{guild_id}/roles", body: `{"name":"r"}`},
		{limit: guildhall.LimitChannels, set: 20, method: "POST", path: guildChannels, body: `{"name":"c"}`},
		{limit: guildhall.LimitCategoryChannels, before: [][4]string{{"POST", guildChannels, `{"name":"c","type":4}`, "category_id"}},
			method: "POST", path: guildChannels, body: `{"name":"c","parent_id":"{category_id}"}`},
		{limit: guildhall.LimitOverwrites, before: [][4]string{{"POST", guildChannels, `{"name":"c"}`, "own_id"}},
			method: "PUT", path: "/channels/{own_id}/permissions/{thing}", body: `{"type":1,"deny":"2048"}`, things: []string{"{user_id}", "{person_id}"}},
		{limit: guildhall.LimitForumTags, method: "POST", path: guildChannels, body: `{"name":"forum","type":15,` + tags + `}`},
		{limit: guildhall.LimitPinnedPosts, before: [][4]string{forum, post("first_id"), post("second_id")},
			method: "PATCH", path: "/channels/{thing}", body: `{"flags":2}`, things: []string{"{first_id}", "{second_id}"}},
		{limit: guildhall.LimitActiveThreads, method: "POST", path: "/channels/{channel_id}/threads", body: `{"name":"t","type":11}`},
		{limit: guildhall.LimitThreadMembers, before: [][4]string{{"POST", "/channels/{channel_id}/threads", `{"name":"t","type":11}`, "thread_id"}},
			method: "PUT", path: "/channels/{thread_id}/thread-members/{user_id}"},
		{limit: guildhall.LimitInvites, method: "POST", path: "/channels/{channel_id}/invites", body: `{"unique":true}`},
		{limit: guildhall.LimitScheduledEvents, method: "POST", path: "/guilds/{guild_id}/scheduled-events", body: eventBody},
		{limit: guildhall.LimitEmojis, method: "POST", path: "/guilds/{guild_id}/emojis", body: `{"name":"e{n}","image":"{png}"}`},
		{limit: guildhall.LimitAnimatedEmojis, method: "POST", path: "/guilds/{guild_id}/emojis", body: `{"name":"e{n}","image":"{gif}"}`},
		{limit: guildhall.LimitChannelWebhooks, method: "POST", path: "/channels/{channel_id}/webhooks", body: `{"name":"hook"}`},
		{limit: guildhall.LimitGuildWebhooks, method: "POST", path: "/channels/{channel_id}/webhooks", body: `{"name":"hook"}`},
	}
}

func messageLimitCases() []limitCase {
	const messages = "/channels/{channel_id}/messages"
	message := func(name string) [4]string { return [4]string{"POST", messages, `{"content":"m"}`, name} }
	forum := [][4]string{{"POST", guildChannels, `{"name":"forum","type":15,"available_tags":[{"name":"a"},{"name":"b"}]}`, "forum_id"}}
	return []limitCase{
		{limit: guildhall.LimitPins, before: [][4]string{message("first_id"), message("second_id")},
			method: "PUT", path: "/channels/{channel_id}/messages/pins/{thing}", things: []string{"{first_id}", "{second_id}"}},
		{limit: guildhall.LimitReactions, before: [][4]string{message("message_id")},
			method: "PUT", path: messages + "/{message_id}/reactions/{thing}/@me", things: []string{"%F0%9F%91%8D", "%F0%9F%91%8E"}},
		{limit: guildhall.LimitAttachments, method: "POST", path: messages, body: "files: 2"},
		{limit: guildhall.LimitAttachmentBytes, method: "POST", path: messages, body: "files: 1"},
		{limit: guildhall.LimitContent, method: "POST", path: messages, body: `{"content":"ab"}`},
		{limit: guildhall.LimitEmbedCharacters, set: 3, method: "POST", path: messages, body: `{"embeds":[{"title":"ab"},{"title":"cd"}]}`},
		{limit: guildhall.LimitPolls, method: "POST", path: messages,
			body: `{"poll":{"question":{"text":"?"},"answers":[{"poll_media":{"text":"a"}},{"poll_media":{"text":"b"}}]}}`},
		{limit: guildhall.LimitAppliedTags, before: forum, method: "POST", path: "/channels/{forum_id}/threads",
			body: `{"name":"p","applied_tags":["{tag_0}","{tag_1}"],"message":{"content":"c"}}`},
	}
}

// TestLimitsTrip lowers each limit in turn and goes over it, and looks at the code and the text.
func TestLimitsTrip(t *testing.T) {
	t.Parallel()
	tried := map[guildhall.Limit]bool{guildhall.LimitAuthorizations: true, guildhall.LimitGroups: true, guildhall.LimitFriendRequests: true} // below
	for _, cases := range [][]limitCase{userLimitCases(), guildLimitCases(), messageLimitCases()} {
		for _, c := range cases {
			tried[c.limit] = true
			t.Run(guildhall.LimitTable()[c.limit].Key, func(t *testing.T) {
				t.Parallel()
				c.set = max(c.set, 1)
				c.trip(t)
			})
		}
	}
	for i, entry := range guildhall.LimitTable() {
		if !tried[guildhall.Limit(i)] {
			t.Errorf("%s is not tried", entry.Key)
		}
	}
}

func (c *limitCase) trip(t *testing.T) {
	entry := guildhall.LimitTable()[c.limit]
	r := newTour(t, "--limits-"+strings.ReplaceAll(entry.Key, "_", "-"), strconv.Itoa(c.set))
	if c.who == "" {
		c.who = asBot
	}
	for _, b := range c.before {
		r.must(c.who, b[0], b[1], b[2], b[3])
		if tags, ok := r.answer["available_tags"].([]any); ok && len(tags) == 2 {
			for i, tag := range tags {
				r.ids[fmt.Sprintf("tag_%d", i)] = tag.(map[string]any)["id"].(string)
			}
		}
	}
	var limits guildhall.Limits
	limits[c.limit] = int64(c.set)
	want := limits.Exceeded(c.limit)
	for n := range c.set + 1 {
		status := c.ask(r, n)
		if status < http.StatusMultipleChoices {
			continue
		}
		if status != want.Status || r.answer["code"] != float64(want.Code) || !says(r.answer, want) {
			t.Fatalf("refused with %d %v, want %v", status, r.answer, want)
		}
		return
	}
	t.Fatalf("not refused with the limit %d", c.set)
}

// ask makes the request once more.
func (c *limitCase) ask(r *tour, n int) (status int) {
	thing := ""
	if len(c.things) > 0 {
		thing = c.things[n%len(c.things)]
	}
	fill := strings.NewReplacer("{thing}", thing, "{n}", strconv.Itoa(n), "{png}", stillImage(r.t), "{gif}", movingImage(r.t))
	if files, ok := strings.CutPrefix(c.body, "files: "); ok {
		count, _ := strconv.Atoi(files)
		return r.upload(fill.Replace(c.path), count)
	}
	status, _ = r.do(c.who, c.method, fill.Replace(c.path), fill.Replace(c.body))
	return status
}

// says tells whether the answer has the text, at its field if it has one.
func says(answer map[string]any, want *guildhall.Error) bool {
	if len(want.Fields) == 0 {
		return answer["message"] == want.Message
	}
	at, _ := answer["errors"].(map[string]any)
	for _, step := range want.Fields[0].Path {
		at, _ = at[step].(map[string]any)
	}
	list, _ := at["_errors"].([]any)
	return len(list) == 1 && list[0].(map[string]any)["message"] == want.Fields[0].Message && list[0].(map[string]any)["code"] == want.Fields[0].Code
}

// upload sends a message with some files of two bytes.
func (r *tour) upload(path string, count int) (status int) {
	r.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for n := range count {
		part, err := form.CreateFormFile(fmt.Sprintf("files[%d]", n), "a.txt")
		if err != nil {
			r.t.Fatal(err)
		}
		_, _ = part.Write([]byte("ab")) // a buffer takes all
	}
	if err := form.Close(); err != nil {
		r.t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(r.t.Context(), "POST", r.url+"/api/v10"+r.fill(path), &body)
	if err != nil {
		r.t.Fatal(err)
	}
	request.Header.Set("Content-Type", form.FormDataContentType())
	request.Header.Set("Authorization", "Bot "+r.bot)
	s := &served{t: r.t, client: r.client}
	status, r.answer = s.do(request)
	return status
}

func stillImage(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	return "data:image/png;base64," + base64.StdEncoding.EncodeToString(b.Bytes())
}

func movingImage(t *testing.T) string {
	t.Helper()
	frame := image.NewPaletted(image.Rect(0, 0, 8, 8), color.Palette{color.Black, color.White})
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, &gif.GIF{Image: []*image.Paletted{frame, frame}, Delay: []int{10, 10}}); err != nil {
		t.Fatal(err)
	}
	return "data:image/gif;base64," + base64.StdEncoding.EncodeToString(b.Bytes())
}

// TestAuthorizationsTrip: an authorization counts once a code has become a token.
func TestAuthorizationsTrip(t *testing.T) {
	t.Parallel()
	w := newTools(t, "--limits-authorizations", "1")
	code := w.consent(w.query("identify"), nil).Get("code")
	w.token(200, "grant_type", "authorization_code", "code", code)
	w.id = w.want(http.StatusCreated, w.ann.Token, "POST", "/applications", fields("name", "Bellows"))["id"].(string)
	w.want(200, w.ann.Token, "PATCH", "/applications/"+w.id, map[string]any{"redirect_uris": []string{toolsBack}})
	answer := w.want(400, w.bob.Token, "POST", w.query("identify"), map[string]any{"authorize": true})
	limits := guildhall.Limits{guildhall.LimitAuthorizations: 1}
	if want := limits.Exceeded(guildhall.LimitAuthorizations); answer["code"] != float64(want.Code) || !says(answer, want) {
		t.Errorf("refused with %v, want %v", answer, want)
	}
}

// TestGroupsTrip: groups are counted in one's own list, which hears of a new one a moment later.
func TestGroupsTrip(t *testing.T) {
	t.Parallel()
	h := newHearth(t, "--limits-groups", "1")
	ann, bob := h.someone("ann"), h.someone("bob")
	h.ask(ann.Token, "PUT", "/users/@me/relationships/"+bob.ID.String(), map[string]any{})
	h.ask(bob.Token, "PUT", "/users/@me/relationships/"+ann.ID.String(), map[string]any{})
	limits := guildhall.Limits{guildhall.LimitGroups: 1}
	want := limits.Exceeded(guildhall.LimitGroups)
	h.eventually(func() bool {
		status, answer := h.ask(ann.Token, "POST", "/users/@me/channels", map[string]any{"recipients": []string{bob.ID.String()}})
		return status == want.Status && strings.Contains(string(answer), strconv.Itoa(want.Code)) && strings.Contains(string(answer), want.Message)
	})
}

// TestFriendRequestsTrip: many who ask are refused when as many wait as may, and keep nobody from making friends by asking.
func TestFriendRequestsTrip(t *testing.T) {
	t.Parallel()
	h := newHearth(t, "--limits-friend-requests", "1", "--limits-friends", "2")
	ann, bob, cyd, dan := h.someone("ann"), h.someone("bob"), h.someone("cyd"), h.someone("dan")
	friend := func(by, to madeUser) (int, []byte) {
		return h.ask(by.Token, "PUT", "/users/@me/relationships/"+to.ID.String(), map[string]any{})
	}
	friend(bob, ann)
	want := new(guildhall.Limits).Exceeded(guildhall.LimitFriendRequests)
	h.eventually(func() bool {
		status, answer := friend(cyd, ann)
		return status == want.Status && strings.Contains(string(answer), strconv.Itoa(want.Code))
	})
	if status, answer := friend(ann, dan); status != http.StatusNoContent {
		t.Errorf("ann can't ask: %d %s", status, answer)
	}
	if status, answer := friend(ann, bob); status != http.StatusNoContent {
		t.Errorf("ann can't accept: %d %s", status, answer)
	}
	if status, answer := friend(dan, ann); status != http.StatusNoContent {
		t.Errorf("dan can't accept: %d %s", status, answer)
	}
	// Two friends are as many as may be; who accepts a third is refused.
	h.eventually(func() bool {
		friend(cyd, ann)
		status, answer := friend(ann, cyd)
		return status == http.StatusBadRequest && strings.Contains(string(answer), "30002")
	})
}

// TestLimitsRaised lets through what Discord would refuse.
func TestLimitsRaised(t *testing.T) {
	t.Parallel()
	r := newTour(t, "--limits-content", "4000", "--limits-embed-characters", "20000")
	r.must(asBot, "POST", "/channels/{channel_id}/messages", `{"content":"`+strings.Repeat("x", 3000)+`"}`, "message_id")
	long := `{"embeds":[` + strings.Repeat(`{"description":"`+strings.Repeat("y", 4000)+`"},`, 3) + `{"title":"t"}]}`
	r.must(asBot, "PATCH", "/channels/{channel_id}/messages/{message_id}", long, "")
}
