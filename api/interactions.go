package api

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"guildhall"
)

const (
	// watchedMax bounds the interactions whose end is waited for at the same time: a thousand new ones a second.
	watchedMax = 3000
	// interactionUsersMax bounds the users that one interaction names and that are looked up.
	interactionUsersMax = 50
	// watchSlack is for how much longer than an application may take the answer is waited for, because the owner's clock
	// is another one.
	watchSlack = 200 * time.Millisecond
	// noticeTime bounds telling the user that nobody has answered.
	noticeTime = 5 * time.Second
)

var errTooManyInteractions = &guildhall.Error{
	Status: http.StatusServiceUnavailable, Code: 130000, Message: "API resource is currently overloaded. Try again a little later", RetryAfter: 3,
}

// watch waits for what comes of interactions. Its goroutines end by themselves after some seconds, and at once when the
// API is closed.
type watch struct {
	// ctx ends with the API.
	ctx    context.Context
	cancel context.CancelCauseFunc

	mu      sync.Mutex
	running sync.WaitGroup
	n       int  // guarded by mu
	closed  bool // guarded by mu
}

func newWatch() *watch {
	w := &watch{}
	w.ctx, w.cancel = context.WithCancelCause(context.Background())
	return w
}

// start runs f, unless too many run already.
func (w *watch) start(f func(context.Context)) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed || w.n >= watchedMax {
		return false
	}
	w.n++
	w.running.Go(func() {
		defer func() {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.n--
		}()
		f(w.ctx)
	})
	return true
}

// Close ends what waits for interactions to be answered, whose users are not told any more, and what fetches links.
func (a *API) Close() {
	if a.unfurls != nil {
		a.unfurls.close()
	}
	a.watch.mu.Lock()
	a.watch.closed = true
	a.watch.mu.Unlock()
	a.watch.cancel(http.ErrServerClosed)
	a.watch.running.Wait()
	a.outbound.Close()
	a.media.Close()
}

// createInteraction is how people use commands and components.
// docs/reference/people-api.md
func (a *API) createInteraction(ctx context.Context, r *request) (any, error) {
	f, err := parseForm(r.body)
	if err != nil {
		return nil, err
	}
	in := f.interaction()
	f.required("type", "application_id", "channel_id", "data")
	r.ids["channel_id"] = f.id("channel_id").Value
	direct := !f.has("guild_id")
	if err := f.err(); err != nil {
		return nil, err
	}
	if err := a.fillInteraction(ctx, r, &in, direct); err != nil {
		return nil, err
	}
	made, err := tell[guildhall.MadeInteraction](ctx, a.deps.Owners, r.onChannel(guildhall.CommandInteractionMake, in))
	if err != nil {
		return nil, err
	}
	made.Interaction.Token = a.keys.seal(&made.Ref)
	a.linkInteraction(r.http, &made.Interaction)
	if err := a.deliverInteraction(ctx, r, &made); err != nil {
		return nil, err
	}
	return map[string]any{"id": made.Ref.ID, "nonce": made.Ref.Nonce}, nil
}

// interaction reads what somebody does.
func (f *form) interaction() guildhall.NewInteraction {
	_, nonce := f.nonce()
	in := guildhall.NewInteraction{
		Type:        f.choice("type", guildhall.InteractionCommand, guildhall.InteractionComponent, guildhall.InteractionAutocomplete, guildhall.InteractionModal).Value,
		Application: guildhall.ApplicationID(f.id("application_id").Value), Nonce: nonce,
		Message: guildhall.MessageID(f.id("message_id").Value),
	}
	data := f.object("data")
	if data == nil {
		return in
	}
	d := &in.Data
	switch in.Type {
	case guildhall.InteractionComponent:
		f.required("message_id")
		data.required("custom_id")
		d.CustomID, d.Component = data.text("custom_id", 1, customIDMax).Value, data.integer("component_type", 0, 1000).Value
		d.Values = data.texts("values", appChoicesMax)
	case guildhall.InteractionModal:
		data.required("id", "custom_id")
		d.ID, d.CustomID = data.id("id").Value, data.text("custom_id", 1, customIDMax).Value
		forms, _ := data.objects("components", componentsMax)
		for _, inner := range forms {
			d.Components = append(d.Components, mustJSON(inner.fields))
		}
	default:
		data.required("id")
		d.ID, d.Type, d.TargetID = data.id("id").Value, data.integer("type", 0, 3).Value, data.id("target_id").Value
		forms, _ := data.objects("options", appOptionsMax)
		d.Options = data.optionValues(forms, 0)
	}
	return in
}

// optionValues reads options as they were given, which are nested twice at most.
func (f *form) optionValues(forms []*form, depth int) []guildhall.OptionValue {
	var all []guildhall.OptionValue
	for _, inner := range forms {
		inner.required("name")
		v := guildhall.OptionValue{
			Name: inner.text("name", 1, appNameMax).Value, Type: inner.integer("type", 0, 11).Value, Focused: inner.boolean("focused").Value,
		}
		if raw, _, ok := inner.get("value"); ok {
			v.Value = raw
		}
		if nested, _ := inner.objects("options", appOptionsMax); depth < 2 {
			v.Options = inner.optionValues(nested, depth+1)
		}
		all = append(all, v)
	}
	return all
}

// fillInteraction adds what the owner of the channel does not know: the user's language, users who are no members, the
// files, and in a private channel the command.
func (a *API) fillInteraction(ctx context.Context, r *request, in *guildhall.NewInteraction, direct bool) error {
	self, err := ask[guildhall.Self](ctx, a.deps.Owners, r.onSelf(guildhall.QuerySelf, nil))
	if err != nil {
		return err
	}
	in.Locale = self.Locale
	in.Attachments = map[string]guildhall.Attachment{}
	for _, file := range r.files {
		linked := a.link(r.http, r.channel(), []guildhall.Attachment{file.Attachment})[0]
		linked.Ephemeral = true
		in.Attachments[strconv.Itoa(file.index)] = linked
	}
	for _, id := range usersNamed(in) {
		u, err := ask[guildhall.User](ctx, a.deps.Owners, r.onObject(guildhall.UserObject(id), guildhall.QueryUser, nil))
		if err == nil {
			in.Users = append(in.Users, u)
		}
		// An id of a role, or of nobody: the owner says what is wrong.
	}
	commands := in.Type == guildhall.InteractionCommand || in.Type == guildhall.InteractionAutocomplete
	if !direct || !commands {
		return nil
	}
	all, err := a.globalCommands(ctx, in.Application)
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(all, func(c *guildhall.ApplicationCommand) bool { return c.ID == in.Data.ID }); i >= 0 {
		in.Command = all[i]
	}
	return nil
}

// usersNamed are the ids that may be users: values of options of that type, selections, the target of a context menu.
func usersNamed(in *guildhall.NewInteraction) []guildhall.UserID {
	found := map[guildhall.UserID]bool{}
	note := func(text string) {
		var id guildhall.UserID
		if id.UnmarshalText([]byte(text)) == nil && len(found) < interactionUsersMax {
			found[id] = true
		}
	}
	var walk func([]guildhall.OptionValue)
	walk = func(all []guildhall.OptionValue) {
		for _, o := range all {
			if o.Type == guildhall.OptionUser || o.Type == guildhall.OptionMentionable {
				note(unquoted(o.Value))
			}
			walk(o.Options)
		}
	}
	walk(in.Data.Options)
	const userSelect, mentionableSelect = 5, 7
	if in.Data.Component == userSelect || in.Data.Component == mentionableSelect {
		for _, v := range in.Data.Values {
			note(v)
		}
	}
	if in.Data.Type == guildhall.AppCommandUser {
		note(in.Data.TargetID.String())
	}
	return slices.Sorted(maps.Keys(found))
}

// linkInteraction makes the links in a message anew.
func (a *API) linkInteraction(h *http.Request, i *guildhall.Interaction) {
	if i.Message != nil {
		i.Message = a.linkMessage(h, i.Message)
	}
}

// deliverInteraction brings an interaction to its application, and sees that the user is told if nothing comes of it.
func (a *API) deliverInteraction(ctx context.Context, r *request, made *guildhall.MadeInteraction) error {
	cmd := newCommand(guildhall.QueryAccount, nil)
	cmd.Object = guildhall.UserObject(guildhall.UserID(made.Ref.Application))
	account, err := ask[guildhall.AccountAnswer](ctx, a.deps.Owners, cmd)
	if err != nil {
		return err
	}
	payload := mustJSON(made.Interaction)
	if account.Application != nil && account.Application.InteractionsEndpointURL != nil {
		endpoint := *account.Application.InteractionsEndpointURL
		if !a.watch.start(func(ctx context.Context) { a.callEndpoint(ctx, r, made, endpoint, payload) }) {
			return errTooManyInteractions
		}
		return nil
	}
	send := guildhall.SendInteraction{Users: []guildhall.UserID{guildhall.UserID(made.Ref.Application)}, Event: "INTERACTION_CREATE", Data: payload}
	cmd = systemOnChannel(&made.Ref, guildhall.CommandInteractionSend, send)
	if made.Ref.Guild == 0 {
		// The bot need not have heard of the private channel yet: its own object tells it.
		cmd.Channel, cmd.Object = 0, guildhall.UserObject(guildhall.UserID(made.Ref.Application))
	}
	if _, err := a.command(ctx, cmd); err != nil {
		return err
	}
	deadline := made.Ref.ID.Time().Add(guildhall.InteractionFirst + watchSlack)
	if !a.watch.start(func(ctx context.Context) { a.awaitAnswer(ctx, &made.Ref, deadline) }) {
		a.log.Warn("too many interactions wait to be answered; the user is not told of a failure")
	}
	return nil
}

// awaitAnswer waits until no first answer can come any more.
func (a *API) awaitAnswer(ctx context.Context, ref *guildhall.InteractionRef, deadline time.Time) {
	timer := time.NewTimer(deadline.Sub(a.now()))
	defer timer.Stop()
	select {
	case <-timer.C:
		a.expire(ctx, ref)
	case <-ctx.Done():
	}
}

// expire has the user told, if nobody has answered.
func (a *API) expire(ctx context.Context, ref *guildhall.InteractionRef) {
	ctx, cancel := context.WithTimeout(ctx, noticeTime)
	defer cancel()
	if _, err := a.command(ctx, systemOnChannel(ref, guildhall.CommandInteractionExpire, ref)); err != nil {
		a.log.Warn("a user is not told that an interaction failed", "interaction_id", ref.ID, "error", err)
	}
}

// systemOnChannel makes a command of the server's own to the interaction's channel.
func systemOnChannel(ref *guildhall.InteractionRef, name string, body any) *guildhall.Command {
	cmd := newCommand(name, body)
	cmd.Channel = ref.Channel
	return cmd
}
