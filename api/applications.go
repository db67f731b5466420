package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"guildhall"
)

const (
	// descriptionMax is in characters.
	descriptionMax = 400
	endpointMax    = 2048

	// applicationFlags are those that a bot may set itself: the limited forms of the privileged intents.
	// discord: resources/application#edit-current-application
	applicationFlags = guildhall.ApplicationPresenceLimited | guildhall.ApplicationGuildMembersLimited |
		guildhall.ApplicationMessageContentLimited

	// eventWebhooksDisabled is the only state of event webhooks: there are none.
	// discord: resources/application#application-object-application-event-webhook-status
	eventWebhooksDisabled = 1
)

// getMyApplication is the bot's application, by either of its paths.
func (a *API) getMyApplication(ctx context.Context, r *request) (any, error) {
	body, err := a.query(ctx, r.onSelf(guildhall.QueryApplication, nil))
	return a.showApplication(ctx, r, body, err)
}

// showApplication puts the owner, a user of its own, where the bot's object has an id only.
// discord: resources/application#application-object
func (a *API) showApplication(ctx context.Context, r *request, body any, err error) (any, error) {
	shown, err := decoded[map[string]json.RawMessage](body, err)
	if err != nil {
		return nil, err
	}
	var id guildhall.UserID
	if raw, ok := shown["owner_id"]; ok {
		if err := json.Unmarshal(raw, &id); err != nil {
			return nil, fmt.Errorf("owner of an application: %w", err)
		}
	}
	delete(shown, "owner_id")
	var application guildhall.ApplicationID
	if err := json.Unmarshal(shown["id"], &application); err != nil {
		return nil, fmt.Errorf("id of an application: %w", err)
	}
	shown["verify_key"] = mustJSON(a.keys.verifyKey(application))
	// Who brought the bot may have gone; strict libraries need somebody there.
	shown["owner"] = shown["bot"]
	if id != 0 {
		owner, err := ask[json.RawMessage](ctx, a.deps.Owners, r.onObject(guildhall.UserObject(id), guildhall.QueryUser, nil))
		if err != nil && !errors.Is(err, guildhall.ErrUnknownUser) {
			return nil, err
		}
		if err == nil {
			shown["owner"] = owner
		}
	}
	// Discord's values for how an application is added where nothing was set.
	shown["integration_types_config"] = json.RawMessage(`{"0":{}}`)
	shown["install_params"] = json.RawMessage(`{"scopes":["bot","applications.commands"],"permissions":"0"}`)
	return shown, nil
}

// updateMyApplication changes what a bot may change of its application.
// discord: resources/application#edit-current-application
func (a *API) updateMyApplication(ctx context.Context, r *request) (any, error) {
	return a.changeApplication(ctx, r, guildhall.ApplicationID(r.who.User))
}

// changeApplication changes an application for its bot or its owner; the owner alone decides on it wherever it is refused
// to the bot.
func (a *API) changeApplication(ctx context.Context, r *request, id guildhall.ApplicationID) (any, error) {
	f, err := parseForm(r.body)
	if err != nil {
		return nil, err
	}
	m := guildhall.ModifyApplication{
		Description: f.text("description", 0, descriptionMax), Name: notNull(f.text("name", applicationNameMin, applicationNameMax)),
		RedirectURIs: f.redirects(), BotPublic: notNull(f.boolean("bot_public")), CodeGrant: notNull(f.boolean("bot_require_code_grant")),
		Tags: f.tags(), InteractionsEndpointURL: f.endpointField(),
	}
	if m.Description.Null {
		m.Description = guildhall.Some("")
	}
	m.Flags = notNull(f.integer("flags", 0, 1<<31-1))
	if m.Flags.Value&^applicationFlags != 0 {
		f.fail("APPLICATION_FLAGS_INVALID", "Only limited intent flags can be updated via the API.", "flags")
	}
	icon := f.imageField("icon")
	f.refuse("cover_image", "role_connections_verification_url", "custom_install_url",
		"install_params", "integration_types_config", "event_webhooks_url", "event_webhooks_types", "max_participants", "team_id")
	f.choice("event_webhooks_status", eventWebhooksDisabled)
	if err := f.err(); err != nil {
		return nil, err
	}
	if m.InteractionsEndpointURL.Value == "" && m.InteractionsEndpointURL.Set {
		m.InteractionsEndpointURL = guildhall.Optional[string]{Set: true, Null: true}
	}
	cmd := r.onObject(guildhall.UserObject(guildhall.UserID(id)), guildhall.CommandApplicationModify, nil)
	// Nothing is kept or called for those who may not change it.
	if err := a.mayChange(ctx, r, id, m.InteractionsEndpointURL.Value); err != nil {
		return nil, err
	}
	if m.Icon, err = a.images.keepField(ctx, "app-icons", guildhall.Snowflake(id), "icon", icon); err != nil {
		return nil, err
	}
	cmd.Body = mustJSON(m)
	if string(cmd.Body) == "{}" {
		return a.readApplication(ctx, r, id)
	}
	body, err := a.command(ctx, cmd)
	return a.showApplication(ctx, r, body, unknownApplication(err))
}

// mayChange refuses strangers, and an endpoint that doesn't answer as one.
func (a *API) mayChange(ctx context.Context, r *request, id guildhall.ApplicationID, endpoint string) error {
	if id == guildhall.ApplicationID(r.who.User) && endpoint == "" {
		return nil
	}
	account, err := a.operator.Account(ctx, guildhall.UserID(id))
	if err != nil {
		return unknownApplication(err)
	}
	app := account.Application
	if app == nil || r.who.User != account.User.ID && r.who.User != app.OwnerID {
		return guildhall.ErrUnknownApplication
	}
	if endpoint == "" {
		return nil
	}
	return a.deps.Endpoints.Check(ctx, app, endpoint)
}

// tags reads the words that describe an application.
func (f *form) tags() guildhall.Optional[[]string] {
	const most, each = 5, 20
	if _, set := f.fields["tags"]; !set {
		return guildhall.Optional[[]string]{}
	}
	all := []string{}
	for i, tag := range f.texts("tags", most) {
		tag = strings.TrimSpace(tag)
		if f.length(utf8.RuneCountInString(tag), 1, each, "tags", strconv.Itoa(i)) && !slices.Contains(all, tag) {
			all = append(all, tag)
		}
	}
	return guildhall.Some(all)
}
