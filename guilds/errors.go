package guilds

// pure core

import "guildhall"

// Refusals that only an owner makes, with Discord's codes and texts.
// discord: topics/opcodes-and-status-codes#json-json-error-codes
var (
	errSlowmode          = &guildhall.Error{Status: 429, Code: 20016, Message: "This action cannot be performed due to slowmode rate limit."}
	errMaxOverwrites     = &guildhall.Error{Status: 400, Code: 30060, Message: "Maximum number of channel permission overwrites reached (1000)"}
	errNotInVoice        = &guildhall.Error{Status: 400, Code: 40032, Message: "Target user is not connected to voice."}
	errNotText           = &guildhall.Error{Status: 400, Code: 50008, Message: "Cannot send messages in a non-text channel"}
	errOwnerStays        = &guildhall.Error{Status: 400, Code: 50055, Message: "Invalid Guild"}
	errReplyNeedsHistory = &guildhall.Error{Status: 403, Code: 160002, Message: "Cannot reply without permission to read message history"}
)

// Discord's limits that an owner counts.
// discord: topics/opcodes-and-status-codes#json-json-error-codes
const (
	rolesMax            = 250
	channelsMax         = 500
	channelsPerCategory = 50
	overwritesMax       = 1000
	reactionsMax        = 20
)
