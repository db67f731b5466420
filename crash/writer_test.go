package crash_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync/atomic"
	"time"

	"guildhall"
	"guildhall/history"
)

const (
	// ownPosts is how many of its messages a writer keeps in mind to change.
	ownPosts = 200
	// pageRead is how many messages a writer reads when it looks at the channel.
	pageRead = 50
	// reactionEmoji is put on a message by its own writer, once.
	reactionEmoji = "🔨"
)

// place is where a crash run happens and what is noted of it.
type place struct {
	where    *address
	recorder *history.Recorder
	guild    guildhall.GuildID
	channel  guildhall.ChannelID
	// acks tells the killer of acknowledgements; it is bounded, and what does not fit is not told.
	acks    chan struct{}
	unknown atomic.Int64
	keeper  *keeper // of the files that writers send; nil when they send none
}

func newPlace(w world) *place {
	return &place{
		where: newAddress(), recorder: history.NewRecorder(nil, nil),
		guild: w.Guilds[0].ID, channel: w.Guilds[0].ChannelID, acks: make(chan struct{}, 1024),
	}
}

// writer is a bot that writes as fast as it is answered, and asks again with the same nonce when it is not.
type writer struct {
	*place
	name   string
	user   guildhall.UserID
	client *client
	rng    *rand.Rand
	serial int
	posts  []post
}

// post is a message that its writer believes to be there.
type post struct {
	id      guildhall.MessageID
	nonce   string
	content string
	reacted bool
	edited  bool
}

func newWriter(p *place, name string, bot account, seed uint64) *writer {
	return &writer{
		place: p, name: name, user: bot.ID, client: newClient("Bot " + bot.Token),
		rng: rand.New(rand.NewPCG(seed, uint64(bot.ID))),
	}
}

// write goes on until stop is closed, and ends what it has begun.
func (w *writer) write(ctx context.Context, stop <-chan struct{}) error {
	for {
		select {
		case <-stop:
			return nil
		default:
		}
		if err := w.step(ctx); err != nil {
			return fmt.Errorf("%s: %w", w.name, err)
		}
	}
}

func (w *writer) step(ctx context.Context) error {
	if len(w.posts) == 0 {
		return w.send(ctx)
	}
	at := w.rng.IntN(len(w.posts))
	p := &w.posts[at]
	switch n := w.rng.IntN(100); {
	case n < 8:
		return w.edit(ctx, p)
	case n < 13:
		id := p.id
		w.posts = slices.Delete(w.posts, at, at+1)
		return w.remove(ctx, id)
	case n < 20 && !p.reacted:
		return w.react(ctx, p)
	case n < 23:
		return w.again(ctx, &w.posts[len(w.posts)-1])
	case n < 25:
		return w.look(ctx)
	case n < 29 && w.keeper != nil && len(w.keeper.all()) < keptMost:
		return w.sendFile(ctx)
	}
	return w.send(ctx)
}

func (w *writer) send(ctx context.Context) error {
	w.serial++
	name := fmt.Sprintf("%s-%d", w.name, w.serial)
	p := post{nonce: name, content: "message " + name}
	id, err := w.post(ctx, &p)
	if err != nil {
		return err
	}
	p.id = id
	if len(w.posts) == ownPosts {
		w.posts = slices.Delete(w.posts, 0, 1)
	}
	w.posts = append(w.posts, p)
	return nil
}

// again sends a message that was acknowledged once more, as a client does that lost the answer.
func (w *writer) again(ctx context.Context, p *post) error {
	if p.edited {
		return nil
	}
	id, err := w.post(ctx, p)
	if err == nil && id != p.id {
		return fmt.Errorf("nonce %s made message %s and then %s", p.nonce, p.id, id)
	}
	return err
}

func (w *writer) post(ctx context.Context, p *post) (guildhall.MessageID, error) {
	invoke := w.invoke(history.Send, 0, p.content)
	invoke.Nonce, invoke.Enforced = p.nonce, true
	// discord: resources/message#create-message
	body := map[string]any{"content": p.content, "nonce": p.nonce, "enforce_nonce": true}
	var made message
	err := w.attempt(ctx, invoke, func(base string) (guildhall.Snowflake, error) {
		made = message{}
		err := w.client.do(ctx, base, http.MethodPost, messagesPath(w.channel), body, &made)
		return guildhall.Snowflake(made.ID), err
	})
	return made.ID, err
}

func (w *writer) edit(ctx context.Context, p *post) error {
	w.serial++
	content := fmt.Sprintf("edit %s-%d", w.name, w.serial)
	p.edited = true
	return w.attempt(ctx, w.invoke(history.Edit, p.id, content), func(base string) (guildhall.Snowflake, error) {
		return 0, w.client.do(ctx, base, http.MethodPatch, messagePath(w.channel, p.id), map[string]any{"content": content}, nil)
	})
}

// remove deletes a message. A second try may find that the first, whose answer was lost, has done it.
func (w *writer) remove(ctx context.Context, id guildhall.MessageID) error {
	tries := 0
	err := w.attempt(ctx, w.invoke(history.Delete, id, ""), func(base string) (guildhall.Snowflake, error) {
		tries++
		return 0, w.client.do(ctx, base, http.MethodDelete, messagePath(w.channel, id), nil, nil)
	})
	if r := refused(err); r != nil && r.Code == unknownMessage && tries > 1 {
		return nil
	}
	return err
}

func (w *writer) react(ctx context.Context, p *post) error {
	p.reacted = true
	return w.attempt(ctx, w.invoke(history.React, p.id, reactionText(reactionEmoji, w.user)), func(base string) (guildhall.Snowflake, error) {
		return 0, w.client.do(ctx, base, http.MethodPut, reactionPath(w.channel, p.id, reactionEmoji), nil, nil)
	})
}

// reactionText is what a reaction is told apart by.
func reactionText(emoji string, user guildhall.UserID) string { return emoji + " of " + user.String() }

func (w *writer) invoke(kind history.Kind, target guildhall.MessageID, content string) history.Invoke {
	i := history.Invoke{
		Client: w.name, User: w.user, Kind: kind, Object: guildhall.GuildObject(w.guild), Channel: w.channel,
		Target: guildhall.Snowflake(target),
	}
	if content != "" {
		i.Hash = history.HashOf(content)
	}
	return i
}

// attempt makes a request until the server says yes or no.
func (w *writer) attempt(ctx context.Context, i history.Invoke, call func(base string) (guildhall.Snowflake, error)) error {
	for {
		base, err := w.where.get(ctx)
		if err != nil {
			return err
		}
		op := w.recorder.Begin(i)
		id, err := call(base)
		switch {
		case err == nil:
			w.recorder.OK(op, id)
			select {
			case w.acks <- struct{}{}:
			default:
			}
			return nil
		case certain(err):
			w.recorder.Fail(op, err.Error())
			return err
		}
		w.recorder.Unknown(op, err.Error())
		w.unknown.Add(1)
		if ctx.Err() != nil {
			return errors.Join(err, context.Cause(ctx))
		}
		w.where.pause(ctx)
	}
}

// look reads the newest messages: a writer must find what it wrote.
func (w *writer) look(ctx context.Context) error {
	base, err := w.where.get(ctx)
	if err != nil {
		return err
	}
	start := w.recorder.Now()
	var page []message
	err = w.client.do(ctx, base, http.MethodGet, fmt.Sprintf("%s?limit=%d", messagesPath(w.channel), pageRead), nil, &page)
	if err != nil {
		if certain(err) {
			return err
		}
		return nil // the server was killed: nothing was read
	}
	w.recorder.Record(&history.Page{
		Client: w.name, User: w.user, Channel: w.channel, Start: start, Limit: pageRead, Items: items(page),
	})
	return nil
}

// items is a page as the checker knows it.
func items(page []message) []history.Item {
	all := make([]history.Item, 0, len(page))
	for _, m := range page {
		all = append(all, history.Item{
			ID: guildhall.Snowflake(m.ID), Hash: history.HashOf(m.Content), Author: m.Author.ID, Nonce: m.Nonce,
		})
	}
	return all
}

// readAll reads the whole channel, oldest first, page by page, and notes the pages and the whole.
func (w *writer) readAll(ctx context.Context) (*history.Final, error) {
	base, err := w.where.get(ctx)
	if err != nil {
		return nil, err
	}
	final := &history.Final{Channel: w.channel}
	after := guildhall.Snowflake(w.channel) // no message is older than its channel
	for {
		ctx, cancel := context.WithTimeout(ctx, requestTimeout)
		start := w.recorder.Now()
		var page []message
		path := fmt.Sprintf("%s?limit=%d&after=%d", messagesPath(w.channel), messagesMax, after)
		err := w.client.do(ctx, base, http.MethodGet, path, nil, &page)
		cancel()
		if err != nil {
			return nil, err
		}
		got := items(page)
		w.recorder.Record(&history.Page{
			Client: w.name, User: w.user, Channel: w.channel, Start: start, After: after, Limit: messagesMax, Items: got,
		})
		slices.Reverse(got) // a page is newest first; if it is not, the checker sees it
		final.Items = append(final.Items, got...)
		if len(got) < messagesMax {
			w.recorder.Record(final)
			return final, nil
		}
		if last := got[len(got)-1].ID; last > after {
			after = last
		} else {
			return nil, fmt.Errorf("a page after %s ends with %s", after, last)
		}
	}
}

// stopwatch gives the time that something took, rounded for people.
func stopwatch() func() time.Duration {
	start := time.Now()
	return func() time.Duration { return time.Since(start).Round(time.Millisecond) }
}
