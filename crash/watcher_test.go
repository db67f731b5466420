package crash_test

import (
	"context"
	"errors"
	"sync"

	"guildhall"
	"guildhall/history"
)

// watcher is a bot that listens to the channel and, whatever happens to the server, comes back: it resumes, and starts
// a new session where that is refused.
type watcher struct {
	*place
	name    string
	user    guildhall.UserID
	client  *client
	session session

	lifetime int
	resumes  int
	refused  int // resumes that were refused
	asked    int // times that it was asked to reconnect

	mu     sync.Mutex
	latest guildhall.Snowflake // guarded by mu; the newest message that came
	// attached: the present socket has a session that is told of the guild. guarded by mu
	attached bool
	changed  chan struct{} // guarded by mu; closed at the next change
}

func newWatcher(p *place, name string, bot account) *watcher {
	intents := guildhall.IntentsAll
	return &watcher{
		place: p, name: name, user: bot.ID, client: newClient("Bot " + bot.Token),
		session: session{token: bot.Token, intents: &intents}, changed: make(chan struct{}),
	}
}

// watch listens until ctx ends. Only what no death of a server explains is an error.
func (w *watcher) watch(ctx context.Context) error {
	for ctx.Err() == nil {
		base, err := w.where.get(ctx)
		if err != nil {
			break
		}
		err = w.attach(ctx, base)
		var wrong *wrongFrame
		if errors.As(err, &wrong) {
			return err
		}
		w.where.pause(ctx)
	}
	return nil
}

// wrongFrame is a frame that no server may send.
type wrongFrame struct{ error }

// attach listens on one socket until that ends.
func (w *watcher) attach(ctx context.Context, base string) error {
	gateway, err := w.client.gatewayURL(ctx, base)
	if err != nil {
		return err
	}
	k, err := dial(ctx, gateway, &w.session)
	if err != nil {
		return err
	}
	defer k.close()
	attached := false
	for {
		f, err := k.next(ctx)
		if err != nil {
			w.lose(attached, err)
			return err
		}
		if f.Op != opDispatch {
			continue
		}
		d, err := readDispatch(f)
		if err != nil {
			return &wrongFrame{err}
		}
		attached = true
		w.note(&d)
	}
}

// lose notes the end of a socket.
func (w *watcher) lose(attached bool, err error) {
	if attached {
		w.recorder.Record(&history.Session{Session: w.name, Lifetime: w.lifetime, State: history.Down})
	}
	w.tell(func() { w.attached = false })
	if errors.Is(err, errReconnect) {
		w.asked++
	}
	if !errors.Is(err, errInvalidSession) {
		return
	}
	if w.session.id != "" {
		w.refused++
		w.recorder.Record(&history.Session{Session: w.name, Lifetime: w.lifetime, State: history.Ended})
	}
	w.session.id, w.session.seq = "", 0
}

func (w *watcher) note(d *dispatch) {
	w.session.seq = d.Seq
	switch d.Type {
	case "READY":
		w.lifetime++
		w.session.id = d.SessionID
		w.recorder.Record(&history.Session{
			Session: w.name, Lifetime: w.lifetime, State: history.Ready, Seq: d.Seq, User: w.user, Intents: *w.session.intents,
		})
		return
	case "RESUMED":
		w.resumes++
		w.recorder.Record(&history.Session{Session: w.name, Lifetime: w.lifetime, State: history.Resumed, Seq: d.Seq})
		w.tell(func() { w.attached = true })
		return
	}
	w.recorder.Record(received(w.name, w.lifetime, d))
	switch d.Type {
	case "MESSAGE_CREATE":
		w.tell(func() { w.latest = max(w.latest, d.ID) })
	case "GUILD_CREATE":
		w.tell(func() { w.attached = true })
	}
}

// received is a dispatch as the checker knows it.
func received(session string, lifetime int, d *dispatch) *history.Receive {
	r := &history.Receive{Session: session, Lifetime: lifetime, Seq: d.Seq, Type: d.Type, Channel: d.ChannelID}
	if d.GuildID != 0 {
		r.Object = guildhall.GuildObject(d.GuildID)
	}
	switch d.Type {
	case "GUILD_CREATE", "GUILD_DELETE":
		r.Object = guildhall.GuildObject(guildhall.GuildID(d.ID))
	case "MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_DELETE":
		r.ID, r.Author = d.ID, d.Author.ID
		if d.Content != nil && *d.Content != "" { // else it was not for this session
			r.Hash = history.HashOf(*d.Content)
		}
		r.Nonce, _ = d.Nonce.(string)
	case "MESSAGE_REACTION_ADD", "MESSAGE_REACTION_REMOVE":
		r.ID, r.Hash = guildhall.Snowflake(d.MessageID), history.HashOf(reactionText(d.Emoji.Name, d.UserID))
	}
	return r
}

func (w *watcher) tell(change func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	change()
	close(w.changed)
	w.changed = make(chan struct{})
}

// await waits until the condition holds.
func (w *watcher) await(ctx context.Context, condition func() bool) error {
	for {
		w.mu.Lock()
		holds, changed := condition(), w.changed
		w.mu.Unlock()
		if holds {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}
