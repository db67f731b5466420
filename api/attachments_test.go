package api_test

import (
	"bytes"
	"encoding/json"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"guildhall"
	"guildhall/api"
)

// form is a multipart body with a payload and files, by index.
func multipartForm(t *testing.T, payload string, files ...[2]string) ask {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	if err := w.WriteField("payload_json", payload); err != nil {
		t.Fatal(err)
	}
	for i, f := range files {
		part, err := w.CreateFormFile("files["+string(rune('0'+i))+"]", f[0])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write([]byte(f[1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return ask{method: "POST", path: chat, as: botID, body: body.String(), header: http.Header{"Content-Type": {w.FormDataContentType()}}}
}

// echoMessages makes the owner answer with the message that it was asked to send.
func echoMessages(w *world) {
	w.owners.script = func(cmd *guildhall.Command) (*guildhall.Answer, error) {
		var f guildhall.CreateMessage
		if err := json.Unmarshal(cmd.Body, &f); err != nil {
			return nil, err
		}
		m := &guildhall.Message{ID: 9 << 22, ChannelID: cmd.Channel, Content: f.Content, Attachments: f.Attachments}
		return &guildhall.Answer{Body: guildhall.MessageRow(m).Value}, nil
	}
}

func picturePNG(t *testing.T, width, height int) string {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, width, height))); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestAttachments(t *testing.T) {
	t.Parallel()
	w := newWorld(t, api.Config{PublicURL: "https://hall.example"})
	echoMessages(w)
	page := `<script>alert(1)</script>`
	got := w.do(multipartForm(t, `{"content":"x","attachments":[{"id":1,"description":"a page"}]}`,
		[2]string{"pic ture.png", picturePNG(t, 7, 5)}, [2]string{"../../etc/päge.html", page}))
	var m guildhall.Message
	if err := json.Unmarshal(got.Body.Bytes(), &m); err != nil || got.Code != 200 || len(m.Attachments) != 2 {
		t.Fatalf("%d %s %v", got.Code, got.Body, err)
	}
	pic, html := m.Attachments[0], m.Attachments[1]
	if pic.Width != 7 || pic.Height != 5 || pic.ContentType != "image/png" || pic.Filename != "pic_ture.png" || pic.Title == nil || pic.Description != nil {
		t.Errorf("picture %+v", pic)
	}
	if html.Width != 0 || html.Size != int64(len(page)) || strings.ContainsAny(html.Filename, "/ä") || html.Description == nil || *html.Description != "a page" {
		t.Errorf("page %+v", html)
	}
	fetch := func(link string, header http.Header) *http.Response {
		t.Helper()
		path, ok := strings.CutPrefix(link, "https://hall.example")
		if !ok {
			t.Fatalf("link %s", link)
		}
		return w.do(ask{method: "GET", path: path, header: header}).Result()
	}
	shown := fetch(pic.URL, nil)
	if shown.StatusCode != 200 || shown.Header.Get("Content-Type") != "image/png" || !strings.HasPrefix(shown.Header.Get("Content-Disposition"), "inline") {
		t.Errorf("picture: %d %v", shown.StatusCode, shown.Header)
	}
	down := fetch(html.URL, nil)
	if down.StatusCode != 200 || down.Header.Get("Content-Type") != "application/octet-stream" || !strings.HasPrefix(down.Header.Get("Content-Disposition"), "attachment") ||
		down.Header.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(down.Header.Get("Content-Security-Policy"), "sandbox") {
		t.Errorf("page: %d %v", down.StatusCode, down.Header)
	}
	if part := fetch(html.URL, http.Header{"Range": {"bytes=1-6"}}); part.StatusCode != 206 || part.ContentLength != 6 {
		t.Errorf("range: %d, %d bytes", part.StatusCode, part.ContentLength)
	}
	if same := fetch(html.URL, http.Header{"If-None-Match": {down.Header.Get("ETag")}}); same.StatusCode != 304 {
		t.Errorf("known already: %d", same.StatusCode)
	}
	// A link is good for this file alone, as it is, and for a day.
	u, err := url.Parse(pic.URL)
	if err != nil {
		t.Fatal(err)
	}
	later := u.Query()
	later.Set("ex", "ffffffff")
	other := strings.Replace(pic.URL, pic.ID.String(), html.ID.String(), 1)
	for _, bad := range []string{"https://hall.example" + u.Path, "https://hall.example" + u.Path + "?" + later.Encode(), other, strings.Replace(pic.URL, "pic_ture", "x", 1)} {
		if got := fetch(bad, nil); got.StatusCode != 404 {
			t.Errorf("%s: %d", bad, got.StatusCode)
		}
	}
	w.clock.pass(23 * time.Hour)
	if got := fetch(pic.URL, nil); got.StatusCode != 200 {
		t.Errorf("after 23 hours: %d", got.StatusCode)
	}
	w.clock.pass(3 * time.Hour)
	if got := fetch(pic.URL, nil); got.StatusCode != 404 {
		t.Errorf("after 26 hours: %d", got.StatusCode)
	}
}

// What was refused leaves nothing behind; what may have been sent is kept.
func TestFilesOfRefusedMessages(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		err  error
		kept bool
	}{"refused": {guildhall.ErrMissingPermissions, false}, "unknown": {guildhall.ErrTimeout, true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, api.Config{})
			var key string
			w.owners.script = func(cmd *guildhall.Command) (*guildhall.Answer, error) {
				var f guildhall.CreateMessage
				if err := json.Unmarshal(cmd.Body, &f); err != nil {
					return nil, err
				}
				key = guildhall.AttachmentKey(f.Attachments[0].ID)
				return nil, test.err
			}
			w.do(multipartForm(t, `{}`, [2]string{"a", "b"}))
			open, err := w.blobs.Get(t.Context(), key)
			if kept := err == nil; kept != test.kept {
				t.Errorf("kept: %v", kept)
			}
			if err == nil {
				open.Close()
			}
		})
	}
	w := newWorld(t, api.Config{})
	large := multipartForm(t, `{}`, [2]string{"a", strings.Repeat("x", new(guildhall.Limits).Of(guildhall.LimitAttachmentBytes)+1)})
	w.want(large, 413, "")
	w.want(multipartForm(t, `{"attachments":[{"id":3}]}`, [2]string{"a", "b"}), 400, "")
	if n := w.blobs.Len(); n != 0 {
		t.Errorf("%d blobs are left", n)
	}
}

func TestEditAttachments(t *testing.T) {
	t.Parallel()
	w := newWorld(t, api.Config{})
	edit := multipartForm(t, `{"attachments":[{"id":"4194304","description":"d"},{"id":0}]}`, [2]string{"a", "b"})
	edit.method, edit.path = "PATCH", chat+"/4194305"
	w.do(edit)
	var f guildhall.EditMessage
	if err := json.Unmarshal(w.owners.last().Body, &f); err != nil {
		t.Fatal(err)
	}
	if len(f.Keep.Value) != 1 || f.Keep.Value[0].ID != 4194304 || f.Keep.Value[0].Description.Value != "d" || len(f.Attachments) != 1 {
		t.Errorf("edit %+v", f)
	}
}
