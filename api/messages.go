package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"guildhall"
)

// The documented limits of messages.
// discord: resources/message#create-message
const (
	nonceMax    = 25
	mentionsMax = 100
	stickersMax = 3

	pageDefault = 50
	pageMax     = 100

	// messageFlags are those that a sender may set and that mean something here; others are dropped, as Discord does.
	messageFlags = guildhall.MessageSuppressEmbeds | guildhall.MessageSuppressNotifications | guildhall.MessageComponentsV2
)

func (a *API) createMessage(ctx context.Context, r *request) (any, error) {
	f, err := parseForm(r.body)
	if err != nil {
		return nil, err
	}
	m, nonce, err := a.newMessage(r, f)
	if err != nil {
		return nil, err
	}
	if err := a.forward(ctx, r, f, &m); err != nil {
		return nil, err
	}
	cmd := r.onChannel(guildhall.CommandMessageCreate, m)
	cmd.Nonce = nonce
	body, err := a.reach(ctx, r, cmd, func(ctx context.Context, cmd *guildhall.Command) (any, error) {
		return a.messageCommand(ctx, r, cmd)
	})
	a.unfurl(r.http, body)
	return a.readable(r, body, err)
}

// newMessage reads a message to be sent and, where the client wants it enforced, the nonce.
func (a *API) newMessage(r *request, f *form) (m guildhall.CreateMessage, nonce string, err error) {
	f.limits, f.proxy = &a.cfg.ObjectLimits, a.proxied(r.http)
	m = guildhall.CreateMessage{
		Content: f.text("content", 0, f.limits.Of(guildhall.LimitContent)).Value,
		TTS:     f.boolean("tts").Value,
		Embeds:  f.embeds().Value,
		Flags:   f.integer("flags", 0, flagsMax).Value & messageFlags,
	}
	m.Components = f.components().Value
	if f.componentsV2() {
		f.onlyComponents()
	}
	m.AllowedMentions = f.allowedMentions()
	as, canonical := f.nonce()
	m.Nonce = as
	if m.Reference, err = f.reference(r.channel()); err != nil {
		return m, "", err
	}
	m.Attachments = a.createdAttachments(r, f)
	f.noStickers()
	m.Poll = f.poll()
	f.refuse("shared_client_theme")
	enforce := f.boolean("enforce_nonce").Value
	if err := f.err(); err != nil {
		return m, "", err
	}
	if isEmpty(&m) {
		return m, "", guildhall.ErrEmptyMessage
	}
	if enforce {
		nonce = canonical
	}
	return m, nonce, nil
}

// messageCommand is command for what is answered with a message; it notes whether that is a direct one.
func (a *API) messageCommand(ctx context.Context, r *request, cmd *guildhall.Command) (any, error) {
	answer, err := a.deps.Owners.Command(ctx, cmd)
	r.direct = err == nil && answer.Object.Kind == guildhall.KindPrivate
	return settled(answer, err)
}

// readable takes from an owner's answer what the asker may not read: neither suppressing the embeds of another's message nor
// answering it is a way to read it.
// discord: events/gateway#message-content-intent
//
// The links in it are made anew, so that they are good for as long as any.
func (a *API) readable(r *request, body any, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	encoded, readsAll := body.(json.RawMessage), r.direct || r.who.Intents.Has(guildhall.IntentMessageContent)
	if readsAll && !bytes.Contains(encoded, []byte(`"proxy_url"`)) {
		return body, nil // the common case, and nothing in it to change
	}
	m, err := guildhall.DecodeMessage(encoded)
	if err != nil {
		return nil, err
	}
	if !readsAll {
		m = m.Readable(r.who.User)
	}
	return a.linkMessage(r.http, m), nil
}

func (a *API) updateMessage(ctx context.Context, r *request) (any, error) {
	e, err := a.editedMessage(r)
	if err != nil {
		return nil, err
	}
	body, err := a.messageCommand(ctx, r, r.onChannel(guildhall.CommandMessageEdit, e))
	a.unfurl(r.http, body)
	return a.readable(r, body, err)
}

// editedMessage reads a change of the message in the path.
func (a *API) editedMessage(r *request) (guildhall.EditMessage, error) {
	f, err := parseForm(r.body)
	if err != nil {
		return guildhall.EditMessage{}, err
	}
	f.limits, f.proxy = &a.cfg.ObjectLimits, a.proxied(r.http)
	e := guildhall.EditMessage{
		ID: r.message(), Content: f.text("content", 0, f.limits.Of(guildhall.LimitContent)), Embeds: f.embeds(), Components: f.componentsOf(either),
		Flags: notNull(f.integer("flags", 0, flagsMax)), AllowedMentions: f.allowedMentions(),
	}
	if e.Content.Null {
		e.Content = guildhall.Some("")
	}
	if e.Flags.Set {
		e.Flags.Value &= messageFlags
	}
	e.Keep, e.Attachments = f.keptAttachments(r), a.newAttachments(r, f)
	f.noStickers()
	if err := f.err(); err != nil {
		return e, err
	}
	return e, nil
}

func (a *API) deleteMessage(ctx context.Context, r *request) (any, error) {
	return a.silently(ctx, r.onChannel(guildhall.CommandMessageDelete, guildhall.MessageRef{ID: r.message()}))
}

// nonce reads a message's nonce, to be given back as it came, and the form in which two are compared.
// discord: resources/message#create-message
func (f *form) nonce() (as json.RawMessage, canonical string) {
	const name = "nonce"
	raw, _, ok := f.get(name)
	if !ok {
		return nil, ""
	}
	var s string
	if err := json.Unmarshal(raw, &s); err == nil {
		if strings.ContainsRune(s, 0) || !f.length(utf8.RuneCountInString(s), 0, nonceMax, name) {
			return nil, ""
		}
		return mustJSON(s), s
	}
	n, err := strconv.ParseInt(string(raw), 10, 64)
	if err != nil {
		f.fail("NUMBER_TYPE_COERCE", fmt.Sprintf("Value %q is not int.", shortened(string(raw))), name)
		return nil, ""
	}
	return mustJSON(n), strconv.FormatInt(n, 10)
}

// onlyComponents notes what else there is in a message of components alone.
// discord: components/reference#component-object
func (f *form) onlyComponents() {
	for _, name := range []string{"content", "embeds", "poll", "sticker_ids"} {
		raw, _, ok := f.get(name)
		if text := strings.TrimSpace(string(raw)); ok && text != `""` && text != "[]" {
			f.fail("MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
				"The '"+name+"' field cannot be used when using MessageFlags.IS_COMPONENTS_V2", name)
		}
	}
}

// noStickers refuses stickers: there are none, so that none of the ids can be one's.
func (f *form) noStickers() {
	ids := f.ids("sticker_ids", stickersMax).Value
	for i := range ids {
		f.fail("STICKER_NOT_FOUND", "Sticker not found", "sticker_ids", strconv.Itoa(i))
	}
}

// allowedMentions reads whom a message may notify; nil where the client doesn't say.
// discord: resources/message#allowed-mentions-object
func (f *form) allowedMentions() *guildhall.AllowedMentions {
	inner := f.object("allowed_mentions")
	if inner == nil {
		return nil
	}
	m := &guildhall.AllowedMentions{Parse: []string{}, RepliedUser: inner.boolean("replied_user").Value}
	if raw, _, ok := inner.get("parse"); ok {
		kinds := []string{"roles", "users", "everyone"}
		items, _ := inner.listOf(raw, []string{"parse"}, len(kinds)*2)
		for i, item := range items {
			kind := unquoted(item)
			if !slices.Contains(kinds, kind) {
				inner.fail("BASE_TYPE_CHOICES", "Value must be one of ('users', 'roles', 'everyone').", "parse", strconv.Itoa(i))
				continue
			}
			m.Parse = append(m.Parse, kind)
		}
	}
	m.Roles = idsOf[guildhall.RoleID](inner.ids("roles", mentionsMax).Value)
	m.Users = idsOf[guildhall.UserID](inner.ids("users", mentionsMax).Value)
	for _, kind := range []string{"roles", "users"} {
		listed := len(m.Roles)
		if kind == "users" {
			listed = len(m.Users)
		}
		if listed > 0 && slices.Contains(m.Parse, kind) {
			inner.fail("MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
				fmt.Sprintf("parse:[%q] and %s: [ids...] are mutually exclusive.", kind, kind))
		}
	}
	return m
}

// reference reads which message is answered.
// discord: resources/message#message-reference-structure
func (f *form) reference(channel guildhall.ChannelID) (*guildhall.MessageReference, error) {
	const name = "message_reference"
	inner := f.object(name)
	if inner == nil {
		return nil, nil
	}
	kind := inner.choice("type", 0, guildhall.MessageForward).Value
	inner.required("message_id")
	if kind == guildhall.MessageForward {
		inner.required("channel_id")
	}
	ref := &guildhall.MessageReference{
		Type: kind, MessageID: guildhall.MessageID(inner.id("message_id").Value),
		ChannelID: guildhall.ChannelID(inner.id("channel_id").Or(guildhall.Snowflake(channel))),
		GuildID:   guildhall.GuildID(inner.id("guild_id").Value),
	}
	ref.FailIfNotExists = inner.boolean("fail_if_not_exists").Pointer()
	if ref.ChannelID != channel && kind != guildhall.MessageForward {
		f.fail("REPLIES_UNKNOWN_MESSAGE", "Unknown message", name)
	}
	return ref, nil
}
