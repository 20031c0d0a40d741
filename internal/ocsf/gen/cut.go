package main

import (
	"fmt"

	"picket/internal/ocsf/schema"
)

// export is the file of the module, as far as it is read.
type export struct {
	Version string              `json:"version"`
	Classes map[string]exported `json:"classes"`
	Objects map[string]exported `json:"objects"`
}

type exported struct {
	Name        string                       `json:"name"`
	Caption     string                       `json:"caption"`
	Extends     string                       `json:"extends"`
	Attributes  map[string]exportedAttribute `json:"attributes"`
	Constraints struct {
		AtLeastOne []string `json:"at_least_one"`
		JustOne    []string `json:"just_one"`
	} `json:"constraints"`
}

type exportedAttribute struct {
	Type        string `json:"type"`
	ObjectType  string `json:"object_type"`
	IsArray     bool   `json:"is_array"`
	IsMap       bool   `json:"is_map"`
	Requirement string `json:"requirement"`
	Profile     string `json:"profile"`
	Sibling     string `json:"sibling"`
	Enum        map[string]struct {
		Caption string `json:"caption"`
	} `json:"enum"`
}

// cut makes the schema of the named classes and of all objects they reach.
func (e *export) cut(classes []string) (*schema.Schema, error) {
	s := &schema.Schema{Version: e.Version, Classes: map[string]*schema.Object{}, Objects: map[string]*schema.Object{}}
	for _, name := range classes {
		class, ok := e.Classes[name]
		if !ok {
			return nil, fmt.Errorf("no class %q in the export", name)
		}
		o, err := e.convert(name, class, e.Classes)
		if err != nil {
			return nil, err
		}
		if err := e.reach(s, o); err != nil {
			return nil, err
		}
		uid, err := classUID(o)
		if err != nil {
			return nil, err
		}
		s.Classes[uid] = o
	}
	e.correct(s)
	return s, nil
}

// classUID is the one value class_uid may have in class o.
func classUID(o *schema.Object) (string, error) {
	if a := o.Attributes["class_uid"]; a != nil && len(a.Enum) == 1 {
		for uid := range a.Enum {
			return uid, nil
		}
	}
	return "", fmt.Errorf("class %q does not say its class_uid", o.Name)
}

// reach adds to s every object that o leads to.
func (e *export) reach(s *schema.Schema, o *schema.Object) error {
	for attr, a := range o.Attributes {
		if a.Object == "" || s.Objects[a.Object] != nil {
			continue
		}
		next, ok := e.Objects[a.Object]
		if !ok {
			return fmt.Errorf("%s.%s: no object %q in the export", o.Name, attr, a.Object)
		}
		n, err := e.convert(a.Object, next, e.Objects)
		if err != nil {
			return err
		}
		s.Objects[a.Object] = n
		if err := e.reach(s, n); err != nil {
			return err
		}
	}
	return nil
}

// convert describes x, which stands under name in family, as the validator
// wants it.
func (e *export) convert(name string, x exported, family map[string]exported) (*schema.Object, error) {
	o := &schema.Object{Name: name, AtLeastOne: x.Constraints.AtLeastOne, JustOne: x.Constraints.JustOne}
	if o.AtLeastOne == nil && o.JustOne == nil {
		o.AtLeastOne = inheritedConstraint(x, family)
	}
	for attr, a := range x.Attributes {
		c, err := convertAttribute(a)
		if err != nil {
			return nil, fmt.Errorf("%s.%s: %w", name, attr, err)
		}
		c.Required = requirement(attr, a, x, family) == "required"
		if o.Attributes == nil {
			o.Attributes = map[string]*schema.Attribute{}
		}
		o.Attributes[attr] = c
	}
	return o, nil
}

func convertAttribute(a exportedAttribute) (*schema.Attribute, error) {
	if a.IsMap {
		return nil, fmt.Errorf("a map, which the validator does not know")
	}
	if !schema.Known(a.Type) {
		return nil, fmt.Errorf("type %q, which the validator does not know", a.Type)
	}
	c := &schema.Attribute{Type: a.Type, Object: a.ObjectType, Array: a.IsArray, Profile: a.Profile, Sibling: a.Sibling}
	for id, v := range a.Enum {
		if c.Enum == nil {
			c.Enum = map[string]string{}
		}
		c.Enum[id] = v.Caption
	}
	return c, nil
}

// requirement is the attribute's requirement or, where the export says none,
// that of the nearest ancestor: the export does not inherit it.
func requirement(attr string, a exportedAttribute, x exported, family map[string]exported) string {
	for a.Requirement == "" {
		parent, ok := family[x.Extends]
		if !ok {
			return "optional"
		}
		x = parent
		a = x.Attributes[attr]
	}
	return a.Requirement
}

// inheritedConstraint is the at_least_one constraint of the nearest ancestor
// that has one: the export does not inherit it either.
func inheritedConstraint(x exported, family map[string]exported) []string {
	for {
		if list := hiddenConstraints[x.Extends]; list != nil {
			return list
		}
		parent, ok := family[x.Extends]
		if !ok {
			return nil
		}
		if parent.Constraints.AtLeastOne != nil {
			return parent.Constraints.AtLeastOne
		}
		x = parent
	}
}
