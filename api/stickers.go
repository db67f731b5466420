package api

import (
	"context"
	"encoding/json"
	"net/http"

	"guildhall"
)

// There are no stickers yet: nobody can make any, and all lists are empty.

// discord: topics/opcodes-and-status-codes#json-json-error-codes
var (
	errUnknownSticker     = &guildhall.Error{Status: http.StatusNotFound, Code: 10060, Message: "Unknown sticker"}
	errUnknownStickerPack = &guildhall.Error{Status: http.StatusNotFound, Code: 10061, Message: "Unknown sticker pack"}
)

// listGuildStickers is empty for those whom the guild lets in.
func (a *API) listGuildStickers(ctx context.Context, r *request) (any, error) {
	if _, err := a.query(ctx, r.onGuild(guildhall.QueryGuildPartial, guildhall.GuildQuery{})); err != nil {
		return nil, err
	}
	return json.RawMessage(`[]`), nil
}

func (a *API) getGuildSticker(ctx context.Context, r *request) (any, error) {
	if _, err := a.listGuildStickers(ctx, r); err != nil {
		return nil, err
	}
	return nil, errUnknownSticker
}

func (a *API) getSticker(context.Context, *request) (any, error) { return nil, errUnknownSticker }

func (a *API) getStickerPack(context.Context, *request) (any, error) {
	return nil, errUnknownStickerPack
}
