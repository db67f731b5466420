package api_test

import (
	"testing"

	"guildhall"
	"guildhall/admission"
	"guildhall/api"
)

// TestThereAreNoStickers: and what is told of that is told to those whom the guild lets in.
func TestThereAreNoStickers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, api.Config{RateLimits: admission.Off})
	const mine = "/api/v10/guilds/20971520/stickers"
	unknown := `{"code":10060,"message":"Unknown sticker"}`
	w.want(ask{method: "GET", path: mine, as: botID}, 200, `[]`)
	w.want(ask{method: "GET", path: mine + "/5", as: botID}, 404, unknown)
	w.want(ask{method: "GET", path: "/api/v10/stickers/5", as: botID}, 404, unknown)
	w.want(ask{method: "GET", path: "/api/v10/sticker-packs/5", as: botID}, 404, `{"code":10061,"message":"Unknown sticker pack"}`)
	w.want(ask{method: "POST", path: "/api/v10/channels/6/messages", as: botID, body: `{"sticker_ids":["5"]}`}, 400, "")
	w.owners.script = func(*guildhall.Command) (*guildhall.Answer, error) { return nil, guildhall.ErrUnknownGuild }
	for _, path := range []string{mine, mine + "/5"} {
		w.want(ask{method: "GET", path: path, as: botID}, 404, `{"code":10004,"message":"Unknown Guild"}`)
	}
}
