package admission

import (
	"net/netip"
	"time"
)

// Limits on failed tries to log in. One address can't guess at one account for long, nor at many; one account can't be
// guessed at from everywhere, nor many from many addresses. The last two could keep people out of their own accounts: they
// don't hold for an account where it was signed in to before. S18
const (
	triesPerPair       = 5
	triesPerPairPer    = 5 * time.Minute
	triesPerAccount    = 100
	triesPerAccountPer = time.Hour
	triesPerAddress    = 50
	triesPerAddressPer = 10 * time.Minute
	// triesInAll is above what a community does wrong, and a third of a core's work for the passwords of it.
	triesInAll    = 600
	triesInAllPer = time.Minute
	// triesMax bounds what is remembered.
	triesMax = 50_000
)

// Tries counts failed tries to log in. It is safe for several goroutines.
type Tries struct {
	now  func() time.Time // fixed after NewTries
	seen *Recent[tryKey, window]
	// known are accounts together with where they were signed in to.
	known *Recent[tryKey, struct{}]
}

// tryKind says whose tries are counted.
type tryKind uint8

const (
	triesOfPair tryKind = iota
	triesOfAccount
	triesOfAddress
	triesOfAll
)

// tryKey names an account, an address, the two together, or everybody.
type tryKey struct {
	kind    tryKind
	account string
	addr    netip.Addr
}

// tryLimit is how many tries may fail in a window.
type tryLimit struct {
	key tryKey
	max int
	per time.Duration
}

// NewTries makes empty ones; nil is time.Now.
func NewTries(now func() time.Time) *Tries {
	if now == nil {
		now = time.Now
	}
	return &Tries{now: now, seen: NewRecent[tryKey, window](triesMax), known: NewRecent[tryKey, struct{}](triesMax)}
}

// Know remembers that somebody at the address has shown to be the account's person.
func (t *Tries) Know(account string, addr netip.Addr) {
	t.known.Put(tryKey{triesOfPair, account, Network(addr)}, struct{}{})
}

// limits are those that a try counts against.
func (t *Tries) limits(account string, addr netip.Addr) []tryLimit {
	pair := tryKey{triesOfPair, account, addr}
	limits := []tryLimit{
		{pair, triesPerPair, triesPerPairPer},
		{tryKey{kind: triesOfAddress, addr: addr}, triesPerAddress, triesPerAddressPer},
	}
	if _, known := t.known.Get(pair); known {
		return limits
	}
	return append(limits,
		tryLimit{tryKey{kind: triesOfAccount, account: account}, triesPerAccount, triesPerAccountPer},
		tryLimit{tryKey{kind: triesOfAll}, triesInAll, triesInAllPer})
}

// Begin counts a try before its outcome is known, so that tries made at once count too. wait above 0 means that it must not
// be made until then; else undo takes it back when it has succeeded.
func (t *Tries) Begin(account string, addr netip.Addr) (wait time.Duration, undo func()) {
	now := t.now()
	limits := t.limits(account, Network(addr))
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
