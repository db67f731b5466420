package gateway

// Compression is how all that a socket is sent is compressed, as one stream from its first message to its last. A message
// of the stream is one WebSocket message.
// discord: events/gateway#encoding-and-compression
type Compression uint8

// The compressions.
const (
	NoCompression Compression = iota
	ZlibStream
	ZstdStream
)

// Compressors makes bodies for streams, once for all sockets with the same compression. Its zero value is ready. Safe for
// several goroutines.
type Compressors struct {
	zlib Deflater
	zstd ZstdBlocks
}

// Header opens the stream, once per socket.
func (c Compression) Header() string {
	switch c {
	case ZlibStream:
		return ZlibHeader
	case ZstdStream:
		return ZstdHeader
	}
	return ""
}

// AppendPart appends the beginning of a message, as it is: the rest, which ends it, follows.
func (c Compression) AppendPart(dst, text []byte) []byte {
	switch c {
	case ZlibStream:
		return AppendStored(dst, text)
	case ZstdStream:
		return AppendRawBlocks(dst, text)
	}
	return append(dst, text...)
}

// AppendMessage appends a whole message that is not worth compressing.
func (c Compression) AppendMessage(dst, text []byte) []byte {
	if c == ZlibStream {
		return AppendStoredMessage(dst, text)
	}
	return c.AppendPart(dst, text)
}
