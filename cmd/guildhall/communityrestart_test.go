package main

import (
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"guildhall"
)

// dot is a picture of one pixel.
const dot = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M/wHwAEBgIApD5fRAAAAABJRU5ErkJggg=="

// TestTheCommunityOutlivesTheServer: private channels, webhooks and emojis are there after a new start, and work.
func TestTheCommunityOutlivesTheServer(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	f := forgeIn(t, dir, "3")
	owner, member, bot := f.owner.Token, f.member.Token, "Bot "+f.bot.Token
	dm := parsed[guildhall.PrivateChannel](t, f.must(http.StatusOK, bot, "POST", "/users/@me/channels", fmt.Sprintf(`{"recipient_id":%q}`, f.member.ID)))
	direct := "/channels/" + dm.ID.String() + "/messages"
	first := parsed[guildhall.Message](t, f.must(http.StatusOK, bot, "POST", direct, `{"content":"hello"}`))
	group := parsed[guildhall.PrivateGroup](t, f.must(http.StatusOK, owner, "POST", "/users/@me/channels", fmt.Sprintf(`{"recipients":[%q]}`, f.member.ID)))
	f.must(http.StatusOK, member, "PATCH", "/channels/"+group.ID.String(), `{"name":"club"}`)
	hook := parsed[struct {
		ID    guildhall.Snowflake `json:"id"`
		Token string              `json:"token"`
	}](t, f.must(http.StatusOK, owner, "POST", f.inChannel("/webhooks"), `{"name":"hook"}`))
	byToken := "/webhooks/" + hook.ID.String() + "/" + hook.Token
	emoji := parsed[guildhall.CustomEmoji](t, f.must(http.StatusCreated, owner, "POST", f.inGuild("/emojis"), fmt.Sprintf(`{"name":"dot","image":%q}`, dot)))
	mine := "/applications/" + f.bot.ApplicationID.String() + "/emojis"
	f.must(http.StatusCreated, bot, "POST", mine, fmt.Sprintf(`{"name":"own","image":%q}`, dot))

	f.end()
	f.served = serve(t, "--data", dir, "--rate-limits", "off")
	list := parsed[[]guildhall.PrivateChannel](t, f.must(http.StatusOK, member, "GET", "/users/@me/channels", ""))
	if len(list) != 2 || list[0].LastMessageID != first.ID && list[1].LastMessageID != first.ID {
		t.Errorf("the list is %+v", list)
	}
	again := parsed[guildhall.PrivateChannel](t, f.must(http.StatusOK, member, "POST", "/users/@me/channels", fmt.Sprintf(`{"recipient_id":%q}`, f.bot.ID)))
	if again.ID != dm.ID {
		t.Errorf("the two have another channel: %s, had %s", again.ID, dm.ID)
	}
	hears := f.listen(bot)
	answer := parsed[guildhall.Message](t, f.must(http.StatusOK, member, "POST", direct, `{"content":"hello yourself"}`))
	if seen := parsed[guildhall.Message](t, hears.next("MESSAGE_CREATE")); seen.ID != answer.ID {
		t.Errorf("the bot hears %+v", seen)
	}
	if got := parsed[[]guildhall.Message](t, f.must(http.StatusOK, bot, "GET", direct, "")); len(got) != 2 {
		t.Errorf("%d messages", len(got))
	}
	if got := parsed[guildhall.PrivateGroup](t, f.must(http.StatusOK, owner, "GET", "/channels/"+group.ID.String(), "")); got.Name == nil || *got.Name != "club" {
		t.Errorf("the group is %+v", got)
	}
	sent := parsed[guildhall.Message](t, f.must(http.StatusOK, "", "POST", byToken+"?wait=true", fmt.Sprintf(`{"content":"<:dot:%s>"}`, emoji.ID)))
	f.must(http.StatusNoContent, member, "PUT", f.inChannel("/messages/"+sent.ID.String()+"/reactions/dot:"+emoji.ID.String()+"/@me"), "")
	if own := parsed[guildhall.ApplicationEmojis](t, f.must(http.StatusOK, bot, "GET", mine, "")); len(own.Items) != 1 {
		t.Errorf("%d emojis of the application", len(own.Items))
	}
	if kind, size := f.picture("/emojis/" + emoji.ID.String() + ".png"); kind != "image/png" || size == 0 {
		t.Errorf("its picture is %d bytes of %s", size, kind)
	}
}

// picture gets one from the CDN.
func (f *forge) picture(path string) (kind string, size int) {
	f.t.Helper()
	response, err := http.Get(f.url + "/cdn" + path)
	if err != nil {
		f.t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		f.t.Fatalf("%s: %s, %v", path, response.Status, err)
	}
	return response.Header.Get("Content-Type"), len(data)
}

// TestDirectMessagesEndWithTheGuild: who has left the last guild that the two were in gets no more of them.
func TestDirectMessagesEndWithTheGuild(t *testing.T) {
	t.Parallel()
	f := newForge(t, "2")
	bot := "Bot " + f.bot.Token
	dm := parsed[guildhall.PrivateChannel](t, f.must(http.StatusOK, bot, "POST", "/users/@me/channels", fmt.Sprintf(`{"recipient_id":%q}`, f.member.ID)))
	direct := "/channels/" + dm.ID.String() + "/messages"
	f.must(http.StatusOK, bot, "POST", direct, `{"content":"hello"}`)
	f.must(http.StatusNoContent, f.member.Token, "DELETE", "/users/@me/guilds/"+f.guild.ID.String(), "")
	// The guild tells the user's own object, in its own time.
	for deadline := time.Now().Add(5 * time.Second); ; {
		status, answer := f.ask(bot, "POST", direct, `{"content":"still there?"}`)
		if status == http.StatusForbidden && errorCode(t, answer) == 50007 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("still %d %s", status, answer)
		}
	}
	if code := errorCode(t, f.must(http.StatusForbidden, f.member.Token, "POST", direct, `{"content":"and you?"}`)); code != 50007 {
		t.Errorf("code %d", code)
	}
	if got := parsed[[]guildhall.Message](t, f.must(http.StatusOK, f.member.Token, "GET", direct, "")); len(got) == 0 {
		t.Error("the history is gone")
	}
}
