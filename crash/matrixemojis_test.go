package crash_test

// discord: topics/permissions#permissions-bitwise-permission-flags
const (
	bitManageExpressions bit = 1 << 30
	bitCreateExpressions bit = 1 << 43
)

// dot is a picture of one pixel.
const dot = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M/wHwAEBgIApD5fRAAAAABJRU5ErkJggg=="

// discord: resources/emoji
func emojiRules() map[string]rule {
	others := func(body any) func(*matrix) plea {
		return func(m *matrix) plea {
			id := m.make(m.in("/emojis"), object{"name": "thing", "image": dot})
			return plea{vars: vars("emoji_id", id.String()), body: body}
		}
	}
	return map[string]rule{
		"create_guild_emoji": {[]bit{bitCreateExpressions}, inGuildWith(object{"name": "made", "image": dot})},
		"update_guild_emoji": {[]bit{bitManageExpressions}, others(object{"name": "renamed"})},
		"delete_guild_emoji": {[]bit{bitManageExpressions}, others(nil)},
	}
}
