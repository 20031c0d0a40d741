package main

import (
	"bytes"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const root = ".."

// TestCodeIsCurrent writes the code anew from the committed models.
func TestCodeIsCurrent(t *testing.T) {
	for _, target := range targets {
		m, err := readModel(filepath.Join(root, "model", target.pkg+".json"))
		if err != nil {
			t.Fatal(err)
		}
		files, err := emit(target.pkg, m)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(slices.Sorted(maps.Keys(files)), generatedFiles(t, target.pkg)); diff != "" {
			t.Errorf("package %s: files: -want +got\n%s", target.pkg, diff)
		}
		for name, want := range files {
			got, err := os.ReadFile(filepath.Join(root, target.pkg, name))
			if err != nil || !bytes.Equal(got, want) {
				t.Errorf("%s/%s is not what its model says (%v): run go generate", target.pkg, name, err)
			}
		}
	}
}

func generatedFiles(t *testing.T, pkg string) (names []string) {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(root, pkg, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range found {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.HasPrefix(text, []byte(generated)) {
			names = append(names, filepath.Base(name))
		}
	}
	return names
}

// TestModelsAreCurrent makes the models anew. It needs the sources, which a
// machine without network, npm or Node may not have.
func TestModelsAreCurrent(t *testing.T) {
	for _, tool := range []string{"npm", "node"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("NOT CHECKED that model/*.json match their sources: %v", err)
		}
	}
	models, err := fromSources()
	if err != nil {
		if strings.Contains(err.Error(), "want") { // a checksum: the sources came, and are others
			t.Fatal(err)
		}
		t.Skipf("NOT CHECKED that model/*.json match their sources: %v", err)
	}
	for name, want := range models {
		got, err := os.ReadFile(filepath.Join(root, "model", name+".json"))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("model/%s.json is not what its sources say (%v): run the generator with -sources", name, err)
		}
	}
}

// TestModel checks facts of the committed model that stand in the API
// references: the merge of the sources must keep what each alone has.
func TestModel(t *testing.T) {
	m, err := readModel(filepath.Join(root, "model", "guardduty.json"))
	if err != nil {
		t.Fatal(err)
	}
	max := func(shape string) int64 { return *m.Shapes[shape].Max }
	for _, tc := range []struct {
		what      string
		got, want any
	}{
		{"operations", len(m.Operations), 103},
		{"a path of the older source", m.Operations["UpdateFilter"].Path, "/detector/{detectorId}/filter/{filterName}"},
		{"a path of the newer source", m.Operations["GetCustomDetectionRuleAssociation"].Path, "/custom-detection-rule/rule/{ruleId}/association/{associationId}"},
		{"a status", m.Operations["CreateInvestigation"].Status, 202},
		{"errors of a newer operation", m.Operations["GetMalwareScan"].Errors,
			[]string{"BadRequestException", "InternalServerErrorException", "ResourceNotFoundException"}},
		{"a limit of the older source", max("FilterName"), int64(64)},
		{"a limit of the overlay", max("FindingType"), int64(100)},
		{"a newer member", m.Shapes["Condition"].Members["NotMatches"].Wire, "notMatches"},
		{"an older limit on a newer operation", m.Shapes["ListThreatEntitySetsRequest"].Members["MaxResults"].Shape, "MaxResults"},
		{"an enum on a newer member", m.Shapes["CreateThreatEntitySetRequest"].Members["Format"].Shape, "ThreatEntitySetFormat"},
		{"newer values of an older enum", slices.Contains(m.Shapes["DetectorFeature"].Enum, "AI_PROTECTION"), true},
		{"required by the newer source", m.Shapes["GetFindingsStatisticsRequest"].Required, []string{"DetectorId"}},
		{"an error's second name", m.Shapes["BadRequestException"].Members["Type"].Wire, "__type"},
	} {
		if diff := cmp.Diff(tc.want, tc.got); diff != "" {
			t.Errorf("%s: -want +got\n%s", tc.what, diff)
		}
	}
}

// small is a model with one operation, and newer the same service a year later.
func small() *Model {
	return &Model{Service: "s", Protocol: "rest-json",
		Operations: map[string]*Operation{"Get": {Method: "GET", Path: "/thing/{thingId}", Status: 200, Input: "GetRequest"}},
		Shapes: map[string]*Shape{
			"GetRequest": {Type: "structure", Required: []string{"ThingId"}, Members: map[string]*Member{
				"ThingId": {Shape: "Id", Wire: "thingId", In: "uri"}, "Count": {Shape: "Count", Wire: "count", In: "querystring"}}},
			"Id":     {Type: "string", Max: new(int64(9))},
			"Count":  {Type: "integer"},
			"String": {Type: "string"},
		}}
}

func newer() *npmModel {
	n := &npmModel{Shapes: map[string]npmShape{
		"GetRequest": {Kind: kindStructure, Required: []string{"ThingId"}, Members: []npmMember{
			{Name: "ThingId", Ref: npmRef{code: 0}, Traits: []byte(`1`)},
			{Name: "Count", Ref: npmRef{code: 1}, Traits: []byte(`{"httpQuery":"count"}`)},
			{Name: "Colours", Ref: npmRef{code: listOf}, Traits: []byte(`{"jsonName":"colours"}`)},
			{Name: "Bare", Ref: npmRef{code: 2}, Traits: []byte(`0`)},
		}}},
		enums:    map[string][]string{"Colour": {"RED", "GREEN"}},
		declared: map[string]map[string]string{"GetRequest": {"Colours": "Colour[]"}},
		throws:   map[string][]string{"Get": {"B", "A"}},
	}
	n.Operations = map[string]struct {
		HTTP          []any
		Input, Output string
	}{"Get": {HTTP: []any{"GET", "/thing/{ThingId}", 200.0}, Input: "GetRequest", Output: "unit"}}
	return n
}

func TestMerge(t *testing.T) {
	m := small()
	if err := m.merge(newer()); err != nil {
		t.Fatal(err)
	}
	want := map[string]*Member{
		"ThingId": {Shape: "Id", Wire: "thingId", In: "uri"},
		"Count":   {Shape: "Count", Wire: "count", In: "querystring"},
		"Colours": {Shape: "ColourList", Wire: "colours"},
		"Bare":    {Shape: "Boolean", Wire: "Bare"},
	}
	if diff := cmp.Diff(want, m.Shapes["GetRequest"].Members); diff != "" {
		t.Errorf("members: -want +got\n%s", diff)
	}
	if diff := cmp.Diff(&Shape{Type: "list", Elem: "Colour"}, m.Shapes["ColourList"]); diff != "" {
		t.Errorf("list of an enum: -want +got\n%s", diff)
	}
	if diff := cmp.Diff(&Operation{Method: "GET", Path: "/thing/{thingId}", Status: 200, Input: "GetRequest", Errors: []string{"A", "B"}}, m.Operations["Get"]); diff != "" {
		t.Errorf("operation: -want +got\n%s", diff)
	}
}

func TestMergeRefuses(t *testing.T) {
	for name, change := range map[string]func(*Model, *npmModel){
		"a member is gone":         func(m *Model, _ *npmModel) { m.Shapes["GetRequest"].Members["Old"] = &Member{Shape: "Id"} },
		"a member changes kind":    func(m *Model, _ *npmModel) { m.Shapes["Count"].Type = "string" },
		"a member moves":           func(m *Model, _ *npmModel) { m.Shapes["GetRequest"].Members["Count"].In = "header" },
		"an operation moves":       func(m *Model, _ *npmModel) { m.Operations["Get"].Path = "/elsewhere/{thingId}" },
		"an operation's method":    func(m *Model, _ *npmModel) { m.Operations["Get"].Method = "POST" },
		"a simple type is unknown": func(_ *Model, n *npmModel) { n.Shapes["GetRequest"].Members[3].Ref.code = 15 },
	} {
		m, n := small(), newer()
		change(m, n)
		if err := m.merge(n); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestOverlayRefusesWhatChangesNothing(t *testing.T) {
	for name, o := range map[string]*Overlay{
		"no such shape":       {Shapes: map[string]*Shape{"Gone": {Max: new(int64(3))}}},
		"a member it has":     {Shapes: map[string]*Shape{"GetRequest": {Members: map[string]*Member{"Count": {Shape: "Id"}}}}},
		"no such member":      {Members: map[string]string{"GetRequest.Gone": "Id"}},
		"the shape it has":    {Members: map[string]string{"GetRequest.ThingId": "Id"}},
		"no member of a name": {Members: map[string]string{"*.ThingId": "Count"}},
		"no such null":        {Null: []string{"GetRequest.Gone"}},
	} {
		if err := o.apply(small()); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestPrune(t *testing.T) {
	m := small()
	if err := m.prune(); err != nil {
		t.Fatal(err)
	}
	if m.Shapes["String"] != nil || m.Shapes["Count"] == nil {
		t.Errorf("kept %v", slices.Sorted(maps.Keys(m.Shapes)))
	}
	m.Shapes["GetRequest"].Members["Count"].Shape = "Lost"
	if err := m.prune(); err == nil {
		t.Error("a shape is missing: no error")
	}
}

func TestWords(t *testing.T) {
	for value, want := range map[string]string{"FIFTEEN_MINUTES": "FifteenMinutes", "Command and Control": "CommandAndControl",
		"oauth2": "Oauth2", "auditLog": "AuditLog", "EC2_INSTANCE": "Ec2Instance", "UNKNOWN": "Unknown"} {
		if got := words(value); got != want {
			t.Errorf("words(%q) = %q, want %q", value, got, want)
		}
	}
}

func TestWithoutLookahead(t *testing.T) {
	rest, prefix := withoutLookahead(`^(?!aws:)[a-z]+$`)
	if rest != `^[a-z]+$` || prefix != "aws:" {
		t.Errorf("got %q and %q", rest, prefix)
	}
	if rest, prefix = withoutLookahead(`^[a-z]+$`); rest != `^[a-z]+$` || prefix != "" {
		t.Errorf("got %q and %q", rest, prefix)
	}
}
