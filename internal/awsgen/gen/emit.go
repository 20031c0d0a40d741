package main

import (
	"bytes"
	"fmt"
	"go/format"
	"maps"
	"slices"
	"strings"
	"unicode"
)

// An emitter writes one package.
type emitter struct {
	pkg    string
	m      *Model
	goName map[string]string // shape → Go type
	limits map[string]bool   // shapes that inputs are checked against
	files  map[string]*bytes.Buffer
}

// emit returns the Go files of the package for m, by name.
func emit(pkg string, m *Model) (map[string][]byte, error) {
	e := &emitter{pkg: pkg, m: m, goName: map[string]string{}, limits: map[string]bool{}, files: map[string]*bytes.Buffer{}}
	if err := e.nameShapes(); err != nil {
		return nil, err
	}
	for _, op := range m.Operations {
		e.findLimits(op.Input, map[string]bool{})
	}
	e.service()
	e.limitTable()
	if err := e.operations(); err != nil {
		return nil, err
	}
	e.testTable()
	for _, name := range slices.Sorted(maps.Keys(m.Shapes)) {
		if err := e.shape(name); err != nil {
			return nil, fmt.Errorf("shape %s: %w", name, err)
		}
	}
	return e.finish()
}

func (e *emitter) finish() (map[string][]byte, error) {
	out := map[string][]byte{}
	for name, b := range e.files {
		body := b.String()
		var head strings.Builder
		head.WriteString(generated)
		if name == "service.go" {
			fmt.Fprintf(&head, "// Package %s has the shapes, limits and operations of the service %q,\n// named as in its API reference. It exists so that the wire's rules are written\n// by a program and only once. It imports awsrpc and the standard library.\n", e.pkg, e.m.Service)
		}
		fmt.Fprintf(&head, "package %s\n\n", e.pkg)
		head.WriteString(imports(body))
		text, err := format.Source([]byte(head.String() + body))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		out[name] = text
	}
	return out, nil
}

// imports writes the imports that body needs.
func imports(body string) string {
	var b strings.Builder
	for _, used := range []struct{ name, path string }{
		{"time.Time", "time"}, {"awsrpc.", "picket/internal/awsrpc"}, {"wiretest.", "picket/internal/awsgen/wiretest"},
	} {
		if strings.Contains(body, used.name) {
			fmt.Fprintf(&b, "import %q\n", used.path)
		}
	}
	return b.String()
}

func (e *emitter) file(name string) *bytes.Buffer {
	if e.files[name] == nil {
		e.files[name] = &bytes.Buffer{}
	}
	return e.files[name]
}

// nameShapes gives an operation's shapes the names that the SDKs for Go use,
// OperationInput and OperationOutput, and all others their own.
func (e *emitter) nameShapes() error {
	for name := range e.m.Shapes {
		e.goName[name] = exported(name)
	}
	for op, o := range e.m.Operations {
		for shape, goName := range map[string]string{o.Input: op + "Input", o.Output: op + "Output"} {
			if shape != "" {
				e.goName[shape] = goName
			}
		}
	}
	taken := map[string]string{"API": "the service", "Operations": "its operations"}
	for shape, name := range e.goName {
		if other := taken[name]; other != "" {
			return fmt.Errorf("shapes %s and %s are both called %s", shape, other, name)
		}
		taken[name] = shape
	}
	return nil
}

// exported makes a model's name one that Go exports.
func exported(name string) string { return strings.ToUpper(name[:1]) + name[1:] }

// findLimits marks the shapes below the input shape name that limit a value.
// It reports whether name does.
func (e *emitter) findLimits(name string, seen map[string]bool) bool {
	s := e.m.Shapes[name]
	if s == nil || seen[name] {
		return e.limits[name]
	}
	seen[name] = true
	for _, member := range s.Members {
		e.findLimits(member.Shape, seen)
	}
	key, elem := e.findLimits(s.Key, seen), e.findLimits(s.Elem, seen)
	if s.Type != "structure" && (limited(s) || key || elem) {
		e.limits[name] = true
	}
	return e.limits[name]
}

func limited(s *Shape) bool {
	return s.Min != nil && (*s.Min != 0 || s.Type == "integer" || s.Type == "long") || s.Max != nil || s.Pattern != "" || s.Enum != nil
}

func (e *emitter) service() {
	b := e.file("service.go")
	protocol := map[string]string{"rest-json": "RestJSON", "json": "AWSJSON"}[e.m.Protocol]
	fmt.Fprintf(b, "// API is the service as a whole.\nvar API = awsrpc.Service{\nName: %q,\nProtocol: awsrpc.%s,\n", e.m.Service, protocol)
	if e.m.Target != "" {
		fmt.Fprintf(b, "Target: %q,\n", e.m.Target)
	}
	b.WriteString("Exceptions: exceptions,\nLimits: limits,\nOperations: Operations,\n}\n\n")
	b.WriteString("// exceptions are the errors that clients know, with their statuses.\nvar exceptions = map[string]int{\n")
	for _, name := range slices.Sorted(maps.Keys(e.m.Shapes)) {
		if s := e.m.Shapes[name]; s.Status != 0 {
			fmt.Fprintf(b, "%q: %d,\n", name, s.Status)
		}
	}
	b.WriteString("}\n")
}

func (e *emitter) limitTable() {
	b := e.file("limits.go")
	b.WriteString("// limits are the rules for values of the shapes that inputs are made of.\nvar limits = map[string]awsrpc.Limit{\n")
	for _, name := range slices.Sorted(maps.Keys(e.limits)) {
		fmt.Fprintf(b, "%q: {%s},\n", name, e.limit(e.m.Shapes[name]))
	}
	b.WriteString("}\n")
}

func (e *emitter) limit(s *Shape) string {
	var parts []string
	add := func(format string, args ...any) { parts = append(parts, fmt.Sprintf(format, args...)) }
	if s.Min != nil && limited(&Shape{Type: s.Type, Min: s.Min}) {
		add("Min: new(int64(%d))", *s.Min)
	}
	if s.Max != nil {
		add("Max: new(int64(%d))", *s.Max)
	}
	if s.Pattern != "" {
		pattern, refused := withoutLookahead(s.Pattern)
		add("Pattern: %s", quote(pattern))
		if refused != "" {
			add("NoPrefix: %q", refused)
		}
	}
	if s.Enum != nil {
		add("Enum: []string{%s}", quoteAll(s.Enum))
	}
	if e.limits[s.Key] {
		add("Key: %q", s.Key)
	}
	if e.limits[s.Elem] {
		add("Elem: %q", s.Elem)
	}
	return strings.Join(parts, ", ")
}

// withoutLookahead takes ^(?!prefix) off a pattern, which Go's regular
// expressions lack, and returns the prefix apart.
func withoutLookahead(pattern string) (rest, prefix string) {
	after, ok := strings.CutPrefix(pattern, "^(?!")
	if !ok {
		return pattern, ""
	}
	prefix, rest, _ = strings.Cut(after, ")")
	return "^" + rest, prefix
}

func quote(s string) string {
	if strings.ContainsRune(s, '`') {
		return fmt.Sprintf("%q", s)
	}
	return "`" + s + "`"
}

func quoteAll(values []string) string {
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = fmt.Sprintf("%q", v)
	}
	return strings.Join(quoted, ", ")
}

// words splits an enum's value into the parts of a Go name.
func words(value string) string {
	var b strings.Builder
	for _, part := range strings.FieldsFunc(value, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if strings.ToUpper(part) == part {
			part = strings.ToLower(part)
		}
		b.WriteString(exported(part))
	}
	return b.String()
}
