package api

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"guildhall"
	"guildhall/admission"
)

const (
	// emojiNameMin is the shortest name of a custom emoji.
	emojiNameMin = 2
	// emojiBytesLimit bounds an emoji's picture.
	// discord: resources/emoji#create-guild-emoji
	emojiBytesLimit = 256 << 10
	// emojiRolesMax is as many as a guild has.
	emojiRolesMax = 250
	// emojiPlacesMax bounds of how many emojis it is remembered where their pictures lie. That never changes.
	emojiPlacesMax = 20_000
)

// emojiPlaces remembers where emojis' pictures lie.
type emojiPlaces = admission.Recent[guildhall.EmojiID, string]

func (r *request) emoji() guildhall.EmojiID { return guildhall.EmojiID(r.ids["emoji_id"]) }

// onEmojis makes a command to what the emojis in the path belong to: a guild, or an application's bot.
func (r *request) onEmojis(name string, body any) *guildhall.Command {
	if id := r.ids["application_id"]; id != 0 {
		return r.onObject(guildhall.UserObject(guildhall.UserID(id)), name, body)
	}
	return r.onGuild(name, body)
}

func (a *API) listEmojis(ctx context.Context, r *request) (any, error) {
	body, err := a.query(ctx, r.onEmojis(guildhall.QueryEmojis, nil))
	return body, applicationError(r, err)
}

func (a *API) getEmoji(ctx context.Context, r *request) (any, error) {
	body, err := a.query(ctx, r.onEmojis(guildhall.QueryEmoji, guildhall.EmojiFields{ID: r.emoji()}))
	return body, applicationError(r, err)
}

// applicationError tells of an application what its bot's object tells of itself.
func applicationError(r *request, err error) error {
	if r.ids["application_id"] != 0 && errors.Is(err, guildhall.ErrUnknownUser) {
		return guildhall.ErrUnknownApplication.Because(err)
	}
	return err
}

// mayKeepEmojis refuses those whose pictures would be left behind by an emoji that they may not make.
func (a *API) mayKeepEmojis(ctx context.Context, r *request) error {
	if r.ids["application_id"] != 0 {
		_, err := a.query(ctx, r.onEmojis(guildhall.QueryEmojis, nil))
		return applicationError(r, err)
	}
	partial, err := ask[guildhall.GuildPartial](ctx, a.deps.Owners, r.onGuild(guildhall.QueryGuildPartial, guildhall.GuildQuery{}))
	if err == nil && !partial.Permissions.Has(guildhall.PermissionCreateGuildExpressions) {
		err = guildhall.ErrMissingPermissions
	}
	return err
}

// createEmoji keeps the picture and makes the emoji. A picture whose emoji is then refused all the same, as one too many,
// stays behind, as large as an avatar that somebody has changed again.
func (a *API) createEmoji(ctx context.Context, r *request) (any, error) {
	f, err := parseForm(r.body)
	if err != nil {
		return nil, err
	}
	f.required("name", "image")
	e := guildhall.EmojiFields{Name: f.emojiName(), Roles: f.emojiRoles()}
	image := f.imageField("image")
	if image.Value != nil && len(image.Value.data) > emojiBytesLimit {
		f.fail("BINARY_TYPE_MAX_SIZE", "File cannot be larger than 256.0 kb.", "image")
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	if r.ids["application_id"] != 0 {
		creator, err := ask[guildhall.User](ctx, a.deps.Owners, r.onSelf(guildhall.QueryUser, nil))
		if err != nil {
			return nil, err
		}
		e.Creator, e.Roles = &creator, guildhall.Optional[[]guildhall.RoleID]{}
	}
	if err := a.mayKeepEmojis(ctx, r); err != nil {
		return nil, err
	}
	owner := r.ids["application_id"] | r.ids["guild_id"] // the path has one of the two
	if e.Image, err = a.images.keep(ctx, "emojis", owner, "image", image.Value); err != nil {
		return nil, err
	}
	e.Animated = strings.HasPrefix(e.Image, animatedPrefix)
	body, err := a.command(ctx, r.onEmojis(guildhall.CommandEmojiCreate, e))
	if err != nil {
		return nil, applicationError(r, err)
	}
	return reply{status: http.StatusCreated, body: body}, nil
}

func (a *API) updateEmoji(ctx context.Context, r *request) (any, error) {
	f, err := parseForm(r.body)
	if err != nil {
		return nil, err
	}
	e := guildhall.EmojiFields{ID: r.emoji(), Name: notNull(f.emojiName()), Roles: f.emojiRoles()}
	if err := f.err(); err != nil {
		return nil, err
	}
	body, err := a.command(ctx, r.onEmojis(guildhall.CommandEmojiModify, e))
	return body, applicationError(r, err)
}

func (a *API) deleteEmoji(ctx context.Context, r *request) (any, error) {
	body, err := a.silently(ctx, r.onEmojis(guildhall.CommandEmojiDelete, guildhall.EmojiFields{ID: r.emoji()}))
	return body, applicationError(r, err)
}

// emojiName reads letters, digits and underscores.
func (f *form) emojiName() guildhall.Optional[string] {
	name := f.text("name", emojiNameMin, emojiNameMax)
	if name.Set && !name.Null && !isEmojiName(name.Value) {
		f.fail("STRING_TYPE_REGEX", "String value did not match validation regex.", "name")
	}
	return name
}

// emojiRoles reads the roles that an emoji is kept to; null is none.
func (f *form) emojiRoles() guildhall.Optional[[]guildhall.RoleID] {
	ids := f.ids("roles", emojiRolesMax)
	if !ids.Set {
		return guildhall.Optional[[]guildhall.RoleID]{}
	}
	return guildhall.Some(idsOf[guildhall.RoleID](ids.Value))
}

// usable asks a custom emoji's own home whether the user may use it, and for its true name.
func (a *API) usable(ctx context.Context, r *request, e guildhall.Emoji) (guildhall.Emoji, bool, error) {
	cmd := r.onObject(guildhall.Object{}, guildhall.QueryEmojiUse, nil)
	cmd.Channel = guildhall.ChannelID(e.ID)
	use, err := ask[guildhall.EmojiUse](ctx, a.deps.Owners, cmd)
	var refused *guildhall.Error
	switch {
	case err == nil:
		return use.Emoji, true, nil
	case errors.As(err, &refused) && refused.Status < http.StatusInternalServerError:
		return e, false, nil // unknown, or not for this user
	}
	return e, false, err
}

// cdnEmoji serves the pictures of custom emojis, which are named by the emoji's id.
func (a *API) cdnEmoji(ctx context.Context, r *request) (any, error) {
	name, extension, ok := strings.Cut(r.params["file"], ".")
	id, err := strconv.ParseUint(name, 10, 64)
	if !ok || err != nil || strconv.FormatUint(id, 10) != name {
		return nil, guildhall.ErrNotFound
	}
	base, ok := a.emojis.Get(guildhall.EmojiID(id))
	if !ok {
		cmd := newCommand(guildhall.QueryEmojiUse, nil)
		cmd.Channel = guildhall.ChannelID(id)
		use, err := ask[guildhall.EmojiUse](ctx, a.deps.Owners, cmd)
		var refused *guildhall.Error
		if errors.As(err, &refused) && refused.Status < http.StatusInternalServerError {
			return nil, guildhall.ErrNotFound.Because(err)
		}
		if err != nil {
			return nil, err
		}
		base = "emojis/" + use.Owner.String() + "/" + use.Image
		a.emojis.Put(guildhall.EmojiID(id), base)
	}
	return a.serveImage(ctx, r, base, extension)
}
