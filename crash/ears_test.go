package crash_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"guildhall"
	"guildhall/history"
)

// heard is one dispatch, as a text that says all that is compared.
type heard struct {
	key     string
	typ     string
	channel guildhall.ChannelID // of messages, reactions, typing and channels
	user    guildhall.UserID    // of typing
}

// ears listen for one member of the guild.
type ears struct {
	name     string
	user     guildhall.UserID
	intents  *guildhall.Intents // nil: a person, who is told of everything
	recorder *history.Recorder
	session  session
	gateway  string

	socket *socket            // the present one
	stop   context.CancelFunc // of the present socket
	closed sync.WaitGroup

	mu      sync.Mutex
	all     []heard       // guarded by mu; since the last take
	err     error         // guarded by mu; why the socket ended by itself
	beats   int           // guarded by mu; answers to heartbeats
	changed chan struct{} // guarded by mu; closed at the next change
}

func newEars(a account, intents *guildhall.Intents, gateway string, r *history.Recorder) *ears {
	return &ears{
		name: a.Name, user: a.ID, intents: intents, recorder: r, gateway: gateway,
		session: session{token: a.Token, intents: intents}, changed: make(chan struct{}),
	}
}

// attach opens a socket and listens on it until it is cut. It returns once the session is there: after READY and the
// guild, or after RESUMED.
func (e *ears) attach(ctx context.Context) error {
	running, stop := context.WithCancel(ctx)
	k, err := dial(running, e.gateway, &e.session)
	if err != nil {
		stop()
		return err
	}
	there := make(chan error, 1)
	e.socket, e.stop = k, stop
	e.closed.Go(func() {
		defer k.close()
		e.end(running, e.listen(running, k, there))
	})
	waiting, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	select {
	case err := <-there:
		return err
	case <-waiting.Done():
		return fmt.Errorf("%s: no session: %w", e.name, context.Cause(waiting))
	}
}

// cut loses the socket; the session stays.
func (e *ears) cut() {
	if e.stop == nil {
		return
	}
	e.stop()
	e.closed.Wait()
	e.stop = nil
	e.recorder.Record(&history.Session{Session: e.name, Lifetime: 1, State: history.Down})
}

func (e *ears) end(ctx context.Context, err error) {
	if ctx.Err() == nil {
		e.tell(func() { e.err = err })
	}
}

func (e *ears) listen(ctx context.Context, k *socket, there chan<- error) error {
	for {
		f, err := k.next(ctx)
		if err != nil {
			select {
			case there <- fmt.Errorf("%s: %w", e.name, err):
			default:
			}
			return err
		}
		if f.Op == opHeartbeatACK {
			e.tell(func() { e.beats++ })
			continue
		}
		d, err := readDispatch(f)
		if err != nil {
			return err
		}
		e.note(&d)
		if d.Type == "GUILD_CREATE" || d.Type == "RESUMED" {
			select {
			case there <- nil:
			default:
			}
		}
	}
}

func (e *ears) note(d *dispatch) {
	e.session.seq = d.Seq
	switch d.Type {
	case "READY":
		e.session.id = d.SessionID
		s := &history.Session{Session: e.name, Lifetime: 1, State: history.Ready, Seq: d.Seq, User: e.user}
		if e.intents != nil {
			s.Intents = *e.intents
		}
		e.recorder.Record(s)
		return
	case "RESUMED":
		e.recorder.Record(&history.Session{Session: e.name, Lifetime: 1, State: history.Resumed, Seq: d.Seq})
		return
	}
	e.recorder.Record(received(e.name, 1, d))
	if h, ok := hear(d); ok {
		e.tell(func() { e.all = append(e.all, h) })
	}
}

// hear says what of a dispatch is compared; false for what belongs to no operation of a run.
func hear(d *dispatch) (heard, bool) {
	h := heard{typ: d.Type, channel: d.ChannelID}
	switch d.Type {
	case "PRESENCE_UPDATE":
		return heard{}, false
	case "GUILD_CREATE":
		var ids []string
		for _, c := range d.Channels {
			ids = append(ids, c.ID.String())
		}
		h.key = guildKey(ids)
	case "MESSAGE_CREATE", "MESSAGE_UPDATE":
		content := "-"
		if d.Content != nil {
			content = *d.Content
		}
		h.key = messageKey(d.Type, d.ChannelID, guildhall.MessageID(d.ID), content)
	case "MESSAGE_DELETE":
		h.key = messageKey(d.Type, d.ChannelID, guildhall.MessageID(d.ID), "")
	case "MESSAGE_REACTION_ADD", "MESSAGE_REACTION_REMOVE":
		h.key = messageKey(d.Type, d.ChannelID, d.MessageID, reactionText(d.Emoji.Name, d.UserID))
	case "TYPING_START":
		h.user = d.UserID
	case "CHANNEL_CREATE", "CHANNEL_UPDATE", "CHANNEL_DELETE":
		h.channel = guildhall.ChannelID(d.ID)
		h.key = d.Type + " " + d.ID.String()
	case "GUILD_ROLE_CREATE", "GUILD_ROLE_UPDATE":
		h.key = d.Type + " " + d.Role.ID.String()
	case "GUILD_ROLE_DELETE":
		h.key = d.Type + " " + d.RoleID.String()
	case "GUILD_MEMBER_UPDATE", "GUILD_MEMBER_REMOVE":
		h.key = d.Type + " " + d.User.ID.String()
	case "THREAD_MEMBERS_UPDATE":
		h.key = threadJoin + " " + d.ID.String()
		if len(d.Removed) > 0 {
			h.key = threadLeave + " " + d.ID.String()
		}
	default:
		h.key = d.Type + " " + d.ID.String()
	}
	return h, true
}

// guildKey is a GUILD_CREATE with these channels.
func guildKey(ids []string) string {
	slices.Sort(ids)
	return "GUILD_CREATE with " + strings.Join(ids, " ")
}

func messageKey(typ string, channel guildhall.ChannelID, id guildhall.MessageID, what string) string {
	return fmt.Sprintf("%s %s in %s %q", typ, id, channel, what)
}

func (e *ears) tell(change func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	change()
	close(e.changed)
	e.changed = make(chan struct{})
}

// await waits until the condition holds of what was heard.
func (e *ears) await(ctx context.Context, condition func() bool) error {
	for {
		e.mu.Lock()
		holds, err, changed := condition(), e.err, e.changed
		e.mu.Unlock()
		switch {
		case holds:
			return nil
		case err != nil:
			return fmt.Errorf("%s: socket ended: %w", e.name, err)
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("%s: %w", e.name, context.Cause(ctx))
		}
	}
}

// take gives all that was heard up to a key, waiting for it. Where it does not come, it gives what did.
func (e *ears) take(ctx context.Context, key string) ([]heard, error) {
	at := -1
	err := e.await(ctx, func() bool {
		at = slices.IndexFunc(e.all, func(h heard) bool { return h.key == key })
		return at >= 0
	})
	e.mu.Lock()
	defer e.mu.Unlock()
	if err != nil {
		at = len(e.all) - 1
	}
	taken := slices.Clone(e.all[:at+1])
	e.all = slices.Delete(e.all, 0, at+1)
	return taken, err
}
