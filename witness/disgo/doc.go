// Command disgo drives a Guildhall server with unmodified disgo: one bot acts,
// and another must see the event that answers each call, in the types that the
// library makes of it. It prints one JSON line per check.
package main
