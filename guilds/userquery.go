package guilds

// pure core

import (
	"strconv"

	"guildhall"
)

// applicationBody is an application as it is answered, but for its owner, of whom only the id is known here: the API
// puts the user in the place of owner_id.
// discord: resources/application#application-object
type applicationBody struct {
	*guildhall.Application
	Type                           *int            `json:"type"`
	FlagsNew                       string          `json:"flags_new"`
	Bot                            *guildhall.User `json:"bot"`
	Summary                        string          `json:"summary"`
	Team                           *struct{}       `json:"team"`
	RedirectURIs                   []string        `json:"redirect_uris"`
	InteractionsEndpointURL        *string         `json:"interactions_endpoint_url"`
	RoleConnectionsVerificationURL *string         `json:"role_connections_verification_url"`
	ApproximateGuildCount          int             `json:"approximate_guild_count"`
	ApproximateUserInstallCount    int             `json:"approximate_user_install_count"`
	ApproximateUserAuthorizations  int             `json:"approximate_user_authorization_count"`
	ExplicitContentFilter          int             `json:"explicit_content_filter"`
	EligibleOAuth2Scopes           []string        `json:"eligible_oauth2_scopes"`
}

func newApplicationBody(a *guildhall.Application, v guildhall.UserView) *applicationBody {
	return &applicationBody{
		Application: a, Bot: v.User(), FlagsNew: strconv.Itoa(a.Flags), RedirectURIs: append([]string{}, a.RedirectURIs...),
		InteractionsEndpointURL: a.InteractionsEndpointURL,
		ApproximateGuildCount:   len(v.Guilds()), EligibleOAuth2Scopes: []string{},
	}
}

func (u *user) queryUser(r *userRequest) (any, error) { return r.view.User(), nil }

func (u *user) querySelf(r *userRequest) (any, error) {
	return guildhall.NewSelf(r.view.User(), r.view.Account()), nil
}

func (u *user) queryGuilds(r *userRequest) (any, error) { return r.view.Guilds(), nil }

func (u *user) queryApplication(r *userRequest) (any, error) {
	a := r.view.Application()
	if a == nil {
		return nil, guildhall.ErrUnknownApplication
	}
	return newApplicationBody(a, r.view), nil
}

func (u *user) queryAccount(r *userRequest) (any, error) {
	a := guildhall.AccountAnswer{User: *r.view.User(), Tokens: r.view.Tokens(), Application: r.view.Application(), Grants: r.view.Grants()}
	if account := r.view.Account(); account != nil {
		a.Account = *account
	}
	return a, nil
}
