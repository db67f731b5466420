package routes

import "strings"

// documented are the fixed segments of the paths in Discord's OpenAPI document, at commit 74fda0fad044.
const documented = `
@me @original active activity-instances answers applications archived attachment audit-logs auto-moderation
bans bot bulk bulk-ban bulk-delete callback channel-linking channels commands connections consume counts
crosspost dms emojis entitlements exceptions expire followers gateway github guilds incident-actions
integrations interactions invites job-status keys lobbies member member-counts members messages metadata
moderation-metadata new-member-welcome oauth2 onboarding partner-sdk permissions pins polls preview private
provisional-accounts prune public reactions recipients regions requests role-connection role-connections roles
rules scheduled-events search send-soundboard-sound skus slack soundboard-default-sounds soundboard-sounds
stage-instances sticker-packs stickers subscriptions target-users templates thread-members threads token
typing unmerge userinfo users vanity-url voice voice-states voice-status webhooks welcome-screen widget
widget.json widget.png
`

// Words are all fixed segments of paths, Discord's and those of the table, so that what a client asks for can be named
// without repeating what it has put into a path: a token or a name may look like a word.
func Words(table []Route) map[string]bool {
	words := map[string]bool{}
	for _, word := range strings.Fields(documented) {
		words[word] = true
	}
	for _, r := range table {
		for part := range strings.SplitSeq(r.Path, "/") {
			if part != "" && !strings.HasPrefix(part, "{") {
				words[part] = true
			}
		}
	}
	return words
}
