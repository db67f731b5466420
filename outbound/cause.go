package outbound

import (
	"errors"
	"net"
	"net/url"
)

// Cause says what was wrong with a call, and not where it went: addresses that others have named may hold secrets of theirs,
// and belong in no log.
func Cause(err error) error {
	var at *url.Error
	if errors.As(err, &at) {
		err = at.Err
	}
	var dialed *net.OpError
	var named *net.DNSError
	switch {
	case errors.As(err, &named):
		return &cause{"look up name: " + named.Err, err}
	case errors.As(err, &dialed):
		return &cause{dialed.Op + ": " + dialed.Err.Error(), err}
	}
	return err
}

// cause is an error told in other words.
type cause struct {
	text string
	err  error
}

func (c *cause) Error() string { return c.text }

func (c *cause) Unwrap() error { return c.err }
