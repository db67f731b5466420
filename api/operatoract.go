package api

import (
	"context"
	"fmt"

	"guildhall"
	"guildhall/admission"
)

// NewGuild is a guild that has been made.
type NewGuild struct {
	guildhall.Guild
	Roles    []guildhall.Role    `json:"roles"`
	Channels []guildhall.Channel `json:"channels"`
}

// CreateGuild makes a guild. Ids in it that are of the guild's slot are used as they are.
func (o *Operator) CreateGuild(ctx context.Context, g guildhall.CreateGuild) (*NewGuild, error) {
	cmd := newCommand(guildhall.CommandGuildCreate, g)
	cmd.Birth, cmd.Slot = true, o.slot(guildhall.Snowflake(g.ID))
	made, err := tell[NewGuild](ctx, o.owners, cmd)
	if err != nil {
		return nil, fmt.Errorf("create guild: %w", err)
	}
	return &made, nil
}

// AddMember makes a user a member of a guild.
func (o *Operator) AddMember(ctx context.Context, guild guildhall.GuildID, m guildhall.AddMember) (*guildhall.Member, error) {
	cmd := newCommand(guildhall.CommandMemberAdd, m)
	cmd.Object = guildhall.GuildObject(guild)
	member, err := tell[guildhall.Member](ctx, o.owners, cmd)
	if err != nil {
		return nil, fmt.Errorf("add member: %w", err)
	}
	return &member, nil
}

// AddMembers makes people members of a guild, as many at once as guildhall.AddMembersMax.
func (o *Operator) AddMembers(ctx context.Context, guild guildhall.GuildID, users []guildhall.User) error {
	cmd := newCommand(guildhall.CommandMembersAdd, guildhall.AddMembers{Users: users})
	cmd.Object = guildhall.GuildObject(guild)
	if _, err := settled(o.owners.Command(ctx, cmd)); err != nil {
		return fmt.Errorf("add members: %w", err)
	}
	return nil
}

// NewToken makes another token for a user, shown here and never again.
func (o *Operator) NewToken(ctx context.Context, user guildhall.User) (string, error) {
	return o.newToken(ctx, user, "", "")
}

// newToken makes a token for a program that calls itself client, as long as the password's hash is still the one that was
// looked at; empty for none.
func (o *Operator) newToken(ctx context.Context, user guildhall.User, client, passwordWas string) (string, error) {
	kind := tokenLogin
	if user.Bot {
		kind = tokenBot
	}
	token, hash := guildhall.NewToken(user.ID)
	cmd := newCommand(guildhall.CommandTokenAdd, guildhall.AddToken{
		Token:       guildhall.Token{Hash: hash, CreatedAt: guildhall.TimestampOf(o.now()), Kind: kind, Client: client},
		PasswordWas: passwordWas,
	})
	cmd.Object = guildhall.UserObject(user.ID)
	cmd.Claims = []guildhall.ClaimKey{{Kind: admission.ClaimToken, Key: hash}}
	if _, err := settled(o.owners.Command(ctx, cmd)); err != nil {
		return "", fmt.Errorf("add token: %w", err)
	}
	return token, nil
}

// RemoveTokens ends tokens and the gateway sessions that were opened with them.
func (o *Operator) RemoveTokens(ctx context.Context, user guildhall.UserID, which guildhall.TokensRemoved) error {
	cmd := newCommand(guildhall.CommandTokenRemove, which)
	cmd.Object = guildhall.UserObject(user)
	if _, err := settled(o.owners.Command(ctx, cmd)); err != nil {
		return fmt.Errorf("remove tokens: %w", err)
	}
	return nil
}

// HashPassword checks a new password and makes the form in which it is kept.
func (o *Operator) HashPassword(ctx context.Context, password string) (string, error) {
	if err := checkPassword(password); err != nil {
		return "", err
	}
	return o.passwords.hash(ctx, password)
}

// SetPassword gives a person a new password and ends all logins.
func (o *Operator) SetPassword(ctx context.Context, user guildhall.UserID, password string) error {
	hash, err := o.HashPassword(ctx, password)
	if err != nil {
		return err
	}
	return o.modify(ctx, user, guildhall.ModifyUser{PasswordHash: guildhall.Some(hash)})
}

// SetDisabled keeps a user from doing anything, or lets it again.
func (o *Operator) SetDisabled(ctx context.Context, user guildhall.UserID, disabled bool) error {
	return o.modify(ctx, user, guildhall.ModifyUser{Disabled: guildhall.Some(disabled)})
}

// ResetUser gives a person who has lost the way in a new password, and takes the second factor away.
func (o *Operator) ResetUser(ctx context.Context, user guildhall.UserID, password string) error {
	if err := o.SetPassword(ctx, user, password); err != nil {
		return err
	}
	account, err := o.Account(ctx, user)
	if err != nil || account.Account.MFA == nil {
		return err
	}
	cmd := newCommand(guildhall.CommandMFADisable, guildhall.MFACode{Force: true})
	cmd.Object = guildhall.UserObject(user)
	if _, err := settled(o.owners.Command(ctx, cmd)); err != nil {
		return fmt.Errorf("take second factor away: %w", err)
	}
	return nil
}

// Rename changes a user's name, and gives it as it is kept. The old one is free for others.
func (o *Operator) Rename(ctx context.Context, user guildhall.User, name string) (string, error) {
	cmd := newCommand(guildhall.CommandUserModify, nil)
	if !user.Bot {
		checked, ok := checkUsername(name)
		if !ok {
			return "", errUsername
		}
		name = checked
		cmd.Claims = []guildhall.ClaimKey{{Kind: claimUsername, Key: name}}
	}
	cmd.Body = mustJSON(guildhall.ModifyUser{Username: guildhall.Some(name)})
	cmd.Object = guildhall.UserObject(user.ID)
	if _, err := settled(o.owners.Command(ctx, cmd)); err != nil {
		return "", fmt.Errorf("rename user: %w", err)
	}
	return name, nil
}

func (o *Operator) modify(ctx context.Context, user guildhall.UserID, m guildhall.ModifyUser) error {
	cmd := newCommand(guildhall.CommandUserModify, m)
	cmd.Object = guildhall.UserObject(user)
	if _, err := settled(o.owners.Command(ctx, cmd)); err != nil {
		return fmt.Errorf("modify user: %w", err)
	}
	return nil
}
