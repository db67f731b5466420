package gateway

import (
	"encoding/json"
	"fmt"
	"strconv"
	"sync"
)

// Body is what all sessions that are told of an event share of its frame: everything but the sequence number. It is
// encoded once per form and never changed. Safe for several goroutines.
type Body struct {
	text []byte

	deflate  sync.Once
	deflated []byte // written under deflate

	zstd       sync.Once
	zstdBlocks []byte // written under zstd
}

// NewBody makes the body of a dispatch; data is the event's d as JSON and is not kept.
func NewBody(event string, data []byte) *Body {
	text := make([]byte, 0, len(`"t":"","op":0,"d":}`)+len(event)+len(data))
	text = append(text, `"t":"`...)
	text = append(text, event...)
	text = append(text, `","op":0,"d":`...)
	text = append(text, data...)
	return &Body{text: append(text, '}')}
}

// Text is the body as JSON: a payload without its beginning.
func (b *Body) Text() []byte { return b.text }

// Len is the size of the body as JSON, by which queues and buffers are bounded.
func (b *Body) Len() int { return len(b.text) }

// Compressed is the body as it ends a message of a stream: blocks that refer to nothing before them. c is asked to make
// them only once for each compression.
func (b *Body) Compressed(by Compression, c *Compressors) []byte {
	switch by {
	case ZlibStream:
		b.deflate.Do(func() { b.deflated = c.zlib.Compress(b.text) })
		return b.deflated
	case ZstdStream:
		b.zstd.Do(func() { b.zstdBlocks = c.zstd.Compress(b.text) })
		return b.zstdBlocks
	}
	return b.text
}

// MarshalText lets a body be part of saved state.
func (b *Body) MarshalText() ([]byte, error) { return b.text, nil }

// UnmarshalText reads what MarshalText wrote.
func (b *Body) UnmarshalText(text []byte) error {
	b.text = append([]byte(nil), text...)
	return nil
}

// AppendHead appends what goes before a shared body: `{"s":N,`. The number stands first because twilight takes the
// first `"s":` that it finds in the text, which inside d could be anything.
func AppendHead(dst []byte, sequence uint64) []byte {
	dst = append(dst, `{"s":`...)
	dst = strconv.AppendUint(dst, sequence, 10)
	return append(dst, ',')
}

// HeartbeatACK is the answer to a heartbeat.
const HeartbeatACK = `{"op":11,"d":null,"s":null,"t":null}`

// ReconnectPayload asks the client to connect again and resume.
const ReconnectPayload = `{"op":7,"d":null,"s":null,"t":null}`

// InvalidSessionPayload says that there is no session (any more) and that it can't be resumed.
// discord: events/gateway-events#invalid-session
const InvalidSessionPayload = `{"op":9,"d":false,"s":null,"t":null}`

// HelloPayload is the first frame on a socket; the interval is in milliseconds.
// discord: events/gateway-events#hello
func HelloPayload(heartbeatMillis int64) []byte {
	return fmt.Appendf(nil, `{"op":10,"d":{"heartbeat_interval":%d,"_trace":[]},"s":null,"t":null}`, heartbeatMillis)
}

// Encode writes a dispatch's data. The types are plain data, so that failing is a bug.
func Encode(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("gateway: encode %T: %v", v, err))
	}
	return b
}
