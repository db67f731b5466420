package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
)

// ownerPassword is what the first person shows who owns the applications: a new client secret asks for more than a sign-in.
const ownerPassword = "correct horse battery staple"

// withOwner gives the first person a password, as the operator, and signs them in anew: the world's people have none, and what
// they were signed in with ends. The witnesses find both in the world.
func (w world) withOwner(ctx context.Context) (world, error) {
	var all map[string]json.RawMessage
	if err := json.Unmarshal(w.raw, &all); err != nil {
		return w, fmt.Errorf("read the JSON object: %w", err)
	}
	var people []map[string]any
	if err := json.Unmarshal(all["users"], &people); err != nil {
		return w, fmt.Errorf("read the JSON object: %w", err)
	}
	var done json.RawMessage
	change := map[string]string{"user": w.Users[0].ID, "password": ownerPassword}
	if err := call(ctx, http.MethodPost, w.Ops+"/operator/v1/password", "Bearer "+w.OperatorToken, change, &done); err != nil {
		return w, err
	}
	var login struct {
		Token string `json:"token"`
	}
	as := map[string]any{"login": people[0]["name"], "password": ownerPassword}
	if err := call(ctx, http.MethodPost, w.URL+"/api/v10/auth/login", "", as, &login); err != nil {
		return w, err
	}
	w.Users[0].Token = login.Token
	people[0]["token"], people[0]["password"] = login.Token, ownerPassword
	var err error
	if all["users"], err = json.Marshal(people); err != nil {
		return w, err
	}
	w.raw, err = json.Marshal(all)
	return w, err
}
