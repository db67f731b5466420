package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// callTimeout bounds a call without the library.
const callTimeout = 10 * time.Second

// asPerson calls the API as one of the world's people, for whom the library has no call.
func (w *witness) asPerson(who int, method, path string, body, into any) error {
	ctx, cancel := context.WithTimeout(context.Background(), callTimeout)
	defer cancel()
	var text bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&text).Encode(body); err != nil {
			return err
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, w.url+"/api/v10"+path, &text)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", w.world.Users[who].Token)
	req.Header.Set("Content-Type", "application/json")
	return answered(req, into)
}

func answered(req *http.Request, into any) error {
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode/100 != 2 {
		return fmt.Errorf("%s %s: %s %s", req.Method, req.URL.Path, res.Status, text)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(text, into)
}

// accessToken is one of OAuth2's, which a person has given to the first bot's application on the server's page.
func (w *witness) accessToken(who int, scope string) (string, error) {
	const back = "http://127.0.0.1:1/back"
	if err := w.asPerson(0, http.MethodPatch, "/applications/"+w.appID, map[string]any{"redirect_uris": []string{back}}, nil); err != nil {
		return "", err
	}
	var reset struct{ Secret string }
	if err := w.asPerson(0, http.MethodPost, "/applications/"+w.appID+"/reset", map[string]string{"password": w.world.Users[0].Password}, &reset); err != nil {
		return "", err
	}
	query := url.Values{"client_id": {w.appID}, "scope": {scope}, "response_type": {"code"}, "redirect_uri": {back}}
	var consent struct{ Location string }
	if err := w.asPerson(who, http.MethodPost, "/oauth2/authorize?"+query.Encode(), map[string]bool{"authorize": true}, &consent); err != nil {
		return "", err
	}
	to, err := url.Parse(consent.Location)
	if err != nil {
		return "", err
	}
	form := url.Values{"grant_type": {"authorization_code"}, "code": {to.Query().Get("code")}, "redirect_uri": {back}}
	ctx, cancel := context.WithTimeout(context.Background(), callTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.url+"/api/v10/oauth2/token", bytes.NewBufferString(form.Encode()))
	if err != nil {
		return "", err
	}
	req.SetBasicAuth(w.appID, reset.Secret)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	var token struct {
		Access string `json:"access_token"`
	}
	return token.Access, answered(req, &token)
}
