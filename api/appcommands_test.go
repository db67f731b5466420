package api_test

import (
	"net/http"
	"testing"

	"guildhall"
	"guildhall/api"
)

// TestAppCommandLocalizations: lists leave the languages out and answer in the one that is asked for.
func TestAppCommandLocalizations(t *testing.T) {
	t.Parallel()
	w := newWorld(t, api.Config{})
	command := &guildhall.ApplicationCommand{
		ID: 1, ApplicationID: guildhall.ApplicationID(botID), Version: 2, Type: 1, Name: "roll", Description: "Roll",
		NameLocalizations: map[string]string{"de": "würfeln"}, IntegrationTypes: []int{0},
		Options: []guildhall.AppOption{{
			Type: 3, Name: "o", Description: "d", NameLocalizations: map[string]string{"de": "ö"},
			Choices: []guildhall.AppChoice{{Name: "A", Value: []byte(`"a"`), NameLocalizations: map[string]string{"de": "Ä"}}},
		}},
	}
	w.owners.script = func(*guildhall.Command) (*guildhall.Answer, error) {
		return answerOf([]*guildhall.ApplicationCommand{command}), nil
	}
	path := "/api/v10/applications/" + botID.String() + "/commands"
	const common = `"id":"1","application_id":"423624704","version":"2","type":1,"description":"Roll","default_member_permissions":null,"contexts":null,"integration_types":[0],"nsfw":false`
	w.want(ask{method: "GET", path: path, as: botID, header: http.Header{"X-Discord-Locale": {"de"}}}, 200,
		`[{`+common+`,"name":"roll","name_localized":"würfeln","options":[{"type":3,"name":"o","name_localized":"ö","description":"d","choices":[{"name":"A","name_localized":"Ä","value":"a"}]}]}]`)
	w.want(ask{method: "GET", path: path + "?with_localizations=true", as: botID}, 200,
		`[{`+common+`,"name":"roll","name_localizations":{"de":"würfeln"},"description_localizations":null,"options":[{"type":3,"name":"o","name_localizations":{"de":"ö"},"description":"d","description_localizations":null,"choices":[{"name":"A","name_localizations":{"de":"Ä"},"value":"a"}]}]}]`)
}

// TestAppCommandErrors: what an owner says of strangers becomes what Discord says of them.
func TestAppCommandErrors(t *testing.T) {
	t.Parallel()
	w := newWorld(t, api.Config{})
	for _, c := range []struct {
		path   string
		err    *guildhall.Error
		status int
		body   string
	}{
		{"/applications/5/commands", guildhall.ErrMissingAccess, 403, `{"code":20012,"message":"You are not authorized to perform this action on this application"}`},
		{"/applications/5/commands", guildhall.ErrUnknownUser, 404, `{"code":10002,"message":"Unknown Application"}`},
		{"/applications/5/guilds/6/commands", guildhall.ErrUnknownGuild, 403, `{"code":50001,"message":"Missing Access"}`},
	} {
		w.owners.script = func(*guildhall.Command) (*guildhall.Answer, error) {
			return &guildhall.Answer{Status: guildhall.Refused, Err: c.err}, nil
		}
		w.want(ask{method: "GET", path: "/api/v10" + c.path, as: botID}, c.status, c.body)
	}
	w.want(ask{method: "PUT", path: "/api/v10/applications/5/guilds/6/commands/7/permissions", as: botID, body: `{}`}, 403,
		`{"code":20001,"message":"Bots cannot use this endpoint"}`)
	w.want(ask{method: "GET", path: "/api/v10/applications/5/commands", as: personID}, 403, `{"code":20002,"message":"Only bots can use this endpoint"}`)
}
