package gateway

import (
	"bytes"
	"encoding/binary"
	"sync"

	"github.com/klauspost/compress/flate"
)

const (
	// deflateLevel costs 11 µs an event of some hundred bytes; higher levels take two to four times as long for 3 % less.
	deflateLevel = 1
	// storedMax is the longest text of one stored block. RFC 1951 §3.2.4
	storedMax = 1<<16 - 1
	// deflateMin is the size below which compressing makes a context-free text longer or hardly shorter.
	deflateMin = 80
)

// ZlibHeader opens a zlib-stream, once per socket: a window of 32 KiB, no dictionary.
// RFC 1950 §2.2
const ZlibHeader = "\x78\x01"

// syncFlush is an empty stored block, by which each message of a zlib-stream ends.
// discord: events/gateway#zlib-stream
const syncFlush = "\x00\x00\x00\xff\xff"

// Deflater makes deflate blocks that refer to nothing before them, so that the same bytes are valid in every socket's
// zlib-stream and no socket needs a compressor of its own. Its zero value is ready. Safe for several goroutines.
type Deflater struct {
	// writers are reused: each holds most of a megabyte, and as many exist as events are compressed at the same time.
	writers sync.Pool
}

// Compress makes one message's blocks, ending in a sync flush.
func (d *Deflater) Compress(text []byte) []byte {
	if len(text) < deflateMin {
		return append(AppendStored(nil, text), syncFlush...)
	}
	var out bytes.Buffer
	out.Grow(len(text)/2 + len(syncFlush))
	w, _ := d.writers.Get().(*flate.Writer)
	if w == nil {
		var err error
		if w, err = flate.NewWriter(&out, deflateLevel); err != nil {
			panic("gateway: the level is a constant: " + err.Error())
		}
	} else {
		w.Reset(&out)
	}
	// A bytes.Buffer takes all that is written.
	_, _ = w.Write(text)
	_ = w.Flush()
	d.writers.Put(w)
	return out.Bytes()
}

// AppendStored appends a text as stored blocks that are not flushed: the message goes on after them.
// RFC 1951 §3.2.4
func AppendStored(dst, text []byte) []byte {
	for len(text) > 0 {
		n := min(len(text), storedMax)
		dst = append(dst, 0)
		dst = binary.LittleEndian.AppendUint16(dst, uint16(n))
		dst = binary.LittleEndian.AppendUint16(dst, ^uint16(n))
		dst = append(dst, text[:n]...)
		text = text[n:]
	}
	return dst
}

// AppendStoredMessage appends a whole message that is not worth compressing, such as a heartbeat's answer.
func AppendStoredMessage(dst, text []byte) []byte {
	return append(AppendStored(dst, text), syncFlush...)
}
