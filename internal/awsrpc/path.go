package awsrpc

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// paths finds the operation for a method and path. It is not net/http's
// ServeMux because that one redirects paths it finds unclean and lets HEAD
// stand for GET: a signed request has one meaning or none.
type paths struct {
	by map[pathKey][]pathRoute
}

type pathKey struct {
	method   string
	segments int
}

type pathRoute struct {
	segments []string // literal, or {label}
	op       *operation
}

func (p *paths) add(op *operation) error {
	route := pathRoute{segments: split(op.Path), op: op}
	key := pathKey{op.Method, len(route.segments)}
	for _, other := range p.by[key] {
		if slices.EqualFunc(other.segments, route.segments, sameSegment) {
			return fmt.Errorf("operations %s and %s have the same path %s %s", other.op.Name, op.Name, op.Method, op.Path)
		}
	}
	if p.by == nil {
		p.by = map[pathKey][]pathRoute{}
	}
	p.by[key] = append(p.by[key], route)
	slices.SortStableFunc(p.by[key], func(a, b pathRoute) int { return slices.CompareFunc(a.segments, b.segments, byLabel) })
	return nil
}

// byLabel orders literal segments before labels: the first match is the most
// specific.
func byLabel(a, b string) int {
	switch {
	case isLabel(a) == isLabel(b):
		return 0
	case isLabel(b):
		return -1
	}
	return 1
}

func sameSegment(a, b string) bool { return a == b || isLabel(a) && isLabel(b) }

func isLabel(segment string) bool { return strings.HasPrefix(segment, "{") }

func split(path string) []string {
	return strings.Split(strings.TrimPrefix(path, "/"), "/")
}

// find returns the operation and the decoded labels for an escaped path, nil
// when there is none. A label is one segment, in which slashes are escaped. A
// path with empty or dot segments is none of any operation: its signature may
// have been made for the path without them.
func (p *paths) find(method, escaped string) (*operation, map[string]string) {
	segments := split(escaped)
	if slices.ContainsFunc(segments, func(s string) bool { return s == "" || s == "." || s == ".." }) {
		return nil, nil
	}
	for i := range p.by[pathKey{method, len(segments)}] {
		route := &p.by[pathKey{method, len(segments)}][i]
		if labels, ok := route.match(segments); ok {
			return route.op, labels
		}
	}
	return nil, nil
}

func (r *pathRoute) match(segments []string) (map[string]string, bool) {
	labels := map[string]string{}
	for i, want := range r.segments {
		if !isLabel(want) {
			if segments[i] != want {
				return nil, false
			}
			continue
		}
		text, err := url.PathUnescape(segments[i])
		if err != nil {
			return nil, false
		}
		labels[want[1:len(want)-1]] = text
	}
	return labels, true
}
