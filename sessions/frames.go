package sessions

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/gobwas/ws"

	"guildhall/gateway"
)

// Close codes of WebSocket itself.
// RFC 6455 §7.4.1
const (
	closeProtocolError  gateway.CloseCode = 1002
	closeNoStatus       gateway.CloseCode = 1005
	closeInvalidPayload gateway.CloseCode = 1007
)

// message is one whole message of a client, or a control frame.
type message struct {
	op      ws.OpCode
	payload []byte
}

// closed is the error that ends reading when the client closed the socket.
type closed struct{ code gateway.CloseCode }

func (c closed) Error() string { return fmt.Sprintf("closed by the client with %d", c.code) }

// frameReader reads a client's frames: masked, whole or in parts, and never more than one payload may have.
type frameReader struct {
	from io.Reader
	// max is how many bytes a message may have.
	max int64
	// header has room for the longest header, so that reading one allocates nothing.
	header [ws.MaxHeaderSize]byte
	// partial is a message of which more is to come.
	partial    []byte
	partialOp  ws.OpCode
	fragmented bool
	// checked is how much of a partial text is known to be UTF-8.
	checked int
	// empty counts the partial message's frames without payload.
	empty int
	// unread is what is left on the connection of a frame that was refused by its header.
	unread int64
}

// next reads one message. The error is a close code where the client broke a rule, closed where it closed the socket,
// else the connection's. The payload of a message is valid until the next call, that of a control frame for good.
func (f *frameReader) next() (message, error) {
	for {
		h, err := ws.ReadHeaderBuffer(f.from, f.header[:])
		if err != nil {
			if errors.Is(err, ws.ErrHeaderLengthMSB) || errors.Is(err, ws.ErrHeaderLengthUnexpected) {
				return message{}, closeProtocolError
			}
			return message{}, err
		}
		state := ws.StateServerSide
		if f.fragmented {
			state = state.Set(ws.StateFragmented)
		}
		if err := ws.CheckHeader(h, state); err != nil {
			f.unread = h.Length
			return message{}, closeProtocolError
		}
		if h.OpCode.IsControl() {
			payload, err := f.payload(h, nil, false)
			if err != nil {
				return message{}, err
			}
			return f.control(h.OpCode, payload)
		}
		if h.Length > f.max-int64(len(f.partial)) {
			f.unread = h.Length
			return message{}, gateway.CloseDecodeError
		}
		if h.OpCode != ws.OpContinuation {
			f.partialOp, f.empty, f.checked = h.OpCode, 0, 0
		}
		if f.partial, err = f.payload(h, f.partial, f.partialOp == ws.OpText); err != nil {
			return message{}, err
		}
		if h.Length == 0 {
			f.empty++
		}
		if f.empty > emptyFramesMax {
			return message{}, gateway.CloseDecodeError
		}
		f.fragmented = !h.Fin
		if f.fragmented {
			continue
		}
		whole := message{f.partialOp, f.partial}
		if f.partial = f.partial[:0]; cap(f.partial) > partialKept {
			f.partial = nil
		}
		if whole.op == ws.OpText && f.checked < len(whole.payload) {
			return message{}, closeInvalidPayload // it ends within a character
		}
		return whole, nil
	}
}

// emptyFramesMax is how many frames of one message may be empty. RFC 6455 allows any number, and the bound on a message's
// bytes does not stop them; a client that sends an empty one at all does so to end a message.
const emptyFramesMax = 16

// partialKept is how large a buffer an idle socket keeps: enough for heartbeats.
const partialKept = 64

// payload reads and unmasks a frame's payload behind dst. A text is looked at as it comes, so that what can't become UTF-8 any
// more is refused before the rest of it is there. RFC 6455 §8.1
func (f *frameReader) payload(h ws.Header, dst []byte, text bool) ([]byte, error) {
	start := len(dst)
	dst = append(dst, make([]byte, h.Length)...)
	for at := start; at < len(dst); {
		n, err := f.from.Read(dst[at:])
		ws.Cipher(dst[at:at+n], h.Mask, at-start)
		if at += n; text && !f.stillUTF8(dst[:at]) {
			f.unread = int64(len(dst) - at)
			return dst[:at], closeInvalidPayload
		}
		if err != nil && at < len(dst) {
			return dst[:at], err
		}
	}
	return dst, nil
}

// stillUTF8 tells whether what has come of a text is UTF-8 as far as it goes: the last character may be cut.
func (f *frameReader) stillUTF8(text []byte) bool {
	end := len(text)
	for i := end - 1; i >= max(f.checked, end-utf8.UTFMax); i-- {
		if utf8.RuneStart(text[i]) {
			if !utf8.FullRune(text[i:]) {
				end = i
			}
			break
		}
	}
	valid := utf8.Valid(text[f.checked:end])
	f.checked = end
	return valid
}

func (f *frameReader) control(op ws.OpCode, payload []byte) (message, error) {
	if op != ws.OpClose {
		return message{op, payload}, nil
	}
	switch {
	case len(payload) == 0:
		return message{}, closed{closeNoStatus}
	case len(payload) == 1:
		return message{}, closeProtocolError
	}
	code := gateway.CloseCode(binary.BigEndian.Uint16(payload))
	if !sendable(code) {
		return message{}, closeProtocolError
	}
	if !utf8.Valid(payload[2:]) {
		return message{}, closeInvalidPayload
	}
	return message{}, closed{code}
}

// sendable tells whether a peer may send the close code.
// RFC 6455 §7.4
func sendable(code gateway.CloseCode) bool {
	switch {
	case code >= 1000 && code <= 1003, code >= 1007 && code <= 1014:
		return true
	}
	return code >= 3000 && code <= 4999
}

// appendFrameHeader appends the header of a whole frame from a server.
// RFC 6455 §5.2
func appendFrameHeader(dst []byte, op ws.OpCode, length int) []byte {
	const fin = 0x80
	dst = append(dst, fin|byte(op))
	switch {
	case length < 126:
		return append(dst, byte(length))
	case length < 1<<16:
		return binary.BigEndian.AppendUint16(append(dst, 126), uint16(length))
	}
	return binary.BigEndian.AppendUint64(append(dst, 127), uint64(length))
}

// appendCloseFrame appends a close frame.
func appendCloseFrame(dst []byte, code gateway.CloseCode) []byte {
	if code == closeNoStatus {
		return appendFrameHeader(dst, ws.OpClose, 0)
	}
	reason := code.Meaning()
	dst = appendFrameHeader(dst, ws.OpClose, 2+len(reason))
	dst = binary.BigEndian.AppendUint16(dst, uint16(code))
	return append(dst, reason...)
}
