// Package gateway is Discord's gateway protocol without sockets and without state: opcodes, close codes, what clients
// send, what they are sent, and the two encodings of a frame.
package gateway
