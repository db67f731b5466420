package sessions

import (
	"bytes"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"github.com/gobwas/ws"

	"guildhall/gateway"
)

// FuzzFrames reads anything as a client's frames: what is given out is whole, within the bound and, if text, UTF-8; and it does
// not matter in how many pieces it came.
func FuzzFrames(f *testing.F) {
	masked := func(first byte, payload string) []byte {
		frame := []byte{first, 0x80 | byte(len(payload)), 1, 2, 3, 4}
		for i := range len(payload) {
			frame = append(frame, payload[i]^byte(i%4+1))
		}
		return frame
	}
	f.Add(masked(0x81, `{"op":1,"d":null}`))
	f.Add(append(masked(0x01, "\"\xe2"), masked(0x80, "\x82\xac\"")...))
	f.Add(append(masked(0x89, "ping"), masked(0x88, "\x03\xe8bye")...))
	f.Add([]byte{0x81, 0xfe, 0x10, 0x01, 1, 2, 3, 4})
	f.Add([]byte{0x82, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4})
	f.Fuzz(func(t *testing.T, data []byte) {
		whole := frameReader{from: bytes.NewReader(data), max: gateway.ClientPayloadMax}
		pieces := frameReader{from: iotest.OneByteReader(bytes.NewReader(data)), max: gateway.ClientPayloadMax}
		for {
			m, err := whole.next()
			other, otherErr := pieces.next()
			if (err == nil) != (otherErr == nil) || m.op != other.op || !bytes.Equal(m.payload, other.payload) {
				t.Fatalf("%v %q %v in one piece, %v %q %v byte by byte", m.op, m.payload, err, other.op, other.payload, otherErr)
			}
			if err != nil {
				return
			}
			if len(m.payload) > gateway.ClientPayloadMax || m.op == ws.OpText && !utf8.Valid(m.payload) {
				t.Fatalf("gave out %v %q", m.op, m.payload)
			}
		}
	})
}
