package api_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"guildhall"
	"guildhall/admission"
	"guildhall/api"
)

const emojiPath = "/api/v10/guilds/20971520/emojis"

// emojiWorld has one emoji, 4194304, of the guild 20971520.
func emojiWorld(t *testing.T) *world {
	t.Helper()
	w := newWorld(t, api.Config{RateLimits: admission.Off})
	var image string
	w.owners.script = func(cmd *guildhall.Command) (*guildhall.Answer, error) {
		switch cmd.Name {
		case guildhall.CommandEmojiCreate:
			var f guildhall.EmojiFields
			if err := json.Unmarshal(cmd.Body, &f); err != nil {
				return nil, err
			}
			image = f.Image
			return answerOf(guildhall.CustomEmoji{ID: 4194304, Name: f.Name.Value, Animated: f.Animated, Roles: []guildhall.RoleID{}}), nil
		case guildhall.QueryGuildPartial:
			return answerOf(guildhall.GuildPartial{Permissions: guildhall.PermissionCreateGuildExpressions}), nil
		case guildhall.QueryEmojiUse:
			if cmd.Channel != 4194304 {
				return nil, guildhall.ErrUnknownChannel
			}
			e := guildhall.Emoji{ID: 4194304, Name: "true_name", Animated: strings.HasPrefix(image, "a_")}
			return answerOf(guildhall.EmojiUse{Emoji: e, Owner: 20971520, Image: image}), nil
		}
		return answerOf(struct{}{}), nil
	}
	return w
}

func TestEmojiPictures(t *testing.T) {
	t.Parallel()
	w := emojiWorld(t)
	body := func(name string, image []byte) string {
		return fmt.Sprintf(`{"name":%q,"image":%q}`, name, dataURI(image))
	}
	w.want(ask{method: "POST", path: emojiPath, as: botID, body: body("hat", pngOf(t, 300, 200))}, 201, "")
	for file, want := range map[string]struct {
		status int
		kind   string
	}{
		"4194304.png": {200, "image/png"}, "4194304.png?size=32": {200, "image/png"}, "4194304.jpg": {200, "image/jpeg"},
		"4194304.gif": {415, ""}, "4194305.png": {404, ""}, "04194304.png": {404, ""}, "4194304": {404, ""}, "x.png": {404, ""},
		"4194304.svg": {404, ""}, "4194304.png?size=33": {400, ""},
	} {
		got := w.do(ask{method: "GET", path: "/cdn/emojis/" + file})
		if got.Code != want.status || want.kind != "" && got.Header().Get("Content-Type") != want.kind {
			t.Errorf("%s: %d %s", file, got.Code, got.Header().Get("Content-Type"))
		}
	}
	got := w.want(ask{method: "POST", path: emojiPath, as: botID, body: body("moves", gifOf(t, 8, 8, 3))}, 201, "")
	if !strings.Contains(got.Body.String(), `"animated":true`) {
		t.Errorf("made %s", got.Body)
	}
}

func TestEmojiForms(t *testing.T) {
	t.Parallel()
	w := emojiWorld(t)
	picture := dataURI(pngOf(t, 8, 8))
	large := dataURI(append(pngOf(t, 8, 8), make([]byte, 256<<10)...))
	for body, want := range map[string]string{
		fmt.Sprintf(`{"name":"a","image":%q}`, picture):                 "BASE_TYPE_BAD_LENGTH",
		fmt.Sprintf(`{"name":"a b","image":%q}`, picture):               "STRING_TYPE_REGEX",
		fmt.Sprintf(`{"name":"hat","image":%q}`, large):                 "BINARY_TYPE_MAX_SIZE",
		fmt.Sprintf(`{"name":"hat","roles":["x"],"image":%q}`, picture): "NUMBER_TYPE_COERCE",
		`{"name":"hat"}`: "BASE_TYPE_REQUIRED",
		`{"name":"hat","image":"data:image/png;base64,aGVsbG8="}`: "IMAGE_INVALID",
	} {
		got := w.do(ask{method: "POST", path: emojiPath, as: botID, body: body})
		if got.Code != 400 || !strings.Contains(got.Body.String(), want) {
			t.Errorf("%.60s: %d %s, want %s", body, got.Code, got.Body, want)
		}
	}
	if last := w.owners.last(); last.Name != "" {
		t.Errorf("an owner was asked: %s", last.Name)
	}
	w.want(ask{method: "PATCH", path: emojiPath + "/4194304", as: botID, body: `{"roles":null}`}, 200, "")
	var f guildhall.EmojiFields
	if err := json.Unmarshal(w.owners.last().Body, &f); err != nil || !f.Roles.Set || f.Name.Set {
		t.Errorf("asked %s: %v", w.owners.last().Body, err)
	}
}

// TestReactionAsksTheEmojisHome: what a client says of a custom emoji beside its id counts for nothing.
func TestReactionAsksTheEmojisHome(t *testing.T) {
	t.Parallel()
	w := emojiWorld(t)
	for name, want := range map[string]guildhall.ReactionRef{
		"lie:4194304":   {MessageID: 9, Emoji: guildhall.Emoji{ID: 4194304, Name: "true_name"}, Usable: true},
		"other:4194305": {MessageID: 9, Emoji: guildhall.Emoji{ID: 4194305, Name: "other"}},
	} {
		w.want(ask{method: "PUT", path: "/api/v10/channels/6/messages/9/reactions/" + name + "/@me", as: botID}, 204, "")
		var got guildhall.ReactionRef
		if err := json.Unmarshal(w.owners.last().Body, &got); err != nil || got != want {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}
