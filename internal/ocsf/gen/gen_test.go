package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"picket/internal/ocsf/schema"
)

// family is an export in which the class thing_finding inherits, through
// finding, from base_event and reaches a ring of objects.
const family = `{"version": "9.9.9",
"classes": {
	"base_event": {"attributes": {"activity_id": {"type": "integer_t", "requirement": "required"}, "note": {"type": "string_t"}}},
	"finding": {"extends": "base_event", "attributes": {"activity_id": {"type": "integer_t", "requirement": ""}}},
	"thing_finding": {"extends": "finding", "attributes": {
		"activity_id": {"type": "integer_t", "requirement": "", "sibling": "activity_name", "enum": {"0": {"caption": "Unknown"}}},
		"class_uid": {"type": "integer_t", "requirement": "required", "enum": {"2099": {"caption": "Thing"}}},
		"status_id": {"type": "integer_t", "requirement": "optional", "enum": {"1": {"caption": "Success"}, "2": {"caption": "Failure"}, "3": {"caption": "Suppressed"}}},
		"note": {"type": "string_t", "requirement": ""},
		"cloud": {"type": "object_t", "object_type": "cloud", "requirement": "required", "profile": "cloud"},
		"rings": {"type": "object_t", "object_type": "ring", "is_array": true, "requirement": "optional"},
		"observables": {"type": "object_t", "object_type": "observable", "is_array": true}}}},
"objects": {
	"cloud": {"extends": "_entity", "attributes": {"name": {"type": "string_t"}}},
	"ring": {"extends": "cloud", "attributes": {"next": {"type": "object_t", "object_type": "gear"}}},
	"gear": {"extends": "ring", "constraints": {"just_one": ["a", "b"]}, "attributes": {"back": {"type": "object_t", "object_type": "ring"}}},
	"wheel": {"extends": "base", "constraints": {"at_least_one": ["spoke"]}, "attributes": {}},
	"small_wheel": {"extends": "wheel", "attributes": {}},
	"object": {"attributes": null},
	"observable": {"extends": "object", "attributes": {"type_id": {"type": "integer_t", "enum": {"0": {"caption": "Unknown"}}}}},
	"endpoint": {"caption": "Endpoint"},
	"unreached": {"attributes": {"x": {"type": "string_t"}}}}}`

func read(t *testing.T, text string) *export {
	t.Helper()
	var e export
	if err := json.Unmarshal([]byte(text), &e); err != nil {
		t.Fatal(err)
	}
	return &e
}

func TestCut(t *testing.T) {
	s, err := read(t, family).cut([]string{"thing_finding"})
	if err != nil {
		t.Fatal(err)
	}
	observable := s.Objects["observable"]
	delete(s.Objects, "observable")
	want := &schema.Schema{
		Version: "9.9.9",
		Classes: map[string]*schema.Object{"2099": {Name: "thing_finding", Attributes: map[string]*schema.Attribute{
			"activity_id": {Type: "integer_t", Required: true, Sibling: "activity_name", Enum: map[string]string{"0": "Unknown"}},
			"class_uid":   {Type: "integer_t", Required: true, Enum: map[string]string{"2099": "Thing"}},
			"status_id":   {Type: "integer_t", Enum: map[string]string{"1": "New", "2": "In Progress", "3": "Suppressed"}},
			"note":        {Type: "string_t"},
			"cloud":       {Type: "object_t", Object: "cloud", Required: true, Profile: "cloud"},
			"rings":       {Type: "object_t", Object: "ring", Array: true},
			"observables": {Type: "object_t", Object: "observable", Array: true},
		}}},
		Objects: map[string]*schema.Object{
			"cloud": {Name: "cloud", AtLeastOne: []string{"name", "uid"}, Attributes: map[string]*schema.Attribute{"name": {Type: "string_t"}}},
			"ring":  {Name: "ring", AtLeastOne: []string{"name", "uid"}, Attributes: map[string]*schema.Attribute{"next": {Type: "object_t", Object: "gear"}}},
			"gear":  {Name: "gear", JustOne: []string{"a", "b"}, Attributes: map[string]*schema.Attribute{"back": {Type: "object_t", Object: "ring"}}},
		},
	}
	if diff := cmp.Diff(want, s); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	enum := observable.Attributes["type_id"].Enum
	for id, caption := range map[string]string{"0": "Unknown", "1": "Hostname", "2": "IP Address", "10": "Resource UID", "20": "Endpoint"} {
		if enum[id] != caption {
			t.Errorf("observable.type_id %s is %q, want %q", id, enum[id], caption)
		}
	}
}

func TestInheritedConstraint(t *testing.T) {
	e := read(t, family)
	for name, want := range map[string][]string{"small_wheel": {"spoke"}, "ring": {"name", "uid"}, "observable": nil} {
		if diff := cmp.Diff(want, inheritedConstraint(e.Objects[name], e.Objects)); diff != "" {
			t.Errorf("%s: -want +got:\n%s", name, diff)
		}
	}
}

func TestCutRefuses(t *testing.T) {
	for old, new := range map[string]string{
		`"thing_finding":`:       `"other_finding":`,
		`"enum": {"2099"`:        `"enum": {"2098": {}, "2099"`,
		`"object_type": "gear"`:  `"object_type": "lost"`,
		`"note": {"type": "s`:    `"note": {"type": "new_s`,
		`"is_array": true, "req`: `"is_map": true, "req`,
	} {
		if !strings.Contains(family, old) {
			t.Fatalf("%s is not in the export", old)
		}
		if _, err := read(t, strings.Replace(family, old, new, -1)).cut([]string{"thing_finding"}); err == nil {
			t.Errorf("%s became %s: no error", old, new)
		}
	}
}

func TestEncodeIsStable(t *testing.T) {
	var first string
	for range 10 {
		s, err := read(t, family).cut([]string{"thing_finding"})
		if err != nil {
			t.Fatal(err)
		}
		b, err := encode(s)
		if err != nil {
			t.Fatal(err)
		}
		if first == "" {
			first = string(b)
		}
		if string(b) != first {
			t.Fatalf("differs:\n%s\n%s", first, b)
		}
	}
}

// TestSchemaIsCurrent cuts the schema anew. It needs the export, which a
// machine without network may not have.
func TestSchemaIsCurrent(t *testing.T) {
	cmd := exec.Command("go", "mod", "download", module)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Skipf("NOT CHECKED that schema.json is current: %v: %s", err, out)
	}
	out := t.TempDir() + "/schema.json"
	if err := run(out); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("../schema.json")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("schema.json is stale, run go generate ./internal/ocsf:\n%s", diff)
	}
}
