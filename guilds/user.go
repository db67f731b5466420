package guilds

// pure core

import (
	"fmt"
	"strings"
	"time"

	"guildhall"
)

// user is what commands do to a person or a bot and what queries see of it.
type user struct {
	id    guildhall.UserID
	state guildhall.UserState
}

// userRequest is one command or query of a user, with the layer of the state by which it is judged.
type userRequest struct {
	*env
	cmd   *guildhall.Command
	actor guildhall.UserID
	view  guildhall.UserView
}

// deleted tells whether the account has been deleted: what is left of it only takes part in its own end.
func (r *userRequest) deleted() bool {
	account := r.view.Account()
	return account != nil && account.Deleted
}

// system tells whether the operator or the server itself asks.
func (r *userRequest) system() bool { return r.actor == 0 }

// userCommand says how a command is decided and by whom.
type userCommand struct {
	decide func(*user, *userRequest) (*draft, error)
	access userAccess
}

// userAccess says who may ask.
type userAccess uint8

const (
	anyone userAccess = iota
	selfOnly
	systemOnly
	// ownerToo: the user itself, or the owner of its application.
	ownerToo
)

func (r *userRequest) admit(access userAccess) error {
	if r.view.User() == nil {
		return guildhall.ErrUnknownUser
	}
	if r.system() || access == anyone {
		return nil
	}
	self := r.actor == r.view.User().ID
	application := r.view.Application()
	switch {
	case access == selfOnly && self:
		return nil
	case access == ownerToo && (self || application != nil && application.OwnerID == r.actor):
		return nil
	}
	return guildhall.ErrMissingAccess
}

func userChange[B any](access userAccess, decide func(*user, *userRequest, B) (*draft, error)) userCommand {
	return userCommand{access: access, decide: func(u *user, r *userRequest) (*draft, error) {
		b, err := body[B](r.cmd)
		if err != nil {
			return nil, err
		}
		return decide(u, r, b)
	}}
}

// userCommands are all commands of a user but its birth.
var userCommands = map[string]userCommand{
	guildhall.CommandUserModify:        userChange(selfOnly, (*user).modify),
	guildhall.CommandTokenAdd:          userChange(systemOnly, (*user).addToken),
	guildhall.CommandTokenRemove:       userChange(systemOnly, (*user).removeTokens),
	guildhall.CommandApplicationModify: userChange(ownerToo, (*user).modifyApplication),
	guildhall.CommandUserGuildJoined:   userChange(systemOnly, (*user).joinGuild),
	guildhall.CommandUserGuildLeft:     userChange(systemOnly, (*user).leaveGuild),
	guildhall.CommandAppCommandPut:     userChange(ownerToo, (*user).putAppCommand),
	guildhall.CommandAppCommandModify:  userChange(ownerToo, (*user).modifyAppCommand),
	guildhall.CommandAppCommandDelete:  userChange(ownerToo, (*user).deleteAppCommand),
	guildhall.CommandAppCommandsSet:    userChange(ownerToo, (*user).setAppCommands),
	guildhall.CommandInteractionSend:   userChange(systemOnly, (*user).sendInteraction),
	guildhall.CommandUserPrivatePut:    userChange(systemOnly, (*user).putPrivate),
	guildhall.CommandUserPrivateDelete: userChange(systemOnly, (*user).deletePrivate),
	guildhall.CommandEmojiCreate:       userChange(ownerToo, (*user).createEmoji),
	guildhall.CommandEmojiModify:       userChange(ownerToo, (*user).modifyEmoji),
	guildhall.CommandEmojiDelete:       userChange(ownerToo, (*user).deleteEmoji),

	guildhall.CommandApplicationReserve: userChange(selfOnly, (*user).reserveApplication),
	guildhall.CommandApplicationOwned:   userChange(systemOnly, (*user).ownApplication),
	guildhall.CommandApplicationGone:    userChange(systemOnly, (*user).disownApplication),
	guildhall.CommandApplicationSecret:  userChange(systemOnly, (*user).setSecret),
	guildhall.CommandTokenReset:         userChange(systemOnly, (*user).resetToken),

	guildhall.CommandOAuth2Code:        userChange(systemOnly, (*user).addCode),
	guildhall.CommandOAuth2Exchange:    userChange(systemOnly, (*user).exchangeCode),
	guildhall.CommandOAuth2Refresh:     userChange(systemOnly, (*user).refreshToken),
	guildhall.CommandOAuth2Issue:       userChange(systemOnly, (*user).issueToken),
	guildhall.CommandOAuth2Revoke:      userChange(systemOnly, (*user).revokeToken),
	guildhall.CommandOAuth2Deauthorize: userChange(selfOnly, (*user).deauthorize),

	guildhall.CommandRelationshipPut:    userChange(selfOnly, (*user).putRelationship),
	guildhall.CommandRelationshipDelete: userChange(selfOnly, (*user).deleteRelationship),
	guildhall.CommandRelationshipFrom:   userChange(systemOnly, (*user).relationshipFrom),
	guildhall.CommandRelationshipUser:   userChange(systemOnly, (*user).relationshipUser),
	guildhall.CommandNotePut:            userChange(selfOnly, (*user).putNote),

	guildhall.CommandMFAEnable:  userChange(systemOnly, (*user).enableMFA),
	guildhall.CommandMFAUse:     userChange(systemOnly, (*user).useMFA),
	guildhall.CommandMFACodes:   userChange(systemOnly, (*user).replaceCodes),
	guildhall.CommandMFADisable: userChange(systemOnly, (*user).disableMFA),
	guildhall.CommandUserDelete: userChange(systemOnly, (*user).delete),
}

type userQuery struct {
	answer func(*user, *userRequest) (any, error)
	access userAccess
}

// userQueries are all queries of a user.
var userQueries = map[string]userQuery{
	guildhall.QueryUser:         {(*user).queryUser, anyone},
	guildhall.QuerySelf:         {(*user).querySelf, selfOnly},
	guildhall.QueryUserGuilds:   {(*user).queryGuilds, selfOnly},
	guildhall.QueryUserPrivates: {(*user).queryPrivates, selfOnly},
	guildhall.QueryAcquainted:   {(*user).queryAcquainted, systemOnly},
	guildhall.QueryRequestable:  {(*user).queryRequestable, systemOnly},
	guildhall.QueryEmojis:       {(*user).queryEmojis, ownerToo},
	guildhall.QueryEmoji:        {(*user).queryEmoji, ownerToo},
	guildhall.QueryEmojiUse:     {(*user).queryEmojiUse, selfOnly},
	guildhall.QueryApplication:  {(*user).queryApplication, ownerToo},
	guildhall.QueryAccount:      {(*user).queryAccount, systemOnly},
	guildhall.QueryAppCommands:  {(*user).queryAppCommands, ownerToo},

	guildhall.QueryOwnedApplications: {(*user).queryOwned, selfOnly},

	guildhall.QueryRelationships: {(*user).queryRelationships, selfOnly},
	guildhall.QueryNotes:         {(*user).queryNotes, selfOnly},
}

// needs names nothing: a user is resident whole.
func (u *user) needs(*env, *guildhall.Command) []guildhall.RowKey { return nil }

func (u *user) decide(env *env, cmd *guildhall.Command) (*draft, error) {
	r := &userRequest{env: env, cmd: cmd, actor: cmd.Actor, view: u.state.Proposed()}
	if cmd.Name == guildhall.CommandUserCreate {
		b, err := body[guildhall.CreateUser](cmd)
		if err != nil {
			return nil, err
		}
		return u.create(r, b)
	}
	c, ok := userCommands[cmd.Name]
	if !ok {
		return nil, guildhall.ErrInternal.Because(fmt.Errorf("user command %q is not known", cmd.Name))
	}
	if err := r.admit(c.access); err != nil {
		return nil, err
	}
	return c.decide(u, r)
}

func (u *user) query(env *env, cmd *guildhall.Command) (any, error) {
	q, ok := userQueries[cmd.Name]
	if !ok {
		return nil, guildhall.ErrInternal.Because(fmt.Errorf("user query %q is not known", cmd.Name))
	}
	r := &userRequest{env: env, cmd: cmd, actor: cmd.Actor, view: u.state.Committed()}
	if err := r.admit(q.access); err != nil {
		return nil, err
	}
	return q.answer(u, r)
}

func (u *user) apply(row *guildhall.Row, phase guildhall.Phase) error {
	return u.state.Apply(row, phase)
}

func (u *user) snapshot([]guildhall.UserID) *guildhall.Snapshot {
	return &guildhall.Snapshot{Rows: u.state.Rows(), Whole: true}
}

func (u *user) owns(key guildhall.ClaimKey) bool {
	v := u.state.Proposed()
	switch key.Kind {
	case guildhall.ClaimUsername:
		return v.User() != nil && strings.EqualFold(v.User().Username, key.Key)
	case guildhall.ClaimEmail:
		a := v.Account()
		return a != nil && a.Email != nil && strings.EqualFold(*a.Email, key.Key)
	case guildhall.ClaimToken:
		return v.Token(key.Key) != nil
	}
	return true
}

func (u *user) due(time.Time) []*guildhall.Command { return nil }

func (u *user) exists() bool { return u.state.Committed().User() != nil }

// create makes a person or, with an application, a bot.
func (u *user) create(r *userRequest, f guildhall.CreateUser) (*draft, error) {
	switch {
	case !r.system():
		return nil, guildhall.ErrMissingAccess
	case r.view.User() != nil:
		return nil, guildhall.ErrInvalidForm.Because(fmt.Errorf("user %s exists", r.object.ID))
	}
	bot := f.Application != nil
	if err := checkUsername(f.Username, bot); err != nil {
		return nil, err
	}
	made := &guildhall.User{
		ID: guildhall.UserID(r.object.ID), Username: f.Username, GlobalName: f.GlobalName, Bot: bot,
		Discriminator: discriminator(guildhall.UserID(r.object.ID), bot),
	}
	d := &draft{}
	d.put(guildhall.UserRow(made), guildhall.AccountRow(made.ID, &f.Account))
	if bot {
		a := *f.Application
		a.ID = guildhall.ApplicationID(made.ID)
		if a.Name == "" {
			a.Name = f.Username
		}
		d.put(guildhall.ApplicationRow(&a))
		if a.OwnerID != 0 {
			owned := guildhall.OwnedApplication{ID: a.ID, CreatedAt: guildhall.TimestampOf(r.now)}
			d.send(guildhall.UserObject(a.OwnerID), guildhall.CommandApplicationOwned, owned)
		}
	}
	for i := range f.Tokens {
		d.put(newToken(made.ID, f.Tokens[i], guildhall.TimestampOf(r.now)))
	}
	d.answer(guildhall.NewSelf(made, &f.Account))
	return d, nil
}

// discriminator is "0" for people, whose names are unique. A bot's follows from its id.
// discord: resources/user#user-object
func discriminator(id guildhall.UserID, bot bool) string {
	if !bot {
		return "0"
	}
	// 0000 is left out: it marks webhooks.
	const numbers, mix = 9999, 2654435761
	return fmt.Sprintf("%04d", uint64(id)*mix>>16%numbers+1)
}

// The lengths of user names.
// discord: resources/user#usernames-and-nicknames
const usernameMin, usernameMax = 2, 32

// checkUsername: a person's name consists of small letters, digits, underscores and single full stops; a bot's only
// must not look like a mention or like Discord's own words.
func checkUsername(name string, bot bool) error {
	if n := len([]rune(name)); n < usernameMin || n > usernameMax {
		return guildhall.BadField("BASE_TYPE_BAD_LENGTH", "Must be between 2 and 32 in length.", "username")
	}
	if bot {
		for _, bad := range []string{"@", "#", ":", "```", "discord"} {
			if strings.Contains(strings.ToLower(name), bad) {
				return guildhall.BadField("USERNAME_INVALID_CONTAINS", fmt.Sprintf("Username cannot contain %q", bad), "username")
			}
		}
		if lower := strings.ToLower(name); lower == "everyone" || lower == "here" {
			return guildhall.BadField("USERNAME_INVALID", fmt.Sprintf("Username cannot be %q", name), "username")
		}
		return nil
	}
	for _, c := range name {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_' && c != '.' {
			return badUsername()
		}
	}
	if strings.Contains(name, "..") {
		return badUsername()
	}
	return nil
}

func badUsername() error {
	return guildhall.BadField("USERNAME_INVALID", "Please only use numbers, letters, underscores _ , or periods.", "username")
}
