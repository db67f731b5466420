package api

import (
	"context"
	"encoding/json"

	"guildhall"
)

// getGateway names the address for sockets.
// discord: events/gateway#get-gateway
func (a *API) getGateway(ctx context.Context, r *request) (any, error) {
	url, err := a.deps.Gateway.URL(ctx)
	if err != nil {
		return nil, err
	}
	return map[string]string{"url": url}, nil
}

func (a *API) getBotGateway(ctx context.Context, r *request) (any, error) {
	bot, err := a.deps.Gateway.Bot(ctx, r.who)
	if err != nil {
		return nil, err
	}
	return bot, nil
}

// voiceRegion is where voice would be carried; there is none here, but clients ask.
// discord: resources/voice#voice-region-object
type voiceRegion struct {
	ID         string `json:"id"`
	Name       string `json:"name"`
	Optimal    bool   `json:"optimal"`
	Deprecated bool   `json:"deprecated"`
	Custom     bool   `json:"custom"`
}

// listVoiceRegions is empty: voice media is not offered.
func (a *API) listVoiceRegions(ctx context.Context, r *request) (any, error) {
	return []voiceRegion{}, nil
}

// listGuildVoiceRegions is the same for each guild, and told to its members.
// discord: resources/guild#get-guild-voice-regions
func (a *API) listGuildVoiceRegions(ctx context.Context, r *request) (any, error) {
	if _, err := a.query(ctx, r.onGuild(guildhall.QueryGuildPartial, guildhall.GuildQuery{})); err != nil {
		return nil, err
	}
	return a.listVoiceRegions(ctx, r)
}

func (a *API) listStickerPacks(ctx context.Context, r *request) (any, error) {
	return json.RawMessage(`{"sticker_packs":[]}`), nil
}

// getSoundboardDefaultSounds is empty; one library never becomes ready without an answer.
func (a *API) getSoundboardDefaultSounds(ctx context.Context, r *request) (any, error) {
	return json.RawMessage(`[]`), nil
}
