package sweep

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"guildhall"
	"guildhall/blob"
	"guildhall/store"
)

// rows are tables as a map.
type rows struct {
	all    map[guildhall.RowKey]guildhall.Row
	broken error
}

func (r *rows) put(list ...guildhall.Row) {
	for _, row := range list {
		r.all[row.Key()] = row
	}
}

func (r *rows) Row(_ context.Context, key guildhall.RowKey) (store.Stored, bool, error) {
	row, ok := r.all[key]
	return store.Stored{Row: row}, ok, r.broken
}

func (r *rows) Rows(_ context.Context, q store.Query) ([]store.Stored, error) {
	var found []store.Stored
	for k, row := range r.all {
		if k.Table == q.Table && k.Part == q.Part && k.Sort > q.After && k.Sort < q.Before && !row.Delete {
			found = append(found, store.Stored{Row: row})
		}
	}
	return found, r.broken
}

const (
	guild   = guildhall.GuildID(1 << 22)
	channel = guildhall.ChannelID(2 << 22)
	user    = guildhall.UserID(3 << 22)
	webhook = guildhall.Snowflake(4 << 22)
)

type room struct {
	*Sweeper
	t     *testing.T
	rows  *rows
	blobs *blob.Memory
}

func newRoom(t *testing.T) *room {
	t.Helper()
	time.Sleep(time.Until(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))) // on the test's clock: ids begin in 2015
	r := &room{t: t, rows: &rows{all: map[guildhall.RowKey]guildhall.Row{}}, blobs: blob.NewMemory(1 << 20)}
	r.restart()
	r.rows.put(guildhall.GuildRow(&guildhall.Guild{ID: guild}), guildhall.PlaceRow(channel, guildhall.GuildObject(guild)))
	return r
}

// restart makes a sweeper that remembers nothing.
func (r *room) restart() {
	r.t.Helper()
	var err error
	if r.Sweeper, err = New(r.blobs, r.rows, nil, slog.New(slog.DiscardHandler), prometheus.NewRegistry()); err != nil {
		r.t.Fatal(err)
	}
}

func (r *room) put(keys ...string) {
	r.t.Helper()
	for _, key := range keys {
		if err := r.blobs.Put(r.t.Context(), key, strings.NewReader("x")); err != nil {
			r.t.Fatal(err)
		}
	}
}

// run sweeps for a while.
func (r *room) run(d time.Duration) {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), d)
	defer cancel()
	r.Run(ctx)
}

func (r *room) want(when string, n int) {
	r.t.Helper()
	if got := r.blobs.Len() - 1; got != n { // without sinceKey
		r.t.Errorf("%s: %d blobs, want %d", when, got, n)
	}
}

// file makes a message with a file, as an owner does.
func (r *room) file() (m *guildhall.Message, key string) {
	id := guildhall.Snowflake(time.Now().UnixMilli()-guildhall.Epoch) << 22
	m = &guildhall.Message{ID: guildhall.MessageID(id + 1), ChannelID: channel, Attachments: []guildhall.Attachment{{ID: id}}}
	row := guildhall.MessageRow(m)
	r.rows.put(row, guildhall.FileRow(id, row.Key()))
	key = guildhall.AttachmentKey(id)
	r.put(key)
	return m, key
}

func TestFilesGoWithTheirMessage(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(r *room, m *guildhall.Message){
		"message deleted": func(r *room, m *guildhall.Message) { r.rows.put(guildhall.MessageRow(m).Deleted()) },
		"file row deleted": func(r *room, m *guildhall.Message) {
			r.rows.put(guildhall.FileRow(m.Attachments[0].ID, guildhall.RowKey{}).Deleted())
		},
		"taken out": func(r *room, m *guildhall.Message) { m.Attachments = nil; r.rows.put(guildhall.MessageRow(m)) },
		"channel deleted": func(r *room, m *guildhall.Message) {
			r.rows.put(guildhall.PlaceRow(channel, guildhall.Object{}).Deleted())
		},
		"guild deleted": func(r *room, m *guildhall.Message) {
			r.rows.put(guildhall.GuildRow(&guildhall.Guild{ID: guild}).Deleted())
		},
		"never any message": func(r *room, m *guildhall.Message) { clear(r.rows.all) },
	} {
		synctest.Test(t, func(t *testing.T) {
			r := newRoom(t)
			r.run(time.Minute)
			m, _ := r.file()
			r.run(48 * time.Hour)
			r.want(name+", before", 1)
			end(r, m)
			r.run(settle / 2)
			r.restart()
			r.run(settle / 2)
			r.want(name+", before a second look", 1)
			r.run(3 * settle)
			r.want(name, 0)
			if got := testutil.ToFloat64(r.removed); got != 1 {
				t.Errorf("%s: counted %v", name, got)
			}
		})
	}
}

// TestWhatIsWrittenIsLeftAlone: an upload whose message is not there yet, and a picture that is set once more at the moment
// when it is to be removed.
func TestWhatIsWrittenIsLeftAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t)
		picture := fmt.Sprintf("avatars/%s/%032x.png", user, 7)
		r.rows.put(guildhall.UserRow(&guildhall.User{ID: user}))
		r.run(time.Minute)
		r.put(picture)
		r.run(grace - time.Hour)
		r.want("within the grace", 1)
		r.run(2*time.Hour - time.Minute) // doubted by now
		r.put(picture)
		r.run(grace - time.Hour)
		r.want("written anew", 1)
		hash := fmt.Sprintf("%032x", 7)
		r.rows.put(guildhall.UserRow(&guildhall.User{ID: user, Avatar: &hash}))
		r.run(72 * time.Hour)
		r.want("named again", 1)
		r.rows.put(guildhall.UserRow(&guildhall.User{ID: user}))
		r.rows.broken = errors.New("the store is away")
		r.run(72 * time.Hour)
		r.want("while the tables can't be read", 1)
		r.rows.broken = nil
		r.run(3 * settle)
		r.want("deleted", 0)
	})
}

func TestPicturesAreNamed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t)
		r.run(time.Minute)
		h := func(n int) string { return fmt.Sprintf("%032x", n) }
		s := func(n int) *string { text := h(n); return &text }
		id := guildhall.Snowflake(time.Now().Add(time.Hour).UnixMilli()-guildhall.Epoch) << 22 // after the sweeper began
		member := &guildhall.Member{User: guildhall.User{ID: user}, Avatar: s(6)}
		holders := []guildhall.Row{
			guildhall.UserRow(&guildhall.User{ID: user, Avatar: s(1), Banner: s(2)}),
			guildhall.GuildRow(&guildhall.Guild{ID: guild, Icon: s(3)}),
			guildhall.MemberRow(guild, member),
			guildhall.WebhookRow(&guildhall.Webhook{ID: webhook, GuildID: guild, Avatar: s(7)}),
			guildhall.PlaceRow(guildhall.ChannelID(webhook), guildhall.GuildObject(guild)),
			guildhall.EmojiRow(guildhall.GuildObject(guild), &guildhall.CustomEmoji{ID: 5, Image: h(8)}),
			guildhall.ScheduledEventRow(&guildhall.ScheduledEvent{ID: id, GuildID: guild, Image: s(9)}),
			guildhall.PlaceRow(guildhall.ChannelID(id), guildhall.GuildObject(guild)),
			guildhall.ApplicationRow(&guildhall.Application{ID: guildhall.ApplicationID(user), Icon: s(10)}),
			guildhall.PrivateRow(&guildhall.Private{ID: channel, Icon: s(11)}),
		}
		r.rows.put(holders...)
		kept := []string{
			fmt.Sprintf("avatars/%s/%s.png", user, h(1)), fmt.Sprintf("banners/%s/%s.gif", user, h(2)), fmt.Sprintf("icons/%s/%s.jpg", guild, h(3)),
			fmt.Sprintf("guilds/%s/users/%s/%s.png", guild, user, h(6)), fmt.Sprintf("avatars/%s/%s.png", webhook, h(7)),
			fmt.Sprintf("emojis/%s/%s.png", guild, h(8)), fmt.Sprintf("guild-events/%s/%s.png", id, h(9)),
			fmt.Sprintf("app-icons/%s/%s.png", user, h(10)), fmt.Sprintf("channel-icons/%s/%s.png", channel, h(11)),
			"of/an/unknown.kind", "attachments/no-number", fmt.Sprintf("guild-events/%d/%s.png", 5<<22, h(1)), guildhall.AttachmentKey(5 << 22),
		}
		var old []string
		for _, key := range kept[:9] {
			old = append(old, strings.Replace(key, "/"+key[strings.LastIndex(key, "/")+1:][:32], "/"+h(99), 1))
		}
		r.put(kept...)
		r.put(old...)
		r.want("made", len(kept)+len(old))
		r.run(grace + 3*settle)
		r.want("those of old are gone, but what a webhook showed", len(kept)+1)
		r.run(webhookGrace)
		r.want("after a month", len(kept))
		for i := range holders {
			r.rows.put(holders[i].Deleted())
		}
		r.run(3 * settle)
		r.want("all that is known of is gone", 4)
	})
}

// TestWorkIsPaced: however many blobs there are, a moment's work is small.
func TestWorkIsPaced(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t)
		r.run(time.Minute)
		r.rows.put(guildhall.UserRow(&guildhall.User{ID: user}))
		const blobs = 20 * perTick
		for i := range blobs {
			r.put(fmt.Sprintf("avatars/%s/%032x.png", user, i))
		}
		time.Sleep(grace + settle) // on the test's clock
		r.restart()
		r.run(10*tick + tick/2)
		if n := len(r.doubted); n > 10*perTick || n < 8*perTick {
			t.Errorf("%d looked at in ten ticks", n)
		}
		r.run(4 * settle)
		r.want("after all", 0)
	})
}

// TestLongPasses: where there are so many blobs that a way through them takes days, what was doubted in one is still known in
// the next.
func TestLongPasses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t)
		const steps = 4
		for i := range steps * perTick {
			r.put(fmt.Sprintf("icons/%s/%d.png", guild, i))
		}
		time.Sleep(2 * grace)
		for range 2 * (steps + 1) { // two passes: the last step of each finds the end
			if err := r.Step(t.Context()); err != nil {
				t.Fatal(err)
			}
			time.Sleep(grace / 2)
		}
		r.endPass()
		r.want("after two passes", 0)
		if len(r.doubted) != 0 {
			t.Errorf("%d are still doubted", len(r.doubted))
		}
	})
}

// TestBeginsAfterAllThatIsThere: a machine whose clock is behind when names begin to be written down, as one without a battery
// is before it has asked for the time, takes no older file for one that would have a name.
func TestBeginsAfterAllThatIsThere(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(t)
		_, key := r.file()
		clear(r.rows.all) // it came when no names were written down
		behind := -365 * 24 * time.Hour
		r.now = func() time.Time { return time.Now().Add(behind) }
		r.run(time.Minute)
		behind = 0
		r.restart()
		r.run(grace + 3*settle)
		r.want("the clock is right again", 1)
		time.Sleep(time.Minute)
		if _, err := r.blobs.DeleteStale(t.Context(), key, time.Now()); err != nil {
			t.Fatal(err)
		}
		r.file()
		clear(r.rows.all)
		r.run(grace + 3*settle)
		r.want("what came since and has no name is gone", 0)
	})
}
