package schema

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// maxProblems is how many problems are told of one event.
const maxProblems = 50

// otherID is the value that OCSF enumerations use for "not mapped: the sibling
// has the source's own words".
const otherID = "99"

// Invalid is the error of an event that breaks the schema.
type Invalid struct {
	Version  string
	Problems []Problem // in the order of their paths' names; at most 50
}

// Problem is one violation and where it is.
type Problem struct {
	Path string // such as evidences[0].src_endpoint.ip; "" for the event
	What string
}

func (e *Invalid) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "not an OCSF %s event", e.Version)
	for i, p := range e.Problems {
		sep := "; "
		if i == 0 {
			sep = ": "
		}
		b.WriteString(sep)
		if p.Path != "" {
			b.WriteString(p.Path + ": ")
		}
		b.WriteString(p.What)
	}
	return b.String()
}

// Validate checks one event, a JSON object: that every required attribute is
// there, that every attribute exists in the schema, for the profiles the event
// lists, and has a value of its type and enumeration, that captions agree with
// the values they caption, and that constraints hold, all the way down. The
// error is an *Invalid unless event is no JSON object.
func (s *Schema) Validate(event []byte) error {
	var doc map[string]any
	dec := json.NewDecoder(bytes.NewReader(event))
	dec.UseNumber()
	if err := dec.Decode(&doc); err != nil {
		return fmt.Errorf("parse OCSF event: %w", err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return fmt.Errorf("parse OCSF event: something follows the JSON object")
	}
	v := validation{schema: s, profiles: profiles(doc)}
	if class := s.Classes[scalarText(doc["class_uid"])]; class != nil {
		v.object("", class, doc)
		v.typeUID(doc)
		v.version(doc)
	} else {
		v.report("class_uid", "%s is not a class of this schema", shown(doc["class_uid"]))
	}
	if len(v.problems) == 0 {
		return nil
	}
	return &Invalid{s.Version, v.problems}
}

type validation struct {
	schema   *Schema
	profiles []string
	problems []Problem
}

func (v *validation) report(path, format string, args ...any) {
	if len(v.problems) < maxProblems {
		v.problems = append(v.problems, Problem{path, fmt.Sprintf(format, args...)})
	}
}

// profiles reads metadata.profiles.
func profiles(doc map[string]any) []string {
	meta, _ := doc["metadata"].(map[string]any)
	list, _ := meta["profiles"].([]any)
	var out []string
	for _, p := range list {
		if name, ok := p.(string); ok {
			out = append(out, name)
		}
	}
	return out
}

// typeUID checks the rule that type_uid says class and activity in one number.
func (v *validation) typeUID(doc map[string]any) {
	class, err1 := strconv.ParseInt(scalarText(doc["class_uid"]), 10, 64)
	activity, err2 := strconv.ParseInt(scalarText(doc["activity_id"]), 10, 64)
	typ, err3 := strconv.ParseInt(scalarText(doc["type_uid"]), 10, 64)
	if err1 == nil && err2 == nil && err3 == nil && typ != class*100+activity {
		v.report("type_uid", "%d is not class_uid × 100 + activity_id = %d", typ, class*100+activity)
	}
}

// version checks that the event was written for this schema.
func (v *validation) version(doc map[string]any) {
	meta, _ := doc["metadata"].(map[string]any)
	if got, ok := meta["version"].(string); ok && got != v.schema.Version {
		v.report("metadata.version", "%.40q is not the schema's version %q", got, v.schema.Version)
	}
}

func (v *validation) object(path string, o *Object, doc map[string]any) {
	if len(o.Attributes) == 0 {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(o.Attributes)) {
		a := o.Attributes[name]
		if _, there := doc[name]; !there && a.Required && v.applies(a) {
			v.report(join(path, name), "required attribute is missing")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(doc)) {
		v.member(join(path, name), o, name, doc)
	}
	v.constraints(path, o, doc)
}

// applies reports whether the event has the profile that a belongs to.
func (v *validation) applies(a *Attribute) bool {
	return a.Profile == "" || slices.Contains(v.profiles, a.Profile)
}

func (v *validation) member(path string, o *Object, name string, doc map[string]any) {
	a := v.attribute(o, name)
	switch {
	case a == nil:
		v.report(path, "%s has no such attribute", o.Name)
	case !v.applies(a):
		v.report(path, "attribute of profile %q, which metadata.profiles does not list", a.Profile)
	case a.Array:
		list, ok := doc[name].([]any)
		if !ok {
			v.report(path, "want a list, got %s", kind(doc[name]))
			return
		}
		for i, e := range list {
			v.value(path+"["+strconv.Itoa(i)+"]", a, e)
		}
	default:
		v.value(path, a, doc[name])
		v.caption(path, a, doc[name], doc)
	}
}

// datetime is what every _dt attribute is.
var datetime = Attribute{Type: "datetime_t"}

// attribute finds the declaration of name. Under the profile datetime every
// time stamp x may be accompanied by a text x_dt (OCSF, profile Date/Time).
func (v *validation) attribute(o *Object, name string) *Attribute {
	if a := o.Attributes[name]; a != nil {
		return a
	}
	stamp, ok := strings.CutSuffix(name, "_dt")
	if a := o.Attributes[stamp]; ok && a != nil && a.Type == "timestamp_t" && slices.Contains(v.profiles, "datetime") {
		return &datetime
	}
	return nil
}

func (v *validation) value(path string, a *Attribute, val any) {
	if a.Type == objectType {
		doc, ok := val.(map[string]any)
		if !ok {
			v.report(path, "want an object, got %s", kind(val))
			return
		}
		v.object(path, v.schema.Objects[a.Object], doc)
		return
	}
	if msg := scalars[a.Type](val); msg != "" {
		v.report(path, "%s", msg)
		return
	}
	if _, ok := a.Enum[scalarText(val)]; !ok && len(a.Enum) > 0 {
		v.report(path, "%s is not one of the attribute's values", shown(val))
	}
}

// caption checks the attribute beside an enumerated one that says its value in
// words.
func (v *validation) caption(path string, a *Attribute, val any, doc map[string]any) {
	id := scalarText(val)
	want := a.Enum[id]
	got, ok := doc[a.Sibling].(string)
	if ok && want != "" && id != otherID && got != want {
		v.report(path, "%s is captioned %.60q, want %q", id, got, want)
	}
}

func (v *validation) constraints(path string, o *Object, doc map[string]any) {
	if len(o.AtLeastOne) > 0 && present(o.AtLeastOne, doc) == 0 {
		v.report(path, "%s needs at least one of %s", o.Name, strings.Join(o.AtLeastOne, ", "))
	}
	if len(o.JustOne) > 0 && present(o.JustOne, doc) != 1 {
		v.report(path, "%s needs exactly one of %s", o.Name, strings.Join(o.JustOne, ", "))
	}
}

func present(names []string, doc map[string]any) (n int) {
	for _, name := range names {
		if _, ok := doc[name]; ok {
			n++
		}
	}
	return n
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// scalarText is a scalar as an enumeration's key, "" for anything else.
func scalarText(v any) string {
	switch v := v.(type) {
	case json.Number:
		return v.String()
	case string:
		return v
	}
	return ""
}

func shown(v any) string {
	if s := scalarText(v); s != "" {
		return fmt.Sprintf("%.60q", s)
	}
	return kind(v)
}
