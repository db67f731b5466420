// Package outbound is the one way by which this server calls addresses that somebody else has named: through a dialer
// that a filter of addresses stands in front of.
package outbound
