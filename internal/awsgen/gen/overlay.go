package main

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// overlayText holds what the sources lack: limits of newer operations, limits
// that stand in the API reference only, and number types.
//
//go:embed overlay.json
var overlayText []byte

// An Overlay is laid over one service's model.
type Overlay struct {
	// Shapes adds shapes. To a shape the model has it adds members and values of
	// an enum, and it replaces those other limits that are given.
	Shapes map[string]*Shape
	// Members gives members, as Structure.Member, another shape. *.Member means
	// every member of that name with the shape String or Integer, which is what
	// members without limits have; so the first source's limits stay.
	Members map[string]string
	// Null lists the members that are written as null when they are absent, as
	// the service was recorded to do.
	Null []string
}

func readOverlay(service string) (*Overlay, error) {
	all := map[string]*Overlay{}
	dec := json.NewDecoder(bytes.NewReader(overlayText))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&all); err != nil {
		return nil, fmt.Errorf("read overlay.json: %w", err)
	}
	if all[service] == nil {
		return &Overlay{}, nil
	}
	return all[service], nil
}

// apply changes m; an entry that changes nothing is an error.
func (o *Overlay) apply(m *Model) error {
	for _, name := range slices.Sorted(maps.Keys(o.Shapes)) {
		if err := o.patch(m, name); err != nil {
			return fmt.Errorf("overlay shape %s: %w", name, err)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(o.Members)) {
		if err := retarget(m, name, o.Members[name]); err != nil {
			return fmt.Errorf("overlay member %s: %w", name, err)
		}
	}
	for _, name := range o.Null {
		member, err := m.member(name)
		if err != nil {
			return fmt.Errorf("overlay null %s: %w", name, err)
		}
		member.Null = true
	}
	return nil
}

func (o *Overlay) patch(m *Model, name string) error {
	patch, s := o.Shapes[name], m.Shapes[name]
	if s == nil {
		if patch.Type == "" {
			return fmt.Errorf("the model has no such shape to change")
		}
		m.Shapes[name] = patch
		return nil
	}
	for member, ref := range patch.Members {
		if s.Members[member] != nil {
			return fmt.Errorf("the model has %s", member)
		}
		s.Members[member] = ref
	}
	for _, v := range patch.Enum {
		if slices.Contains(s.Enum, v) {
			return fmt.Errorf("the model has %s", v)
		}
		s.Enum = append(s.Enum, v)
	}
	if patch.Min != nil {
		s.Min = patch.Min
	}
	if patch.Max != nil {
		s.Max = patch.Max
	}
	if patch.Pattern != "" {
		s.Pattern = patch.Pattern
	}
	if patch.Elem != "" {
		s.Elem = patch.Elem
	}
	return nil
}

func retarget(m *Model, name, shape string) error {
	if member, ok := strings.CutPrefix(name, "*."); ok {
		changed := false
		for _, s := range m.Shapes {
			if ref := s.Members[member]; ref != nil && slices.Contains([]string{"String", "Integer", "StringMap", "StringList"}, ref.Shape) {
				ref.Shape = shape
				changed = true
			}
		}
		if !changed {
			return fmt.Errorf("no such member without limits")
		}
		return nil
	}
	ref, err := m.member(name)
	if err != nil {
		return err
	}
	if ref.Shape == shape {
		return fmt.Errorf("is a %s already", shape)
	}
	if len(shape) > 0 && m.Shapes[shape] == nil {
		m.simple(shape)
	}
	ref.Shape = shape
	return nil
}

func (m *Model) member(name string) (*Member, error) {
	structure, member, _ := strings.Cut(name, ".")
	s := m.Shapes[structure]
	if s == nil || s.Members[member] == nil {
		return nil, fmt.Errorf("the model has no such member")
	}
	return s.Members[member], nil
}
