package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// The models that the AWS SDK for Go v1 was generated from, in their last
// release. It is not in go.mod: nothing but this program reads it.
const (
	v1Module = "github.com/aws/aws-sdk-go@v1.55.8"
	v1Sum    = "h1:JRmEUbU52aJQZ2AjX4q4Wu7t4uZjOu71uyNmaWlUkJQ="
)

// v1Model is an api-2.json file.
type v1Model struct {
	Metadata   struct{ EndpointPrefix, Protocol, SigningName, TargetPrefix string }
	Operations map[string]struct {
		HTTP struct {
			Method       string
			RequestURI   string `json:"requestUri"`
			ResponseCode int
		}
		Input, Output *v1Ref
		Errors        []v1Ref
	}
	Shapes map[string]struct {
		Type               string
		Members            map[string]v1Ref
		Required           []string
		Member, Key, Value *v1Ref
		Min, Max           *int64
		Pattern            string
		Enum               []string
		Error              *struct {
			HTTPStatusCode int `json:"httpStatusCode"`
		}
		Exception       bool
		TimestampFormat string
	}
}

type v1Ref struct{ Shape, LocationName, Location string }

// downloadV1 returns the directory of the module, after checking that it is
// the one this program was written for.
func downloadV1() (string, error) {
	cmd := exec.Command("go", "mod", "download", "-json", v1Module)
	cmd.Dir = os.TempDir() // outside the module, whose go.mod says nothing of it
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("download %s: %w", v1Module, err)
	}
	var m struct{ Dir, Sum string }
	if err := json.Unmarshal(out, &m); err != nil {
		return "", fmt.Errorf("download %s: %w", v1Module, err)
	}
	if m.Sum != v1Sum {
		return "", fmt.Errorf("download %s: sum %s, want %s", v1Module, m.Sum, v1Sum)
	}
	return m.Dir, nil
}

// readV1 reads the model in dir/models/apis/api and normalises it. Only the
// named operations are kept, all when there are none.
func readV1(dir, api string, only []string) (*Model, error) {
	name := filepath.Join(dir, "models", "apis", filepath.FromSlash(api), "api-2.json")
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	var v v1Model
	if err := json.Unmarshal(text, &v); err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	for _, op := range only {
		if _, ok := v.Operations[op]; !ok {
			return nil, fmt.Errorf("read %s: no operation %s", name, op)
		}
	}
	return v.normalise(only), nil
}

func (v *v1Model) normalise(only []string) *Model {
	m := &Model{Service: v.Metadata.SigningName, Protocol: v.Metadata.Protocol, Target: v.Metadata.TargetPrefix,
		Operations: map[string]*Operation{}, Shapes: map[string]*Shape{}}
	if m.Service == "" {
		m.Service = v.Metadata.EndpointPrefix
	}
	for name, o := range v.Operations {
		if only != nil && !slices.Contains(only, name) {
			continue
		}
		op := &Operation{Method: o.HTTP.Method, Path: o.HTTP.RequestURI, Status: max(o.HTTP.ResponseCode, 200)}
		op.Path = strings.TrimSuffix(op.Path, "/")
		if op.Path == "" {
			op.Path = "/"
		}
		if o.Input != nil {
			op.Input = o.Input.Shape
		}
		if o.Output != nil {
			op.Output = o.Output.Shape
		}
		for _, e := range o.Errors {
			op.Errors = append(op.Errors, e.Shape)
		}
		m.Operations[name] = op
	}
	for name := range v.Shapes {
		m.Shapes[name] = v.shape(name)
	}
	return m
}

func (v *v1Model) shape(name string) *Shape {
	in := v.Shapes[name]
	s := &Shape{Type: in.Type, Required: in.Required, Min: in.Min, Max: in.Max, Pattern: in.Pattern, Enum: in.Enum, Format: in.TimestampFormat}
	slices.Sort(s.Required)
	if in.Exception {
		s.Status = 400
		if in.Error != nil && in.Error.HTTPStatusCode != 0 {
			s.Status = in.Error.HTTPStatusCode
		}
	}
	for member, ref := range in.Members {
		if s.Members == nil {
			s.Members = map[string]*Member{}
		}
		s.Members[member] = &Member{Shape: ref.Shape, Wire: wireName(member, ref.LocationName), In: ref.Location}
	}
	if in.Member != nil {
		s.Elem = in.Member.Shape
	}
	if in.Value != nil {
		s.Key, s.Elem = in.Key.Shape, in.Value.Shape
	}
	return s
}

func wireName(member, location string) string {
	if location != "" {
		return location
	}
	return member
}

// label finds the names of the members that stand in a path.
var label = regexp.MustCompile(`\{([A-Za-z]+)\}`)
