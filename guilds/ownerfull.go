package guilds

// pure core

import "guildhall"

// errFull refuses changes while the store has no room. It is given only to commands that were never proposed, which
// therefore can't be committed any more. Those in flight or queued behind them wait: their append is repeated with the
// same bytes, and may be committed as soon as there is room.
var errFull = guildhall.ErrFull
