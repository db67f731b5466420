package guildhall

import (
	"errors"
	"fmt"
)

// Error is the one error type that leaves a node: Discord's code and message for the client, the cause for the log.
// discord: topics/opcodes-and-status-codes#json
type Error struct {
	// Status is the HTTP status.
	Status int `json:"status"`
	// Code is Discord's JSON error code; 0 is the general one.
	Code int `json:"code"`
	// Message is for the user.
	Message string `json:"message"`
	// Fields holds what is wrong with which field of a request body, for code 50035.
	Fields []FieldError `json:"fields,omitempty"`
	// RetryAfter, in seconds, when the caller may try again later.
	RetryAfter float64 `json:"retry_after,omitempty"`

	cause error
}

// FieldError is one leaf of the errors tree of code 50035.
type FieldError struct {
	// Path leads to the field: names and, for arrays, indexes in decimal.
	Path    []string `json:"path"`
	Code    string   `json:"code"`
	Message string   `json:"message"`
}

// Error is for logs; it never holds a token or content.
func (e *Error) Error() string {
	text := fmt.Sprintf("%d %s (code %d)", e.Status, e.Message, e.Code)
	for _, f := range e.Fields {
		text += fmt.Sprintf("; %v: %s", f.Path, f.Code)
	}
	if e.cause != nil {
		text += ": " + e.cause.Error()
	}
	return text
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.cause }

// Is compares by status and code, so that errors.Is(err, ErrUnknownChannel) holds for wrapped and decoded ones.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Status == e.Status && t.Code == e.Code
}

// Because returns a copy with the cause.
func (e *Error) Because(cause error) *Error {
	c := *e
	c.cause = cause
	return &c
}

// AsError finds the Error in err's chain; any other error becomes ErrInternal with err as the cause.
func AsError(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return ErrInternal.Because(err)
}

// Invalid is the error for a request body with wrong fields.
func Invalid(fields ...FieldError) *Error {
	e := *ErrInvalidForm
	e.Fields = fields
	return &e
}

// BadField is Invalid for one field.
func BadField(code, message string, path ...string) *Error {
	return Invalid(FieldError{Path: path, Code: code, Message: message})
}

// Errors with Discord's codes and texts. Each is a value to compare with errors.Is; their numbers are fixed for ever.
// discord: topics/opcodes-and-status-codes#json-json-error-codes
var (
	ErrInternal            = &Error{Status: 500, Message: "500: Internal Server Error"}
	ErrUnavailable         = &Error{Status: 503, Message: "503: Service Unavailable", RetryAfter: 1}
	ErrFull                = &Error{Status: 507, Message: "507: Insufficient Storage", RetryAfter: 1} // RFC 4918 §11.5
	ErrTimeout             = &Error{Status: 504, Message: "504: Gateway Timeout"}
	ErrUnauthorized        = &Error{Status: 401, Message: "401: Unauthorized"}
	ErrNotFound            = &Error{Status: 404, Message: "404: Not Found"}
	ErrMethodNotAllowed    = &Error{Status: 405, Message: "405: Method Not Allowed"}
	ErrTooLarge            = &Error{Status: 413, Code: 40005, Message: "Request entity too large"}
	ErrUnsupportedMedia    = &Error{Status: 415, Message: "415: Unsupported Media Type"}
	ErrUnknownApplication  = &Error{Status: 404, Code: 10002, Message: "Unknown Application"}
	ErrUnknownChannel      = &Error{Status: 404, Code: 10003, Message: "Unknown Channel"}
	ErrUnknownGuild        = &Error{Status: 404, Code: 10004, Message: "Unknown Guild"}
	ErrUnknownMember       = &Error{Status: 404, Code: 10007, Message: "Unknown Member"}
	ErrUnknownMessage      = &Error{Status: 404, Code: 10008, Message: "Unknown Message"}
	ErrUnknownOverwrite    = &Error{Status: 404, Code: 10009, Message: "Unknown Permission Overwrite"}
	ErrUnknownRole         = &Error{Status: 404, Code: 10011, Message: "Unknown Role"}
	ErrUnknownToken        = &Error{Status: 404, Code: 10012, Message: "Unknown Token"}
	ErrUnknownUser         = &Error{Status: 404, Code: 10013, Message: "Unknown User"}
	ErrUnknownEmoji        = &Error{Status: 400, Code: 10014, Message: "Unknown Emoji"}
	ErrBotsOnly            = &Error{Status: 403, Code: 20002, Message: "Only bots can use this endpoint"}
	ErrPeopleOnly          = &Error{Status: 403, Code: 20001, Message: "Bots cannot use this endpoint"}
	ErrMissingAccess       = &Error{Status: 403, Code: 50001, Message: "Missing Access"}
	ErrEditOtherAuthor     = &Error{Status: 403, Code: 50005, Message: "Cannot edit a message authored by another user"}
	ErrEmptyMessage        = &Error{Status: 400, Code: 50006, Message: "Cannot send an empty message"}
	ErrWrongChannelType    = &Error{Status: 400, Code: 50024, Message: "Cannot execute action on this channel type"}
	ErrMissingPermissions  = &Error{Status: 403, Code: 50013, Message: "Missing Permissions"}
	ErrSystemMessage       = &Error{Status: 403, Code: 50021, Message: "Cannot execute action on a system message"}
	ErrUnknownWebhook      = &Error{Status: 404, Code: 10015, Message: "Unknown Webhook"}
	ErrNotOnDM             = &Error{Status: 400, Code: 50003, Message: "Cannot execute action on a DM channel"}
	ErrCannotSendToUser    = &Error{Status: 403, Code: 50007, Message: "Cannot send messages to this user"}
	ErrInvalidRecipients   = &Error{Status: 400, Code: 50033, Message: "Invalid Recipient(s)"}
	ErrInvalidRole         = &Error{Status: 400, Code: 50028, Message: "Invalid Role"}
	ErrInvalidForm         = &Error{Status: 400, Code: 50035, Message: "Invalid Form Body"}
	ErrInvalidJSON         = &Error{Status: 400, Code: 50109, Message: "The request body contains invalid JSON."}
	ErrReactionBlocked     = &Error{Status: 403, Code: 90001, Message: "Reaction was blocked"}
	ErrOverloaded          = &Error{Status: 503, Code: 130000, Message: "API resource is currently overloaded. Try again a little later", RetryAfter: 1}
	ErrResourceRateLimited = &Error{Status: 429, Code: 31001, Message: "You are being rate limited."}
)
