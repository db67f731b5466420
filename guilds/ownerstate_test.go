package guilds

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"

	"guildhall"
	"guildhall/conformance"
)

// TestACoreGoesOnFromItsState takes a core through random work and, at random moments, replaces it by one restored from
// its state as JSON. Both must want the same done from then on.
func TestACoreGoesOnFromItsState(t *testing.T) {
	t.Parallel()
	for seed := range uint64(6) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			chance := rand.New(rand.NewPCG(seed, 1))
			b := newOwnerRig(t, conformance.NewModel(), 1)
			o, c := b.guild()
			b.holdAppends, b.holdProjects = true, true
			ids := []guildhall.MessageID{1}
			for range 200 {
				switch chance.IntN(10) {
				case 0, 1, 2:
					cmd := say(c)
					if chance.IntN(2) == 0 {
						cmd.Nonce = fmt.Sprint(chance.IntN(5))
					}
					b.ask(cmd, content("x"))
				case 3:
					b.ask(guildhall.Command{Name: guildhall.CommandMessageDelete, Channel: c, Actor: owner.ID},
						guildhall.MessageRef{ID: ids[chance.IntN(len(ids))]})
				case 4:
					b.follow(guildhall.Follow{Node: fmt.Sprint("s", chance.IntN(3)), Object: o, From: uint64(chance.IntN(3))})
				case 5, 6:
					if len(b.appends) > 0 {
						ids = append(ids, messageIDs(b.appends[0].Records)...)
						b.commit()
					}
				case 7, 8:
					if len(b.projects) > 0 {
						b.project()
					}
				case 9:
					b.core = throughJSON(t, b.core)
				}
			}
		})
	}
}

func messageIDs(records []*guildhall.Record) (ids []guildhall.MessageID) {
	for _, r := range records {
		for _, row := range r.Rows {
			if row.Table == guildhall.TableMessages && !row.Delete {
				m, _ := guildhall.DecodeMessage(row.Value)
				ids = append(ids, m.ID)
			}
		}
	}
	return ids
}

// throughJSON restores a core and holds its state against the original's.
func throughJSON(t *testing.T, c *Core) *Core {
	t.Helper()
	before, err := json.Marshal(c.State())
	if err != nil {
		t.Fatal(err)
	}
	var s State
	if err := json.Unmarshal(before, &s); err != nil {
		t.Fatal(err)
	}
	restored, err := Restore(s)
	if err != nil {
		t.Fatal(err)
	}
	after, err := json.Marshal(restored.State())
	if err != nil {
		t.Fatal(err)
	}
	var a, b any
	_, _ = json.Unmarshal(before, &a), json.Unmarshal(after, &b)
	if !reflect.DeepEqual(a, b) {
		t.Fatalf("restored another state:\n%s", cmp.Diff(a, b))
	}
	return restored
}
