package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"guildhall"
	"guildhall/api"
)

func deadline(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func TestOperatorCommands(t *testing.T) {
	t.Parallel()
	w := newWorld(t, api.Config{})
	people(w)
	o, ctx := w.Operator(), deadline(t)
	id := guildhall.UserID(77<<22 | 5<<12)
	token := guildhall.FormatToken(id, [32]byte{1})
	if _, err := o.CreateBot(ctx, api.NewBot{ID: id, Name: "Helper bot", Owner: personID, Flags: 1 << 19, Token: token}); err != nil {
		t.Fatal(err)
	}
	cmd := w.owners.last()
	var c guildhall.CreateUser
	if err := json.Unmarshal(cmd.Body, &c); err != nil {
		t.Fatal(err)
	}
	if !cmd.Birth || cmd.Slot != 5 || cmd.Actor != 0 || !cmd.Object.IsZero() || c.Application == nil || c.Application.OwnerID != personID ||
		len(c.Application.VerifyKey) != 64 || len(c.Tokens) != 1 || c.Tokens[0].Hash != guildhall.TokenHash(token) || c.Tokens[0].Kind != "bot" ||
		len(cmd.Claims) != 1 || cmd.Claims[0] != (guildhall.ClaimKey{Kind: "token", Key: guildhall.TokenHash(token)}) {
		t.Errorf("create bot: %+v %+v", cmd, c)
	}
	if _, err := o.CreateUser(ctx, api.NewUser{ID: id, Username: "x.y", Token: guildhall.FormatToken(id+1, [32]byte{1})}); !errors.Is(err, guildhall.ErrInvalidForm) {
		t.Errorf("another's token: %v", err)
	}
	if _, err := o.CreateUser(ctx, api.NewUser{Username: "Zoe"}); err != nil {
		t.Fatal(err)
	}
	if cmd := w.owners.last(); cmd.Slot != 7 || cmd.Claims[0] != (guildhall.ClaimKey{Kind: "username", Key: "zoe"}) {
		t.Errorf("create user: %+v", cmd)
	}
	found, err := o.FindUser(ctx, "ZOE")
	if err != nil || found == 0 {
		t.Errorf("find: %v, %v", found, err)
	}
	if _, err := o.FindUser(ctx, "nobody"); !errors.Is(err, guildhall.ErrUnknownUser) {
		t.Errorf("find nobody: %v", err)
	}
	if err := o.SetPassword(ctx, found, "correct horse"); err != nil {
		t.Fatal(err)
	}
	if cmd := w.owners.last(); cmd.Name != guildhall.CommandUserModify || cmd.Object != guildhall.UserObject(found) {
		t.Errorf("set password: %+v", cmd)
	}
	if err := o.SetPassword(ctx, found, "short"); !errors.Is(err, guildhall.ErrInvalidForm) {
		t.Errorf("short password: %v", err)
	}
	w.owners.script = func(cmd *guildhall.Command) (*guildhall.Answer, error) {
		return &guildhall.Answer{Body: json.RawMessage(`{"id":"9","name":"Home","channels":[{"id":"10","name":"general"}],"roles":[{"id":"9"}]}`)}, nil
	}
	g, err := o.CreateGuild(ctx, guildhall.CreateGuild{ID: 9 << 22, Name: "Home"})
	if err != nil || g.ID != 9 || len(g.Channels) != 1 || g.Channels[0].ID != 10 || w.owners.last().Slot != 0 {
		t.Errorf("create guild: %+v, %v", g, err)
	}
}
