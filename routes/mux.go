package routes

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// Mux finds routes by method and path. It is fixed after NewMux and safe for several goroutines.
//
// The standard library's mux is not used because it redirects paths with empty segments, which one client library sends
// (/api/v9//voice/regions) and does not follow.
type Mux struct {
	root node
}

type node struct {
	fixed  map[string]*node
	any    *node
	routes map[string]*Route // by method
}

// Params are the values of a path's parameters, decoded.
type Params map[string]string

type segment struct {
	text      string
	parameter bool
}

var errPath = errors.New("segments are words or {names}, each after a slash")

// split reads a path pattern.
func split(path string) ([]segment, error) {
	if !strings.HasPrefix(path, "/") || len(path) == 1 {
		return nil, errPath
	}
	var segments []segment
	var names []string
	for part := range strings.SplitSeq(path[1:], "/") {
		name, open := strings.CutPrefix(part, "{")
		name, closed := strings.CutSuffix(name, "}")
		if part == "" || name == "" || open != closed || strings.ContainsAny(name, "{}%?#") {
			return nil, errPath
		}
		if open && slices.Contains(names, name) {
			return nil, fmt.Errorf("parameter %q twice", name)
		}
		if open {
			names = append(names, name)
		}
		segments = append(segments, segment{name, open})
	}
	return segments, nil
}

// NewMux builds the mux of a table that it validates first.
func NewMux(table []Route) (*Mux, error) {
	if err := Validate(table); err != nil {
		return nil, fmt.Errorf("route table: %w", err)
	}
	m := &Mux{}
	for _, r := range table {
		segments, err := split(r.Path)
		if err != nil {
			return nil, err
		}
		n := &m.root
		for _, s := range segments {
			n = n.child(s)
		}
		if n.routes == nil {
			n.routes = map[string]*Route{}
		}
		n.routes[r.Method] = &r
	}
	return m, nil
}

func (n *node) child(s segment) *node {
	if s.parameter {
		if n.any == nil {
			n.any = &node{}
		}
		return n.any
	}
	if n.fixed == nil {
		n.fixed = map[string]*node{}
	}
	if n.fixed[s.text] == nil {
		n.fixed[s.text] = &node{}
	}
	return n.fixed[s.text]
}

// Find looks up an escaped path; empty segments don't count. Words win over parameters where both have the method. Where
// no route has it, allow lists the methods that the path has, or is empty for an unknown path.
func (m *Mux) Find(method, escapedPath string) (r *Route, params Params, allow []string) {
	var parts []string
	for part := range strings.SplitSeq(escapedPath, "/") {
		if part == "" {
			continue
		}
		decoded, err := url.PathUnescape(part)
		if err != nil {
			return nil, nil, nil
		}
		parts = append(parts, decoded)
	}
	found := m.root.find(method, parts, &allow)
	if found == nil {
		slices.Sort(allow)
		return nil, nil, slices.Compact(allow)
	}
	return found, found.params(parts), nil
}

func (n *node) find(method string, parts []string, allow *[]string) *Route {
	if len(parts) == 0 {
		for has := range n.routes {
			*allow = append(*allow, has)
		}
		return n.routes[method]
	}
	if next := n.fixed[parts[0]]; next != nil {
		if r := next.find(method, parts[1:], allow); r != nil {
			return r
		}
	}
	if n.any != nil {
		return n.any.find(method, parts[1:], allow)
	}
	return nil
}

func (r *Route) params(parts []string) Params {
	segments, err := split(r.Path)
	if err != nil {
		panic("routes: a path that was validated: " + err.Error())
	}
	params := Params{}
	for i, s := range segments {
		if s.parameter {
			params[s.text] = parts[i]
		}
	}
	return params
}
