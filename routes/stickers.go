package routes

import "time"

func stickerRoutes() []Route {
	return []Route{
		get("list_guild_stickers", "/guilds/{guild_id}/stickers").limit("sticker", 10, 10*time.Second).each(guild),
		get("get_guild_sticker", "/guilds/{guild_id}/stickers/{sticker_id}").limit("sticker", 10, 10*time.Second).each(guild),
		get("get_sticker", "/stickers/{sticker_id}").static().rank(Extra),
		get("get_sticker_pack", "/sticker-packs/{pack_id}").static().rank(Extra),
	}
}
