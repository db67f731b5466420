package guildhall

import (
	"fmt"
	"time"
)

// Timestamp is a moment in Unix microseconds; JSON is ISO 8601 with microseconds and +00:00, as Discord writes it.
type Timestamp int64

const timestampLayout = "2006-01-02T15:04:05.000000-07:00"

// TimestampOf cuts a time to microseconds.
func TimestampOf(t time.Time) Timestamp { return Timestamp(t.UnixMicro()) }

// Time is the moment in UTC.
func (t Timestamp) Time() time.Time { return time.UnixMicro(int64(t)).UTC() }

// MarshalJSON writes ISO 8601.
func (t Timestamp) MarshalJSON() ([]byte, error) {
	b := append(make([]byte, 0, len(timestampLayout)+2), '"')
	b = t.Time().AppendFormat(b, timestampLayout)
	return append(b, '"'), nil
}

// UnmarshalJSON reads ISO 8601 with any zone.
func (t *Timestamp) UnmarshalJSON(b []byte) error {
	if len(b) < 2 || b[0] != '"' {
		return fmt.Errorf("not a timestamp: %q", b)
	}
	at, err := time.Parse(time.RFC3339Nano, string(b[1:len(b)-1]))
	if err != nil {
		return fmt.Errorf("not a timestamp: %w", err)
	}
	*t = TimestampOf(at)
	return nil
}
