package guilds

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"guildhall"
	"guildhall/bus"
	"guildhall/calls"
	"guildhall/cluster"
	"guildhall/store"
	"guildhall/store/sqlite"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// served is an owner over a real store, asked through the router.
type served struct {
	t      *testing.T
	store  store.Store
	ring   *cluster.Ring
	router *cluster.Router
	owner  *Owner
	// end stops the owner and waits for it; asking is the life of those who ask.
	end    func()
	asking context.Context
	quit   context.CancelFunc
}

func openSQLite(t *testing.T) store.Store {
	t.Helper()
	db, err := sqlite.Open(t.Context(), sqlite.Config{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func serveOwner(t *testing.T, s store.Store) *served {
	t.Helper()
	network, directory := new(calls.Network), new(cluster.Directory)
	v := &served{t: t, store: s, ring: cluster.NewRing(s)}
	v.router = cluster.NewRouter(network, v.ring, directory)
	var err error
	v.owner, err = New(Config{Store: s, Bus: new(bus.Local), Sender: v.router, Ring: v.ring, Directory: directory, Node: "n"})
	if err != nil {
		t.Fatal(err)
	}
	network.Serve("n", v.owner.Handle)
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	ready := make(chan struct{})
	running.Go(func() {
		if err := v.owner.Run(ctx, func() { close(ready) }); err != nil {
			t.Error(err)
			close(ready)
		}
	})
	running.Go(func() { v.ring.Run(ctx) })
	v.end = func() {
		cancel()
		running.Wait()
	}
	v.asking, v.quit = context.WithCancel(context.Background())
	t.Cleanup(v.end)
	t.Cleanup(v.quit)
	<-ready
	return v
}

func (v *served) command(within time.Duration, cmd guildhall.Command, body any) (*guildhall.Answer, error) {
	ctx, cancel := context.WithTimeout(v.asking, within)
	defer cancel()
	cmd.Body, _ = json.Marshal(body)
	if len(cmd.Name) > 4 && cmd.Name[:4] == "get." {
		return v.router.Query(ctx, &cmd)
	}
	return v.router.Command(ctx, &cmd)
}

const patience = 20 * time.Second

func (v *served) guild() (guildhall.Object, guildhall.ChannelID) {
	v.t.Helper()
	cmd := guildhall.Command{Name: guildhall.CommandGuildCreate, Birth: true, Slot: testSlot}
	a, err := v.command(patience, cmd, guildhall.CreateGuild{Name: "G", Owner: owner})
	if err != nil {
		v.t.Fatal(err)
	}
	var made struct {
		Channels []guildhall.Channel `json:"channels"`
	}
	if err := json.Unmarshal(a.Body, &made); err != nil {
		v.t.Fatal(err)
	}
	return a.Object, made.Channels[len(made.Channels)-1].ID
}

// write has writers say things until stop is closed, and returns what was acknowledged. With settled, everything must be.
func (v *served) write(writers int, c guildhall.ChannelID, settled bool, stop <-chan struct{}) (wait func() map[string]guildhall.MessageID) {
	var mu sync.Mutex
	acked := make(map[string]guildhall.MessageID)
	var writing sync.WaitGroup
	for w := range writers {
		writing.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				text := fmt.Sprintf("%d of %d", n, w)
				a, err := v.command(patience, say(c), content(text))
				if err != nil {
					if settled {
						v.t.Errorf("%s: %v", text, err)
					}
					return
				}
				m, err := guildhall.DecodeMessage(a.Body)
				if err != nil {
					v.t.Error(err)
					return
				}
				mu.Lock()
				acked[text] = m.ID
				mu.Unlock()
			}
		})
	}
	return func() map[string]guildhall.MessageID {
		writing.Wait()
		return acked
	}
}

// check holds what was acknowledged against the tables: each thing said is there once, positions have no hole, and
// epochs and snowflakes never fall.
func (v *served) check(o guildhall.Object, c guildhall.ChannelID, acked map[string]guildhall.MessageID) {
	v.t.Helper()
	found := make(map[string]int)
	q := store.Query{Table: guildhall.TableMessages, Part: c.Key(), Limit: 1000}
	for {
		rows, err := v.store.Rows(v.t.Context(), q)
		if err != nil {
			v.t.Fatal(err)
		}
		for _, row := range rows {
			m, err := guildhall.DecodeMessage(row.Value)
			if err != nil {
				v.t.Fatal(err)
			}
			found[m.Content]++
			if id, ok := acked[m.Content]; ok && id != m.ID {
				v.t.Errorf("%q is message %s, acknowledged as %s", m.Content, m.ID, id)
			}
		}
		if len(rows) < q.Limit {
			break
		}
		q.After = rows[len(rows)-1].Sort
	}
	for text := range acked {
		if found[text] != 1 {
			v.t.Errorf("%q is there %d times", text, found[text])
		}
	}
	var last guildhall.Record
	for {
		events, err := v.store.Events(v.t.Context(), o, last.Position, 1000)
		if err != nil {
			v.t.Fatal(err)
		}
		for _, r := range events {
			if r.Position != last.Position+1 || r.Epoch < last.Epoch || r.Snowflake < last.Snowflake {
				v.t.Errorf("position %d, epoch %d, snowflake %d after %d, %d, %d",
					r.Position, r.Epoch, r.Snowflake, last.Position, last.Epoch, last.Snowflake)
			}
			last = *r
		}
		if len(events) < 1000 {
			return
		}
	}
}

// TestAnOwnerThatIsFencedGoesOnWithANewLog has another seal the owner's log and take all slots, again and again, while
// messages are written. No writer sees an error. design §8, 1 and 4
func TestAnOwnerThatIsFencedGoesOnWithANewLog(t *testing.T) {
	t.Parallel()
	v := serveOwner(t, openSQLite(t))
	o, c := v.guild()
	stop := make(chan struct{})
	acked := v.write(4, c, true, stop)
	for n := range 5 {
		before := v.ring.Table().Slots[testSlot].Log
		if err := cluster.ClaimAll(t.Context(), v.store, store.LogID{0xff, byte(n)}); err != nil {
			t.Fatal(err)
		}
		if _, err := v.command(patience, say(c), content(fmt.Sprint("after takeover ", n))); err != nil {
			t.Fatal(err)
		}
		after := v.ring.Table().Slots[testSlot].Log
		if after == before || after == (store.LogID{0xff, byte(n)}) {
			t.Errorf("after takeover %d the slot is in log %x", n, after)
		}
	}
	close(stop)
	all := acked()
	if len(all) == 0 {
		t.Fatal("nothing was written meanwhile")
	}
	v.end()
	v.check(o, c, all)
	again := serveOwner(t, v.store)
	if a, err := again.command(patience, say(c), content("restarted")); err != nil || a.Position == 0 {
		t.Errorf("after a restart: %+v, %v", a, err)
	}
}

// TestShutdownUnderLoadLosesNothingAcknowledged: Run returns although asks, loads and an append are under way, and
// leaves no goroutine behind (see TestMain).
func TestShutdownUnderLoadLosesNothingAcknowledged(t *testing.T) {
	t.Parallel()
	for round := range 3 {
		t.Run(fmt.Sprint("round ", round), func(t *testing.T) {
			t.Parallel()
			v := serveOwner(t, openSQLite(t))
			o, c := v.guild()
			ctx, cancel := context.WithCancel(t.Context())
			var strangers sync.WaitGroup
			for n := range 4 { // objects that must be loaded first
				strangers.Go(func() {
					for k := int64(0); ctx.Err() == nil; k++ {
						id := guildhall.UserID(guildhall.Slot(n).Next(0, 1_700_000_000_000+k))
						_, _ = v.router.Follow(bounded(ctx), &guildhall.Follow{Node: "s", Object: guildhall.UserObject(id)})
					}
				})
			}
			stop := make(chan struct{})
			acked := v.write(8, c, false, stop)
			for n := range 20 {
				if _, err := v.command(patience, say(c), content(fmt.Sprint("before ", n))); err != nil {
					t.Fatal(err)
				}
			}
			ended := make(chan struct{})
			go func() {
				v.end()
				close(ended)
			}()
			select {
			case <-ended:
			case <-time.After(patience):
				t.Fatal("the owner does not end")
			}
			v.quit() // nobody answers any more
			close(stop)
			cancel()
			strangers.Wait()
			serveOwner(t, v.store).check(o, c, acked())
		})
	}
}

func bounded(ctx context.Context) context.Context {
	ctx, cancel := context.WithTimeout(ctx, patience)
	context.AfterFunc(ctx, cancel)
	return ctx
}

// fullStore has no room while full is set.
type fullStore struct {
	store.Store
	full atomic.Bool
}

func (f *fullStore) Append(ctx context.Context, log store.LogID, n uint64, records []*guildhall.Record) error {
	if f.full.Load() {
		return store.ErrFull
	}
	return f.Store.Append(ctx, log, n, records)
}

func (f *fullStore) Claim(ctx context.Context, kind, key string, o guildhall.Object) (guildhall.Object, error) {
	if f.full.Load() {
		return guildhall.Object{}, store.ErrFull
	}
	return f.Store.Claim(ctx, kind, key, o)
}

func TestAFullDiskRefusesChangesAtOnceAndGoesOnReading(t *testing.T) {
	t.Parallel()
	s := &fullStore{Store: openSQLite(t)}
	v := serveOwner(t, s)
	o, c := v.guild()
	birth := guildhall.Command{Name: guildhall.CommandGuildCreate, Birth: true, Slot: testSlot, RequestID: cluster.NewRequestID()}
	born, err := v.command(patience, birth, guildhall.CreateGuild{Name: "before", Owner: owner})
	if err != nil {
		t.Fatal(err)
	}
	s.full.Store(true)
	if _, err := v.command(300*time.Millisecond, say(c), content("in flight")); !errors.Is(err, guildhall.ErrTimeout) {
		t.Errorf("the change that found the disk full: %v, want that nobody knows", err)
	}
	for range 100 {
		if _, err := v.command(patience, say(c), content("no room")); !errors.Is(err, errFull) {
			t.Fatalf("a change: %v", err)
		}
	}
	if _, err := v.command(patience, guildhall.Command{Name: guildhall.CommandGuildCreate, Birth: true, Slot: testSlot},
		guildhall.CreateGuild{Name: "no room", Owner: owner}); !errors.Is(err, errFull) {
		t.Errorf("a birth: %v", err)
	}
	if a, err := v.command(patience, birth, guildhall.CreateGuild{Name: "before", Owner: owner}); err != nil || a.Object != born.Object {
		t.Errorf("a birth repeated: %+v, %v", a, err)
	}
	if _, err := v.command(patience, guildhall.Command{Name: guildhall.QueryChannel, Channel: c, Actor: owner.ID}, nil); err != nil {
		t.Errorf("a query: %v", err)
	}
	s.full.Store(false)
	var last error
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		if _, last = v.command(patience, say(c), content("room again")); last == nil {
			break
		}
	}
	if last != nil {
		t.Fatal(last)
	}
	v.end()
	v.check(o, c, map[string]guildhall.MessageID{"in flight": v.idOf(c, "in flight"), "room again": v.idOf(c, "room again")})
	if v.idOf(c, "no room") != 0 {
		t.Error("what was refused has been committed")
	}
}

func (v *served) idOf(c guildhall.ChannelID, text string) guildhall.MessageID {
	rows, err := v.store.Rows(v.t.Context(), store.Query{Table: guildhall.TableMessages, Part: c.Key(), Limit: 1000})
	if err != nil {
		v.t.Fatal(err)
	}
	for _, row := range rows {
		if m, err := guildhall.DecodeMessage(row.Value); err == nil && m.Content == text {
			return m.ID
		}
	}
	return 0
}

// flakyStore fails to set the ring, and to read outboxes, as often as told.
type flakyStore struct {
	store.Store
	claims, outboxes, prunes atomic.Int64
}

var errFlaky = errors.New("not now")

func (f *flakyStore) SetRing(ctx context.Context, version uint64, log store.LogID, slots []guildhall.Slot) (bool, error) {
	if log[0] != 0xff && f.claims.Add(-1) >= 0 {
		return false, errFlaky
	}
	return f.Store.SetRing(ctx, version, log, slots)
}

func (f *flakyStore) Outbox(ctx context.Context, slot guildhall.Slot, limit int) ([]store.Pending, error) {
	if f.outboxes.Add(-1) >= 0 {
		return nil, errFlaky
	}
	return f.Store.Outbox(ctx, slot, limit)
}

func (f *flakyStore) Prune(ctx context.Context, before guildhall.Timestamp) error {
	f.prunes.Add(1)
	return f.Store.Prune(ctx, before)
}

func TestAFencedOwnerClaimsUntilItSucceeds(t *testing.T) {
	t.Parallel()
	s := &flakyStore{Store: openSQLite(t)}
	v := serveOwner(t, s)
	_, c := v.guild()
	s.claims.Store(3)
	if err := cluster.ClaimAll(t.Context(), v.store, store.LogID{0xff}); err != nil {
		t.Fatal(err)
	}
	if _, err := v.command(patience, say(c), content("back")); err != nil {
		t.Error(err)
	}
}

func TestOutboxesThatCantBeReadHoldUpNobody(t *testing.T) {
	t.Parallel()
	s := &flakyStore{Store: openSQLite(t)}
	s.outboxes.Store(1 << 40)
	v := serveOwner(t, s)
	_, c := v.guild()
	if _, err := v.command(patience, say(c), content("meanwhile")); err != nil {
		t.Error(err)
	}
}

func TestABusyOwnerPrunesMoreOften(t *testing.T) {
	t.Parallel()
	s := &flakyStore{Store: openSQLite(t)}
	v := serveOwner(t, s)
	_, c := v.guild()
	var writing sync.WaitGroup
	for range 64 {
		writing.Go(func() {
			for range 2*pruneRecords/64 + 2 {
				if _, err := v.command(patience, say(c), content("x")); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	writing.Wait()
	v.end()
	if n := s.prunes.Load(); n == 0 || n > 2 {
		t.Errorf("pruned %d times during %d records", n, 2*pruneRecords)
	}
}
