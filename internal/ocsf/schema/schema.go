package schema

import (
	"encoding/json"
	"fmt"
)

// Schema is some event classes of one OCSF version with every object they
// reach. It is immutable once made and safe for concurrent use.
type Schema struct {
	Version string             `json:"version"`
	Classes map[string]*Object `json:"classes"` // by class_uid in decimal
	Objects map[string]*Object `json:"objects"` // by name
}

// Object is an event class or an object. One without attributes is free-form:
// it may have any member.
type Object struct {
	Name       string                `json:"name"`
	AtLeastOne []string              `json:"at_least_one,omitempty"` // one of these must be present
	JustOne    []string              `json:"just_one,omitempty"`     // exactly one of these must be present
	Attributes map[string]*Attribute `json:"attributes,omitempty"`
}

// Attribute is what one member of an object may be.
type Attribute struct {
	Type     string            `json:"type"`               // an OCSF type such as string_t
	Object   string            `json:"object,omitempty"`   // of type object_t: the object's name
	Array    bool              `json:"array,omitempty"`    // a list of values of Type
	Required bool              `json:"required,omitempty"` // whenever Profile applies
	Profile  string            `json:"profile,omitempty"`  // the attribute exists only in events with this profile
	Enum     map[string]string `json:"enum,omitempty"`     // allowed value → caption, "" where the caption is not known
	Sibling  string            `json:"sibling,omitempty"`  // the attribute that holds the caption of an enumerated value
}

// Parse reads a schema and checks that it can be used for validation: every
// object and type that it names is known.
func Parse(text []byte) (*Schema, error) {
	var s Schema
	if err := json.Unmarshal(text, &s); err != nil {
		return nil, fmt.Errorf("parse OCSF schema: %w", err)
	}
	for uid, c := range s.Classes {
		if err := s.complete(c); err != nil {
			return nil, fmt.Errorf("OCSF class %s: %w", uid, err)
		}
	}
	for name, o := range s.Objects {
		if err := s.complete(o); err != nil {
			return nil, fmt.Errorf("OCSF object %s: %w", name, err)
		}
	}
	return &s, nil
}

func (s *Schema) complete(o *Object) error {
	if o == nil {
		return fmt.Errorf("is null")
	}
	for name, a := range o.Attributes {
		switch {
		case a == nil:
			return fmt.Errorf("attribute %s is null", name)
		case a.Type == objectType && s.Objects[a.Object] == nil:
			return fmt.Errorf("attribute %s: no object %q", name, a.Object)
		case !Known(a.Type):
			return fmt.Errorf("attribute %s: no type %q", name, a.Type)
		}
	}
	return nil
}
