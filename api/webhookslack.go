package api

import (
	"context"
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// slackMessage is what of Slack's form of a message has a counterpart here.
// discord: resources/webhook#execute-slackcompatible-webhook
type slackMessage struct {
	Text        string            `json:"text"`
	Username    string            `json:"username"`
	IconURL     string            `json:"icon_url"`
	Attachments []slackAttachment `json:"attachments"`
}

// slackAttachment becomes an embed.
type slackAttachment struct {
	Fallback   string       `json:"fallback"`
	Color      string       `json:"color"`
	Pretext    string       `json:"pretext"`
	AuthorName string       `json:"author_name"`
	AuthorLink string       `json:"author_link"`
	AuthorIcon string       `json:"author_icon"`
	Title      string       `json:"title"`
	TitleLink  string       `json:"title_link"`
	Text       string       `json:"text"`
	Fields     []slackField `json:"fields"`
	ImageURL   string       `json:"image_url"`
	ThumbURL   string       `json:"thumb_url"`
	Footer     string       `json:"footer"`
	FooterIcon string       `json:"footer_icon"`
	Time       json.Number  `json:"ts"`
}

type slackField struct {
	Title string `json:"title"`
	Value string `json:"value"`
	Short bool   `json:"short"`
}

// executeSlackWebhook sends a message that is written in Slack's form, by way of the usual one: what is too long or wrong is
// reported by the names of that.
func (a *API) executeSlackWebhook(ctx context.Context, r *request) (any, error) {
	var m slackMessage
	f, err := parseForm(r.body)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(r.body, &m); err != nil {
		f.fail("DICT_TYPE_CONVERT", "Could not interpret the message as one of Slack's.")
		return nil, f.err()
	}
	fields := map[string]json.RawMessage{"content": mustJSON(slackText(m.Text))}
	if m.Username != "" {
		fields["username"] = mustJSON(m.Username)
	}
	if m.IconURL != "" {
		fields["avatar_url"] = mustJSON(m.IconURL)
	}
	embeds := make([]embed, len(m.Attachments))
	for i := range m.Attachments {
		embeds[i] = m.Attachments[i].embed()
	}
	fields["embeds"] = mustJSON(embeds)
	if _, err := a.sendAsWebhook(ctx, r, newForm(fields)); err != nil {
		return nil, err
	}
	return "ok", nil
}

func (s *slackAttachment) embed() embed {
	e := embed{Title: slackText(s.Title), URL: s.TitleLink, Description: slackText(s.Text), Color: slackColor(s.Color)}
	if s.Pretext != "" {
		e.Description = strings.TrimSpace(slackText(s.Pretext) + "\n" + e.Description)
	}
	if e.Title == "" && e.Description == "" && len(s.Fields) == 0 {
		e.Description = slackText(s.Fallback)
	}
	if s.AuthorName != "" {
		e.Author = &embedPart{Name: s.AuthorName, URL: s.AuthorLink, IconURL: s.AuthorIcon}
	}
	if s.Footer != "" {
		e.Footer = &embedPart{Text: s.Footer, IconURL: s.FooterIcon}
	}
	if s.ImageURL != "" {
		e.Image = &embedImage{URL: s.ImageURL}
	}
	if s.ThumbURL != "" {
		e.Thumbnail = &embedImage{URL: s.ThumbURL}
	}
	for _, field := range s.Fields {
		e.Fields = append(e.Fields, embedField{Name: slackText(field.Title), Value: slackText(field.Value), Inline: field.Short})
	}
	if at, err := s.Time.Float64(); err == nil && at > 0 {
		e.Timestamp = time.UnixMilli(int64(at * 1000)).UTC().Format(time.RFC3339)
	}
	return e
}

// slackColor reads #rrggbb and #rgb and the three names that Slack knows; nil for others.
func slackColor(text string) *int {
	named := map[string]int{"good": 0x2EB886, "warning": 0xDAA038, "danger": 0xA30200}
	if c, ok := named[text]; ok {
		return &c
	}
	text = strings.TrimPrefix(text, "#")
	if len(text) == 3 {
		text = string([]byte{text[0], text[0], text[1], text[1], text[2], text[2]})
	}
	n, err := strconv.ParseUint(text, 16, 24)
	if err != nil || len(text) != 6 {
		return nil
	}
	c := int(n)
	return &c
}

// slackLink is <address> or <address|text>.
var slackLink = regexp.MustCompile(`<(https?://[^|>\s]+)(?:\|([^>]*))?>`)

// slackText turns Slack's links and escapes into Discord's.
func slackText(text string) string {
	text = slackLink.ReplaceAllStringFunc(text, func(link string) string {
		part := slackLink.FindStringSubmatch(link)
		if part[2] == "" {
			return part[1]
		}
		return "[" + part[2] + "](" + part[1] + ")"
	})
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(text)
}
