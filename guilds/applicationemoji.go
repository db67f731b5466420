package guilds

// pure core

import "guildhall"

// createEmoji makes an emoji of the bot's application.
// discord: resources/emoji#create-application-emoji
func (u *user) createEmoji(r *userRequest, f guildhall.EmojiFields) (*draft, error) {
	switch {
	case r.view.Application() == nil:
		return nil, guildhall.ErrUnknownApplication
	case len(r.view.Emojis()) >= r.limits.Of(guildhall.LimitApplicationEmojis):
		return nil, r.limits.Exceeded(guildhall.LimitApplicationEmojis)
	}
	e := newEmoji(guildhall.EmojiID(r.nextID()), &f)
	e.User = f.Creator
	d := &draft{}
	d.put(guildhall.EmojiRow(r.object, e), guildhall.PlaceRow(guildhall.ChannelID(e.ID), r.object))
	d.answer(e.Shown(true))
	return d, nil
}

func (r *userRequest) emoji(id guildhall.EmojiID) (*guildhall.CustomEmoji, error) {
	if r.view.Application() == nil {
		return nil, guildhall.ErrUnknownApplication
	}
	if e := r.view.Emoji(id); e != nil {
		return e, nil
	}
	return nil, errNoSuchEmoji
}

// discord: resources/emoji#modify-application-emoji
func (u *user) modifyEmoji(r *userRequest, f guildhall.EmojiFields) (*draft, error) {
	before, err := r.emoji(f.ID)
	if err != nil {
		return nil, err
	}
	e := *before
	e.Name = f.Name.Or(e.Name)
	d := &draft{}
	if e.Name != before.Name {
		d.put(guildhall.EmojiRow(r.object, &e))
	}
	d.answer(e.Shown(true))
	return d, nil
}

// discord: resources/emoji#delete-application-emoji
func (u *user) deleteEmoji(r *userRequest, f guildhall.EmojiFields) (*draft, error) {
	e, err := r.emoji(f.ID)
	if err != nil {
		return nil, err
	}
	d := &draft{}
	d.put(guildhall.EmojiRow(r.object, e).Deleted(), guildhall.PlaceRow(guildhall.ChannelID(e.ID), r.object).Deleted())
	return d, nil
}

func (u *user) queryEmojis(r *userRequest) (any, error) {
	if r.view.Application() == nil {
		return nil, guildhall.ErrUnknownApplication
	}
	all := r.view.Emojis()
	for i, e := range all {
		all[i] = e.Shown(true)
	}
	return guildhall.ApplicationEmojis{Items: all}, nil
}

func (u *user) queryEmoji(r *userRequest) (any, error) {
	f, err := body[guildhall.EmojiFields](r.cmd)
	if err != nil {
		return nil, err
	}
	e, err := r.emoji(f.ID)
	if err != nil {
		return nil, err
	}
	return e.Shown(true), nil
}

// queryEmojiUse gives an emoji to its own bot, which alone may use it, and to the system for its picture.
func (u *user) queryEmojiUse(r *userRequest) (any, error) {
	e, err := r.emoji(guildhall.EmojiID(r.cmd.Channel))
	if err != nil {
		return nil, err
	}
	return guildhall.EmojiUse{
		Emoji: guildhall.Emoji{ID: e.ID, Name: e.Name, Animated: e.Animated}, Owner: r.object.ID, Image: e.Image,
	}, nil
}
