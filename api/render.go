package api

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"strconv"

	"guildhall"
)

// contentJSON is exact: with a charset after it several libraries take the body for text.
const contentJSON = "application/json"

// reply is an answer with a status other than 200 and 204, or with a body that is not JSON.
type reply struct {
	status int
	body   any
	// write, when set, writes everything itself.
	write func(w http.ResponseWriter, r *http.Request)
}

// render is the one place where answers and errors are written.
func (a *API) render(x *exchange, body any, err error) {
	if x.status != 0 {
		return // answered already: a preflight
	}
	if err != nil {
		a.renderError(x, err)
		return
	}
	status := http.StatusOK
	if r, ok := body.(reply); ok {
		if r.write != nil {
			x.status = http.StatusOK
			r.write(&statusWriter{x.w, x}, x.http)
			return
		}
		status, body = r.status, r.body
	}
	encoded, ok := body.(json.RawMessage)
	if body == nil || ok && len(encoded) == 0 {
		x.status = http.StatusNoContent
		x.w.WriteHeader(x.status)
		return
	}
	if !ok {
		encoded = mustJSON(body)
	}
	x.write(status, encoded)
}

func (x *exchange) write(status int, body []byte) {
	x.status = status
	h := x.w.Header()
	h.Set("Content-Type", contentJSON)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "no-store")
	}
	send := func() {
		x.w.WriteHeader(status)
		_, _ = x.w.Write(body) // the client has gone; there is nobody to tell
	}
	if len(body) > largeBodyBytes {
		inTime(x.w, send) // it stays in memory until it is read
		return
	}
	send()
}

// statusWriter notes the status that somebody else writes.
type statusWriter struct {
	http.ResponseWriter
	x *exchange
}

// Unwrap lets an http.ResponseController reach the connection.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *statusWriter) WriteHeader(status int) {
	w.x.status = status
	w.ResponseWriter.WriteHeader(status)
}

func (a *API) renderError(x *exchange, err error) {
	e := guildhall.AsError(err)
	switch {
	case errors.Is(err, context.Canceled) && x.http.Context().Err() != nil:
		x.status = statusClientGone
		return
	case errors.Is(e, guildhall.ErrInternal) && errors.Is(err, context.DeadlineExceeded):
		e = guildhall.ErrTimeout
	}
	if e.Status >= http.StatusInternalServerError && !errors.Is(e, guildhall.ErrFull) { // which the disk is watched for
		a.log.Error("request failed", "route", x.name(), "status", e.Status, "error", err)
	}
	body := map[string]any{"code": e.Code, "message": e.Message}
	if len(e.Fields) > 0 {
		body["errors"] = errorTree(e.Fields)
	}
	var proof *proofError
	if errors.As(err, &proof) {
		body["mfa"] = map[string]any{"methods": proof.methods}
	}
	h := x.w.Header()
	if e.RetryAfter > 0 {
		h.Set(headerRetryAfter, strconv.FormatFloat(math.Ceil(e.RetryAfter), 'f', 0, 64))
	}
	if e.Status == http.StatusTooManyRequests {
		var limit *limitError
		body["global"] = errors.As(err, &limit) && limit.global
		body["retry_after"] = math.Ceil(e.RetryAfter*1000) / 1000
		if limit == nil {
			// An owner's limit counts for all who use the resource.
			h.Set(headerScope, "shared")
		}
	}
	// An error must not be kept as what it stands in for.
	h.Set("Cache-Control", "no-store")
	h.Del("ETag")
	x.write(e.Status, mustJSON(body))
	a.invalid(x)
}

// statusClientGone stands for no answer at all, in metrics only.
const statusClientGone = 499

// errorTree nests field errors by their paths. A field of which something within is wrong is not told of as a whole.
// discord: reference#error-messages
func errorTree(fields []guildhall.FieldError) map[string]any {
	root := map[string]any{}
	for _, f := range fields {
		at := root
		for _, name := range f.Path {
			next, ok := at[name].(map[string]any)
			if !ok {
				next = map[string]any{}
				at[name] = next
			}
			at = next
		}
		list, _ := at["_errors"].([]any)
		at["_errors"] = append(list, map[string]string{"code": f.Code, "message": f.Message})
	}
	dropOuter(root)
	return root
}

func dropOuter(at map[string]any) {
	if len(at) > 1 {
		delete(at, "_errors")
	}
	for _, within := range at {
		if within, ok := within.(map[string]any); ok {
			dropOuter(within)
		}
	}
}
