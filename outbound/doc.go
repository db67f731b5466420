// Package outbound is the one way by which this server calls addresses that somebody else has named: through a guard that is
// asked of each address right before it is connected to, and within bounds of time, bytes, redirects and number.
package outbound
