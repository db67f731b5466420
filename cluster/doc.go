// Package cluster is what nodes agree on: the ring that says which log each slot is in, how a log is taken over, and
// how a request finds the owner of its object and tries again while a slot changes hands.
package cluster
