package guildhall

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

// attachmentScheme begins the address by which a message's embeds and components name one of its own files.
// discord: reference#editing-message-attachments
const attachmentScheme = "attachment://"

// mediaFields are the fields that hold media in components and embeds.
var mediaFields = []string{"media", "file", "image", "thumbnail", "author", "footer"}

// Linked is the message with the addresses of its own files where embeds and components name them. What is stored names
// them, because links expire. The message itself is not changed.
func (m *Message) Linked() *Message {
	if len(m.Attachments) == 0 && len(m.MessageSnapshots) == 0 {
		return m
	}
	linked := *m
	linked.Embeds, linked.Components = m.linkAll(m.Embeds), m.linkAll(m.Components)
	linked.MessageSnapshots = slices.Clone(m.MessageSnapshots)
	for i := range linked.MessageSnapshots {
		forwarded := &linked.MessageSnapshots[i].Message
		own := Message{Attachments: forwarded.Attachments}
		forwarded.Embeds, forwarded.Components = own.linkAll(forwarded.Embeds), own.linkAll(forwarded.Components)
	}
	return &linked
}

// MissingFile is the name of a file that the message's components show and that did not come with it; "" for none.
func (m *Message) MissingFile() string {
	missing := ""
	for _, c := range m.Components {
		if !bytes.Contains(c, []byte(attachmentScheme)) {
			continue
		}
		walkMedia(decodeAny(c), func(media map[string]any, key string) {
			if name, ok := fileNamed(media, key); ok && m.file(name) == nil {
				missing = name
			}
		})
	}
	return missing
}

func (m *Message) linkAll(list []json.RawMessage) []json.RawMessage {
	linked := slices.Clone(list)
	for i, raw := range list {
		if !bytes.Contains(raw, []byte(attachmentScheme)) {
			continue
		}
		v := decodeAny(raw)
		walkMedia(v, func(media map[string]any, key string) {
			name, _ := fileNamed(media, key)
			if a := m.file(name); a != nil {
				a.putInto(media, key)
			}
		})
		linked[i] = encode(v)
	}
	return linked
}

// putInto makes the address in a media item this file's.
func (a *Attachment) putInto(media map[string]any, key string) {
	media[key] = a.URL
	if key == "icon_url" {
		media["proxy_icon_url"] = a.ProxyURL
		return
	}
	media["proxy_url"] = a.ProxyURL
	if _, component := media["id"]; component {
		media["id"], media["attachment_id"] = a.ID, a.ID
	}
	if a.Width > 0 {
		media["width"], media["height"] = a.Width, a.Height
	}
	media["content_type"] = a.ContentType
}

func (m *Message) file(name string) *Attachment {
	for i := range m.Attachments {
		if m.Attachments[i].Filename == name {
			return &m.Attachments[i]
		}
	}
	return nil
}

// fileNamed is the name of the message's own file that a media item shows.
func fileNamed(media map[string]any, key string) (string, bool) {
	address, _ := media[key].(string)
	return strings.CutPrefix(address, attachmentScheme)
}

// Reproxied is the message with what proxy makes of each address that it shows for another. The message itself is not changed.
func (m *Message) Reproxied(proxy func(address, shownAt string) string) *Message {
	anew := func(list []json.RawMessage) []json.RawMessage {
		made := slices.Clone(list)
		for i, raw := range list {
			v := decodeAny(raw)
			walkMedia(v, func(media map[string]any, key string) {
				address, _ := media[key].(string)
				if shownAt, ok := media["proxy_"+key].(string); ok {
					media["proxy_"+key] = proxy(address, shownAt)
				}
			})
			made[i] = encode(v)
		}
		return made
	}
	moved := *m
	moved.Embeds, moved.Components = anew(m.Embeds), anew(m.Components)
	return &moved
}

// walkMedia visits the media items within a component or an embed.
func walkMedia(v any, visit func(media map[string]any, key string)) {
	switch v := v.(type) {
	case []any:
		for _, inner := range v {
			walkMedia(inner, visit)
		}
	case map[string]any:
		for name, inner := range v {
			if media, ok := inner.(map[string]any); ok && slices.Contains(mediaFields, name) {
				visit(media, "url")
				visit(media, "icon_url")
			}
			walkMedia(inner, visit)
		}
	}
}

// decodeAny reads JSON that was checked before it was stored; numbers stay as they are written.
func decodeAny(raw json.RawMessage) any {
	var v any
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		return nil
	}
	return v
}
