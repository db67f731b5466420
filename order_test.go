package guildhall_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"guildhall"
)

// encoded gives rows as bytes.
func encoded(t *testing.T, rows []guildhall.Row) string {
	t.Helper()
	r := &guildhall.Record{Object: guildhall.GuildObject(1), Position: 1, Rows: rows}
	r.Freeze()
	return string(guildhall.AppendRecord(nil, r))
}

// folded makes states of the same rows, applied in several orders, and demands that they give the same rows.
func folded(t *testing.T, rows []guildhall.Row, fold func([]guildhall.Row) []guildhall.Row) {
	t.Helper()
	first := ""
	for seed := range uint64(8) {
		order := rand.New(rand.NewPCG(seed, 1)).Perm(len(rows))
		shuffled := make([]guildhall.Row, len(rows))
		for i, at := range order {
			shuffled[i] = rows[at]
		}
		out := fold(shuffled)
		if len(out) != len(rows) {
			t.Fatalf("%d rows of %d", len(out), len(rows))
		}
		if got := encoded(t, out); first == "" {
			first = got
		} else if got != first {
			t.Fatalf("order %v gives other bytes", order)
		}
	}
}

func TestEqualGuildsGiveEqualRows(t *testing.T) {
	t.Parallel()
	g := &guildhall.Guild{ID: 1, OwnerID: 2, Name: "G", Features: []string{}}
	rows := []guildhall.Row{guildhall.GuildRow(g)}
	for n := range 20 {
		rows = append(rows,
			guildhall.RoleRow(g.ID, &guildhall.Role{ID: guildhall.RoleID(n + 1), Position: n / 5}),
			guildhall.ChannelRow(g.ID, &guildhall.Channel{ID: guildhall.ChannelID(n + 1), GuildID: g.ID, Position: n / 5}),
			guildhall.LastMessageRow(g.ID, guildhall.ChannelID(n+1), 5),
			guildhall.MemberRow(g.ID, &guildhall.Member{User: guildhall.User{ID: guildhall.UserID(n + 1)}}))
	}
	folded(t, rows, func(rows []guildhall.Row) []guildhall.Row {
		s := new(guildhall.GuildState)
		for i := range rows {
			if err := s.Apply(&rows[i], guildhall.Install); err != nil {
				t.Fatal(err)
			}
		}
		return s.Rows(nil)
	})
}

// TestEqualUsersGiveEqualRows: all tokens are of the same moment.
func TestEqualUsersGiveEqualRows(t *testing.T) {
	t.Parallel()
	u := &guildhall.User{ID: 1, Username: "ada"}
	rows := []guildhall.Row{guildhall.UserRow(u), guildhall.AccountRow(u.ID, &guildhall.Account{})}
	for n := range 20 {
		rows = append(rows,
			guildhall.TokenRow(u.ID, &guildhall.Token{Hash: fmt.Sprint("hash ", n), CreatedAt: 7}),
			guildhall.GuildRefRow(u.ID, &guildhall.GuildRef{ID: guildhall.GuildID(n + 1)}))
	}
	folded(t, rows, func(rows []guildhall.Row) []guildhall.Row {
		s := new(guildhall.UserState)
		for i := range rows {
			if err := s.Apply(&rows[i], guildhall.Install); err != nil {
				t.Fatal(err)
			}
		}
		return s.AllRows()
	})
}
