package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"guildhall"
	"guildhall/api"
)

// operations are what the operator can ask for, over the ops listener or in a data folder that no server uses. Bodies
// and answers are JSON.
type operations struct {
	operator *api.Operator
	setup    *setup
	// setupURL makes the link of a secret; nil where no server listens.
	setupURL func(secret string) string
	// waiting is how much the owner has not settled yet.
	waiting func() int
}

type operation func(ctx context.Context, body []byte) (any, error)

func (o *operations) all() map[string]operation {
	return map[string]operation{
		"users":      with(o.createUser),
		"password":   with(o.setPassword),
		"disable":    with(o.setDisabled),
		"reset":      with(o.resetUser),
		"rename":     with(o.renameUser),
		"export":     with(o.exportUser),
		"delete":     with(o.deleteUser),
		"bots":       with(o.createBot),
		"guilds":     with(o.createGuild),
		"members":    with(o.addMember),
		"tokens":     with(o.newToken),
		"setup-link": with(o.newSetupLink),
		"fixture":    with(o.makeFixture),
	}
}

// with decodes the body for an operation.
func with[B, A any](do func(context.Context, B) (A, error)) operation {
	return func(ctx context.Context, body []byte) (any, error) {
		var b B
		if err := json.Unmarshal(body, &b); err != nil {
			return nil, guildhall.ErrInvalidJSON.Because(err)
		}
		return do(ctx, b)
	}
}

// userName names a user by id or, for people, by name.
type userName string

func (o *operations) find(ctx context.Context, name userName) (guildhall.User, error) {
	var none guildhall.User
	if name == "" {
		return none, guildhall.BadField("BASE_TYPE_REQUIRED", "This field is required", "user")
	}
	var id guildhall.UserID
	if err := id.UnmarshalText([]byte(name)); err != nil {
		if id, err = o.operator.FindUser(ctx, string(name)); err != nil {
			return none, err
		}
	}
	return o.operator.User(ctx, id)
}

type newUser struct {
	Username string  `json:"username"`
	Password string  `json:"password"`
	Email    *string `json:"email,omitempty"`
	Operator bool    `json:"operator,omitempty"`
}

type madeUser struct {
	ID       guildhall.UserID `json:"id"`
	Username string           `json:"username"`
	Token    string           `json:"token"`
}

func (o *operations) createUser(ctx context.Context, n newUser) (madeUser, error) {
	self, err := o.operator.CreateUser(ctx, api.NewUser{Username: n.Username, Password: n.Password, Email: n.Email, Operator: n.Operator})
	if err != nil {
		return madeUser{}, err
	}
	token, err := o.operator.NewToken(ctx, self.User)
	return madeUser{self.ID, self.Username, token}, err
}

type passwordOf struct {
	User     userName `json:"user"`
	Password string   `json:"password"`
}

type named struct {
	ID       guildhall.UserID `json:"id"`
	Username string           `json:"username"`
}

func (o *operations) setPassword(ctx context.Context, p passwordOf) (named, error) {
	u, err := o.find(ctx, p.User)
	if err != nil {
		return named{}, err
	}
	return named{u.ID, u.Username}, o.operator.SetPassword(ctx, u.ID, p.Password)
}

type disabledOf struct {
	User     userName `json:"user"`
	Disabled bool     `json:"disabled"`
}

func (o *operations) setDisabled(ctx context.Context, d disabledOf) (named, error) {
	u, err := o.find(ctx, d.User)
	if err != nil {
		return named{}, err
	}
	return named{u.ID, u.Username}, o.operator.SetDisabled(ctx, u.ID, d.Disabled)
}

type newBot struct {
	Name    string   `json:"name"`
	Owner   userName `json:"owner"`
	Private bool     `json:"private,omitempty"`
	// Intents grants all privileged intents.
	Intents bool `json:"intents,omitempty"`
}

type madeBot struct {
	ID            guildhall.UserID        `json:"id"`
	Token         string                  `json:"token"`
	ApplicationID guildhall.ApplicationID `json:"application_id"`
}

func (o *operations) createBot(ctx context.Context, n newBot) (madeBot, error) {
	owner, err := o.find(ctx, n.Owner)
	if err != nil {
		return madeBot{}, err
	}
	return o.bot(ctx, api.NewBot{Name: n.Name, Owner: owner.ID, Private: n.Private, Flags: intentFlags(n.Intents)})
}

func (o *operations) bot(ctx context.Context, n api.NewBot) (madeBot, error) {
	self, err := o.operator.CreateBot(ctx, n)
	if err != nil {
		return madeBot{}, err
	}
	token, err := o.operator.NewToken(ctx, self.User)
	return madeBot{self.ID, token, guildhall.ApplicationID(self.ID)}, err
}

// intentFlags are the application flags that grant every privileged intent, or none.
func intentFlags(all bool) int {
	if !all {
		return 0
	}
	return guildhall.ApplicationPresence | guildhall.ApplicationGuildMembers | guildhall.ApplicationMessageContent
}

type newGuild struct {
	Name  string   `json:"name"`
	Owner userName `json:"owner"`
}

type madeGuild struct {
	ID        guildhall.GuildID   `json:"id"`
	ChannelID guildhall.ChannelID `json:"channel_id"`
}

func (o *operations) createGuild(ctx context.Context, n newGuild) (madeGuild, error) {
	owner, err := o.find(ctx, n.Owner)
	if err != nil {
		return madeGuild{}, err
	}
	return o.guild(ctx, n.Name, owner)
}

func (o *operations) guild(ctx context.Context, name string, owner guildhall.User) (madeGuild, error) {
	g, err := o.operator.CreateGuild(ctx, guildhall.CreateGuild{Name: name, Owner: owner})
	if err != nil {
		return madeGuild{}, err
	}
	made := madeGuild{ID: g.ID}
	for _, c := range g.Channels {
		if c.Type == guildhall.ChannelGuildText {
			made.ChannelID = c.ID
		}
	}
	return made, nil
}

type newMember struct {
	Guild guildhall.GuildID `json:"guild"`
	User  userName          `json:"user"`
	// Administrator gives a bot a role of its own with that permission.
	Administrator bool `json:"administrator,omitempty"`
}

func (o *operations) addMember(ctx context.Context, n newMember) (*guildhall.Member, error) {
	u, err := o.find(ctx, n.User)
	if err != nil {
		return nil, err
	}
	add := guildhall.AddMember{User: u}
	if u.Bot {
		add.Managed = guildhall.Some(guildhall.Permissions(0))
		if n.Administrator {
			add.Managed = guildhall.Some(guildhall.PermissionAdministrator)
		}
	}
	return o.operator.AddMember(ctx, n.Guild, add)
}

type tokenOf struct {
	User userName `json:"user"`
	// Reset ends the tokens that there were.
	Reset bool `json:"reset,omitempty"`
}

type madeToken struct {
	ID    guildhall.UserID `json:"id"`
	Token string           `json:"token"`
}

func (o *operations) newToken(ctx context.Context, t tokenOf) (madeToken, error) {
	u, err := o.find(ctx, t.User)
	if err != nil {
		return madeToken{}, err
	}
	if t.Reset {
		if err := o.operator.RemoveTokens(ctx, u.ID, guildhall.TokensRemoved{AllExcept: true}); err != nil {
			return madeToken{}, err
		}
	}
	token, err := o.operator.NewToken(ctx, u)
	return madeToken{u.ID, token}, err
}

type madeLink struct {
	URL string `json:"url"`
}

func (o *operations) newSetupLink(ctx context.Context, _ struct{}) (madeLink, error) {
	if o.setupURL == nil {
		return madeLink{}, &guildhall.Error{
			Status:  http.StatusConflict,
			Message: "no server runs on this data folder, and it prints a link when it starts: guildhall serve",
		}
	}
	secret, err := o.setup.link(ctx)
	if err != nil {
		return madeLink{}, err
	}
	return madeLink{o.setupURL(secret)}, nil
}

// explain puts an error of the operator's calls into one line, fields included.
func explain(e *guildhall.Error) error {
	var b strings.Builder
	b.WriteString(e.Message)
	for _, f := range e.Fields {
		fmt.Fprintf(&b, "; %s: %s", strings.Join(f.Path, "."), f.Message)
	}
	return fmt.Errorf("%s", b.String())
}
