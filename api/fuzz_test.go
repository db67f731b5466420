package api

import (
	"bytes"
	"encoding/json"
	"io"
	"mime/multipart"
	"strings"
	"testing"
	"unicode/utf8"

	"guildhall"
	"guildhall/routes"
)

func FuzzEmoji(f *testing.F) {
	for _, seed := range []string{"👍", "name:1", "a:name:1", ":", "a::1", "👩‍👩‍👧‍👧", "\x00", "\xff", "x:18446744073709551616"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, err := parseEmoji(text)
		if err != nil {
			return
		}
		if !utf8.ValidString(e.Name) || e.Name == "" || len(e.Key()) > emojiBytesMax || strings.ContainsRune(e.Name, 0) {
			t.Errorf("%q: %+v", text, e)
		}
		if e.ID != 0 && (len(e.Name) > emojiNameMax || strings.Contains(e.Name, ":")) {
			t.Errorf("%q: %+v", text, e)
		}
	})
}

// FuzzBody holds the checker against encoding/json, and reads what passes as every form there is.
func FuzzBody(f *testing.F) {
	for _, seed := range []string{
		`{"content":"x","nonce":5,"embeds":[{"title":"x"}]}`, `{"a":{"a":1},"b":[{"a":1},"\ud83d\udc4d"]}`, `{"a":1,"a":2}`, `["\ud83d"]`, `[[[[]]]]`,
		`{"":"","\u0000":null}`, `null`, `"\\\"\u00"`, `{"allowed_mentions":{"parse":["users",5]},"components":[{"type":1}]}`, `[{"id":1,"position":null}]`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if checkJSON(data) != nil {
			return
		}
		var v any
		numbers := json.NewDecoder(bytes.NewReader(data))
		numbers.UseNumber() // not all of JSON's numbers are Go's
		if err := numbers.Decode(&v); err != nil {
			t.Fatalf("passed and is not JSON: %v", err)
		}
		// Names that occur twice would be lost on the way out and in again.
		again, err := json.Marshal(v)
		if err != nil || bytes.Count(again, []byte(`":`)) < countNames(v) {
			t.Fatalf("%v: %s", err, again)
		}
		form, err := parseForm(data)
		if err == nil {
			readEverything(t, form)
		}
		if forms, _, err := parseForms(data, 10); err == nil {
			for _, form := range forms {
				readEverything(t, form)
			}
		}
	})
}

func countNames(v any) int {
	n := 0
	switch v := v.(type) {
	case map[string]any:
		n = len(v)
		for _, inner := range v {
			n += countNames(inner)
		}
	case []any:
		for _, inner := range v {
			n += countNames(inner)
		}
	}
	return n
}

// readEverything reads all forms from one body; what is refused must be renderable, what is taken within bounds.
func readEverything(t *testing.T, f *form) {
	t.Helper()
	content := f.text("content", 0, f.limits.Of(guildhall.LimitContent))
	embeds := f.embeds()
	_, nonce := f.nonce()
	if _, err := f.reference(1); err != nil {
		mustJSON(errorTree(guildhall.AsError(err).Fields))
	}
	f.allowedMentions()
	f.components()
	f.role()
	f.newChannel()
	f.imageField("avatar")
	f.time("timestamp")
	f.username("username", false)
	if utf8.RuneCountInString(content.Value) > f.limits.Of(guildhall.LimitContent) || len(embeds.Value) > embedsMax || utf8.RuneCountInString(nonce) > nonceMax {
		t.Errorf("above its bound: %d, %d, %d", len(content.Value), len(embeds.Value), len(nonce))
	}
	if err := f.err(); err != nil {
		mustJSON(errorTree(guildhall.AsError(err).Fields))
	}
}

func FuzzMultipart(f *testing.F) {
	var whole bytes.Buffer
	w := multipart.NewWriter(&whole)
	if err := w.SetBoundary("B"); err != nil {
		f.Fatal(err)
	}
	if err := w.WriteField("payload_json", `{"content":"x"}`); err != nil {
		f.Fatal(err)
	}
	if err := w.Close(); err != nil {
		f.Fatal(err)
	}
	f.Add(whole.Bytes(), "B")
	f.Add([]byte("--B\r\n\r\n--B--"), "B")
	f.Add([]byte("--B\r\nContent-Disposition: form-data; name=\"files[0]\"; filename=\"../../x\"\r\n\r\nx\r\n--B--"), "B")
	f.Fuzz(func(t *testing.T, data []byte, boundary string) {
		payload, err := readMultipart(bytes.NewReader(data), boundary, func(p *multipart.Part) error {
			_, err := io.Copy(io.Discard, p)
			return err
		})
		if err == nil && !json.Valid(payload) {
			t.Errorf("not JSON: %q", payload)
		}
	})
}

func FuzzImageHeader(f *testing.F) {
	f.Add([]byte("GIF89a\x01\x00\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x01D\x00;"))
	f.Add([]byte("\xff\xd8\xff\xda\x00\x02\xff\xda\x00\x02"))
	f.Add([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x00\x00\x00\x00"))
	f.Add([]byte("RIFF\x1a\x00\x00\x00WEBPVP8L\r\x00\x00\x00/\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := inspect(data)
		if err != nil {
			return
		}
		if p.width*p.height*p.frames > imagePixelsMax || p.width < 1 || p.height < 1 {
			t.Errorf("passed: %d×%d×%d", p.width, p.height, p.frames)
		}
		if p.width*p.height < 1<<16 {
			_, _ = p.decode(t.Context(), bytes.NewReader(data)) // must not panic
		}
	})
}

func FuzzPattern(f *testing.F) {
	f.Add("/guilds/1/x")
	f.Add("//%00/" + strings.Repeat("x", 500))
	m := newMissing(routes.Words(routes.Table()))
	f.Fuzz(func(t *testing.T, path string) {
		got := m.pattern(path)
		if len(got) > missingBytes || !strings.HasPrefix(got, "/") {
			t.Errorf("%q: %q", path, got)
		}
		if len(got) == missingBytes {
			return // cut, perhaps within a word
		}
		for part := range strings.SplitSeq(got[1:], "/") {
			if part != "" && part != "{id}" && !m.words[part] {
				t.Errorf("%q: %q names what is no word", path, got)
			}
		}
	})
}
