package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"guildhall"
	"guildhall/admission"
	"guildhall/api"
	"guildhall/store"
)

const room = guildhall.ChannelID(4194304)

// history is one channel's owner, whose tables trail its records, with what is true beside it.
type history struct {
	random    *rand.Rand
	records   []*guildhall.Record
	projected int
	remembers int // how many records the owner has in memory beyond those not projected
	tables    *laggingTables
	messages  map[guildhall.MessageID]*guildhall.Message
	mine      map[guildhall.Snowflake]bool // by generation
	next      uint64
	denied    bool
	stale     bool // once: the next answer is that of an owner who has been overtaken
}

// laggingTables lets time pass between two reads.
type laggingTables struct {
	tables
	between func()
}

func (s *laggingTables) Rows(ctx context.Context, q store.Query) ([]store.Stored, error) {
	rows, err := s.tables.Rows(ctx, q)
	if s.between != nil {
		s.between()
	}
	return rows, err
}

func newHistory(seed uint64) *history {
	h := &history{
		random: rand.New(rand.NewPCG(seed, 1)), tables: &laggingTables{}, messages: map[guildhall.MessageID]*guildhall.Message{},
		mine: map[guildhall.Snowflake]bool{}, next: 1000,
	}
	h.remembers = 4 + h.random.IntN(40) // the real ones keep more
	return h
}

func (h *history) commit(rows ...guildhall.Row) {
	h.records = append(h.records, &guildhall.Record{Position: uint64(len(h.records) + 1), Rows: rows})
}

func (h *history) project(n int) {
	for ; n > 0 && h.projected < len(h.records); n-- {
		h.tables.project(h.records[h.projected])
		h.projected++
	}
}

func (h *history) pick() *guildhall.Message {
	ids := []guildhall.MessageID{}
	for id := range h.messages {
		ids = append(ids, id)
	}
	if len(ids) == 0 {
		return nil
	}
	slices.Sort(ids)
	return h.messages[ids[h.random.IntN(len(ids))]]
}

// purge deletes many of the messages, one by one.
func (h *history) purge() {
	for range h.random.IntN(25) {
		if m := h.pick(); m != nil {
			delete(h.messages, m.ID)
			h.commit(guildhall.MessageRow(m).Deleted())
		}
	}
}

// step makes one change.
func (h *history) step() {
	m := h.pick()
	kind := h.random.IntN(10)
	h.next++
	switch {
	case m == nil || kind < 5:
		m = &guildhall.Message{ID: guildhall.MessageID(h.next), ChannelID: room, Content: "new"}
		h.messages[m.ID] = m
		h.commit(guildhall.MessageRow(m))
	case kind < 7:
		delete(h.messages, m.ID)
		h.commit(guildhall.MessageRow(m).Deleted())
	case kind < 8:
		changed := *m
		changed.Content = fmt.Sprint("edit ", h.next)
		h.messages[m.ID] = &changed
		h.commit(guildhall.MessageRow(&changed))
	case kind < 9 && len(m.Reactions) == 0:
		changed := *m
		generation := guildhall.Snowflake(h.next)
		changed.Reactions = []guildhall.Reaction{{Emoji: guildhall.Emoji{Name: "x"}, Count: 1, Generation: generation}}
		h.messages[m.ID] = &changed
		h.mine[generation] = h.random.IntN(2) == 0
		user := guildhall.User{ID: personID}
		if h.mine[generation] {
			user.ID = botID
		}
		h.commit(guildhall.MessageRow(&changed), guildhall.ReactionRow(m.ID, generation, &user))
	default:
		h.commit() // a change elsewhere in the guild
	}
}

func (h *history) answer(cmd *guildhall.Command) (*guildhall.Answer, error) {
	var q guildhall.MessagesQuery
	if err := json.Unmarshal(cmd.Body, &q); err != nil {
		return nil, err
	}
	head := len(h.records)
	if h.stale {
		h.stale = false
		head = 0
	}
	a := answerOf(guildhall.MessagesAnswer{History: !h.denied})
	a.Position, a.Projected = uint64(head), uint64(min(h.projected, head))
	if first := max(0, min(h.projected, head)-h.remembers); int(q.Projected) < first {
		a.Reread = true
		return a, nil
	}
	var records []*guildhall.Record
	for _, r := range h.records[:head] {
		if r.Position > q.Projected && len(r.Rows) > 0 {
			records = append(records, r)
		}
	}
	if len(records) > 0 {
		a.Records = guildhall.AppendRecords(nil, records)
	}
	return a, nil
}

// page is what a query must give, by what is true.
func (h *history) page(before, after, around guildhall.MessageID, limit int) []string {
	var ids []guildhall.MessageID
	for id := range h.messages {
		if (before == 0 || id < before) && id > after {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	switch {
	case around != 0:
		i, _ := slices.BinarySearch(ids, around+1)
		ids = ids[max(0, i-limit/2-1):min(len(ids), i+(limit-1)/2)]
	case after != 0:
		ids = ids[:min(len(ids), limit)]
	default:
		ids = ids[max(0, len(ids)-limit):]
	}
	slices.Reverse(ids)
	shown := []string{}
	for _, id := range ids {
		m := h.messages[id]
		me := len(m.Reactions) > 0 && h.mine[m.Reactions[0].Generation]
		shown = append(shown, fmt.Sprintf("%s %q %t", id, m.Content, me))
	}
	return shown
}

func show(t *testing.T, body []byte) []string {
	t.Helper()
	var messages []guildhall.Message
	if err := json.Unmarshal(body, &messages); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	shown := []string{}
	for _, m := range messages {
		shown = append(shown, fmt.Sprintf("%s %q %t", m.ID, m.Content, len(m.Reactions) > 0 && m.Reactions[0].Me))
	}
	return shown
}

// TestPages holds pages against what is true while tables trail behind the owner, records are committed and projected
// between the two halves of a read. Invariant 1, protocol §8.
func TestPages(t *testing.T) {
	t.Parallel()
	gaveUp := 0
	for seed := range uint64(300) {
		h := newHistory(seed)
		w := newWorldOver(t, api.Config{RateLimits: admission.Off}, h.tables)
		w.owners.script = func(cmd *guildhall.Command) (*guildhall.Answer, error) {
			h.project(h.random.IntN(2))
			return h.answer(cmd)
		}
		h.tables.between = func() {
			if h.random.IntN(3) == 0 {
				h.step()
			}
			h.project(h.random.IntN(2))
		}
		for range 12 {
			for range h.random.IntN(15) {
				h.step()
			}
			h.project(h.random.IntN(12))
			if h.random.IntN(4) == 0 {
				for range 25 {
					h.step()
				}
				h.project(len(h.records))
				h.purge()
			}
			limit := 1 + h.random.IntN(12)
			at := guildhall.MessageID(1000 + h.random.Uint64N(h.next-990))
			var before, after, around guildhall.MessageID
			query := fmt.Sprintf("?limit=%d", limit)
			switch h.random.IntN(4) {
			case 0:
				before, query = at, query+fmt.Sprintf("&before=%s", at)
			case 1:
				after, query = at, query+fmt.Sprintf("&after=%s", at)
			case 2:
				around, query = at, query+fmt.Sprintf("&around=%s", at)
			}
			got := w.do(ask{method: "GET", path: chat + query, as: botID})
			if got.Code == 503 {
				gaveUp++
				continue
			}
			if shown, want := show(t, got.Body.Bytes()), h.page(before, after, around, limit); !slices.Equal(shown, want) {
				t.Fatalf("seed %d, %s, %d of %d projected:\ngot  %q\nwant %q", seed, query, h.projected, len(h.records), shown, want)
			}
			if strings.Contains(got.Body.String(), "generation") {
				t.Fatalf("seed %d: shows what only rows hold: %s", seed, got.Body)
			}
		}
	}
	if gaveUp > 3 {
		t.Errorf("gave up %d times of 3600", gaveUp)
	}
}

func TestPagesNeedHistory(t *testing.T) {
	t.Parallel()
	h := newHistory(1)
	w := newWorldOver(t, api.Config{RateLimits: admission.Off}, h.tables)
	w.owners.script = h.answer
	for range 30 {
		h.step()
	}
	h.project(10)
	m := h.pick()
	one := ask{method: "GET", path: fmt.Sprintf("%s/%s", chat, m.ID), as: botID}
	w.want(one, 200, "")
	h.denied = true
	w.want(ask{method: "GET", path: chat, as: botID}, 200, `[]`)
	w.want(one, 403, `{"code":50001,"message":"Missing Access"}`)
	w.want(ask{method: "GET", path: one.path + "/reactions/x", as: botID}, 403, `{"code":50001,"message":"Missing Access"}`)
	w.owners.script = func(*guildhall.Command) (*guildhall.Answer, error) { return nil, guildhall.ErrMissingAccess }
	w.want(ask{method: "GET", path: chat, as: botID}, 403, `{"code":50001,"message":"Missing Access"}`)
	h.denied, w.owners.script = false, h.answer
	w.want(ask{method: "GET", path: chat + "/999", as: botID}, 404, `{"code":10008,"message":"Unknown Message"}`)
}

// TestStaleOwnersAreNotBelieved: rows above an answer's head mean that somebody else has gone on.
func TestStaleOwnersAreNotBelieved(t *testing.T) {
	t.Parallel()
	h := newHistory(1)
	w := newWorldOver(t, api.Config{RateLimits: admission.Off}, h.tables)
	asked := 0
	w.owners.script = func(cmd *guildhall.Command) (*guildhall.Answer, error) {
		asked++
		h.stale = true
		return h.answer(cmd)
	}
	for range 10 {
		h.step()
	}
	h.project(10)
	w.want(ask{method: "GET", path: chat, as: botID}, 503, "")
	if asked < 2 || asked > 10 {
		t.Errorf("asked %d times", asked)
	}
}

func TestReactors(t *testing.T) {
	t.Parallel()
	h := newHistory(1)
	h.remembers = 100
	w := newWorldOver(t, api.Config{RateLimits: admission.Off}, h.tables)
	w.owners.script = h.answer
	m := &guildhall.Message{ID: 5000, ChannelID: room, Reactions: []guildhall.Reaction{{Emoji: guildhall.Emoji{Name: "❤️"}, Generation: 9}}}
	for i := range guildhall.UserID(30) {
		h.commit(guildhall.MessageRow(m), guildhall.ReactionRow(m.ID, 9, &guildhall.User{ID: i + 1}))
	}
	h.commit(guildhall.MessageRow(m), guildhall.ReactionRow(m.ID, 9, &guildhall.User{ID: 3}).Deleted())
	h.project(20)
	ids := func(query string) string {
		t.Helper()
		got := w.want(ask{method: "GET", path: chat + "/5000/reactions/%E2%9D%A4" + query, as: botID}, 200, "")
		var users []guildhall.User
		if err := json.Unmarshal(got.Body.Bytes(), &users); err != nil {
			t.Fatal(err)
		}
		all := []string{}
		for _, u := range users {
			all = append(all, u.ID.String())
		}
		return strings.Join(all, " ")
	}
	for query, want := range map[string]string{
		"?limit=3":            "1 2 4",
		"?limit=3&after=0":    "1 2 4",
		"?limit=4&after=19":   "20 21 22 23",
		"?after=28":           "29 30",
		"?after=30":           "",
		"?type=1":             "",
		"?limit=100&after=25": "26 27 28 29 30",
	} {
		if got := ids(query); got != want {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
	if got := len(strings.Fields(ids(""))); got != 25 {
		t.Errorf("by default %d users, want 25", got)
	}
}

// TestContentNeedsTheIntent: invariant 3.
func TestContentNeedsTheIntent(t *testing.T) {
	t.Parallel()
	others := &guildhall.Message{
		ID: 5000, ChannelID: room, Author: guildhall.User{ID: personID}, Content: "secret",
		Type: guildhall.MessageReply, MessageReference: &guildhall.MessageReference{MessageID: 4999, ChannelID: room},
	}
	quoted := &guildhall.Message{ID: 4999, ChannelID: room, Author: guildhall.User{ID: personID}, Content: "secret"}
	for _, allowed := range []bool{true, false} {
		h := newHistory(1)
		w := newWorldOver(t, api.Config{RateLimits: admission.Off}, h.tables)
		if !allowed {
			w.owners.accounts[botID].Application.Flags = 0
		}
		h.commit(guildhall.MessageRow(others), guildhall.MessageRow(quoted))
		w.owners.script = func(cmd *guildhall.Command) (*guildhall.Answer, error) {
			if cmd.Name == guildhall.QueryMessages {
				return h.answer(cmd)
			}
			return answerOf(others.Joined(quoted)), nil
		}
		for _, a := range []ask{
			{method: "GET", path: chat}, {method: "GET", path: chat + "/5000"},
			{method: "POST", path: chat, body: `{"content":"x"}`}, {method: "PATCH", path: chat + "/5000", body: `{"flags":4}`},
		} {
			a.as = botID
			if got := w.want(a, 200, ""); strings.Contains(got.Body.String(), "secret") != allowed {
				t.Errorf("%s %s, allowed %t: %s", a.method, a.path, allowed, got.Body)
			}
			a.as = personID
			if got := w.want(a, 200, ""); !strings.Contains(got.Body.String(), "secret") {
				t.Errorf("%s %s by a person: %s", a.method, a.path, got.Body)
			}
		}
	}
}

// TestQuotes: what a reply answers is shown as it is now, wherever it is read from.
func TestQuotes(t *testing.T) {
	t.Parallel()
	h := newHistory(1)
	w := newWorldOver(t, api.Config{RateLimits: admission.Off}, h.tables)
	hidden := guildhall.ChannelID(77 << 22)
	w.owners.script = func(cmd *guildhall.Command) (*guildhall.Answer, error) {
		if cmd.Channel == hidden {
			return nil, guildhall.ErrMissingAccess
		}
		return h.answer(cmd)
	}
	say := func(id guildhall.MessageID, channel guildhall.ChannelID, content string) *guildhall.Message {
		m := &guildhall.Message{ID: id, ChannelID: channel, Author: guildhall.User{ID: personID}, Content: content}
		h.commit(guildhall.MessageRow(m))
		return m
	}
	reply := func(id, to guildhall.MessageID, channel guildhall.ChannelID) {
		h.commit(guildhall.MessageRow(&guildhall.Message{
			ID: id, ChannelID: room, Type: guildhall.MessageReply,
			MessageReference: &guildhall.MessageReference{MessageID: to, ChannelID: channel},
		}))
	}
	say(5000, room, "plain")
	question := say(5001, room, "first form")
	gone := say(5002, room, "to be deleted")
	say(5003, hidden, "hidden")
	reply(6001, 5001, room)
	reply(6002, 5002, room)
	reply(6003, 5003, hidden)
	project := []func(){func() {}, func() { h.project(len(h.records)) }}
	expect := func(when, first, second string) {
		t.Helper()
		for _, path := range []string{"?limit=3", "/6001", "/6002", "/6003", "/5000"} {
			got := w.want(ask{method: "GET", path: chat + path, as: botID}, 200, "").Body.String()
			if path == "/5000" {
				if strings.Contains(got, "referenced_message") {
					t.Errorf("%s: a plain message refers to something: %s", when, got)
				}
				continue
			}
			if strings.Contains(got, `"content":"hidden"`) {
				t.Errorf("%s: %s shows what is hidden: %s", when, path, got)
			}
			for id, want := range map[string]string{"6001": first, "6002": second, "6003": `"referenced_message":null`} {
				if (path == "/"+id || path == "?limit=3") && !strings.Contains(got, want) {
					t.Errorf("%s: %s lacks %s: %s", when, path, want, got)
				}
			}
		}
	}
	for _, p := range project {
		p()
		expect("new", `"content":"first form"`, `"content":"to be deleted"`)
	}
	question.Content = "second form"
	h.commit(guildhall.MessageRow(question), guildhall.MessageRow(gone).Deleted())
	for _, p := range project {
		p()
		expect("changed", `"content":"second form"`, `"referenced_message":null`)
	}
}
