// Package sessions is the role that holds gateway sessions: it follows the guilds and users that its sessions are
// about, decides who may see each event, and sends it.
//
// The Core is a pure state machine: what is followed up to where (object.go, follow.go), who may see what (class.go,
// guildfeed.go, userfeed.go), and each session's numbered stream with its replay buffer (session.go, resume.go).
// A connection (connection.go) is the pure protocol side of one socket. Server runs them against real sockets, owners
// and clocks.
package sessions
