package crash_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"

	"guildhall"
)

// The opcodes of the gateway that the tests use.
// discord: topics/opcodes-and-status-codes#gateway-gateway-opcodes
const (
	opDispatch       = 0
	opHeartbeat      = 1
	opIdentify       = 2
	opResume         = 6
	opReconnect      = 7
	opInvalidSession = 9
	opHello          = 10
	opHeartbeatACK   = 11
)

// intentsOrdinary are those that need nobody's consent.
const intentsOrdinary = guildhall.IntentsAll &^ guildhall.IntentsPrivileged

const (
	dialTimeout = 20 * time.Second
	// frameMax bounds a frame; a GUILD_CREATE of a test's guild is far smaller.
	frameMax = 4 << 20
)

// frame is what goes over the gateway in either direction.
// discord: events/gateway-events#payload-structure
type frame struct {
	Op   int             `json:"op"`
	Data json.RawMessage `json:"d"`
	Seq  uint64          `json:"s"`
	Type string          `json:"t"`
}

// Errors by which a server ends a socket without a close code.
var (
	errReconnect      = errors.New("asked to reconnect (op 7)")
	errInvalidSession = errors.New("invalid session (op 9)")
)

// session is what a client keeps of a gateway session across sockets.
type session struct {
	token   string // without "Bot "
	intents *guildhall.Intents
	id      string
	seq     uint64
}

// socket is one connection to the gateway.
type socket struct {
	conn      *websocket.Conn
	heartbeat time.Duration
	beats     sync.WaitGroup
	stop      context.CancelFunc

	mu  sync.Mutex
	seq uint64 // guarded by mu
}

// dial opens a socket, and identifies or, where the session has an id, resumes.
func dial(ctx context.Context, gateway string, s *session) (*socket, error) {
	opening, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	conn, _, err := websocket.Dial(opening, strings.TrimSuffix(gateway, "/")+"/?v=10&encoding=json", nil)
	if err != nil {
		return nil, err
	}
	conn.SetReadLimit(frameMax)
	k := &socket{conn: conn, seq: s.seq}
	if err := k.greet(opening, s); err != nil {
		return nil, errors.Join(err, conn.CloseNow())
	}
	beating, stop := context.WithCancel(ctx)
	k.stop = stop
	k.beats.Go(func() { k.beat(beating) })
	return k, nil
}

// greet waits for HELLO and says who is there.
func (k *socket) greet(ctx context.Context, s *session) error {
	f, err := k.read(ctx)
	if err != nil {
		return err
	}
	var hello struct {
		Interval int64 `json:"heartbeat_interval"`
	}
	if err := json.Unmarshal(f.Data, &hello); err != nil || f.Op != opHello || hello.Interval <= 0 {
		return fmt.Errorf("the first frame is no HELLO: op %d, %s", f.Op, f.Data)
	}
	k.heartbeat = time.Duration(hello.Interval) * time.Millisecond
	if s.id != "" {
		return k.write(ctx, opResume, map[string]any{"token": s.token, "session_id": s.id, "seq": s.seq})
	}
	identify := map[string]any{
		"token": s.token, "properties": map[string]string{"os": "test", "browser": "crash", "device": "crash"},
	}
	if s.intents != nil {
		identify["intents"] = uint64(*s.intents)
	}
	return k.write(ctx, opIdentify, identify)
}

// beat sends heartbeats until the socket is closed; a failure to write shows in the next read.
// discord: events/gateway#sending-heartbeats
func (k *socket) beat(ctx context.Context) {
	ticker := time.NewTicker(k.heartbeat)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			k.sendHeartbeat(ctx)
		}
	}
}

func (k *socket) sendHeartbeat(ctx context.Context) {
	k.mu.Lock()
	seq := k.seq
	k.mu.Unlock()
	_ = k.write(ctx, opHeartbeat, seq) // see beat
}

// next waits for a frame that says something: a dispatch, or the answer to a heartbeat. What ends the socket is an error.
func (k *socket) next(ctx context.Context) (frame, error) {
	for {
		f, err := k.read(ctx)
		if err != nil {
			return frame{}, err
		}
		switch f.Op {
		case opDispatch:
			k.mu.Lock()
			k.seq = f.Seq
			k.mu.Unlock()
			return f, nil
		case opHeartbeatACK:
			return f, nil
		case opHeartbeat:
			k.sendHeartbeat(ctx)
		case opReconnect:
			return frame{}, errReconnect
		case opInvalidSession:
			return frame{}, errInvalidSession
		default:
			return frame{}, fmt.Errorf("unexpected op %d: %s", f.Op, f.Data)
		}
	}
}

func (k *socket) read(ctx context.Context) (frame, error) {
	_, text, err := k.conn.Read(ctx)
	if err != nil {
		return frame{}, err
	}
	var f frame
	if err := json.Unmarshal(text, &f); err != nil {
		return frame{}, fmt.Errorf("frame: %w: %s", err, text)
	}
	return f, nil
}

func (k *socket) write(ctx context.Context, op int, data any) error {
	text, err := json.Marshal(map[string]any{"op": op, "d": data})
	if err != nil {
		return err
	}
	return k.conn.Write(ctx, websocket.MessageText, text)
}

// close cuts the connection without a word, so that the session stays resumable.
func (k *socket) close() {
	k.stop()
	_ = k.conn.CloseNow() // it may be closed already
	k.beats.Wait()
}

// dispatch is what the tests look at of the events of guilds.
type dispatch struct {
	Seq       uint64              `json:"-"`
	Type      string              `json:"-"`
	ID        guildhall.Snowflake `json:"id"`
	GuildID   guildhall.GuildID   `json:"guild_id"`
	ChannelID guildhall.ChannelID `json:"channel_id"`
	MessageID guildhall.MessageID `json:"message_id"`
	UserID    guildhall.UserID    `json:"user_id"`
	RoleID    guildhall.RoleID    `json:"role_id"`
	Content   *string             `json:"content"`
	Nonce     any                 `json:"nonce"`
	Author    struct {
		ID guildhall.UserID `json:"id"`
	} `json:"author"`
	User struct {
		ID guildhall.UserID `json:"id"`
	} `json:"user"`
	Role struct {
		ID guildhall.RoleID `json:"id"`
	} `json:"role"`
	Emoji struct {
		Name string `json:"name"`
	} `json:"emoji"`
	Channels []struct {
		ID guildhall.ChannelID `json:"id"`
	} `json:"channels"`
	Removed   []guildhall.UserID `json:"removed_member_ids"`
	SessionID string             `json:"session_id"`
}

func readDispatch(f frame) (dispatch, error) {
	d := dispatch{Seq: f.Seq, Type: f.Type}
	if err := json.Unmarshal(f.Data, &d); err != nil {
		return d, fmt.Errorf("%s: %w: %s", f.Type, err, f.Data)
	}
	return d, nil
}
