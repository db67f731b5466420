package api

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"guildhall"
	"guildhall/outbound"
)

const (
	// endpointURLMax is in characters.
	endpointURLMax = 512
	// endpointBytes bounds what an endpoint may answer as JSON.
	endpointBytes = 1 << 20
	// endpointFilesBytes bounds it with files.
	endpointFilesBytes = 102 << 20
	userAgent          = "Guildhall-Interactions/1.0"
)

var errEndpointStatus = errors.New("the endpoint answered with another status than 200, 202 and 204")

// post sends an interaction to an application's endpoint, signed: by the application's own key or, to see whether it
// looks, by another one.
// discord: interactions/overview#setting-up-an-endpoint-validating-security-request-headers
func (a *API) post(ctx context.Context, endpoint string, key ed25519.PrivateKey, payload []byte) (*outbound.Answer, error) {
	header := http.Header{}
	timestamp := strconv.FormatInt(a.now().Unix(), 10)
	header.Set("Content-Type", contentJSON)
	header.Set("X-Signature-Timestamp", timestamp)
	header.Set("X-Signature-Ed25519", hex.EncodeToString(ed25519.Sign(key, append([]byte(timestamp), payload...))))
	return a.outbound.Post(ctx, endpoint, header, payload)
}

// endpointClient calls applications' endpoints. Their answers may hold files, so that they are as large as a request to this
// server; each is awaited for three seconds at most.
func endpointClient(targets *outbound.Guard, m *metrics) *outbound.Client {
	const atOnce, perHost, waiting = 256, 64, 256
	return outbound.NewClient(outbound.Config{
		Guard: targets, Agent: userAgent, BytesMax: endpointFilesBytes, AtOnce: atOnce, PerHost: perHost, Waiting: waiting, Reuse: true,
		Told: m.toldOf("endpoints"),
	})
}

// callEndpoint brings an interaction to its application's endpoint. What it answers is taken as any first answer is; if
// nothing comes of it, the user is told at once.
func (a *API) callEndpoint(ctx context.Context, r *request, made *guildhall.MadeInteraction, endpoint string, payload []byte) {
	deadline := made.Ref.ID.Time().Add(guildhall.InteractionFirst)
	limited, cancel := context.WithTimeout(ctx, deadline.Sub(a.now()))
	defer cancel()
	later, err := a.askEndpoint(limited, r, &made.Ref, endpoint, payload)
	switch {
	case err != nil:
		a.log.Info("an interaction's endpoint gave no answer", "application_id", made.Ref.Application, "error", err)
		a.expire(ctx, &made.Ref)
	case later:
		// It will call back, as an application on the gateway does.
		a.awaitAnswer(ctx, &made.Ref, deadline.Add(watchSlack))
	}
}

// askEndpoint tells whether the endpoint will answer later by the callback.
func (a *API) askEndpoint(
	ctx context.Context, r *request, ref *guildhall.InteractionRef, endpoint string, payload []byte,
) (later bool, err error) {
	answer, err := a.post(ctx, endpoint, a.keys.signer(ref.Application), payload)
	if err != nil {
		return false, err
	}
	defer func() { _ = answer.Body.Close() }() // it was only read
	switch answer.Status {
	case http.StatusAccepted, http.StatusNoContent:
		return true, nil
	case http.StatusOK:
	default:
		return false, fmt.Errorf("%w: %d", errEndpointStatus, answer.Status)
	}
	u := &uploads{blobs: a.deps.Blobs, limits: &a.cfg.ObjectLimits, now: a.now().UnixMilli()}
	body, err := readAnswerBody(ctx, answer, u)
	if err == nil {
		in := *r
		in.files = u.files
		_, err = a.answerInteraction(ctx, &in, ref, body)
	}
	if err != nil && len(u.files) > 0 {
		err = errors.Join(err, u.drop(context.WithoutCancel(ctx)))
	}
	return false, err
}

// readAnswerBody reads JSON, or JSON with files.
func readAnswerBody(ctx context.Context, answer *outbound.Answer, u *uploads) ([]byte, error) {
	kind, params, err := mediaType(answer.Header.Get("Content-Type"))
	if err != nil {
		return nil, err
	}
	if kind == "multipart/form-data" {
		return readMultipart(answer.Body, params["boundary"], func(part *multipart.Part) error { return u.take(ctx, part) })
	}
	body, err := io.ReadAll(io.LimitReader(answer.Body, endpointBytes+1))
	switch {
	case err != nil:
		return nil, err
	case len(body) > endpointBytes:
		return nil, guildhall.ErrTooLarge
	}
	return body, checkJSON(body)
}

// endpointField reads the address of an application's endpoint; null and "" take it away.
func (f *form) endpointField() guildhall.Optional[string] {
	const name = "interactions_endpoint_url"
	text := f.text(name, 0, endpointURLMax)
	if text.Or("") == "" {
		return guildhall.Optional[string]{Set: text.Set}
	}
	u, err := url.Parse(text.Value)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil {
		f.fail("URL_TYPE_INVALID_URL", "Not a well formed URL.", name)
		return guildhall.Optional[string]{}
	}
	return text
}

// endpoints checks addresses by calling them.
type endpoints struct{ api *API }

var _ Endpoints = endpoints{}

// Check sees whether an address answers a PING, and whether it looks at signatures: of two requests one is
// signed with a wrong key, and must be refused. Which comes first is left to chance.
// discord: interactions/overview#setting-up-an-endpoint
func (e endpoints) Check(ctx context.Context, app *guildhall.Application, endpoint string) error {
	a, id := e.api, app.ID
	_, wrong, err := ed25519.GenerateKey(nil)
	if err != nil {
		return fmt.Errorf("make a key: %w", err)
	}
	var coin [1]byte
	_, _ = rand.Read(coin[:]) // never fails
	for i := range 2 {
		good := (i == 0) == (coin[0]&1 == 0)
		key := wrong
		if good {
			key = a.keys.signer(id)
		}
		if err := a.ping(ctx, id, endpoint, key, good); err != nil {
			a.log.Info("an interactions endpoint was refused", "application_id", id, "error", err)
			return guildhall.BadField("APPLICATION_INTERACTIONS_ENDPOINT_URL_INVALID",
				"The specified interactions endpoint URL could not be verified.", "interactions_endpoint_url")
		}
	}
	return nil
}

// pingTime is how long an endpoint may take for each of the two requests.
const pingTime = 3 * time.Second

func (a *API) ping(ctx context.Context, id guildhall.ApplicationID, endpoint string, key ed25519.PrivateKey, good bool) error {
	ctx, cancel := context.WithTimeout(ctx, pingTime)
	defer cancel()
	payload := mustJSON(guildhall.Interaction{
		ID: guildhall.Slot(0).Next(0, a.now().UnixMilli()), ApplicationID: id, Type: guildhall.InteractionPing, Version: 1,
		Entitlements: []struct{}{}, Owners: map[string]string{}, Token: interactionPrefix, AttachmentSizeLimit: a.cfg.ObjectLimits.Of(guildhall.LimitAttachmentBytes),
	})
	answer, err := a.post(ctx, endpoint, key, payload)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }() // it was only read
	if !good {
		if answer.Status != http.StatusUnauthorized {
			return fmt.Errorf("a wrong signature was answered with %d instead of 401", answer.Status)
		}
		return nil
	}
	body, err := io.ReadAll(io.LimitReader(answer.Body, endpointBytes))
	if err != nil {
		return err
	}
	var pong struct {
		Type int `json:"type"`
	}
	if answer.Status != http.StatusOK || json.Unmarshal(body, &pong) != nil || pong.Type != guildhall.CallbackPong {
		return fmt.Errorf("a PING was answered with %d and type %d", answer.Status, pong.Type)
	}
	return nil
}
