package history_test

import (
	"fmt"
	"testing"
	"time"

	"guildhall"
	"guildhall/history"
)

// bigHistory has about n entries: sends to 40 guilds with 4 sessions each, a page every 20 sends, an edit every 10, and
// changing permissions.
func bigHistory(n int, full bool) *history.History {
	const guilds, sessions = 40, 4
	now := time.Duration(0)
	r := history.NewRecorder(nil, func() time.Duration { now += time.Microsecond; return now })
	name := func(g, s int) string { return fmt.Sprintf("%d-%d", g, s) }
	user := func(g, s int) guildhall.UserID { return guildhall.UserID(1000*g + s + 1) }
	seq, head := map[string]uint64{}, [guilds]uint64{}
	shown := [guilds][]history.Item{}
	for g := range guilds {
		for s := range sessions {
			r.Record(&history.Grant{User: user(g, s), Object: guildhall.Object{Kind: guildhall.KindGuild, ID: guildhall.Snowflake(g + 1)}, Sees: true})
			seq[name(g, s)] = 1
			r.Record(&history.Session{
				Session: name(g, s), Lifetime: 1, State: history.Ready, Seq: 1, User: user(g, s),
				Objects: []guildhall.Object{{Kind: guildhall.KindGuild, ID: guildhall.Snowflake(g + 1)}},
			})
		}
	}
	written := guilds * sessions * 2
	for i := 0; written < n; i++ {
		g := i % guilds
		object := guildhall.Object{Kind: guildhall.KindGuild, ID: guildhall.Snowflake(g + 1)}
		channel := guildhall.ChannelID(500 + g)
		in := history.Invoke{
			Client: name(g, 0), User: user(g, 0), Kind: history.Send, Object: object, Channel: channel,
			Request: history.Request{byte(i), byte(i >> 8), byte(i >> 16), 1}, Hash: history.HashOf(fmt.Sprint(i)),
		}
		id := guildhall.Snowflake(10_000 + i)
		if i%10 == 9 && len(shown[g]) > 0 {
			in.Kind = history.Edit
			in.Target = shown[g][len(shown[g])-1].ID
			shown[g][len(shown[g])-1].Hash = in.Hash
			id = in.Target
		} else {
			shown[g] = append(shown[g], history.Item{ID: id, Hash: in.Hash})
		}
		op := r.Begin(in)
		head[g]++
		e := history.Event{Type: in.Kind.Event(), Channel: channel, ID: id, Hash: in.Hash}
		d := history.Receive{Lifetime: 1, Object: object, Type: e.Type, Channel: channel, ID: id, Hash: in.Hash}
		if full {
			r.Record(&history.Commit{Log: history.LogID{1}, Batch: uint64(i + 1), Object: object, Position: head[g], Epoch: 1, Request: in.Request, Events: []history.Event{e}})
			d.Position, d.Epoch = head[g], 1
			written++
		}
		r.OK(op, id)
		for s := range sessions {
			d := d
			d.Session = name(g, s)
			seq[d.Session]++
			d.Seq = seq[d.Session]
			r.Record(&d)
		}
		if i%20 == 0 {
			r.Record(&history.Page{Client: name(g, 0), User: user(g, 0), Channel: channel, Start: r.Now(), Limit: 50, Items: append([]history.Item(nil), shown[g][max(0, len(shown[g])-50):]...)})
			written++
		}
		if i%50 == 0 {
			grant := r.Begin(history.Invoke{Client: name(g, 0), User: user(g, 0), Kind: history.OverwriteChange, Object: object})
			r.Record(&history.Grant{User: user(g, 1), Object: object, Sees: true, Op: grant})
			r.OK(grant, 0)
			written += 3
		}
		written += 2 + sessions
	}
	for g := range guilds {
		r.Record(&history.Final{Channel: guildhall.ChannelID(500 + g), Items: shown[g]})
	}
	now += time.Minute
	r.Record(&history.Fault{Name: "none"})
	return r.History()
}

func BenchmarkCheckMillion(b *testing.B) {
	for _, full := range []bool{true, false} {
		b.Run(map[bool]string{true: "all known", false: "clients only"}[full], func(b *testing.B) {
			h := bigHistory(1_000_000, full)
			if !full {
				h = clientsOnly(h)
			}
			b.ReportAllocs()
			for b.Loop() {
				// The grants have no records of their own here, which H1 would miss.
				if err := history.Check(h, history.Options{Only: []string{"H2", "H3", "H4", "H5", "H6", "H7", "H8", "H9"}}).Err(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(len(h.Entries)), "entries/op")
		})
	}
}
