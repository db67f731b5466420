package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"guildhall"
)

// blogOf is somebody else's web site with a picture.
func blogOf(t *testing.T) *httptest.Server {
	t.Helper()
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 30, 20))); err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/p.png":
			_, _ = w.Write(picture.Bytes()) // the server looks at it
		case "/slow":
			<-r.Context().Done()
		default:
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = fmt.Fprintf(w, "<title>Post %s</title><meta property=og:image content=/p.png><meta property=og:site_name content=Blog>", r.URL.Path)
		}
	}))
	t.Cleanup(s.Close)
	return s
}

// embedded waits for a message's update and gives its embeds.
func (e *ear) embedded(id guildhall.MessageID) []map[string]any {
	e.t.Helper()
	m := parsed[struct {
		ID     guildhall.MessageID  `json:"id"`
		Edited *guildhall.Timestamp `json:"edited_timestamp"`
		Embeds []map[string]any     `json:"embeds"`
	}](e.t, e.next("MESSAGE_UPDATE"))
	if m.ID != id || m.Edited != nil {
		e.t.Fatalf("an update of %s, edited at %v", m.ID, m.Edited)
	}
	return m.Embeds
}

// TestUnfurledLinks goes from a message with a link to the embed that sessions are told of, the picture in it and what is
// read later.
func TestUnfurledLinks(t *testing.T) {
	t.Parallel()
	blog := blogOf(t)
	f := newForge(t, "2", "--allowed-targets", "127.0.0.1")
	e := f.listen(f.bot.Token)
	content := func(text string) string {
		b, err := json.Marshal(map[string]string{"content": text})
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	slow := parsed[guildhall.Message](t, f.must(200, f.owner.Token, "POST", f.inChannel("/messages"), content(blog.URL+"/slow")))
	sent := parsed[guildhall.Message](t, f.must(200, f.owner.Token, "POST", f.inChannel("/messages"), content("see "+blog.URL+"/1, not <"+blog.URL+"/2>")))
	if len(sent.Embeds) != 0 || slow.ID == 0 {
		t.Errorf("sent with %s", sent.Embeds)
	}
	embeds := e.embedded(sent.ID)
	if len(embeds) != 1 || embeds[0]["type"] != "link" || embeds[0]["title"] != "Post /1" || embeds[0]["url"] != blog.URL+"/1" {
		t.Fatalf("got %v", embeds)
	}
	thumbnail, _ := embeds[0]["thumbnail"].(map[string]any)
	if thumbnail["url"] != blog.URL+"/p.png" || thumbnail["width"] != 30.0 || thumbnail["height"] != 20.0 {
		t.Errorf("thumbnail %v", thumbnail)
	}
	proxy, _ := thumbnail["proxy_url"].(string)
	if !strings.HasPrefix(proxy, f.url+"/cdn/external/") {
		t.Fatalf("proxy_url %q", proxy)
	}
	answer, err := http.Get(proxy)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(answer.Body)
	_ = answer.Body.Close() // it was only read
	if err != nil || answer.StatusCode != 200 || answer.Header.Get("Content-Type") != "image/png" || !bytes.HasPrefix(data, []byte("\x89PNG")) {
		t.Errorf("%d %v, %d bytes, %v", answer.StatusCode, answer.Header, len(data), err)
	}
	one := "/messages/" + sent.ID.String()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, f.url+"/api/v10"+f.inChannel(one), nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", f.owner.Token)
	if answer, err = shapeClient(t).Do(r); err != nil {
		t.Fatal(err)
	}
	data, err = io.ReadAll(answer.Body)
	_ = answer.Body.Close() // it was only read
	if read := parsed[guildhall.Message](t, data); err != nil || len(read.Embeds) != 1 {
		t.Errorf("read with %s, %v", read.Embeds, err)
	}
	// An edit takes the old embed away and brings the new one.
	edited := parsed[guildhall.Message](t, f.must(200, f.owner.Token, "PATCH", f.inChannel(one), content("now "+blog.URL+"/3")))
	if len(edited.Embeds) != 0 || edited.EditedTimestamp == nil {
		t.Errorf("edited: %s", edited.Embeds)
	}
	for range 2 { // the edit, and the embed
		update := parsed[guildhall.Message](t, e.next("MESSAGE_UPDATE"))
		if len(update.Embeds) == 1 && strings.Contains(string(update.Embeds[0]), "Post /3") && *update.EditedTimestamp == *edited.EditedTimestamp {
			return
		}
	}
	t.Error("the edited message has no embed")
}

// TestNothingNearbyIsCalled: without the operator's word no picture of an embed and no webhook's avatar is fetched from nearby.
func TestNothingNearbyIsCalled(t *testing.T) {
	t.Parallel()
	called := make(chan string, 10)
	near := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { called <- r.URL.Path }))
	t.Cleanup(near.Close)
	f := newForge(t, "2")
	body := fmt.Sprintf(`{"embeds":[{"image":{"url":%q}}]}`, near.URL+"/picture")
	m := parsed[guildhall.Message](t, f.must(200, f.owner.Token, "POST", f.inChannel("/messages"), body))
	embed := parsed[struct {
		Image struct {
			ProxyURL string `json:"proxy_url"`
		} `json:"image"`
	}](t, m.Embeds[0])
	answer, err := http.Get(embed.Image.ProxyURL)
	if err != nil {
		t.Fatal(err)
	}
	if _ = answer.Body.Close(); answer.StatusCode != 404 {
		t.Errorf("a picture nearby: %d", answer.StatusCode)
	}
	hook := parsed[struct {
		ID    guildhall.Snowflake `json:"id"`
		Token string              `json:"token"`
	}](t, f.must(200, f.owner.Token, "POST", f.inChannel("/webhooks"), `{"name":"hook"}`))
	f.must(200, "", "POST", "/webhooks/"+hook.ID.String()+"/"+hook.Token+"?wait=true", fmt.Sprintf(`{"content":"x","avatar_url":%q}`, near.URL+"/avatar"))
	select {
	case path := <-called:
		t.Errorf("%s was called", path)
	default:
	}
}
