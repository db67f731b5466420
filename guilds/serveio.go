package guilds

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"time"

	"guildhall"
	"guildhall/store"
)

// append asks the store until it knows the outcome, always with the same records.
// protocol §3.5
func (i *incarnation) append(ctx context.Context, a Append) {
	started := time.Now()
	pause := repeatFirst
	full := false
	for {
		err := i.Store.Append(ctx, i.log, a.N, a.Records)
		switch {
		case err == nil:
			i.Metrics.appends.Observe(time.Since(started).Seconds())
			i.Metrics.batch.Observe(float64(len(a.Records)))
			i.grown(len(a.Records))
			i.bring(ctx, Appended{a.N, Committed})
			return
		case errors.Is(err, store.ErrFenced):
			i.bring(ctx, Appended{a.N, Fenced})
			return
		case errors.Is(err, store.ErrFull) && !full:
			full = true
			i.bring(ctx, Full{a.N})
		}
		if ctx.Err() != nil {
			return
		}
		i.Metrics.repeats.Inc()
		i.Logger.Warn("append not answered, repeating it", "batch", a.N, "error", err)
		if !sleep(ctx, &pause) {
			return
		}
	}
}

// sleep waits and doubles the pause; false when ctx ended.
func sleep(ctx context.Context, pause *time.Duration) bool {
	wait := time.NewTimer(*pause)
	defer wait.Stop()
	*pause = min(2**pause, repeatMost)
	select {
	case <-wait.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// runProjector projects committed batches, one after the other, and moves the cursor behind them.
// protocol §4
func (i *incarnation) runProjector(ctx context.Context) {
	for {
		select {
		case p := <-i.project:
			pause := repeatFirst
			for {
				err := i.Store.Project(ctx, p.Records)
				if err == nil {
					err = i.Store.SetCursor(ctx, i.log, p.N)
				}
				if err == nil {
					break
				}
				if ctx.Err() != nil {
					return
				}
				i.Logger.Warn("batch not projected, repeating it", "batch", p.N, "error", err)
				if !sleep(ctx, &pause) {
					return
				}
			}
			i.bring(ctx, Projected{p.N})
		case <-ctx.Done():
			return
		}
	}
}

// grown counts committed records, and has the pruner come when there are many. One append is under way at a time.
func (i *incarnation) grown(records int) {
	i.unpruned += records
	if i.unpruned < pruneRecords {
		return
	}
	select {
	case i.prune <- struct{}{}:
		i.unpruned = 0
	default: // the pruner has not taken the last one yet
	}
}

// runClock tells the core that time passes.
func (i *incarnation) runClock(ctx context.Context) {
	tick := time.NewTicker(tickEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			i.bring(ctx, Tick{Full: i.Full != nil && i.Full()})
		case <-ctx.Done():
			return
		}
	}
}

// runDue carries out a command that time has brought about. One that finds no room, or fails, is named again later.
func (i *incarnation) runDue(start func(func(context.Context)), cmd *guildhall.Command) {
	select {
	case i.due <- struct{}{}:
	default:
		return
	}
	start(func(ctx context.Context) {
		defer func() { <-i.due }()
		ctx, cancel := context.WithTimeout(ctx, sendTimeout)
		defer cancel()
		_, _ = rand.Read(cmd.RequestID[:]) // never fails
		out, err := i.ask(ctx, func(t Ticket) Input { return Ask{t, cmd, false} })
		if err == nil && out.(Answered).Answer.Err != nil {
			err = out.(Answered).Answer.Err
		}
		if err != nil && ctx.Err() == nil {
			i.Logger.Warn("what is due was not done", "command", cmd.Name, "object", cmd.Object.String(), "error", err)
		}
	})
}

// runPruner removes events that nobody can ask for any more.
func (i *incarnation) runPruner(ctx context.Context) {
	tick := time.NewTicker(pruneEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-i.prune:
		case <-ctx.Done():
			return
		}
		// Twice the window, so that what an owner still remembers is surely there.
		before := guildhall.TimestampOf(i.Now().Add(-2 * retention))
		if err := i.Store.Prune(ctx, before); err != nil && ctx.Err() == nil {
			i.Logger.Warn("old events not pruned", "error", err)
		}
	}
}

// load reads what the core asks for and brings it the answer.
func (i *incarnation) load(ctx context.Context, out Output) {
	pause := repeatFirst
	for {
		in, err := i.readInTurn(ctx, out)
		if err == nil {
			i.bring(ctx, in)
			return
		}
		if ctx.Err() != nil {
			return
		}
		i.Logger.Warn("owner can't read from the store", "error", err)
		if failed := failedLoad(out, err); failed != nil {
			i.bring(ctx, failed)
			return
		}
		if !sleep(ctx, &pause) {
			return
		}
	}
}

// readInTurn reads when one of the few places for readers is free. It is given back before a repeat, so that those who
// wait for ever for a slot's outbox do not hold up the others.
func (i *incarnation) readInTurn(ctx context.Context, out Output) (Input, error) {
	select {
	case i.readers <- struct{}{}:
		defer func() { <-i.readers }()
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	return i.read(ctx, out)
}

// failedLoad is what the core is told when a read fails; nil for one that nobody waits for and that is repeated.
func failedLoad(out Output, err error) Input {
	switch out := out.(type) {
	case LoadSlot:
		return LoadFailed{Slot: &out.Slot}
	case LoadPlace:
		return LoadFailed{Channel: out.Channel}
	case LoadObject:
		return LoadFailed{Object: out.Object}
	case LoadRows:
		return LoadFailed{Object: out.Object, Keys: out.Keys}
	case LoadEvents:
		return LoadFailed{Ticket: out.Ticket}
	case AskClaim:
		return LoadFailed{Ticket: out.Ticket, Full: errors.Is(err, store.ErrFull)}
	}
	return nil
}

func (i *incarnation) read(ctx context.Context, out Output) (Input, error) {
	switch out := out.(type) {
	case LoadSlot:
		last, err := i.Store.LastSnowflake(ctx, out.Slot)
		return SlotLoaded{out.Slot, last}, err
	case LoadPlace:
		s, ok, err := i.Store.Row(ctx, guildhall.RowKey{Table: guildhall.TablePlaces, Part: out.Channel.Key()})
		place := PlaceLoaded{Channel: out.Channel}
		if ok {
			place.Object, _ = guildhall.ObjectFromKey(string(s.Value))
		}
		return place, err
	case LoadRows:
		in := RowsLoaded{Object: out.Object, Keys: out.Keys, Rows: make(map[guildhall.RowKey]store.Stored)}
		for _, k := range out.Keys {
			s, ok, err := i.Store.Row(ctx, k)
			if err != nil {
				return nil, err
			}
			if ok {
				in.Rows[k] = s
			}
		}
		return in, nil
	case LoadEvents:
		events, err := i.Store.Events(ctx, out.Object, out.After, out.Limit)
		return EventsLoaded{out.Ticket, events}, err
	case LoadObject:
		return i.readObject(ctx, out.Object)
	case LoadOutbox:
		pending, err := i.readOutbox(ctx, out.Slot)
		return OutboxLoaded{out.Slot, pending}, err
	case AskClaim:
		return i.claim(ctx, out)
	}
	return nil, errBroken
}

// readOutbox reads all of a slot's follow-ups. With some left out, later ones between the same objects would overtake
// them, and the receiver would take those that come last for repeats.
func (i *incarnation) readOutbox(ctx context.Context, s guildhall.Slot) ([]store.Pending, error) {
	for limit := outboxLimit; ; limit *= 4 {
		pending, err := i.Store.Outbox(ctx, s, limit)
		if err != nil || len(pending) < limit {
			return pending, err
		}
	}
}

// claim asks for a name. Without room for it, it is still told who has the name.
func (i *incarnation) claim(ctx context.Context, out AskClaim) (Input, error) {
	holder, err := i.Store.Claim(ctx, out.Key.Kind, out.Key.Key, out.Object)
	if errors.Is(err, store.ErrFull) {
		had, readErr := i.Store.Claimed(ctx, out.Key.Kind, out.Key.Key)
		switch {
		case readErr != nil:
			return nil, readErr
		case !had.IsZero():
			return Claimed{out.Ticket, had}, nil
		}
	}
	return Claimed{out.Ticket, holder}, err
}

// pageLimit is how many rows or events one read of a load takes.
const pageLimit = 1000

func (i *incarnation) readObject(ctx context.Context, o guildhall.Object) (Input, error) {
	in := ObjectLoaded{Object: o}
	var err error
	if in.Head, err = i.Store.Head(ctx, o); err != nil || in.Head == 0 {
		return in, err
	}
	parts := []store.Query{{Table: guildhall.TableState, Part: o.Key(), Limit: pageLimit}}
	if o.Kind != guildhall.KindUser {
		parts = append(parts, store.Query{Table: guildhall.TableMembers, Part: o.ID.Key(), Limit: pageLimit})
	}
	for _, q := range parts {
		for {
			rows, err := i.Store.Rows(ctx, q)
			if err != nil {
				return nil, err
			}
			in.Rows = append(in.Rows, rows...)
			if len(rows) < pageLimit {
				break
			}
			q.After = rows[len(rows)-1].Sort
		}
	}
	in.Events, err = i.readEvents(ctx, o, in.Head)
	return in, err
}

// readEvents reads the records of the retention window; gaps can only be at the front, where old ones were pruned.
func (i *incarnation) readEvents(ctx context.Context, o guildhall.Object, head uint64) ([]*guildhall.Record, error) {
	var all []*guildhall.Record
	oldest := guildhall.TimestampOf(i.Now().Add(-retention))
	after, err := i.windowStart(ctx, o, head, oldest)
	if err != nil {
		return nil, err
	}
	after = max(after, head-min(head, knownMax))
	for {
		events, err := i.Store.Events(ctx, o, after, pageLimit)
		if err != nil || len(events) == 0 {
			return all, err
		}
		after = events[len(events)-1].Position
		for n := range events {
			if events[n].Position+recentMax <= head {
				events[n] = traces(events[n])
			}
		}
		all = append(all, events...)
		recent := slices.IndexFunc(all, func(r *guildhall.Record) bool { return r.At >= oldest })
		if recent < 0 {
			recent = len(all)
		}
		all = slices.Delete(all, 0, recent)
		if len(events) < pageLimit {
			return all, nil
		}
	}
}

// traces is what is needed of a record that is too old to be kept in memory: what a repeat is recognised by.
func traces(r *guildhall.Record) *guildhall.Record {
	return &guildhall.Record{Object: r.Object, Position: r.Position, At: r.At, RequestID: r.RequestID, Nonce: r.Nonce}
}

// windowStart gives a position before the retention window, looking back from the head in growing steps: an object may
// have far more events than the window holds.
func (i *incarnation) windowStart(ctx context.Context, o guildhall.Object, head uint64, oldest guildhall.Timestamp) (uint64, error) {
	for back := uint64(pageLimit); ; back *= 2 {
		after := head - min(head, back)
		first, err := i.Store.Events(ctx, o, after, 1)
		if err != nil || after == 0 || len(first) == 0 || first[0].Position > after+1 || first[0].At < oldest {
			return after, err
		}
	}
}

// deliver sends a follow-up until it is accepted, or refused in a way that repeating can't change.
// protocol §8
func (i *incarnation) deliver(ctx context.Context, p store.Pending) {
	if n, ok := nameLeft(p.From, &p.FollowUp); ok {
		if i.release(ctx, n.key, n.object) {
			i.bring(ctx, Delivered{p})
		}
		return
	}
	cmd := &guildhall.Command{
		RequestID: followUpID(p), Name: p.Name, Object: p.To, Body: p.Body,
		Source: guildhall.Source{Object: p.From, Position: p.Position},
	}
	pause := repeatFirst
	for try := 1; ; try++ {
		err := i.try(ctx, cmd, try)
		var refused *guildhall.Error
		switch {
		case ctx.Err() != nil:
			return
		case err == nil:
			i.bring(ctx, Delivered{p})
			return
		case errors.As(err, &refused) && refused.Status < 500:
			i.Logger.Warn("follow-up refused", "from", p.From.String(), "to", p.To.String(), "name", p.Name, "error", err)
			i.bring(ctx, Delivered{p})
			return
		}
		if !sleep(ctx, &pause) {
			return
		}
	}
}

// try sends a follow-up once. First tries have places of their own.
func (i *incarnation) try(ctx context.Context, cmd *guildhall.Command, n int) error {
	places, timeout := i.senders, sendTimeout
	if n > 1 {
		places, timeout = i.resenders, resendTimeout
	}
	select {
	case places <- struct{}{}:
		defer func() { <-places }()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	bounded, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	_, err := i.Sender.Command(bounded, cmd)
	return err
}

// followUpID is the same at every try, by whichever owner.
func followUpID(p store.Pending) (id guildhall.RequestID) {
	key := p.From.Key()
	copy(id[:], key[1:9])
	for n := range 6 {
		id[8+n] = byte(p.Position >> (8 * n))
	}
	id[14], id[15] = byte(p.Index), byte(p.From.Kind)
	return id
}

// release frees a name; false when ctx ended before that was known.
func (i *incarnation) release(ctx context.Context, key guildhall.ClaimKey, o guildhall.Object) bool {
	pause := repeatFirst
	for {
		err := i.Store.Release(ctx, key.Kind, key.Key, o)
		if err == nil {
			return true
		}
		i.Logger.Warn("name not freed, repeating it", "kind", key.Kind, "object", o.String(), "error", err)
		if !sleep(ctx, &pause) {
			return false
		}
	}
}

func (i *incarnation) outboxDone(ctx context.Context, p store.Pending) {
	pause := repeatFirst
	for i.Store.OutboxDone(ctx, p) != nil {
		if !sleep(ctx, &pause) {
			return
		}
	}
	i.bring(ctx, OutboxCleared{p})
}
