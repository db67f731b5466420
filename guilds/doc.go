// Package guilds is the role that owns guilds, private channels and users: it orders the changes of each, checks
// permissions against memory, commits by appending to its log, answers and publishes.
//
// The Core is a pure state machine (owner*.go); Owner runs it against a real store, clock and bus (serve*.go). What a
// command means for a guild or a user stands in the files named after Discord's resources.
package guilds
