package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strings"
	"time"

	"guildhall"
	"guildhall/admission"
	"guildhall/routes"
)

var errVersion = &guildhall.Error{Status: http.StatusBadRequest, Code: 50041, Message: "Invalid API version"}

// exchange is one request with what has been found out about it.
type exchange struct {
	w     http.ResponseWriter
	http  *http.Request
	route *routes.Route
	began time.Time
	// status is what was answered; 0 before.
	status int
	addr   netip.Addr
}

// ServeHTTP answers everything below /api and /cdn.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := &exchange{w: w, http: r, began: a.now(), addr: admission.ClientAddress(r, a.cfg.TrustedProxies)}
	a.metrics.inFlight.Inc()
	defer a.finish(x)
	body, err := a.answer(x)
	a.render(x, body, err)
}

// finish contains panics and counts the request.
func (a *API) finish(x *exchange) {
	if cause := recover(); cause != nil {
		if cause == http.ErrAbortHandler {
			a.metrics.inFlight.Dec()
			panic(cause) // how a handler tells net/http to cut the connection
		}
		a.metrics.panics.Inc()
		a.log.Error("request panicked", "route", x.name(), "panic", fmt.Sprint(cause), "stack", string(debug.Stack()))
		if x.status == 0 {
			a.render(x, nil, guildhall.ErrInternal)
		}
	}
	a.metrics.inFlight.Dec()
	a.metrics.observe(x.name(), x.status, a.now().Sub(x.began))
}

func (x *exchange) name() string {
	if x.route == nil {
		return "unknown"
	}
	return x.route.Name
}

// answer carries a request through all that every request has in common.
func (a *API) answer(x *exchange) (any, error) {
	if done, err := a.origin(x); done || err != nil {
		return nil, err
	}
	r, err := a.find(x)
	if err != nil {
		return nil, err
	}
	if err := a.blocked(x); err != nil {
		return nil, err
	}
	if err := a.authenticate(x, r); err != nil {
		return nil, err
	}
	if err := r.readIDs(); err != nil {
		if x.route.Source == routes.CDN {
			return nil, guildhall.ErrNotFound
		}
		return nil, err
	}
	a.knowWebhook(r)
	if err := a.count(x, r); err != nil {
		return nil, err
	}
	if err := r.admitWebhook(); err != nil {
		return nil, err
	}
	if err := r.readReason(); err != nil {
		return nil, err
	}
	release, err := a.bodies.take(x, admission.WhoIs(r.who.User, x.addr))
	if err != nil {
		return nil, err
	}
	defer release()
	u := &uploads{blobs: a.deps.Blobs, limits: &a.cfg.ObjectLimits, now: x.began.UnixMilli()}
	r.body, err = a.readBody(x, u)
	r.files, r.uploads = u.files, u
	if err != nil {
		a.dropFiles(x, u, err)
		return nil, err
	}
	// The time for the work begins when all of the request is there.
	ctx, cancel := context.WithTimeout(x.http.Context(), x.route.Timeout)
	defer cancel()
	body, err := a.handlers[x.route.Name](ctx, r)
	a.dropFiles(x, u, err)
	if err != nil && ctx.Err() != nil && errors.Is(err, context.DeadlineExceeded) {
		return nil, guildhall.ErrTimeout.Because(err)
	}
	return body, err
}

// find looks the route up. Versions share all routes and limits.
func (a *API) find(x *exchange) (*request, error) {
	path, cdn, err := splitPath(x.http.URL.EscapedPath())
	if err != nil {
		return nil, err
	}
	method := x.http.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	route, params, allow := a.mux.Find(method, path)
	if route != nil && (route.Source == routes.CDN) == cdn {
		x.route = route
		return &request{http: x.http, route: route, params: params, addr: x.addr}, nil
	}
	if cdn {
		return nil, guildhall.ErrNotFound
	}
	a.miss(x, path)
	if len(allow) > 0 && route == nil {
		x.w.Header().Set("Allow", strings.Join(allow, ", "))
		return nil, guildhall.ErrMethodNotAllowed
	}
	return nil, guildhall.ErrNotFound
}

// splitPath takes /api and the version off an escaped path; a path of the CDN stays whole. Empty segments don't count.
func splitPath(escaped string) (path string, cdn bool, err error) {
	rest := strings.TrimLeft(escaped, "/")
	first, rest, _ := strings.Cut(rest, "/")
	switch first {
	case "cdn":
		return escaped, true, nil
	case "api":
	default:
		return escaped, false, nil
	}
	rest = strings.TrimLeft(rest, "/")
	version, after, _ := strings.Cut(rest, "/")
	digits, ok := strings.CutPrefix(version, "v")
	if !ok || digits == "" || strings.Trim(digits, "0123456789") != "" {
		return "/" + rest, false, nil
	}
	if digits != "9" && digits != "10" {
		return "", false, errVersion
	}
	return "/" + after, false, nil
}

// authenticate finds out who asks, as far as the route wants to know.
// discord: reference#authentication
func (a *API) authenticate(x *exchange, r *request) error {
	if x.route.Auth == routes.Nobody {
		return nil
	}
	ctx, cancel := context.WithTimeout(x.http.Context(), x.route.Timeout)
	defer cancel()
	who, err := a.identify(ctx, x)
	if err != nil {
		return err
	}
	r.who = who
	switch x.route.Auth {
	case routes.Bot:
		if !who.Bot {
			return guildhall.ErrBotsOnly
		}
	case routes.Person:
		if who.Bot {
			return guildhall.ErrPeopleOnly
		}
	case routes.Operator:
		if !who.Operator {
			return guildhall.ErrMissingAccess
		}
	}
	return nil
}

// identify tells whose the token is. A token of an application's is good on routes with a scope alone, for that scope.
func (a *API) identify(ctx context.Context, x *exchange) (guildhall.Identity, error) {
	header := x.http.Header.Get("Authorization")
	if token, bearer := strings.CutPrefix(header, "Bearer "); bearer && x.route.Scope != "" {
		who, err := a.deps.Authenticator.AuthenticateBearer(ctx, token)
		if err == nil && x.route.Scope != routes.AnyScope && !who.Has(x.route.Scope) {
			return guildhall.Identity{}, guildhall.ErrMissingAccess
		}
		return who, err
	}
	token, bot := strings.CutPrefix(header, "Bot ")
	who, err := a.deps.Authenticator.Authenticate(ctx, token)
	// A bot's token without "Bot " is not valid, nor is a person's with it.
	if err == nil && who.Bot != bot {
		return guildhall.Identity{}, guildhall.ErrUnauthorized
	}
	return who, err
}

// blocked refuses addresses with too many invalid requests.
func (a *API) blocked(x *exchange) error {
	if a.cfg.RateLimits != admission.Enforce {
		return nil
	}
	if wait := a.limits.Blocked(x.addr); wait > 0 {
		return limited(wait, true)
	}
	return nil
}
