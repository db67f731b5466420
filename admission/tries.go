package admission

import (
	"net/netip"
	"time"
)

// Limits on failed tries to log in. One address can't guess at one account for long, nor at many; and one account can't be
// guessed at from everywhere. S18
const (
	triesPerPair       = 5
	triesPerPairPer    = 5 * time.Minute
	triesPerAccount    = 100
	triesPerAccountPer = time.Hour
	triesPerAddress    = 50
	triesPerAddressPer = 10 * time.Minute
	// triesMax bounds what is remembered.
	triesMax = 50_000
)

// Tries counts failed tries to log in. It is safe for several goroutines.
type Tries struct {
	now  func() time.Time // fixed after NewTries
	seen *Recent[tryKey, window]
}

// tryKey names an account, an address, or the two together.
type tryKey struct {
	account string
	addr    netip.Addr
}

// NewTries makes empty ones; nil is time.Now.
func NewTries(now func() time.Time) *Tries {
	if now == nil {
		now = time.Now
	}
	return &Tries{now: now, seen: NewRecent[tryKey, window](triesMax)}
}

// Begin counts a try before its outcome is known, so that tries made at once count too. wait above 0 means that it must not
// be made until then; else undo takes it back when it has succeeded.
func (t *Tries) Begin(account string, addr netip.Addr) (wait time.Duration, undo func()) {
	now := t.now()
	addr = Network(addr)
	limits := []struct {
		key tryKey
		max int
		per time.Duration
	}{
		{tryKey{account, addr}, triesPerPair, triesPerPairPer},
		{tryKey{account: account}, triesPerAccount, triesPerAccountPer},
		{tryKey{addr: addr}, triesPerAddress, triesPerAddressPer},
	}
	undo = func() {
		for _, l := range limits {
			t.seen.Update(l.key, func(w window, had bool) window {
				w.count = max(w.count-1, 0)
				return w
			})
		}
	}
	for _, l := range limits {
		w := t.seen.Update(l.key, func(old window, had bool) window { return old.next(now, l.per, had) })
		if w.count > l.max {
			wait = max(wait, w.ends.Sub(now))
		}
	}
	if wait > 0 {
		// A try that isn't made is no failure; the window stays full.
		undo()
	}
	return wait, undo
}
