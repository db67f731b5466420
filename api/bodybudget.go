package api

import (
	"context"
	"fmt"
	"strings"
	"time"

	"golang.org/x/sync/semaphore"

	"guildhall"
	"guildhall/admission"
	"guildhall/routes"
)

const (
	// largeBodyBytes is from where on a body is large: above any message, below any picture worth the name.
	largeBodyBytes = 64 << 10
	// smallBodiesMax bounds the bytes of small bodies under way in a node, each at most largeBodyBytes: 512 of the largest,
	// tens of thousands of usual ones.
	smallBodiesMax = 32 << 20
	// largeBodiesMax bounds those of large ones unless Config says otherwise: four pictures of the largest kind. While one is
	// worked on, text and decoded bytes come on top, about three times the body in all.
	largeBodiesMax = 64 << 20
	// smallShare and largeShare are the parts of these that one identity may hold: an eighth is 64 of the largest small bodies,
	// a quarter one picture of the largest kind or 32 uploads. Else one token could send so many bodies, and so slowly, that
	// nobody else's finds room. S2
	smallShare, largeShare = 8, 4
	// sharedAfter is when who holds its share may try again.
	sharedAfter = time.Second
)

// bodies bounds the memory that the bodies of all requests take together. Large ones have a budget of their own, so that
// messages don't wait behind pictures.
type bodies struct {
	small, large *semaphore.Weighted
	// ofSmall and ofLarge are what each identity holds of them.
	ofSmall, ofLarge *admission.Shares[admission.Who]
	// largeMax is all that large has.
	largeMax int64
	metrics  *metrics
}

func newBodies(largeMax int64, m *metrics) *bodies {
	if largeMax == 0 {
		largeMax = largeBodiesMax
	}
	return &bodies{
		small: semaphore.NewWeighted(smallBodiesMax), large: semaphore.NewWeighted(largeMax),
		ofSmall: admission.NewShares[admission.Who](smallBodiesMax / smallShare), ofLarge: admission.NewShares[admission.Who](largeMax / largeShare),
		largeMax: largeMax, metrics: m,
	}
}

// take waits for room for a request's body, as long as the route's whole time at most, and refuses the request then, and at
// once that of an identity that holds its share.
// release must be called when nothing of the body is needed any more.
func (b *bodies) take(x *exchange, who admission.Who) (release func(), err error) {
	n := bodyBytes(x)
	if n == 0 {
		return func() {}, nil
	}
	budget, shares, size := b.small, b.ofSmall, "small"
	if n > largeBodyBytes {
		budget, shares, size, n = b.large, b.ofLarge, "large", min(n, b.largeMax)
	}
	if !shares.Take(who, n) {
		b.metrics.bodiesRefused.WithLabelValues(size).Inc()
		return nil, limited(sharedAfter, false)
	}
	ctx, cancel := context.WithTimeout(x.http.Context(), x.route.Timeout)
	defer cancel()
	if err := budget.Acquire(ctx, n); err != nil {
		shares.Give(who, n)
		b.metrics.bodiesRefused.WithLabelValues(size).Inc()
		return nil, guildhall.ErrOverloaded.Because(fmt.Errorf("wait for room for %d bytes: %w", n, err))
	}
	held := b.metrics.bodyBytes.WithLabelValues(size)
	held.Add(float64(n))
	return func() {
		held.Sub(float64(n))
		budget.Release(n)
		shares.Give(who, n)
	}, nil
}

// bodyBytes is what a request's body can take in memory: what it says, or all that it may be where it does not say. Files
// are not kept in memory.
func bodyBytes(x *exchange) int64 {
	most := x.route.BodyBytesMax
	switch {
	case isMultipart(x):
		most = 2 * formBytes // payload_json and the fields beside it
	case x.route.Body == routes.Multipart:
		most = payloadBytes
	}
	if n := x.http.ContentLength; n >= 0 {
		return min(n, most)
	}
	return most
}

func isMultipart(x *exchange) bool {
	return x.route.Body == routes.Multipart && strings.HasPrefix(x.http.Header.Get("Content-Type"), "multipart/")
}
