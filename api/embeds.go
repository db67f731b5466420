package api

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"guildhall"
)

// The documented limits of embeds, in characters.
// discord: resources/message#embed-object-embed-limits
const (
	embedsMax           = guildhall.EmbedsMax
	embedTitleMax       = 256
	embedDescriptionMax = 4096
	embedFieldsMax      = 25
	embedFieldNameMax   = 256
	embedFieldValueMax  = 1024
	embedFooterMax      = 2048
	embedAuthorMax      = 256
	embedURLMax         = 2048

	colorMax = 0xFFFFFF
)

// embed is what is kept of an embed that a client sends; the rest of the object is the server's to fill in.
// discord: resources/message#embed-object
type embed struct {
	Type        string       `json:"type"`
	Title       string       `json:"title,omitempty"`
	Description string       `json:"description,omitempty"`
	URL         string       `json:"url,omitempty"`
	Timestamp   string       `json:"timestamp,omitempty"`
	Color       *int         `json:"color,omitempty"`
	Footer      *embedPart   `json:"footer,omitempty"`
	Image       *embedImage  `json:"image,omitempty"`
	Thumbnail   *embedImage  `json:"thumbnail,omitempty"`
	Author      *embedPart   `json:"author,omitempty"`
	Fields      []embedField `json:"fields,omitempty"`
}

// embedPart is a footer or an author.
type embedPart struct {
	Text         string `json:"text,omitempty"`
	Name         string `json:"name,omitempty"`
	URL          string `json:"url,omitempty"`
	IconURL      string `json:"icon_url,omitempty"`
	ProxyIconURL string `json:"proxy_icon_url,omitempty"`
}

type embedImage struct {
	URL      string `json:"url"`
	ProxyURL string `json:"proxy_url,omitempty"`
}

type embedField struct {
	Name   string `json:"name"`
	Value  string `json:"value"`
	Inline bool   `json:"inline"`
}

// embeds reads the embeds of a message; null is none.
func (f *form) embeds() guildhall.Optional[[]json.RawMessage] {
	forms, set := f.objects("embeds", embedsMax)
	if !set {
		return guildhall.Optional[[]json.RawMessage]{}
	}
	all := []json.RawMessage{}
	sum := 0
	for _, inner := range forms {
		e, characters := inner.embed()
		sum += characters
		all = append(all, mustJSON(e))
	}
	if most := f.limits.Of(guildhall.LimitEmbedCharacters); sum > most {
		f.fail("MAX_EMBED_SIZE_EXCEEDED", fmt.Sprintf("Embed size exceeds maximum size of %d", most), "embeds")
	}
	return guildhall.Some(all)
}

// embed reads one embed and counts the characters that the sum of all is limited by.
func (f *form) embed() (e embed, characters int) {
	before := len(*f.wrong)
	e.Type = "rich" // whatever the client says
	e.Title = f.text("title", 0, embedTitleMax).Value
	e.Description = f.text("description", 0, embedDescriptionMax).Value
	e.URL = f.url("url")
	if at := f.time("timestamp"); at.Set && !at.Null {
		e.Timestamp = at.Value.Time().Format("2006-01-02T15:04:05.000000-07:00")
	}
	e.Color = f.integer("color", 0, colorMax).Pointer()
	if inner := f.object("footer"); inner != nil {
		inner.requiredText("text")
		e.Footer = &embedPart{Text: inner.text("text", 0, embedFooterMax).Value, IconURL: inner.url("icon_url")}
		e.Footer.ProxyIconURL = f.proxiedURL(e.Footer.IconURL)
		characters += utf8.RuneCountInString(e.Footer.Text)
	}
	if inner := f.object("author"); inner != nil {
		inner.requiredText("name")
		e.Author = &embedPart{
			Name: inner.text("name", 0, embedAuthorMax).Value, URL: inner.url("url"), IconURL: inner.url("icon_url"),
		}
		e.Author.ProxyIconURL = f.proxiedURL(e.Author.IconURL)
		characters += utf8.RuneCountInString(e.Author.Name)
	}
	e.Image, e.Thumbnail = f.embedImage("image"), f.embedImage("thumbnail")
	fields, _ := f.objects("fields", embedFieldsMax)
	for _, inner := range fields {
		inner.requiredText("name", "value")
		field := embedField{
			Name: inner.text("name", 0, embedFieldNameMax).Value, Value: inner.text("value", 0, embedFieldValueMax).Value,
			Inline: inner.boolean("inline").Value,
		}
		e.Fields = append(e.Fields, field)
		characters += utf8.RuneCountInString(field.Name) + utf8.RuneCountInString(field.Value)
	}
	characters += utf8.RuneCountInString(e.Title) + utf8.RuneCountInString(e.Description)
	if len(*f.wrong) == before && characters == 0 && e.Image == nil && e.Thumbnail == nil {
		// What Discord says of an embed with nothing to show.
		f.fail("BASE_TYPE_REQUIRED", "This field is required", "description")
	}
	return e, characters
}

// requiredText also takes spaces alone for nothing.
func (f *form) requiredText(names ...string) {
	for _, name := range names {
		if strings.TrimSpace(unquoted(f.fields[name])) == "" {
			delete(f.fields, name)
		}
	}
	f.required(names...)
}

func (f *form) embedImage(name string) *embedImage {
	inner := f.object(name)
	if inner == nil {
		return nil
	}
	inner.required("url")
	if u := inner.url("url"); u != "" {
		return &embedImage{u, f.proxiedURL(u)}
	}
	return nil
}

// proxiedURL is the address at which this server shows a picture; "" for one that comes with the message.
func (f *form) proxiedURL(address string) string {
	if f.proxy == nil {
		return ""
	}
	return f.proxy(address)
}

// isWeb tells whether an address can be asked for over http or https.
func isWeb(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.User == nil
}

// url reads an address. It is kept as text, and fetched when somebody looks at it.
func (f *form) url(name string) string {
	schemes := []string{"http", "https", "attachment"}
	return read(f, name, func(raw json.RawMessage) (string, bool) {
		s, ok := f.plain(raw, name)
		s = strings.TrimSpace(s)
		if s == "" || !ok {
			return "", ok // libraries send "" for none
		}
		u, err := url.Parse(s)
		switch {
		case !f.length(utf8.RuneCountInString(s), 0, embedURLMax, name):
		case err != nil || u.Scheme == "" || u.Host == "":
			f.fail("URL_TYPE_INVALID_URL", "Not a well formed URL.", name)
		case !slices.Contains(schemes, strings.ToLower(u.Scheme)):
			f.fail("URL_TYPE_INVALID_SCHEME", "Scheme \""+shortened(u.Scheme)+"\" must be one of ('http', 'https').", name)
		default:
			return s, true
		}
		return "", false
	}).Value
}

// timeoutMax is for how long a member may be timed out.
// discord: resources/guild#modify-guild-member
const timeoutMax = 28 * 24 * time.Hour
