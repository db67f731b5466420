package api

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"guildhall"
)

// The scopes that are offered.
// discord: topics/oauth2#shared-resources-oauth2-scopes
const (
	scopeIdentify  = "identify"
	scopeEmail     = "email"
	scopeGuilds    = "guilds"
	scopeMember    = "guilds.members.read"
	scopeJoin      = "guilds.join"
	scopeOpenID    = "openid"
	scopeBot       = "bot"
	scopeCommands  = "applications.commands"
	scopeAllow     = "applications.commands.permissions.update"
	codeTime       = time.Minute
	stateMax       = 2048
	challengeBytes = 43 // of S256, in base64url without padding
	responseCode   = "code"
)

// errPrivateBot says that only its owner adds the bot to guilds.
var errPrivateBot = &guildhall.Error{Status: http.StatusForbidden, Code: 50001, Message: "This bot is private: only its owner can add it"}

func offeredScopes() []string {
	return []string{
		scopeIdentify, scopeEmail, scopeGuilds, scopeMember, scopeJoin, scopeOpenID, scopeBot, scopeCommands, scopeAllow,
	}
}

// authorization is what an application asks of a user.
type authorization struct {
	app         guildhall.Application
	bot         guildhall.User
	scopes      []string
	redirect    string
	state       string
	code        bool // wants an authorization code
	challenge   string
	permissions guildhall.Permissions
	guild       guildhall.GuildID
}

func (z *authorization) addsBot() bool { return slices.Contains(z.scopes, scopeBot) }

// readAuthorization checks what an application asks. Nobody is ever sent to an address that is not the application's: until
// that is known, what is wrong is shown to the user alone.
// RFC 6749 §4.1.2.1
func (a *API) readAuthorization(ctx context.Context, r *request) (*authorization, error) {
	q := r.query()
	q.required("client_id", "scope")
	id := idOf[guildhall.UserID](q.id("client_id")).Value
	z := &authorization{
		scopes: strings.Fields(q.text("scope", 1, stateMax).Value), redirect: q.text("redirect_uri", 1, redirectMax).Value,
		state: q.text("state", 0, stateMax).Value, challenge: q.text("code_challenge", challengeBytes, challengeBytes).Value,
		permissions: q.permissions("permissions").Value, guild: idOf[guildhall.GuildID](q.id("guild_id")).Value,
	}
	slices.Sort(z.scopes)
	z.scopes = slices.Compact(z.scopes)
	for _, s := range z.scopes {
		if !slices.Contains(offeredScopes(), s) {
			q.fail("INVALID_SCOPE", "The scope "+strconv.Quote(shortened(s))+" is not offered.", "scope")
		}
	}
	if slices.Contains(z.scopes, scopeCommands) && !z.addsBot() {
		// Commands are offered where the bot is: alone the scope would change nothing.
		q.fail("INVALID_SCOPE", "The scope applications.commands is offered together with bot.", "scope")
	}
	response := q.text("response_type", 1, stateMax).Value
	if response != "" && response != responseCode {
		q.fail("UNSUPPORTED_RESPONSE_TYPE", "Only the response type code is offered.", "response_type")
	}
	if method := q.text("code_challenge_method", 1, stateMax).Value; (method != "" || z.challenge != "") && method != "S256" {
		q.fail("INVALID_CHALLENGE_METHOD", "Only the method S256 is offered.", "code_challenge_method")
	}
	if err := q.err(); err != nil {
		return nil, err
	}
	account, err := a.operator.Account(ctx, id)
	if err != nil {
		return nil, unknownApplication(err)
	}
	if account.Application == nil {
		return nil, guildhall.ErrUnknownApplication
	}
	z.app, z.bot = *account.Application, account.User
	return z, z.fits(r.who.User, response)
}

// fits checks the request against the application.
func (z *authorization) fits(user guildhall.UserID, response string) error {
	install := !slices.ContainsFunc(z.scopes, func(s string) bool { return s != scopeBot && s != scopeCommands })
	z.code = response == responseCode || !install || z.app.CodeGrant && z.addsBot()
	switch {
	case z.code && response != responseCode:
		return guildhall.BadField("BASE_TYPE_REQUIRED", "This field is required", "response_type")
	case z.code && z.redirect == "":
		return guildhall.BadField("BASE_TYPE_REQUIRED", "This field is required", "redirect_uri")
	case z.redirect != "" && !slices.Contains(z.app.RedirectURIs, z.redirect):
		return guildhall.BadField("INVALID_REDIRECT_URI", "The application wants people to be sent to an address that it has not registered.", "redirect_uri")
	case z.addsBot() && !z.app.BotPublic && z.app.OwnerID != user:
		return errPrivateBot
	}
	return nil
}

// authorizationShown is what the page shows before anybody consents.
type authorizationShown struct {
	Application map[string]any        `json:"application"`
	Bot         *guildhall.User       `json:"bot,omitempty"`
	User        guildhall.User        `json:"user"`
	Scopes      []string              `json:"scopes"`
	Permissions guildhall.Permissions `json:"permissions"`
	RedirectURI *string               `json:"redirect_uri"`
	Authorized  bool                  `json:"authorized"`
	Guilds      []authorizeGuild      `json:"guilds"`
}

type authorizeGuild struct {
	ID          guildhall.GuildID     `json:"id"`
	Name        string                `json:"name"`
	Icon        *string               `json:"icon"`
	Permissions guildhall.Permissions `json:"permissions"`
}

// partialApplication is an application as others see it.
// discord: resources/application#application-object
func (a *API) partialApplication(app *guildhall.Application, bot *guildhall.User) map[string]any {
	return map[string]any{
		"id": app.ID, "name": app.Name, "icon": app.Icon, "description": app.Description, "type": nil, "verify_key": a.keys.verifyKey(app.ID),
		"flags": app.Flags, "flags_new": strconv.Itoa(app.Flags), "bot_public": app.BotPublic, "bot_require_code_grant": app.CodeGrant, "bot": bot,
	}
}

// checkAuthorization tells the page what it is to ask the user.
func (a *API) checkAuthorization(ctx context.Context, r *request) (any, error) {
	z, err := a.readAuthorization(ctx, r)
	if err != nil {
		return nil, err
	}
	account, err := a.operator.Account(ctx, r.who.User)
	if err != nil {
		return nil, err
	}
	shown := authorizationShown{
		Application: a.partialApplication(&z.app, &z.bot), User: account.User, Scopes: z.scopes, Permissions: z.permissions,
		Guilds: []authorizeGuild{},
	}
	if z.redirect != "" {
		shown.RedirectURI = &z.redirect
	}
	for _, g := range account.Grants {
		missing := slices.ContainsFunc(z.scopes, func(s string) bool { return !slices.Contains(g.Scopes, s) })
		shown.Authorized = shown.Authorized || g.ApplicationID == z.app.ID && !missing && !g.Doubted
	}
	if z.addsBot() {
		shown.Bot = &z.bot
		if shown.Guilds, err = a.managedGuilds(ctx, r); err != nil {
			return nil, err
		}
	}
	return shown, nil
}

// managedGuilds lists the guilds to which the user may add bots.
func (a *API) managedGuilds(ctx context.Context, r *request) ([]authorizeGuild, error) {
	refs, err := ask[[]guildhall.GuildRef](ctx, a.deps.Owners, r.onSelf(guildhall.QueryUserGuilds, nil))
	if err != nil {
		return nil, err
	}
	found := make([]*authorizeGuild, len(refs))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(askedAtOnce)
	for i, ref := range refs {
		group.Go(func() error {
			cmd := r.onObject(guildhall.GuildObject(ref.ID), guildhall.QueryGuildPartial, guildhall.GuildQuery{})
			g, err := ask[guildhall.GuildPartial](ctx, a.deps.Owners, cmd)
			if isGone(err) {
				return nil
			}
			if err == nil && g.Permissions.Has(guildhall.PermissionManageGuild) {
				found[i] = &authorizeGuild{g.ID, g.Name, g.Icon, g.Permissions}
			}
			return err
		})
	}
	err = group.Wait()
	managed := []authorizeGuild{}
	for _, g := range found {
		if g != nil {
			managed = append(managed, *g)
		}
	}
	slices.SortFunc(managed, func(x, y authorizeGuild) int {
		return strings.Compare(strings.ToLower(x.Name), strings.ToLower(y.Name))
	})
	return managed, err
}

// located answers where the browser is to go.
type located struct {
	Location string `json:"location"`
}

// createAuthorization does what the user has consented to. It needs the user's token in a header that no other site can
// set, so that consent can't be forged.
func (a *API) createAuthorization(ctx context.Context, r *request) (any, error) {
	z, err := a.readAuthorization(ctx, r)
	if err != nil {
		return nil, err
	}
	f, err := parseForm(r.body)
	if err != nil {
		return nil, err
	}
	f.required("authorize")
	consents := f.boolean("authorize").Value
	if id := idOf[guildhall.GuildID](f.id("guild_id")); id.Value != 0 {
		z.guild = id.Value
	}
	// The user may take from what is asked, and adds nothing.
	z.permissions &= f.permissions("permissions").Or(z.permissions)
	if consents && z.addsBot() && z.guild == 0 {
		f.required("guild_id")
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	answer := url.Values{}
	if !consents {
		answer.Set("error", "access_denied")
		answer.Set("error_description", "The resource owner or authorization server denied the request")
		return located{z.location(answer)}, nil
	}
	late := z.app.CodeGrant && z.code
	if z.addsBot() && !late {
		if err := a.addBot(ctx, r.who.User, z.guild, &z.bot, z.permissions); err != nil {
			return nil, err
		}
	}
	if z.code {
		code, err := a.newCode(ctx, r.who.User, z, late)
		if err != nil {
			return nil, err
		}
		answer.Set("code", code)
		if z.addsBot() {
			answer.Set("guild_id", z.guild.String())
			answer.Set("permissions", strconv.FormatUint(uint64(z.permissions), 10))
		}
	}
	return located{z.location(answer)}, nil
}

// location is where the user is sent with an answer: back to the application, or to the page that says that all is done.
func (z *authorization) location(answer url.Values) string {
	if z.redirect == "" {
		if answer.Has("error") {
			return "/oauth2/authorized#denied"
		}
		return "/oauth2/authorized"
	}
	if z.state != "" {
		answer.Set("state", z.state)
	}
	back, err := url.Parse(z.redirect)
	if err != nil {
		return "/oauth2/authorized" // it was checked when it was registered
	}
	// What the address had in its query stays in front. RFC 6749 §3.1.2
	if back.RawQuery != "" {
		back.RawQuery += "&"
	}
	back.RawQuery += answer.Encode()
	return back.String()
}

// addBot adds a bot to a guild in a user's name: the guild judges what the user may do.
func (a *API) addBot(ctx context.Context, user guildhall.UserID, guild guildhall.GuildID, bot *guildhall.User, p guildhall.Permissions) error {
	cmd := newCommand(guildhall.CommandBotAdd, guildhall.AddBot{User: *bot, Permissions: p})
	cmd.Object, cmd.Actor = guildhall.GuildObject(guild), user
	_, err := a.command(ctx, cmd)
	return err
}

func (a *API) newCode(ctx context.Context, user guildhall.UserID, z *authorization, late bool) (string, error) {
	code, hash := guildhall.NewToken(user)
	cmd := newCommand(guildhall.CommandOAuth2Code, guildhall.OAuth2Code{
		Hash: hash, ApplicationID: z.app.ID, RedirectURI: z.redirect, Scopes: z.scopes, Challenge: z.challenge,
		ExpiresAt: guildhall.TimestampOf(a.now().Add(codeTime)), GuildID: z.guild, AddBot: late && z.addsBot(), Permissions: z.permissions,
	})
	cmd.Object = guildhall.UserObject(user)
	_, err := a.command(ctx, cmd)
	return code, err
}

// listMyTokens lists what the user has allowed to applications.
func (a *API) listMyTokens(ctx context.Context, r *request) (any, error) {
	account, err := a.operator.Account(ctx, r.who.User)
	if err != nil {
		return nil, err
	}
	type token struct {
		ID          guildhall.ApplicationID `json:"id"`
		Application map[string]any          `json:"application"`
		Scopes      []string                `json:"scopes"`
	}
	shown := []token{}
	for _, g := range account.Grants {
		app, err := a.operator.Account(ctx, guildhall.UserID(g.ApplicationID))
		if err != nil {
			return nil, err
		}
		if app.Application != nil {
			shown = append(shown, token{g.ApplicationID, a.partialApplication(app.Application, &app.User), g.Scopes})
		}
	}
	return shown, nil
}

// deleteMyToken ends all that the user has allowed to an application.
func (a *API) deleteMyToken(ctx context.Context, r *request) (any, error) {
	account, err := a.operator.Account(ctx, r.who.User)
	if err != nil {
		return nil, err
	}
	end := guildhall.OwnedApplication{ID: r.application()}
	if _, err := a.command(ctx, r.onSelf(guildhall.CommandOAuth2Deauthorize, end)); err != nil {
		return nil, err
	}
	for _, g := range account.Grants {
		for _, t := range g.Tokens {
			if g.ApplicationID == end.ID {
				a.deps.Authenticator.ForgetBearer(t.Hash)
			}
		}
	}
	return nil, nil
}
