package gateway

import "strconv"

// CloseCode is why a gateway socket was closed. It is an error, so that decoding can return it.
type CloseCode uint16

// The documented close codes, and the two of WebSocket by which a client ends its session.
// discord: topics/opcodes-and-status-codes#gateway-gateway-close-event-codes
const (
	CloseNormal               CloseCode = 1000
	CloseGoingAway            CloseCode = 1001
	CloseUnknownError         CloseCode = 4000
	CloseUnknownOpcode        CloseCode = 4001
	CloseDecodeError          CloseCode = 4002
	CloseNotAuthenticated     CloseCode = 4003
	CloseAuthenticationFailed CloseCode = 4004
	CloseAlreadyAuthenticated CloseCode = 4005
	CloseInvalidSequence      CloseCode = 4007
	CloseRateLimited          CloseCode = 4008
	CloseSessionTimedOut      CloseCode = 4009
	CloseInvalidShard         CloseCode = 4010
	CloseShardingRequired     CloseCode = 4011
	CloseInvalidVersion       CloseCode = 4012
	CloseInvalidIntents       CloseCode = 4013
	CloseDisallowedIntents    CloseCode = 4014
)

// closeMeaning is a row of the table of close codes.
type closeMeaning struct {
	text string
	// reconnect: the client may connect again; resume: and go on with the session it had.
	reconnect, resume bool
}

// meaning is the table. What Discord calls "reconnect" is split in two, because after 4007 and 4009 a new session is
// needed. 1000 and 1001 end the session whoever sends them.
// discord: topics/opcodes-and-status-codes#gateway-gateway-close-event-codes
func (c CloseCode) meaning() closeMeaning {
	switch c {
	case CloseNormal:
		return closeMeaning{text: "Session ended.", reconnect: true}
	case CloseGoingAway:
		return closeMeaning{text: "Going away.", reconnect: true}
	case CloseUnknownError:
		return closeMeaning{"Unknown error.", true, true}
	case CloseUnknownOpcode:
		return closeMeaning{"Unknown opcode.", true, true}
	case CloseDecodeError:
		return closeMeaning{"Error while decoding payload.", true, true}
	case CloseNotAuthenticated:
		return closeMeaning{"Not authenticated.", true, true}
	case CloseAuthenticationFailed:
		return closeMeaning{text: "Authentication failed."}
	case CloseAlreadyAuthenticated:
		return closeMeaning{"Already authenticated.", true, true}
	case CloseInvalidSequence:
		return closeMeaning{text: "Invalid seq.", reconnect: true}
	case CloseRateLimited:
		return closeMeaning{"Rate limited.", true, true}
	case CloseSessionTimedOut:
		return closeMeaning{text: "Session timed out.", reconnect: true}
	case CloseInvalidShard:
		return closeMeaning{text: "Invalid shard."}
	case CloseShardingRequired:
		return closeMeaning{text: "Sharding required."}
	case CloseInvalidVersion:
		return closeMeaning{text: "Invalid API version."}
	case CloseInvalidIntents:
		return closeMeaning{text: "Invalid intent(s)."}
	case CloseDisallowedIntents:
		return closeMeaning{text: "Disallowed intent(s)."}
	}
	return closeMeaning{reconnect: true, resume: true}
}

// Meaning is the text that goes with the code; empty for a code that is not documented.
func (c CloseCode) Meaning() string { return c.meaning().text }

// MayReconnect tells whether a client that was closed so may connect again.
func (c CloseCode) MayReconnect() bool { return c.meaning().reconnect }

// MayResume tells whether it may go on with its session then.
func (c CloseCode) MayResume() bool { return c.meaning().resume }

// Error makes a close code the reason for which something was refused.
func (c CloseCode) Error() string {
	return "close " + strconv.Itoa(int(c)) + ": " + c.Meaning()
}
