package outbound

import (
	"crypto/tls"
	"errors"
	"net"
	"net/url"
)

// hushed tells what was wrong with a call, and not where it went: addresses that others have named may hold secrets of theirs,
// and belong in no log. What the error is stays as it was.
func hushed(err error) error {
	var at *url.Error
	var dialed *net.OpError
	var named *net.DNSError
	var shown *tls.CertificateVerificationError
	switch {
	case errors.As(err, &named):
		return &hush{"look up name: " + named.Err, err}
	case errors.As(err, &dialed):
		return &hush{dialed.Op + ": " + dialed.Err.Error(), err}
	case errors.As(err, &shown):
		return &hush{"the server's certificate can't be trusted", err}
	case errors.As(err, &at):
		return &hush{ErrURL.Error(), err}
	}
	return err
}

// hush is an error told in other words.
type hush struct {
	text string
	err  error
}

func (h *hush) Error() string { return h.text }

func (h *hush) Unwrap() error { return h.err }
