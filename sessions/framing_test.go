package sessions_test

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"guildhall/gateway"
	"guildhall/sessions"
)

// TestFraming is S9: what breaks the rules of WebSocket itself. RFC 6455
func TestFraming(t *testing.T) {
	t.Parallel()
	_, url := serve(t, newWorld(), sessions.Config{})
	masked := func(first byte, payload []byte) []byte {
		frame := []byte{first, 0x80 | byte(len(payload)), 1, 2, 3, 4}
		for i, b := range payload {
			frame = append(frame, b^byte(i%4+1))
		}
		return frame
	}
	tests := map[string]struct {
		send []byte
		want int
	}{
		"unmasked":                     {[]byte{0x81, 2, '{', '}'}, 1002},
		"reserved bit":                 {masked(0xc1, []byte("{}")), 1002},
		"reserved opcode":              {masked(0x83, nil), 1002},
		"fragmented control":           {masked(0x09, nil), 1002},
		"long control":                 {[]byte{0x89, 0x80 | 126, 0, 126, 1, 2, 3, 4}, 1002},
		"continuation of nothing":      {masked(0x80, nil), 1002},
		"new message within another":   {append(masked(0x01, []byte("{")), masked(0x81, []byte("}"))...), 1002},
		"text that is no UTF-8":        {masked(0x81, []byte{'"', 0xff, '"'}), 1007},
		"text cut in a character":      {masked(0x81, []byte{'"', 0xe2, 0x82}), 1007},
		"a surrogate half":             {masked(0x81, []byte{'"', 0xed, 0xa0, 0x80, '"'}), 1007},
		"above the last character":     {masked(0x81, []byte{'"', 0xf4, 0x90, 0x80, 0x80, '"'}), 1007},
		"an overlong character":        {masked(0x81, []byte{'"', 0xc0, 0xaf, '"'}), 1007},
		"a character in two fragments": {append(masked(0x01, []byte("{\"op\":99,\"d\":\"\xe2")), masked(0x80, []byte("\x82\xac\"}"))...), 4001},
		"cut across fragments":         {append(masked(0x01, []byte("\"\xe2")), masked(0x80, []byte("\""))...), 1007},
		"no UTF-8, rest to come":       {masked(0x81, []byte("\"\xff    "))[:8], 1007},
		"no UTF-8 in a first fragment": {masked(0x01, []byte("\"\xff")), 1007},
		"huge length":                  {[]byte{0x81, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4}, 4002},
		"length with its top bit":      {[]byte{0x81, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4}, 1002},
		"close of one byte":            {masked(0x88, []byte{3}), 1002},
		"close with a reserved code":   {masked(0x88, []byte{3, 0xed}), 1002},
		"close with a broken reason":   {masked(0x88, []byte{3, 0xe8, 0xff}), 1007},
		"close is answered":            {masked(0x88, []byte{3, 0xe8}), 1000},
		"fragments make one message":   {append(masked(0x01, []byte(`{"op":`)), masked(0x80, []byte(`99}`))...), 4001},
		"empty fragments without end":  {append(masked(0x01, nil), bytes.Repeat(masked(0x00, nil), 16)...), 4002},
		"fragments beyond the size":    {append(masked(0x01, []byte(`{"op":`)), 0x80, 0x80|126, 0x10, 0, 1, 2, 3, 4), 4002},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conn, r := upgrade(t, url)
			if _, err := conn.Write(test.send); err != nil {
				t.Fatal(err)
			}
			if code := closeCode(t, r); code != test.want {
				t.Errorf("closed with %d, want %d", code, test.want)
			}
			if err := conn.CloseWrite(); err != nil {
				t.Fatal(err)
			}
			if _, err := r.ReadByte(); err == nil {
				t.Error("something follows the close frame")
			}
		})
	}
	t.Run("ping between fragments", func(t *testing.T) {
		t.Parallel()
		conn, r := upgrade(t, url)
		frames := append(masked(0x01, []byte(`{"op":1,`)), masked(0x89, []byte("hi"))...)
		if _, err := conn.Write(append(frames, masked(0x80, []byte(`"d":null}`))...)); err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"hi", gateway.HeartbeatACK} {
			if got := frame(t, r); !bytes.Equal(got, []byte(want)) {
				t.Errorf("got %s, want %s", got, want)
			}
		}
	})
}

// upgrade makes a WebSocket by hand and reads HELLO.
func upgrade(t *testing.T, url string) (*net.TCPConn, *bufio.Reader) {
	t.Helper()
	dialed, err := net.Dial("tcp", strings.TrimPrefix(url, "ws://"))
	if err != nil {
		t.Fatal(err)
	}
	conn := dialed.(*net.TCPConn)
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	const request = "GET /gateway?v=10 HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n" +
		"Sec-WebSocket-Extensions: permessage-deflate\r\nCookie: token=x\r\n\r\n"
	if _, err := conn.Write([]byte(request)); err != nil {
		t.Fatal(err)
	}
	r := bufio.NewReader(conn)
	response, err := http.ReadResponse(r, nil)
	if err != nil || response.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("%v %v", response, err)
	}
	defer response.Body.Close()
	if extensions := response.Header.Get("Sec-WebSocket-Extensions"); extensions != "" {
		t.Errorf("took the extension %s", extensions)
	}
	if hello := frame(t, r); !bytes.Contains(hello, []byte(`"op":10`)) {
		t.Fatalf("first frame is %s", hello)
	}
	return conn, r
}

// frame reads a frame of a server.
func frame(t *testing.T, r *bufio.Reader) []byte {
	t.Helper()
	_, payload := rawFrame(t, r)
	return payload
}

func rawFrame(t *testing.T, r *bufio.Reader) (first byte, payload []byte) {
	t.Helper()
	var head [2]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		t.Fatal(err)
	}
	n := int(head[1])
	if n == 126 {
		var long [2]byte
		if _, err := io.ReadFull(r, long[:]); err != nil {
			t.Fatal(err)
		}
		n = int(binary.BigEndian.Uint16(long[:]))
	}
	payload = make([]byte, n)
	if _, err := io.ReadFull(r, payload); err != nil {
		t.Fatal(err)
	}
	return head[0], payload
}

func closeCode(t *testing.T, r *bufio.Reader) int {
	t.Helper()
	for {
		if first, payload := rawFrame(t, r); first == 0x88 {
			return int(binary.BigEndian.Uint16(payload))
		}
	}
}
