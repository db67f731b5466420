package guilds

// pure core

import (
	"slices"

	"guildhall"
)

// discord: topics/opcodes-and-status-codes#json-json-error-codes
var errNoSuchEmoji = &guildhall.Error{Status: 404, Code: 10014, Message: "Unknown Emoji"}

// auditedEmoji are the fields whose changes the audit log tells.
var auditedEmoji = []string{"name", "roles"}

// emojisUpdate is the data of GUILD_EMOJIS_UPDATE: all that there are.
// discord: events/gateway-events#guild-emojis-update
type emojisUpdate struct {
	GuildID guildhall.GuildID        `json:"guild_id"`
	Emojis  []*guildhall.CustomEmoji `json:"emojis"`
}

// changeEmoji writes an emoji, or deletes the one before for nil, and tells of all that are left.
func (g *guild) changeEmoji(r *request, d *draft, before, after *guildhall.CustomEmoji) {
	all := slices.DeleteFunc(r.view.Emojis(), func(e *guildhall.CustomEmoji) bool { return before != nil && e.ID == before.ID })
	event, id := guildhall.AuditEmojiUpdate, guildhall.EmojiID(0)
	switch {
	case after == nil:
		event, id = guildhall.AuditEmojiDelete, before.ID
		d.put(guildhall.EmojiRow(r.object, before).Deleted(), guildhall.PlaceRow(guildhall.ChannelID(id), r.object).Deleted())
	case before == nil:
		event, id = guildhall.AuditEmojiCreate, after.ID
		d.put(guildhall.EmojiRow(r.object, after), guildhall.PlaceRow(guildhall.ChannelID(id), r.object))
		all = append(all, after)
	default:
		id = after.ID
		d.put(guildhall.EmojiRow(r.object, after))
		all = append(all, after)
	}
	d.audit(r, event, guildhall.Snowflake(id), auditChanges(orNothing(before), orNothing(after), auditedEmoji...)...)
	d.event("GUILD_EMOJIS_UPDATE", guildhall.Audience{Intents: guildhall.IntentGuildExpressions},
		emojisUpdate{g.id, guildhall.ShownEmojis(all)})
}

// orNothing keeps a nil emoji from becoming something.
func orNothing(e *guildhall.CustomEmoji) any {
	if e == nil {
		return nil
	}
	return e
}

// discord: resources/emoji#create-guild-emoji
func (g *guild) createEmoji(r *request, f guildhall.EmojiFields) (*draft, error) {
	if err := r.require(guildhall.PermissionCreateGuildExpressions); err != nil {
		return nil, err
	}
	author, err := r.author()
	if err != nil {
		return nil, err
	}
	count := 0
	for _, e := range r.view.Emojis() {
		if e.Animated == f.Animated {
			count++
		}
	}
	limit := guildhall.LimitEmojis
	if f.Animated {
		limit = guildhall.LimitAnimatedEmojis
	}
	if err := r.limits.Room(limit, count); err != nil {
		return nil, err
	}
	e := newEmoji(guildhall.EmojiID(r.nextID()), &f)
	e.User = &author.User
	if e.Roles, err = r.emojiRoles(f.Roles.Or(nil)); err != nil {
		return nil, err
	}
	d := &draft{}
	g.changeEmoji(r, d, nil, e)
	d.answer(e.Shown(true))
	return d, nil
}

func newEmoji(id guildhall.EmojiID, f *guildhall.EmojiFields) *guildhall.CustomEmoji {
	return &guildhall.CustomEmoji{
		ID: id, Name: f.Name.Or(""), Roles: []guildhall.RoleID{}, RequireColons: true, Animated: f.Animated, Available: true,
		Image: f.Image,
	}
}

// emojiRoles are the roles to which an emoji is to be kept.
func (r *request) emojiRoles(ids []guildhall.RoleID) ([]guildhall.RoleID, error) {
	for _, id := range ids {
		if r.view.Role(id) == nil {
			return nil, guildhall.ErrUnknownRole
		}
	}
	return append([]guildhall.RoleID{}, ids...), nil
}

// ownEmoji is an emoji that the actor may change: one of its own with the right to make some, another's with the right to
// look after all.
// discord: resources/emoji#modify-guild-emoji
func (r *request) ownEmoji(id guildhall.EmojiID) (*guildhall.CustomEmoji, error) {
	e, p := r.view.Emoji(id), r.permissions()
	own := e != nil && e.User != nil && e.User.ID == r.actor && p.Has(guildhall.PermissionCreateGuildExpressions)
	switch {
	case !own && !p.Has(guildhall.PermissionManageGuildExpressions):
		return nil, guildhall.ErrMissingPermissions
	case e == nil:
		return nil, errNoSuchEmoji
	}
	return e, nil
}

// discord: resources/emoji#modify-guild-emoji
func (g *guild) modifyEmoji(r *request, f guildhall.EmojiFields) (*draft, error) {
	before, err := r.ownEmoji(f.ID)
	if err != nil {
		return nil, err
	}
	e := *before
	e.Name = f.Name.Or(e.Name)
	if f.Roles.Set {
		if e.Roles, err = r.emojiRoles(f.Roles.Or(nil)); err != nil {
			return nil, err
		}
	}
	d := &draft{}
	if !sameJSON(before, &e) {
		g.changeEmoji(r, d, before, &e)
	}
	d.answer(e.Shown(true))
	return d, nil
}

// discord: resources/emoji#delete-guild-emoji
func (g *guild) deleteEmoji(r *request, f guildhall.EmojiFields) (*draft, error) {
	e, err := r.ownEmoji(f.ID)
	if err != nil {
		return nil, err
	}
	d := &draft{}
	g.changeEmoji(r, d, e, nil)
	return d, nil
}

// showsMakers tells whether the actor is shown who made an emoji.
// discord: resources/emoji#list-guild-emojis
func (r *request) showsMakers() bool {
	const either = guildhall.PermissionCreateGuildExpressions | guildhall.PermissionManageGuildExpressions
	return r.permissions()&either != 0
}

func (g *guild) queryEmojis(r *request) (any, error) {
	all := r.view.Emojis()
	for i, e := range all {
		all[i] = e.Shown(r.showsMakers())
	}
	return all, nil
}

func (g *guild) queryEmoji(r *request) (any, error) {
	f, err := body[guildhall.EmojiFields](r.cmd)
	if err != nil {
		return nil, err
	}
	e := r.view.Emoji(f.ID)
	if e == nil {
		return nil, errNoSuchEmoji
	}
	return e.Shown(r.showsMakers()), nil
}

// queryEmojiUse gives an emoji to whom it is to be used by: a member, with one of the emoji's roles where it has some. The
// system asks for its picture.
func (g *guild) queryEmojiUse(r *request) (any, error) {
	e := r.view.Emoji(guildhall.EmojiID(r.cmd.Channel))
	if e == nil || !r.system() && !mayUse(e, r.self()) {
		return nil, errNoSuchEmoji
	}
	return guildhall.EmojiUse{
		Emoji: guildhall.Emoji{ID: e.ID, Name: e.Name, Animated: e.Animated}, Owner: r.object.ID, Image: e.Image,
	}, nil
}

// discord: resources/emoji#emoji-object
func mayUse(e *guildhall.CustomEmoji, m *guildhall.Member) bool {
	if m == nil {
		return false
	}
	return len(e.Roles) == 0 || slices.ContainsFunc(e.Roles, func(id guildhall.RoleID) bool { return slices.Contains(m.Roles, id) })
}

// customEmoji is the emoji of a new reaction: one of the guild's that the actor may use, or one from elsewhere, which the
// API has asked its own home for.
func (r *request) customEmoji(channel guildhall.ChannelID, ref *guildhall.ReactionRef) (guildhall.Emoji, error) {
	if e := r.view.Emoji(ref.Emoji.ID); e != nil {
		if !mayUse(e, r.self()) {
			return guildhall.Emoji{}, guildhall.ErrUnknownEmoji
		}
		return guildhall.Emoji{ID: e.ID, Name: e.Name, Animated: e.Animated}, nil
	}
	switch {
	case !ref.Usable:
		return guildhall.Emoji{}, guildhall.ErrUnknownEmoji
	case !r.in(channel).Has(guildhall.PermissionUseExternalEmojis):
		return guildhall.Emoji{}, guildhall.ErrMissingPermissions
	}
	return ref.Emoji, nil
}
