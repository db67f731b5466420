package api

import (
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"

	"guildhall"
	"guildhall/admission"
)

// The headers of the limits.
// discord: topics/rate-limits#header-format
const (
	headerLimit      = "X-RateLimit-Limit"
	headerRemaining  = "X-RateLimit-Remaining"
	headerReset      = "X-RateLimit-Reset"
	headerResetAfter = "X-RateLimit-Reset-After"
	headerBucket     = "X-RateLimit-Bucket"
	headerGlobal     = "X-RateLimit-Global"
	headerScope      = "X-RateLimit-Scope"
	headerRetryAfter = "Retry-After"
	// headerWouldLimit is ours: what a limit that is only reported would have done.
	headerWouldLimit = "Guildhall-Would-Limit"
)

// limitError is a 429 with what its body says beside code and message.
type limitError struct {
	refusal *guildhall.Error
	global  bool
}

func (e *limitError) Error() string { return e.refusal.Error() }

func (e *limitError) Unwrap() error { return e.refusal }

func limited(wait time.Duration, global bool) error {
	return &limitError{&guildhall.Error{
		Status: http.StatusTooManyRequests, Message: "You are being rate limited.", RetryAfter: wait.Seconds(),
	}, global}
}

// count counts a request against the limits and refuses it above them.
func (a *API) count(x *exchange, r *request) error {
	if a.cfg.RateLimits == admission.Off {
		return nil
	}
	who := admission.WhoIs(r.who.User, x.addr)
	if w := a.limits.Global(who); w.Exceeded {
		if err := a.exceeded(x, w, admission.ScopeGlobal); err != nil {
			return err
		}
	}
	limit := x.route.Limit
	if limit.IsZero() {
		return nil
	}
	if r.hook != 0 {
		// A webhook's limits are its own, from wherever it is used.
		// discord: topics/rate-limits#rate-limits
		who = admission.Who{User: guildhall.UserID(r.hook)}
	}
	if r.interaction != nil {
		// So are an interaction's.
		who = admission.Who{User: guildhall.UserID(r.interaction.ID)}
	}
	w := a.limits.Route(who, limit, r.ids[x.route.Resource])
	remaining := w.Remaining
	if a.cfg.RateLimits == admission.Report {
		// At 0 libraries would wait on their own, and nothing is to be held up here.
		remaining = max(remaining, 1)
	}
	h := x.w.Header()
	h.Set(headerLimit, strconv.Itoa(w.Limit))
	h.Set(headerRemaining, strconv.Itoa(remaining))
	h.Set(headerReset, seconds(float64(w.Reset.UnixMilli())/1000))
	h.Set(headerResetAfter, seconds(w.ResetAfter.Seconds()))
	h.Set(headerBucket, a.limits.PublicName(limit.Bucket))
	if w.Exceeded {
		return a.exceeded(x, w, admission.ScopeUser)
	}
	return nil
}

// exceeded refuses a request, or says that it would.
func (a *API) exceeded(x *exchange, w admission.Window, scope admission.Scope) error {
	enforced := a.cfg.RateLimits == admission.Enforce
	a.metrics.limited.WithLabelValues(string(scope), strconv.FormatBool(enforced)).Inc()
	if !enforced {
		x.w.Header().Set(headerWouldLimit, fmt.Sprintf("%s; retry_after=%s", scope, seconds(w.ResetAfter.Seconds())))
		return nil
	}
	if scope == admission.ScopeGlobal {
		x.w.Header().Set(headerGlobal, "true")
	}
	x.w.Header().Set(headerScope, string(scope))
	return limited(w.ResetAfter, scope == admission.ScopeGlobal)
}

// invalid counts an answer that a client should have known to avoid.
// discord: topics/rate-limits#invalid-request-limit-aka-cloudflare-bans
func (a *API) invalid(x *exchange) {
	counts := x.status == http.StatusUnauthorized || x.status == http.StatusForbidden || x.status == http.StatusTooManyRequests
	if !counts || a.cfg.RateLimits == admission.Off || x.w.Header().Get(headerScope) == string(admission.ScopeShared) {
		return
	}
	if a.limits.Invalid(x.addr) {
		a.metrics.blocks.Inc()
		a.log.Warn("an address has made too many invalid requests", "enforced", a.cfg.RateLimits == admission.Enforce)
	}
}

// seconds writes milliseconds as seconds, rounded up so that nobody comes back too early.
func seconds(s float64) string {
	return strconv.FormatFloat(math.Ceil(s*1000)/1000, 'f', 3, 64)
}
