package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// merge lays the npm client's newer schemas over m, which has the limits:
// operations, structures, members and what is required come from npm; list,
// map and simple shapes stay those of m where it has them. Where both speak
// they must agree.
func (m *Model) merge(n *npmModel) error {
	for _, name := range slices.Sorted(maps.Keys(n.Shapes)) {
		if err := m.mergeShape(n, name); err != nil {
			return fmt.Errorf("merge shape %s: %w", name, err)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(n.enums)) {
		m.mergeEnum(name, n.enums[name])
	}
	for _, name := range slices.Sorted(maps.Keys(n.Operations)) {
		if err := m.mergeOperation(n, name); err != nil {
			return fmt.Errorf("merge operation %s: %w", name, err)
		}
	}
	return nil
}

func (m *Model) mergeOperation(n *npmModel, name string) error {
	in := n.Operations[name]
	if len(in.HTTP) != 3 {
		return fmt.Errorf("http binding %v", in.HTTP)
	}
	method, path, status := fmt.Sprint(in.HTTP[0]), fmt.Sprint(in.HTTP[1]), int(in.HTTP[2].(float64))
	op := &Operation{Method: method, Status: status, Input: in.Input, Output: in.Output, Errors: n.throws[name]}
	for _, side := range []*string{&op.Input, &op.Output} {
		if *side == "unit" {
			*side = ""
		}
	}
	op.Path = label.ReplaceAllStringFunc(path, func(l string) string {
		member := m.Shapes[in.Input].Members[l[1:len(l)-1]]
		return "{" + member.Wire + "}"
	})
	slices.Sort(op.Errors)
	if old := m.Operations[name]; old != nil && (old.Method != op.Method || old.Path != op.Path || old.Status != op.Status) {
		return fmt.Errorf("%s %s %d and %s %s %d", old.Method, old.Path, old.Status, op.Method, op.Path, op.Status)
	}
	m.Operations[name] = op
	return nil
}

func (m *Model) mergeShape(n *npmModel, name string) error {
	in, old := n.Shapes[name], m.Shapes[name]
	switch in.Kind {
	case kindSimple:
		if old == nil {
			m.Shapes[name] = &Shape{Type: strings.ToLower(simpleTypes[in.Simple])}
		}
	case kindList, kindMap:
		if old != nil {
			return nil
		}
		elem, err := m.shapeOf(in.Member, "")
		if in.Kind == kindMap {
			elem, err = m.shapeOf(in.Value, "")
		}
		if err != nil {
			return err
		}
		m.Shapes[name] = &Shape{Type: "list", Elem: elem}
		if in.Kind == kindMap {
			m.Shapes[name] = &Shape{Type: "map", Key: "String", Elem: elem}
		}
	case kindStructure, kindUnion:
		return m.mergeStructure(n, name)
	case kindError: // m has them, and calls the member type by the name clients read, __type
		if old == nil && name != "GuardDutyServiceException" {
			return fmt.Errorf("an exception that the limits' source does not know")
		}
	}
	return nil
}

func (m *Model) mergeStructure(n *npmModel, name string) error {
	in, old := n.Shapes[name], m.Shapes[name]
	s := &Shape{Type: "structure", Required: slices.Clone(in.Required), Members: map[string]*Member{}}
	slices.Sort(s.Required)
	for _, nm := range in.Members {
		wire, where, err := nm.binding()
		if err != nil {
			return err
		}
		member := &Member{Wire: wire, In: where}
		if old != nil && old.Members[nm.Name] != nil {
			if *member, err = m.agreed(n, *member, nm, *old.Members[nm.Name]); err != nil {
				return err
			}
		} else if member.Shape, err = m.shapeOf(nm.Ref, n.enumType(name, nm.Name)); err != nil {
			return fmt.Errorf("%s: %w", nm.Name, err)
		}
		s.Members[nm.Name] = member
	}
	if old != nil {
		for member := range old.Members {
			if s.Members[member] == nil {
				return fmt.Errorf("%s is gone", member)
			}
		}
	}
	m.Shapes[name] = s
	return nil
}

// agreed takes the older source's shape for a member that both have, since it
// carries the limits, after checking that the newer one means the same kind.
func (m *Model) agreed(n *npmModel, member Member, nm npmMember, old Member) (Member, error) {
	if member.In != old.In {
		return member, fmt.Errorf("%s is bound to %q and %q", nm.Name, old.In, member.In)
	}
	if got, want := m.Shapes[old.Shape].kind(), n.kind(nm.Ref); got != want {
		return member, fmt.Errorf("%s is a %s and a %s", nm.Name, got, want)
	}
	member.Shape = old.Shape
	return member, nil
}

// kind names the sort of a shape so far as both sources tell it.
func (s *Shape) kind() string {
	switch s.Type {
	case "integer", "long", "double":
		return "integer"
	}
	return s.Type
}

func (n *npmModel) kind(r npmRef) string {
	if r.name != "" {
		switch s := n.Shapes[r.name]; s.Kind {
		case kindSimple:
			return strings.ToLower(simpleTypes[s.Simple])
		case kindList:
			return "list"
		case kindMap:
			return "map"
		default:
			return "structure"
		}
	}
	switch {
	case r.code&mapOf != 0:
		return "map"
	case r.code&listOf != 0:
		return "list"
	}
	return strings.ToLower(simpleTypes[r.code])
}

// binding returns a member's wire name and place. Without traits it is in the
// body under its own name. A label's wire name is the member's name with a
// small letter, as the older source has it.
func (nm *npmMember) binding() (wire, where string, err error) {
	switch string(nm.Traits) {
	case "0":
		return nm.Name, "", nil
	case "1":
		return strings.ToLower(nm.Name[:1]) + nm.Name[1:], "uri", nil
	}
	var t struct {
		JSONName  string `json:"jsonName"`
		HTTPQuery string `json:"httpQuery"`
	}
	if err := json.Unmarshal(nm.Traits, &t); err != nil {
		return "", "", fmt.Errorf("%s: traits %s: %w", nm.Name, nm.Traits, err)
	}
	if t.HTTPQuery != "" {
		return t.HTTPQuery, "querystring", nil
	}
	if t.JSONName == "" {
		return "", "", fmt.Errorf("%s: traits %s name no place", nm.Name, nm.Traits)
	}
	return t.JSONName, "", nil
}

// enumType returns the enum in the declared type of a member: its own, or that
// of its elements. The schemas call both a string.
func (n *npmModel) enumType(structure, member string) string {
	declared := n.declared[structure][member]
	if rest, ok := strings.CutPrefix(declared, "Record<string, "); ok {
		declared = strings.TrimSuffix(rest, ">")
	}
	declared = strings.TrimSuffix(declared, "[]")
	if n.enums[declared] == nil {
		return ""
	}
	return declared
}

// shapeOf returns the shape that r means, making one up for a list or map that
// has no name. The simple type string becomes enum, when there is one.
func (m *Model) shapeOf(r npmRef, enum string) (string, error) {
	if r.name != "" {
		return r.name, nil
	}
	simple, ok := simpleTypes[r.code&^(listOf|mapOf)]
	if !ok {
		return "", fmt.Errorf("simple type %d is unknown", r.code)
	}
	m.simple(simple)
	if enum != "" {
		simple = enum
	}
	switch {
	case r.code&mapOf != 0:
		name := simple + "Map"
		m.Shapes[name] = &Shape{Type: "map", Key: "String", Elem: simple}
		return name, nil
	case r.code&listOf != 0:
		name := simple + "List"
		m.Shapes[name] = &Shape{Type: "list", Elem: simple}
		return name, nil
	}
	return simple, nil
}

// simple makes sure that m has the shape named after a simple type.
func (m *Model) simple(name string) {
	if m.Shapes[name] == nil {
		m.Shapes[name] = &Shape{Type: strings.ToLower(name)}
	}
}

// mergeEnum adds the values that m lacks behind those it has.
func (m *Model) mergeEnum(name string, values []string) {
	s := m.Shapes[name]
	if s == nil {
		s = &Shape{Type: "string"}
		m.Shapes[name] = s
	}
	for _, v := range values {
		if !slices.Contains(s.Enum, v) {
			s.Enum = append(s.Enum, v)
		}
	}
}
