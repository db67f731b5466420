package sim

// pure core

import (
	"encoding/json"
	"math/rand/v2"

	"guildhall/guilds"
	"guildhall/sessions"
)

// restorer replaces cores by what JSON makes of their states, between any two inputs. Nobody may notice: it draws from a
// generator of its own, so that the run goes the same way as without.
type restorer struct {
	rng *rand.Rand
	p   float64
}

const restoreStream = 0x726573746f7265

func newRestorer(seed uint64, p float64) restorer {
	return restorer{rand.New(rand.NewPCG(seed, restoreStream)), p}
}

func (r *restorer) strikes() bool { return r.p > 0 && r.rng.Float64() < r.p }

func (n *ownerNode) restore() {
	if !n.w.restorer.strikes() {
		return
	}
	text, err := json.Marshal(n.core.State())
	var state guilds.State
	if err == nil {
		err = json.Unmarshal(text, &state)
	}
	if err == nil {
		var core *guilds.Core
		if core, err = guilds.Restore(state); err == nil {
			n.core = core
		}
	}
	if err != nil {
		n.w.violate(CheckRestore, "the state of %s can't be restored: %v", n.name, err)
	}
}

func (n *sessionsNode) restore() {
	if !n.w.restorer.strikes() {
		return
	}
	text, err := n.core.MarshalJSON()
	core := new(sessions.Core)
	if err == nil {
		err = core.UnmarshalJSON(text)
	}
	if err != nil {
		n.w.violate(CheckRestore, "the state of %s can't be restored: %v", n.name, err)
		return
	}
	n.core = core
}
