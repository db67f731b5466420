package sessions

import (
	"net"
	"time"

	"github.com/gobwas/ws"

	"guildhall/gateway"
)

const (
	// joinBytesMax is about how much of a session's stream goes into one write: enough to make the cost of the call small,
	// little enough that a slow client's queue is freed in steps.
	joinBytesMax = 64 << 10
	// copyMax is the size up to which a body is copied beside its neighbours rather than given to the kernel by itself.
	copyMax = 1 << 10
)

// outgoing gathers one write.
type outgoing struct {
	frames  []Frame
	buffers net.Buffers
	// small holds headers, heads and small bodies; begun is where the part begins that is in no buffer yet.
	small []byte
	begun int
}

// write is the writer: it writes until nothing is left, and ends.
func (k *socket) write() {
	var out outgoing
	for {
		k.mu.Lock()
		if !k.pending {
			k.writing = false
			k.mu.Unlock()
			return
		}
		k.pending = false
		extra, key := k.extra, k.key
		k.extra = nil
		k.mu.Unlock()

		more := false
		out.frames = out.frames[:0]
		if key.Attach != 0 {
			out.frames, more = k.server.take(key, out.frames)
		}
		closed := k.gather(&out, extra)
		if err := k.flush(&out); err != nil {
			// The reader notices, and lets go of the session. The writer stays marked as there, so that no other starts.
			k.abort()
			closed = true
		}
		select {
		case k.wrote <- struct{}{}:
		default:
		}
		if closed {
			close(k.closeSent)
			return
		}
		if more {
			k.mu.Lock()
			k.pending = true
			k.mu.Unlock()
		}
	}
}

func (s *Server) take(key Socket, frames []Frame) (taken []Frame, more bool) {
	s.mu.Lock()
	taken, more = s.core.Take(time.Now(), key, frames, joinBytesMax)
	s.mu.Unlock()
	return taken, more
}

// gather puts events and then what waits beside them into one write, and tells whether a close frame is among it.
func (k *socket) gather(out *outgoing, extra []queuedFrame) (closed bool) {
	out.buffers, out.small, out.begun = out.buffers[:0], out.small[:0], 0
	for _, f := range out.frames {
		k.event(out, f)
	}
	for _, f := range extra {
		switch f.op {
		case ws.OpText:
			k.text(out, f.payload)
		case ws.OpClose:
			out.small = appendCloseFrame(out.small, f.code)
			closed = true
		default:
			out.small = append(appendFrameHeader(out.small, f.op, len(f.payload)), f.payload...)
		}
	}
	out.cut()
	k.server.metrics.frames.Add(float64(len(out.frames) + len(extra)))
	return closed
}

// event adds an event: the session's own head, then the body that all share. One event is one frame.
func (k *socket) event(out *outgoing, f Frame) {
	var number [len(`{"s":18446744073709551615,`)]byte
	head := gateway.AppendHead(number[:0], f.Sequence)
	compression := k.params.Compression
	body := f.Body.Compressed(compression, &k.server.compress)
	var first [len(number) + streamPartMax]byte
	prefix := compression.AppendPart(first[:0], head)
	opening := k.opening()
	out.small = appendFrameHeader(out.small, k.messageType(), len(opening)+len(prefix)+len(body))
	out.small = append(append(out.small, opening...), prefix...)
	out.body(body)
}

// streamPartMax is by how much a stream makes a head longer: a stored block's header.
const streamPartMax = 5

// text adds a payload that is no event.
func (k *socket) text(out *outgoing, payload []byte) {
	message := k.params.Compression.AppendMessage([]byte(k.opening()), payload)
	out.small = append(appendFrameHeader(out.small, k.messageType(), len(message)), message...)
}

// opening opens the stream, once.
func (k *socket) opening() string {
	if k.streamBegun {
		return ""
	}
	k.streamBegun = true
	return k.params.Compression.Header()
}

func (k *socket) messageType() ws.OpCode {
	if k.params.Compression == gateway.NoCompression {
		return ws.OpText
	}
	return ws.OpBinary
}

// body adds a shared body: small ones are copied, large ones go by reference.
func (out *outgoing) body(body []byte) {
	if len(body) <= copyMax {
		out.small = append(out.small, body...)
		return
	}
	out.cut()
	out.buffers = append(out.buffers, body)
}

// cut ends a run of small parts. Bytes already in a buffer stay where they are when small grows into new memory.
func (out *outgoing) cut() {
	if len(out.small) > out.begun {
		out.buffers = append(out.buffers, out.small[out.begun:len(out.small):len(out.small)])
		out.begun = len(out.small)
	}
}

// flush writes what was gathered: in one vectored write to TCP, in one record where the connection is encrypted.
func (k *socket) flush(out *outgoing) error {
	if len(out.buffers) == 0 {
		return nil
	}
	if err := k.conn.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		return err
	}
	var n int64
	var err error
	buffers := out.buffers
	if _, plain := k.conn.(*net.TCPConn); plain || len(buffers) == 1 {
		n, err = buffers.WriteTo(k.conn)
	} else {
		var joined []byte
		for _, b := range buffers {
			joined = append(joined, b...)
		}
		var written int
		written, err = k.conn.Write(joined)
		n = int64(written)
	}
	k.server.metrics.writes.Inc()
	k.server.metrics.bytes.Add(float64(n))
	return err
}
