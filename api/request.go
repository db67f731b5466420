package api

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"unicode/utf8"

	"guildhall"
	"guildhall/routes"
)

// reasonMax is in characters.
// discord: resources/audit-log#audit-log-entry-object
const reasonMax = 512

// request is what a handler knows of a request.
type request struct {
	http  *http.Request
	route *routes.Route
	// params are the path's parameters; ids those among them that are named …_id.
	params routes.Params
	ids    map[string]guildhall.Snowflake
	who    guildhall.Identity
	addr   netip.Addr
	// hook is the webhook whose token is in the path; 0 where there is none or it is wrong.
	hook guildhall.Snowflake
	// interaction is the one whose token is in the path.
	interaction *guildhall.InteractionRef
	// body is checked JSON for routes that have one.
	body []byte
	// files came with the body, and lie in the blobs.
	files []upload
	// uploads is where more is added to what is dropped if the request is refused.
	uploads *uploads
	reason  string
	// direct says of an answer that it is of a private channel, whose content all in it read.
	direct bool
}

func (r *request) guild() guildhall.GuildID     { return guildhall.GuildID(r.ids["guild_id"]) }
func (r *request) channel() guildhall.ChannelID { return guildhall.ChannelID(r.ids["channel_id"]) }
func (r *request) message() guildhall.MessageID { return guildhall.MessageID(r.ids["message_id"]) }
func (r *request) user() guildhall.UserID       { return guildhall.UserID(r.ids["user_id"]) }
func (r *request) role() guildhall.RoleID       { return guildhall.RoleID(r.ids["role_id"]) }

// readIDs parses the path's snowflakes.
func (r *request) readIDs() error {
	r.ids = map[string]guildhall.Snowflake{}
	var wrong []guildhall.FieldError
	for name, value := range r.params {
		if !strings.HasSuffix(name, "_id") {
			continue
		}
		var id guildhall.Snowflake
		if err := id.UnmarshalText([]byte(value)); err != nil {
			wrong = append(wrong, notSnowflake(value, name))
		}
		r.ids[name] = id
	}
	if len(wrong) > 0 {
		return guildhall.Invalid(wrong...)
	}
	return nil
}

// readReason takes the reason for the audit log, which clients send percent-encoded.
// discord: resources/audit-log
func (r *request) readReason() error {
	text := r.http.Header.Get("X-Audit-Log-Reason")
	if decoded, err := url.PathUnescape(text); err == nil {
		text = decoded
	}
	if utf8.RuneCountInString(text) > reasonMax || !utf8.ValidString(text) {
		return guildhall.BadField("BASE_TYPE_MAX_LENGTH", fmt.Sprintf("Must be %d or fewer in length.", reasonMax), "reason")
	}
	r.reason = strings.TrimSpace(text)
	return nil
}

// query reads the request's query as a form, so that wrong values are reported alike.
func (r *request) query() *form {
	values := r.http.URL.Query()
	fields := make(map[string]json.RawMessage, len(values))
	for name, all := range values {
		if all[0] != "" {
			fields[name] = mustJSON(all[0])
		}
	}
	return newForm(fields)
}

// onGuild makes a command to the guild in the path.
func (r *request) onGuild(name string, body any) *guildhall.Command {
	return r.onObject(guildhall.GuildObject(r.guild()), name, body)
}

// onChannel makes a command to whatever the channel in the path is part of.
func (r *request) onChannel(name string, body any) *guildhall.Command {
	cmd := r.onObject(guildhall.Object{}, name, body)
	cmd.Channel = r.channel()
	return cmd
}

// onSelf makes a command to the user who asks.
func (r *request) onSelf(name string, body any) *guildhall.Command {
	return r.onObject(guildhall.UserObject(r.who.User), name, body)
}

func (r *request) onObject(o guildhall.Object, name string, body any) *guildhall.Command {
	cmd := newCommand(name, body)
	cmd.Object, cmd.Actor, cmd.Reason = o, r.who.User, r.reason
	return cmd
}

// newCommand makes a command of the system's with an id of its own.
func newCommand(name string, body any) *guildhall.Command {
	cmd := &guildhall.Command{Name: name}
	if _, err := rand.Read(cmd.RequestID[:]); err != nil {
		panic("api: crypto/rand never fails: " + err.Error())
	}
	if body != nil {
		cmd.Body = mustJSON(body)
	}
	return cmd
}

// mustJSON encodes plain data, for which it can't fail.
func mustJSON(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("api: encode %T: %v", v, err))
	}
	return b
}

// command has a change made and gives the owner's body as it is.
func (a *API) command(ctx context.Context, cmd *guildhall.Command) (any, error) {
	return settled(a.deps.Owners.Command(ctx, cmd))
}

// silently has a change made that is answered without a body.
func (a *API) silently(ctx context.Context, cmd *guildhall.Command) (any, error) {
	_, err := a.command(ctx, cmd)
	return nil, err
}

// query has a question answered and gives the owner's body as it is.
func (a *API) query(ctx context.Context, cmd *guildhall.Command) (any, error) {
	return settled(a.deps.Owners.Query(ctx, cmd))
}

func settled(answer *guildhall.Answer, err error) (any, error) {
	switch {
	case err != nil:
		return nil, err
	case answer.Err != nil:
		return nil, answer.Err
	case answer.Status != guildhall.Done:
		return nil, guildhall.ErrUnavailable.Because(fmt.Errorf("answer of status %d", answer.Status))
	}
	return answer.Body, nil
}

// ask is query with the answer decoded.
func ask[T any](ctx context.Context, owners Owners, cmd *guildhall.Command) (T, error) {
	return decoded[T](settled(owners.Query(ctx, cmd)))
}

// tell is command with the answer decoded.
func tell[T any](ctx context.Context, owners Owners, cmd *guildhall.Command) (T, error) {
	return decoded[T](settled(owners.Command(ctx, cmd)))
}

func decoded[T any](body any, err error) (T, error) {
	var v T
	if err != nil {
		return v, err
	}
	if err := json.Unmarshal(body.(json.RawMessage), &v); err != nil {
		return v, fmt.Errorf("decode an owner's answer: %w", err)
	}
	return v, nil
}
