package routes

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

const (
	// bodyBytesMost and timeoutMost bound what one request may hold of a node.
	bodyBytesMost = 32 << 20
	// filesBytesMost is for bodies with files, which go to the blobs as they come and take no memory.
	filesBytesMost = 128 << 20
	timeoutMost    = 30 * time.Second
)

// Validate refuses a table that contradicts itself or in which an expensive route is open to everyone without bound. It
// names every problem.
func Validate(table []Route) error {
	v := validator{names: map[string]bool{}, shapes: map[string]string{}, buckets: map[string]Route{}}
	for _, r := range table {
		v.route(r)
	}
	return errors.Join(v.problems...)
}

type validator struct {
	problems []error
	names    map[string]bool
	shapes   map[string]string
	buckets  map[string]Route
}

func (v *validator) check(ok bool, r Route, format string, args ...any) {
	if !ok {
		v.problems = append(v.problems, fmt.Errorf("route %q: %s", r.Name, fmt.Sprintf(format, args...)))
	}
}

func (v *validator) route(r Route) {
	v.check(r.Name != "", r, "%s %s has no name", r.Method, r.Path)
	v.check(!v.names[r.Name], r, "name used twice")
	v.names[r.Name] = true
	methods := []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}
	v.check(slices.Contains(methods, r.Method), r, "method %q is not served", r.Method)
	v.path(r)
	v.cost(r)
	v.cache(r)
	v.limit(r)
	v.check((r.Body == NoBody) == (r.BodyBytesMax == 0), r, "body and its bound don't agree")
	most := int64(bodyBytesMost)
	if r.Body == Multipart {
		most = filesBytesMost
	}
	v.check(r.BodyBytesMax >= 0 && r.BodyBytesMax <= most, r, "body of %d bytes, at most %d", r.BodyBytesMax, most)
	v.check(r.Body == NoBody || r.Method != http.MethodGet, r, "a GET has no body")
	v.check(r.Scope == "" || r.Auth == Anyone || r.Auth == Person, r, "a scope on a route that is not for users")
	v.check(r.Timeout > 0 && r.Timeout <= timeoutMost, r, "timeout of %v, at most %v", r.Timeout, timeoutMost)
}

func (v *validator) path(r Route) {
	segments, err := split(r.Path)
	v.check(err == nil, r, "path %q: %v", r.Path, err)
	if err != nil {
		return
	}
	var shape strings.Builder
	shape.WriteString(r.Method)
	resource := r.Resource == ""
	for _, s := range segments {
		shape.WriteByte('/')
		if s.parameter {
			shape.WriteString("{}")
			resource = resource || s.text == r.Resource
		} else {
			shape.WriteString(s.text)
		}
	}
	v.check(resource, r, "resource %q is not in the path", r.Resource)
	v.check(v.shapes[shape.String()] == "", r, "same pattern as %q", v.shapes[shape.String()])
	v.shapes[shape.String()] = r.Name
	v.check((r.Source == CDN) == strings.HasPrefix(r.Path, "/cdn/"), r, "routes of the CDN and no others begin with /cdn")
}

// cost is the rule that keeps one route from taking the service down. incident: "recent mentions"
func (v *validator) cost(r Route) {
	bounded := r.Cache.Scope != NoStore || r.Coalesce || !r.Limit.IsZero()
	v.check(r.Cost != Expensive || bounded, r, "expensive and neither cached nor coalesced nor limited")
	v.check(r.Cost <= Expensive && r.Criticality <= Extra && r.Down <= Static, r, "unknown cost, criticality or behaviour when down")
}

func (v *validator) cache(r Route) {
	c := r.Cache
	if c.Scope == NoStore {
		v.check(c == Cache{}, r, "ages for what is not stored")
		v.check(r.Down != Stale, r, "stale copies of what is not stored")
		return
	}
	v.check(r.Method == http.MethodGet, r, "only GET is cached")
	v.check(c.Scope == Private || r.Auth == Nobody, r, "an answer to one identity shared with all")
	v.check(c.MaxAge > 0 && c.StaleWhileRevalidate >= 0 && c.StaleIfError >= 0, r, "cached for no time")
}

func (v *validator) limit(r Route) {
	if r.Limit.IsZero() {
		v.check(r.Resource == "", r, "a resource without a limit")
		return
	}
	l := r.Limit
	v.check(l.Bucket != "" && l.Requests > 0 && l.Per > 0, r, "limit of %d in %v for bucket %q", l.Requests, l.Per, l.Bucket)
	first, ok := v.buckets[l.Bucket]
	if !ok {
		v.buckets[l.Bucket] = r
		return
	}
	v.check(first.Limit == l && first.Resource == r.Resource, r, "bucket %q differs from that of %q", l.Bucket, first.Name)
}
