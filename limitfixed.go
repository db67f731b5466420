package guildhall

// FixedLimit is a documented limit that no setting changes.
type FixedLimit struct {
	// Of is what it bounds, Value how much of it there may be.
	Of, Value string
	// Source is the page of Discord's documentation that has it.
	Source string
}

// FixedLimits is a group of limits that are fixed for one reason.
type FixedLimits struct {
	Title, Why string
	Limits     []FixedLimit
}

// FixedLimitTable gives the documented limits that an operator can't set, with the reasons.
func FixedLimitTable() []FixedLimits {
	return []FixedLimits{fixedTexts(), fixedLists(), fixedPages(), fixedProtocol()}
}

func fixedTexts() FixedLimits {
	return FixedLimits{
		Title: "Lengths of names and texts, in characters",
		Why: "Discord's OpenAPI document bounds these fields, and libraries refuse longer ones before they send them; what other " +
			"clients show has room for no more. Refused with 50035 and `BASE_TYPE_BAD_LENGTH` or `BASE_TYPE_MAX_LENGTH`.",
		Limits: []FixedLimit{
			{"user name", "2 to 32", "resources/user"}, {"global name and nick", "1 to 32", "resources/user"},
			{"guild name", "2 to 100", "resources/guild#guild-object"}, {"guild description", "300", "resources/guild#modify-guild"},
			{"channel, thread and role name", "1 to 100", "resources/channel#modify-channel"},
			{"channel topic", "1024, of a forum 4096", "resources/channel#modify-channel"},
			{"forum tag name", "20", "resources/channel#forum-tag-object"},
			{"webhook name", "1 to 80", "resources/webhook#create-webhook"}, {"emoji name", "2 to 32", "resources/emoji"},
			{"scheduled event name, place, description", "100, 100, 1000", "resources/guild-scheduled-event"},
			{"stage topic and voice channel status", "120, 500", "resources/stage-instance"},
			{"embed title, description, footer, author", "256, 4096, 2048, 256", "resources/message#embed-object-embed-limits"},
			{"embed field name and value", "256, 1024", "resources/message#embed-object-embed-limits"},
			{"attachment description", "1024", "resources/message#attachment-object"},
			{"poll question and answer", "300, 55", "resources/poll"}, {"nonce", "25", "resources/message#create-message"},
			{"button label, custom id, placeholder", "80, 100, 150", "components/reference"},
			{"modal title and text input", "45, 4000", "components/reference"},
			{"command and option name and description", "32, 100", "interactions/application-commands"},
			{"characters of a command together", "8000", "interactions/application-commands"},
			{"audit log reason", "512", "resources/audit-log"},
		},
	}
}

func fixedLists() FixedLimits {
	return FixedLimits{
		Title: "Parts of one request",
		Why:   "They are bounds of the request's form, which Discord's OpenAPI document has too. Refused with 50035.",
		Limits: []FixedLimit{
			{"embeds of a message, fields of an embed", "10, 25", "resources/message#embed-object-embed-limits"},
			{"stickers of a message", "3", "resources/message#create-message"},
			{"users and roles of allowed mentions", "100", "resources/message#allowed-mentions-object"},
			{"answers of a poll, its hours", "10, 768", "resources/poll#poll-create-request-object"},
			{"action rows, buttons in one, options of a select", "5, 5, 25", "components/reference"},
			{"components of a message", "40", "components/reference"},
			{"options of a command, choices of an option", "25, 25", "interactions/application-commands"},
			{"messages deleted in bulk", "2 to 100", "resources/message#bulk-delete-messages"},
			{"users banned in bulk", "200", "resources/guild#bulk-guild-ban"},
			{"overwrites in one request", "100", "resources/channel#modify-channel"},
		},
	}
}

func fixedPages() FixedLimits {
	return FixedLimits{
		Title: "Times and pages",
		Why:   "Libraries page with these sizes, and clients offer these times. Refused with 50035 and `NUMBER_TYPE_MAX`.",
		Limits: []FixedLimit{
			{"messages, reactions, archived threads, audit log entries of a page", "100", "resources/message#get-channel-messages"},
			{"members and bans of a page", "1000", "resources/guild#list-guild-members"},
			{"slow mode", "21600 seconds", "resources/channel#modify-channel"},
			{"invite: age and uses", "5184000 seconds, 100", "resources/channel#create-channel-invite"},
			{"timeout of a member", "28 days", "resources/guild#modify-guild-member"},
			{"messages deleted with a ban", "7 days", "resources/guild#create-guild-ban"},
			{"prune after", "30 days", "resources/guild#begin-guild-prune"},
			{"age of messages deleted in bulk (50034)", "14 days", "resources/message#bulk-delete-messages"},
			{"interaction: first answer and token", "3 seconds, 15 minutes", "interactions/receiving-and-responding"},
		},
	}
}

func fixedProtocol() FixedLimits {
	return FixedLimits{
		Title: "The gateway",
		Why:   "Libraries pace themselves by these numbers; a session that goes over one is closed with the documented code.",
		Limits: []FixedLimit{
			{"frame from a client (4002)", "4096 bytes", "events/gateway#sending-events"},
			{"frames from a client (4008)", "120 in a minute", "events/gateway#rate-limiting"},
			{"members asked for by id", "100", "events/gateway-events#request-guild-members"},
			{"members of one chunk", "1000", "events/gateway-events#guild-members-chunk"},
		},
	}
}
