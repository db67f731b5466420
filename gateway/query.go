package gateway

import (
	"net/url"
	"strconv"
)

// Versions of the gateway that are spoken; the newest is taken where none is asked for.
// discord: reference#api-versioning
const (
	VersionOldest = 9
	VersionNewest = 10
)

// Params are what a client asks for in the URL it connects to.
// discord: events/gateway#connecting-gateway-url-query-string-params
type Params struct {
	Version     int
	Compression Compression
}

// ParseParams reads a URL's query. The error is a CloseCode.
func ParseParams(q url.Values) (Params, error) {
	p := Params{Version: VersionNewest}
	if v := q.Get("v"); v != "" {
		n, err := strconv.Atoi(v)
		if err != nil || n < VersionOldest || n > VersionNewest {
			return p, CloseInvalidVersion
		}
		p.Version = n
	}
	if encoding := q.Get("encoding"); encoding != "" && encoding != "json" {
		return p, CloseDecodeError
	}
	switch q.Get("compress") {
	case "", "false":
	case "zlib-stream":
		p.Compression = ZlibStream
	case "zstd-stream":
		p.Compression = ZstdStream
	default:
		return p, CloseDecodeError
	}
	return p, nil
}
