package outbound

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

var (
	// ErrTooLarge is what reading a body ends with that is longer than is taken.
	ErrTooLarge = errors.New("the answer is too large")
	// ErrEncoding is the cause where a body is encoded in a way that was not asked for.
	ErrEncoding = errors.New("the answer is encoded in a way that was not asked for")
)

// capped reads up to a number of bytes. One more is an error, not the end: nobody takes a part for the whole.
type capped struct {
	from io.Reader
	left int64
}

func (c *capped) Read(b []byte) (int, error) {
	if c.left < 0 {
		return 0, ErrTooLarge
	}
	if int64(len(b)) > c.left+1 {
		b = b[:c.left+1]
	}
	n, err := c.from.Read(b)
	if c.left -= int64(n); c.left < 0 {
		return n - 1, ErrTooLarge
	}
	return n, err
}

// content is an answer's body as it was before it was packed. Both what comes over the wire and what is made of it are capped.
func content(answer *http.Response, most int64) (io.Reader, error) {
	wire := &capped{answer.Body, most}
	switch encoding := strings.ToLower(strings.TrimSpace(answer.Header.Get("Content-Encoding"))); encoding {
	case "", "identity":
		return wire, nil
	case "gzip", "x-gzip":
		return &capped{&unpacked{wire: wire}, most}, nil
	}
	return nil, ErrEncoding
}

// unpacked begins to unpack at the first Read: making a gzip.Reader reads already, and there may be nothing to read.
type unpacked struct {
	wire io.Reader
	gzip *gzip.Reader
}

func (u *unpacked) Read(b []byte) (int, error) {
	if u.gzip == nil {
		z, err := gzip.NewReader(u.wire)
		if errors.Is(err, io.EOF) {
			return 0, io.EOF
		}
		if err != nil {
			return 0, fmt.Errorf("unpack: %w", err)
		}
		u.gzip = z
	}
	return u.gzip.Read(b)
}
