package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

func (e *emitter) operations() error {
	b := e.file("operations.go")
	names := slices.Sorted(maps.Keys(e.m.Operations))
	b.WriteString("// Operations are all operations of the service, by name.\nvar Operations = []awsrpc.Operation{\n")
	for _, name := range names {
		fmt.Fprintf(b, "%s.Operation,\n", name)
	}
	b.WriteString("}\n\n// One declaration for each operation.\nvar (\n")
	for _, name := range names {
		o := e.m.Operations[name]
		fmt.Fprintf(b, "%s = awsrpc.Op[%sInput, %sOutput]{Operation: awsrpc.Operation{\n", name, name, name)
		fmt.Fprintf(b, "Service: %q, Name: %q, Method: %q, Path: %q, Status: %d,\n", e.m.Service, name, o.Method, o.Path, o.Status)
		if len(o.Errors) > 0 {
			fmt.Fprintf(b, "Errors: []string{%s},\n", quoteAll(o.Errors))
		}
		b.WriteString("}}\n")
	}
	b.WriteString(")\n")
	for _, name := range names {
		o := e.m.Operations[name]
		e.empty(o.Input, name+"Input", "input", name)
		e.empty(o.Output, name+"Output", "output", name)
	}
	return nil
}

// testTable writes what the package's test needs of every operation: Go can't
// find generic declarations by name.
func (e *emitter) testTable() {
	b := e.file("operations_test.go")
	b.WriteString("// bindAll binds every operation to r.\nfunc bindAll(r *wiretest.Recorder) []awsrpc.Route {\nreturn []awsrpc.Route{\n")
	names := slices.Sorted(maps.Keys(e.m.Operations))
	for _, name := range names {
		fmt.Fprintf(b, "wiretest.Bind(r, %s),\n", name)
	}
	b.WriteString("}\n}\n\n// inputs are the inputs' zero values by operation.\nvar inputs = map[string]any{\n")
	for _, name := range names {
		fmt.Fprintf(b, "%q: %sInput{},\n", name, name)
	}
	b.WriteString("}\n")
}

// empty writes the struct of an input or output that the model leaves out.
func (e *emitter) empty(shape, goName, what, op string) {
	if shape == "" {
		fmt.Fprintf(e.file("requests.go"), "// %s is the %s of %s, which has no members.\ntype %s struct{}\n\n", goName, what, op, goName)
	}
}

func (e *emitter) shape(name string) error {
	s := e.m.Shapes[name]
	switch {
	case s.Status != 0: // exceptions are made by awsrpc
		return nil
	case s.Type == "structure":
		return e.structure(name, s)
	case s.Enum != nil:
		return e.enum(name, s)
	}
	return nil
}

func (e *emitter) structure(name string, s *Shape) error {
	goName := e.goName[name]
	b := e.file(e.fileFor(name))
	if what, op := e.side(name); op != "" {
		fmt.Fprintf(b, "// %s is the %s of %s.\n", goName, what, op)
	} else {
		fmt.Fprintf(b, "// %s is a part of requests or answers.\n", goName)
	}
	fmt.Fprintf(b, "type %s struct {\n", goName)
	for _, member := range slices.Sorted(maps.Keys(s.Members)) {
		ref := s.Members[member]
		t, err := e.memberType(ref.Shape)
		if err != nil {
			return fmt.Errorf("%s: %w", member, err)
		}
		fmt.Fprintf(b, "%s %s `aws:\"%s\"`\n", exported(member), t, e.tag(s, member, ref))
	}
	b.WriteString("}\n\n")
	return nil
}

// manyShapes is from where on a package's shapes are spread over files by
// their first letters.
const manyShapes = 200

func (e *emitter) fileFor(shape string) string {
	switch _, op := e.side(shape); {
	case op != "":
		return "requests.go"
	case len(e.m.Shapes) < manyShapes:
		return "shapes.go"
	}
	return "shapes_" + strings.ToLower(e.goName[shape][:1]) + ".go"
}

// side says of which operation name is the input or output.
func (e *emitter) side(name string) (what, op string) {
	for op, o := range e.m.Operations {
		switch name {
		case o.Input:
			return "input", op
		case o.Output:
			return "output", op
		}
	}
	return "", ""
}

func (e *emitter) tag(s *Shape, member string, ref *Member) string {
	parts := []string{ref.Wire}
	switch ref.In {
	case "uri", "header":
		parts = append(parts, ref.In)
	case "querystring":
		parts = append(parts, "query")
	}
	if slices.Contains(s.Required, member) {
		parts = append(parts, "required")
	}
	if ref.Null {
		parts = append(parts, "null")
	}
	if e.m.Shapes[ref.Shape].Format != "" {
		parts = append(parts, e.m.Shapes[ref.Shape].Format)
	}
	if e.limits[ref.Shape] {
		parts = append(parts, "limit="+ref.Shape)
	}
	return strings.Join(parts, ",")
}

// memberType returns the Go type of a member: one that tells absent from zero.
func (e *emitter) memberType(shape string) (string, error) {
	t, err := e.elemType(shape)
	if err != nil || strings.HasPrefix(t, "[]") || strings.HasPrefix(t, "map[") {
		return t, err
	}
	return "*" + t, nil
}

var goTypes = map[string]string{"string": "string", "integer": "int32", "long": "int64", "double": "float64",
	"boolean": "bool", "timestamp": "time.Time", "blob": "[]byte"}

func (e *emitter) elemType(shape string) (string, error) {
	s := e.m.Shapes[shape]
	switch {
	case s.Type == "structure" || s.Enum != nil:
		return e.goName[shape], nil
	case s.Type == "list":
		elem, err := e.elemType(s.Elem)
		return "[]" + elem, err
	case s.Type == "map":
		elem, err := e.elemType(s.Elem)
		return "map[string]" + elem, err
	}
	if t := goTypes[s.Type]; t != "" {
		return t, nil
	}
	return "", fmt.Errorf("type %q is unknown", s.Type)
}

func (e *emitter) enum(name string, s *Shape) error {
	b := e.file("enums.go")
	goName := e.goName[name]
	fmt.Fprintf(b, "// %s is a string out of a set.\ntype %s string\n\n// The values of %s.\nconst (\n", goName, goName, goName)
	seen := map[string]bool{}
	for _, v := range s.Enum {
		constant := goName + words(v)
		if seen[constant] {
			return fmt.Errorf("two values are called %s", constant)
		}
		seen[constant] = true
		fmt.Fprintf(b, "%s %s = %q\n", constant, goName, v)
	}
	b.WriteString(")\n\n")
	return nil
}
