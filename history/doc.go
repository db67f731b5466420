// Package history records what clients did and saw, what owners committed, and who might see it, and judges the record
// against the invariants H1 to H9.
//
// One library serves the simulator, which knows positions, epochs and logs, and tests with unmodified clients, which
// know ids and contents only. Every check uses what is there and counts what it had to leave out: a check that could
// judge nothing is inconclusive, which is not a pass.
package history
