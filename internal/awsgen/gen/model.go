package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
)

// A Model is what picket needs to know of one service's wire protocol, with
// the differences between its sources ironed out.
type Model struct {
	Service    string // the name in the credential scope
	Protocol   string // "rest-json" or "json"
	Target     string `json:",omitempty"` // what X-Amz-Target begins with, of protocol "json"
	Operations map[string]*Operation
	Shapes     map[string]*Shape
}

// An Operation is one call. An empty Input or Output has no members.
type Operation struct {
	Method, Path string // of labels the wire names, as in /detector/{detectorId}
	Status       int
	Input        string   `json:",omitempty"`
	Output       string   `json:",omitempty"`
	Errors       []string `json:",omitempty"`
}

// A Shape is a type. Type is one of structure, list, map, string, integer,
// long, double, boolean, timestamp, blob.
type Shape struct {
	Type     string
	Members  map[string]*Member `json:",omitempty"` // structure
	Required []string           `json:",omitempty"`
	Status   int                `json:",omitempty"` // of an exception

	Key  string `json:",omitempty"` // map
	Elem string `json:",omitempty"` // list and map

	Min     *int64   `json:",omitempty"`
	Max     *int64   `json:",omitempty"`
	Pattern string   `json:",omitempty"`
	Enum    []string `json:",omitempty"`
	Format  string   `json:",omitempty"` // of a timestamp: iso8601; otherwise the protocol's
}

// A Member is a member of a structure. In says where it travels: in the body
// when empty, else uri, querystring or header.
type Member struct {
	Shape string
	Wire  string
	In    string `json:",omitempty"`
	Null  bool   `json:",omitempty"` // written as null when absent
}

// prune drops the shapes that no operation reaches.
func (m *Model) prune() error {
	reached := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(m.Operations)) {
		op := m.Operations[name]
		for _, root := range append([]string{op.Input, op.Output}, op.Errors...) {
			if err := m.reach(root, reached); err != nil {
				return fmt.Errorf("operation %s: %w", name, err)
			}
		}
	}
	maps.DeleteFunc(m.Shapes, func(name string, _ *Shape) bool { return !reached[name] })
	return nil
}

func (m *Model) reach(name string, reached map[string]bool) error {
	if name == "" || reached[name] {
		return nil
	}
	s := m.Shapes[name]
	if s == nil {
		return fmt.Errorf("shape %s is missing", name)
	}
	reached[name] = true
	next := []string{s.Key, s.Elem}
	for _, member := range slices.Sorted(maps.Keys(s.Members)) {
		next = append(next, s.Members[member].Shape)
	}
	for _, n := range next {
		if err := m.reach(n, reached); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// encode writes one operation or shape a line, so that changes can be read.
func (m *Model) encode() ([]byte, error) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "{\"Service\":%q,\"Protocol\":%q,\"Target\":%q,\n\"Operations\":{", m.Service, m.Protocol, m.Target)
	if err := lines(&b, m.Operations); err != nil {
		return nil, err
	}
	b.WriteString("},\n\"Shapes\":{")
	if err := lines(&b, m.Shapes); err != nil {
		return nil, err
	}
	b.WriteString("}}\n")
	return b.Bytes(), nil
}

func lines[T any](b *bytes.Buffer, values map[string]*T) error {
	for i, name := range slices.Sorted(maps.Keys(values)) {
		var line bytes.Buffer
		enc := json.NewEncoder(&line)
		enc.SetEscapeHTML(false) // patterns stay readable
		if err := enc.Encode(values[name]); err != nil {
			return err
		}
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(b, "\n%q:%s", name, bytes.TrimSpace(line.Bytes()))
	}
	return nil
}

// readModel reads a committed model.
func readModel(name string) (*Model, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	m := &Model{}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(m); err != nil {
		return nil, fmt.Errorf("read model %s: %w", name, err)
	}
	return m, m.prune()
}
