package api

import (
	"context"
	"crypto/hmac"
	"crypto/sha512"
	"encoding/base64"
	"errors"

	"guildhall"
)

const (
	// discord: resources/webhook#create-webhook
	webhookNameMax = 80
	// webhookTokenBytes make a token of 68 characters, which is how libraries know one in a link.
	webhookTokenBytes = 51
)

// webhookBody is a webhook with what only those see who may look after it, or who know its token already.
type webhookBody struct {
	guildhall.Webhook
	Token string `json:"token,omitempty"`
	URL   string `json:"url,omitempty"`
}

// webhookToken is derived from the webhook's id, so that nothing of it is stored anywhere.
// docs/decisions/004-webhook-tokens.md
func (a *API) webhookToken(id guildhall.Snowflake) string {
	mac := hmac.New(sha512.New, a.links.secret)
	mac.Write([]byte("webhook token\x00" + id.String()))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:webhookTokenBytes])
}

func (a *API) showWebhook(r *request, w guildhall.Webhook) webhookBody {
	if w.Type != guildhall.WebhookIncoming {
		return webhookBody{Webhook: w} // nobody writes with it
	}
	token := a.webhookToken(w.ID)
	return webhookBody{w, token, a.publicURL(r.http) + "/api/webhooks/" + w.ID.String() + "/" + token}
}

func (r *request) webhook() guildhall.Snowflake { return r.ids["webhook_id"] }

// onWebhook makes a command to whatever the webhook in the path is part of.
func (r *request) onWebhook(name string, body any) *guildhall.Command {
	cmd := r.onObject(guildhall.Object{}, name, body)
	cmd.Channel = guildhall.ChannelID(r.webhook())
	return cmd
}

// webhookError tells of a webhook what an owner tells of the channel that its id is taken for.
func webhookError(err error) error {
	if errors.Is(err, guildhall.ErrUnknownChannel) {
		return guildhall.ErrUnknownWebhook.Because(err)
	}
	return err
}

// tokenParam is the path parameter that holds a webhook's token.
const tokenParam = "webhook_token"

// knowWebhook looks at the token in the path. That is done before a body is read, so that nobody without one can leave
// files here.
func (a *API) knowWebhook(r *request) {
	if a.knowInteraction(r) {
		return
	}
	if token, asked := r.params[tokenParam]; asked && hmac.Equal([]byte(token), []byte(a.webhookToken(r.webhook()))) {
		r.hook = r.webhook()
	}
}

// admitWebhook refuses who does not know the webhook's token: to them there is no such webhook.
func (r *request) admitWebhook() error {
	if _, asked := r.params[tokenParam]; asked && r.hook == 0 && !r.ofInteraction() {
		return guildhall.ErrUnknownWebhook
	}
	return r.admitInteraction()
}

func (a *API) createWebhook(ctx context.Context, r *request) (any, error) {
	f, err := parseForm(r.body)
	if err != nil {
		return nil, err
	}
	f.required("name")
	m := guildhall.ModifyWebhook{Name: f.text("name", 1, webhookNameMax)}
	avatar := f.imageField("avatar")
	if err := f.err(); err != nil {
		return nil, err
	}
	w, err := tell[guildhall.Webhook](ctx, a.deps.Owners, r.onChannel(guildhall.CommandWebhookCreate, m))
	if err != nil {
		return nil, err
	}
	if avatar.Value != nil {
		// A picture is kept under the webhook's id, which there wasn't before.
		if w, err = a.pictureWebhook(ctx, r, w, avatar); err != nil {
			return nil, err
		}
	}
	return a.showWebhook(r, w), nil
}

func (a *API) pictureWebhook(
	ctx context.Context, r *request, w guildhall.Webhook, avatar guildhall.Optional[*picture],
) (guildhall.Webhook, error) {
	kept, err := a.images.keepField(ctx, "avatars", w.ID, "avatar", avatar)
	if err != nil {
		return w, err
	}
	cmd := r.onObject(guildhall.Object{}, guildhall.CommandWebhookModify, guildhall.ModifyWebhook{Avatar: kept})
	cmd.Channel = guildhall.ChannelID(w.ID)
	return tell[guildhall.Webhook](ctx, a.deps.Owners, cmd)
}

func (a *API) listChannelWebhooks(ctx context.Context, r *request) (any, error) {
	return a.showWebhooks(ctx, r, r.onChannel(guildhall.QueryChannelWebhooks, nil))
}

func (a *API) getGuildWebhooks(ctx context.Context, r *request) (any, error) {
	return a.showWebhooks(ctx, r, r.onGuild(guildhall.QueryGuildWebhooks, nil))
}

func (a *API) showWebhooks(ctx context.Context, r *request, cmd *guildhall.Command) (any, error) {
	all, err := ask[[]guildhall.Webhook](ctx, a.deps.Owners, cmd)
	if err != nil {
		return nil, err
	}
	shown := make([]webhookBody, len(all))
	for i, w := range all {
		shown[i] = a.showWebhook(r, w)
	}
	return shown, nil
}

func (a *API) getWebhook(ctx context.Context, r *request) (any, error) {
	w, err := ask[guildhall.Webhook](ctx, a.deps.Owners, r.onWebhook(guildhall.QueryWebhook, nil))
	if err != nil {
		return nil, webhookError(err)
	}
	return a.showWebhook(r, w), nil
}

// discord: resources/webhook#get-webhook-with-token
func (a *API) getWebhookByToken(ctx context.Context, r *request) (any, error) {
	w, err := a.webhookOf(ctx, r)
	if err != nil {
		return nil, err
	}
	w.User = nil
	return a.showWebhook(r, w), nil
}

// webhookOf reads the webhook whose token is in the path.
func (a *API) webhookOf(ctx context.Context, r *request) (guildhall.Webhook, error) {
	w, err := ask[guildhall.Webhook](ctx, a.deps.Owners, r.onWebhook(guildhall.QueryWebhook, nil))
	return w, webhookError(err)
}

func (a *API) updateWebhook(ctx context.Context, r *request) (any, error) {
	return a.modifyWebhook(ctx, r, false)
}

// updateWebhookByToken changes all but the channel.
// discord: resources/webhook#modify-webhook-with-token
func (a *API) updateWebhookByToken(ctx context.Context, r *request) (any, error) {
	return a.modifyWebhook(ctx, r, true)
}

func (a *API) modifyWebhook(ctx context.Context, r *request, byToken bool) (any, error) {
	f, err := parseForm(r.body)
	if err != nil {
		return nil, err
	}
	m := guildhall.ModifyWebhook{Name: notNull(f.text("name", 1, webhookNameMax))}
	if !byToken {
		m.ChannelID = notNull(idOf[guildhall.ChannelID](f.id("channel_id")))
	}
	avatar := f.imageField("avatar")
	if err := f.err(); err != nil {
		return nil, err
	}
	if avatar.Value != nil {
		// Everybody can fetch what is kept: only who may look after the webhook leaves something here.
		if _, err := a.webhookOf(ctx, r); err != nil {
			return nil, err
		}
	}
	if m.Avatar, err = a.images.keepField(ctx, "avatars", r.webhook(), "avatar", avatar); err != nil {
		return nil, err
	}
	w, err := tell[guildhall.Webhook](ctx, a.deps.Owners, r.onWebhook(guildhall.CommandWebhookModify, m))
	if err != nil {
		return nil, webhookError(err)
	}
	if byToken {
		w.User = nil
	}
	return a.showWebhook(r, w), nil
}

func (a *API) deleteWebhook(ctx context.Context, r *request) (any, error) {
	_, err := a.silently(ctx, r.onWebhook(guildhall.CommandWebhookDelete, nil))
	return nil, webhookError(err)
}
