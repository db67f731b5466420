package api

import (
	"net/http"
	"net/netip"
	"time"

	"golang.org/x/sync/semaphore"

	"guildhall"
	"guildhall/admission"
)

const (
	// sendingMax is what all pictures that are sent from memory may take together. A client that reads slowly holds its own,
	// whether others' have driven it out of what is kept or it was never kept.
	sendingMax = 256 << 20
	// sendingShare is the part of it that one address may hold: six of the largest that come from elsewhere, as many as a
	// browser asks one server for at a time.
	sendingShare = 4
	// sendingTime is how long a client may take to read one, or another answer that is large.
	sendingTime = 30 * time.Second
)

// sending bounds the memory of pictures that are on their way to clients.
type sending struct {
	memory *semaphore.Weighted
	shares *admission.Shares[netip.Addr]
	// trusted are those whose connections are others'.
	trusted []netip.Prefix
}

func newSending(trusted []netip.Prefix) *sending {
	return &sending{
		memory: semaphore.NewWeighted(sendingMax), shares: admission.NewShares[netip.Addr](sendingMax / sendingShare), trusted: trusted,
	}
}

// take counts bytes as an address's until release. It never waits: what would wait is in memory already.
func (s *sending) take(addr netip.Addr, n int64) (release func(), err error) {
	n = min(n, sendingMax)
	network := admission.Network(addr)
	counted := admission.IsCounted(addr, s.trusted)
	if counted && !s.shares.Take(network, n) {
		return nil, limited(sharedAfter, false)
	}
	give := func() {
		if counted {
			s.shares.Give(network, n)
		}
	}
	if !s.memory.TryAcquire(n) {
		give()
		return nil, guildhall.ErrOverloaded
	}
	return func() {
		s.memory.Release(n)
		give()
	}, nil
}

// send answers with a picture, which counts as held until it has been sent if it is in memory.
func (a *API) send(r *request, tag string, s served) (any, error) {
	if s.bytes == 0 {
		return picked(r.route, tag, s), nil
	}
	release, err := a.sending.take(r.addr, s.bytes)
	if err != nil {
		return nil, err
	}
	return sendHeld(r, tag, s, release), nil
}

// sendHeld answers with a picture in memory that counts as held until release.
func sendHeld(r *request, tag string, s served, release func()) reply {
	s.close = func() error {
		release()
		return nil
	}
	return timely(picked(r.route, tag, s))
}

// timely is an answer that is read in time.
func timely(answer reply) reply {
	write := answer.write
	answer.write = func(w http.ResponseWriter, r *http.Request) { inTime(w, func() { write(w, r) }) }
	return answer
}

// inTime cuts a client off that takes too long to read what is written.
func inTime(w http.ResponseWriter, write func()) {
	control := http.NewResponseController(w)
	_ = control.SetWriteDeadline(time.Now().Add(sendingTime)) // tests' recorders have none
	write()
	_ = control.Flush()                       // what net/http still has, or the client has gone
	_ = control.SetWriteDeadline(time.Time{}) // the connection may be used again
}
