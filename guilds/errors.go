package guilds

// pure core

import "guildhall"

// Refusals that only an owner makes, with Discord's codes and texts.
// discord: topics/opcodes-and-status-codes#json-json-error-codes
var (
	errUnknownAppCommand     = &guildhall.Error{Status: 404, Code: 10063, Message: "Unknown application command"}
	errUnknownAppPermissions = &guildhall.Error{Status: 404, Code: 10066, Message: "Unknown application command permissions"}
	errNotYourApplication    = &guildhall.Error{Status: 403, Code: 20012, Message: "You are not authorized to perform this action on this application"}

	errUnknownInteraction = &guildhall.Error{Status: 404, Code: 10062, Message: "Unknown interaction"}
	errAcknowledged       = &guildhall.Error{Status: 400, Code: 40060, Message: "Interaction has already been acknowledged."}
	errWebhookToken       = &guildhall.Error{Status: 401, Code: 50027, Message: "Invalid Webhook Token"}

	errSlowmode          = &guildhall.Error{Status: 429, Code: 20016, Message: "This action cannot be performed due to slowmode rate limit."}
	errArchived          = &guildhall.Error{Status: 400, Code: 50083, Message: "Thread is archived"}
	errBulkAge           = &guildhall.Error{Status: 400, Code: 50034, Message: "You can only bulk delete messages that are under 14 days old."}
	errCrossposted       = &guildhall.Error{Status: 400, Code: 40033, Message: "This message has already been crossposted."}
	errTagRequired       = &guildhall.Error{Status: 400, Code: 40067, Message: "A tag is required to create a forum post in this channel"}
	errThreadLocked      = &guildhall.Error{Status: 400, Code: 160005, Message: "Thread is locked"}
	errHasThread         = &guildhall.Error{Status: 400, Code: 160004, Message: "A thread has already been created for this message"}
	errNoPoll            = &guildhall.Error{Status: 400, Code: 520000, Message: "Cannot find a poll on this message"}
	errNotPollAuthor     = &guildhall.Error{Status: 403, Code: 520002, Message: "Cannot end another user's poll"}
	errPollOver          = &guildhall.Error{Status: 400, Code: 520006, Message: "Poll has already ended"}
	errNotInVoice        = &guildhall.Error{Status: 400, Code: 40032, Message: "Target user is not connected to voice."}
	errNotText           = &guildhall.Error{Status: 400, Code: 50008, Message: "Cannot send messages in a non-text channel"}
	errOwnerStays        = &guildhall.Error{Status: 400, Code: 50055, Message: "Invalid Guild"}
	errReplyNeedsHistory = &guildhall.Error{Status: 403, Code: 160002, Message: "Cannot reply without permission to read message history"}
)
