// Package calls is the contract by which one node asks another: a request of encoded bytes with an id and a deadline,
// answered with bytes or an error. Network is the implementation inside one process; it carries bytes all the same.
package calls

import (
	"context"
	"errors"

	"guildhall"
)

var (
	// ErrNoNode means that the node is not known or has gone: nothing was asked.
	ErrNoNode = errors.New("no such node")
	// ErrNoDeadline means that the caller set none, which is a bug.
	ErrNoDeadline = errors.New("call without a deadline")
	// ErrOverloaded means that the node has too many calls under way: nothing was done.
	ErrOverloaded = errors.New("too many calls under way")
)

// Request is one call. The deadline travels with it.
type Request struct {
	ID     guildhall.RequestID
	Method string
	Body   []byte
}

// Caller asks other nodes. ctx must have a deadline. An error other than those named here leaves open whether the
// request was carried out. Safe for several goroutines.
type Caller interface {
	Call(ctx context.Context, node string, r Request) ([]byte, error)
}

// Handler answers requests; it keeps nothing of the request's bytes. ctx ends with the caller's deadline.
type Handler func(ctx context.Context, r Request) ([]byte, error)
