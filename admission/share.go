package admission

import (
	"net/netip"
	"sync"
)

// Shares bounds how much of something that all use each holder has at the same time. It is safe for several goroutines.
type Shares[K comparable] struct {
	most int64 // fixed after NewShares; 0 for no bound

	mu   sync.Mutex
	held map[K]int64 // guarded by mu; only who holds something
}

// NewShares lets each holder have most at a time; 0 is no bound.
func NewShares[K comparable](most int64) *Shares[K] {
	return &Shares[K]{most: most, held: map[K]int64{}}
}

// Take gives a holder n more if that is within its share, and tells whether it is. Who holds nothing gets what it asks for,
// so that what is larger than a share can be had alone.
func (s *Shares[K]) Take(holder K, n int64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	has := s.held[holder]
	if s.most > 0 && has > 0 && n > s.most-has {
		return false
	}
	s.held[holder] = has + n
	return true
}

// Give takes back n that a holder was given.
func (s *Shares[K]) Give(holder K, n int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.held[holder] -= n; s.held[holder] <= 0 {
		delete(s.held, holder)
	}
}

// Holders is how many hold something.
func (s *Shares[K]) Holders() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.held)
}

// IsCounted tells whether limits on connections count for an address. Those of this machine and of trusted proxies don't: what
// comes from there comes for others.
func IsCounted(addr netip.Addr, trusted []netip.Prefix) bool {
	return addr.IsValid() && !addr.IsLoopback() && !isTrusted(addr, trusted)
}
