package api

import (
	"context"
	"encoding/json"

	"guildhall"
)

// Export is all that the server keeps of a user and that is the user's own. Hashes and secrets are no part of it.
type Export struct {
	User           guildhall.User               `json:"user"`
	Account        exportedAccount              `json:"account"`
	SignIns        []signIn                     `json:"sign_ins"`
	Guilds         []guildhall.GuildRef         `json:"guilds"`
	Privates       []json.RawMessage            `json:"private_channels"`
	Relationships  []guildhall.Relationship     `json:"relationships"`
	Notes          []guildhall.Note             `json:"notes"`
	Applications   []guildhall.OwnedApplication `json:"applications"`
	Authorizations []exportedGrant              `json:"authorizations"`
}

// exportedGrant is what an application was allowed.
type exportedGrant struct {
	ApplicationID guildhall.ApplicationID `json:"application_id"`
	Scopes        []string                `json:"scopes"`
	CreatedAt     guildhall.Timestamp     `json:"created_at"`
}

type exportedAccount struct {
	Email      *string             `json:"email"`
	Locale     string              `json:"locale"`
	CreatedAt  guildhall.Timestamp `json:"created_at"`
	MFAEnabled bool                `json:"mfa_enabled"`
	Operator   bool                `json:"operator"`
	Disabled   bool                `json:"disabled"`
}

// Export reads what is kept of a user.
func (o *Operator) Export(ctx context.Context, id guildhall.UserID) (*Export, error) {
	account, err := o.Account(ctx, id)
	if err != nil {
		return nil, err
	}
	self := guildhall.NewSelf(&account.User, &account.Account)
	e := &Export{User: account.User, SignIns: shownSignIns(&account, ""), Account: exportedAccount{
		Email: self.Email, Locale: self.Locale, CreatedAt: guildhall.TimestampOf(guildhall.Snowflake(id).Time()),
		MFAEnabled: self.MFAEnabled, Operator: account.Account.Operator, Disabled: account.Account.Disabled,
	}}
	e.Authorizations = []exportedGrant{}
	for _, g := range account.Grants {
		e.Authorizations = append(e.Authorizations, exportedGrant{g.ApplicationID, g.Scopes, g.CreatedAt})
	}
	if e.Guilds, err = own[[]guildhall.GuildRef](ctx, o, id, guildhall.QueryUserGuilds); err != nil {
		return nil, err
	}
	if e.Privates, err = own[[]json.RawMessage](ctx, o, id, guildhall.QueryUserPrivates); err != nil {
		return nil, err
	}
	if e.Relationships, err = own[[]guildhall.Relationship](ctx, o, id, guildhall.QueryRelationships); err != nil {
		return nil, err
	}
	if e.Notes, err = own[[]guildhall.Note](ctx, o, id, guildhall.QueryNotes); err != nil {
		return nil, err
	}
	if e.Applications, err = own[[]guildhall.OwnedApplication](ctx, o, id, guildhall.QueryOwnedApplications); err != nil {
		return nil, err
	}
	return e, nil
}

// own asks a user's object in the user's own name.
func own[T any](ctx context.Context, o *Operator, id guildhall.UserID, query string) (T, error) {
	cmd := newCommand(query, nil)
	cmd.Object, cmd.Actor = guildhall.UserObject(id), id
	return ask[T](ctx, o.owners, cmd)
}

func (a *API) exportMyUser(ctx context.Context, r *request) (any, error) {
	return a.operator.Export(ctx, r.who.User)
}
