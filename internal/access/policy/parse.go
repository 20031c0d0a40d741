package policy

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"picket/internal/fault"
)

// Parse reads a policy document. The error, a fault of kind Invalid, says what
// is wrong in words for the author of the document, with the number of the
// statement, counted from 1.
func Parse(document []byte) (*Policy, error) {
	p, err := parse(document)
	if err != nil {
		return nil, fault.Newf(fault.Invalid, "policy: %v", err)
	}
	return p, nil
}

func parse(document []byte) (*Policy, error) {
	doc, err := readDocument(document)
	if err != nil {
		return nil, err
	}
	elements, err := doc.elements("Version", "Id", "Statement")
	if err != nil {
		return nil, err
	}
	special := wildcards
	switch version, given := elements["Version"]; {
	case version == "2012-10-17":
		special |= variables
	case given && version != "2008-10-17":
		return nil, errors.New("Version is neither 2012-10-17 nor 2008-10-17")
	}
	if id, given := elements["Id"]; given && !isString(id) {
		return nil, errors.New("Id is not a string")
	}
	statements, ok := elements["Statement"].([]any)
	if !ok {
		statements = []any{elements["Statement"]}
	}
	if len(statements) == 0 || elements["Statement"] == nil {
		return nil, errors.New("there is no Statement")
	}
	return parseStatements(statements, special)
}

func parseStatements(statements []any, special syntax) (*Policy, error) {
	p := &Policy{}
	for i, v := range statements {
		o, ok := v.(object)
		if !ok {
			return nil, fmt.Errorf("statement %d: not an object", i+1)
		}
		s, err := parseStatement(o, special)
		if err != nil {
			return nil, fmt.Errorf("statement %d: %w", i+1, err)
		}
		if s.sid != "" && slices.ContainsFunc(p.statements, func(other statement) bool { return other.sid == s.sid }) {
			return nil, fmt.Errorf("statement %d: Sid %q is taken by a statement before", i+1, s.sid)
		}
		p.statements = append(p.statements, s)
	}
	return p, nil
}

// elements turns an object into a map and refuses repeated and unknown members.
func (o object) elements(known ...string) (map[string]any, error) {
	m := make(map[string]any, len(o))
	for _, e := range o {
		if _, twice := m[e.name]; twice {
			return nil, fmt.Errorf("%s stands there twice", e.name)
		}
		if !slices.Contains(known, e.name) {
			return nil, fmt.Errorf("unknown element %q", e.name)
		}
		m[e.name] = e.value
	}
	return m, nil
}

func isString(v any) bool {
	_, ok := v.(string)
	return ok
}

func parseStatement(o object, special syntax) (statement, error) {
	var s statement
	for _, e := range o {
		if e.name == "Principal" || e.name == "NotPrincipal" {
			return s, fmt.Errorf("a policy of a key should not specify a %s", e.name)
		}
	}
	m, err := o.elements("Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition")
	if err != nil {
		return s, err
	}
	if s.sid, err = parseSid(m); err != nil {
		return s, err
	}
	switch m["Effect"] {
	case "Allow":
	case "Deny":
		s.deny = true
	default:
		return s, errors.New("Effect is neither Allow nor Deny")
	}
	if s.actions, s.notAction, err = either(m, "Action", "NotAction", parseAction); err != nil {
		return s, err
	}
	resource := func(text string) (pattern, error) { return parseResource(text, special) }
	if s.resources, s.notRes, err = either(m, "Resource", "NotResource", resource); err != nil {
		return s, err
	}
	if c, given := m["Condition"]; given {
		s.conditions, err = parseConditions(c, special)
	}
	return s, err
}

func parseSid(m map[string]any) (string, error) {
	v, given := m["Sid"]
	if !given {
		return "", nil
	}
	sid, ok := v.(string)
	if !ok || strings.ContainsFunc(sid, func(r rune) bool { return !alphanumeric(r) }) {
		return "", errors.New("Sid is not a string of letters and digits")
	}
	return sid, nil
}

// either reads an element that stands there as itself or as its opposite.
func either(m map[string]any, name, opposite string, parse func(string) (pattern, error)) (patterns []pattern, negated bool, err error) {
	v, given := m[name]
	not, negated := m[opposite]
	if given == negated {
		return nil, false, fmt.Errorf("there must be one of %s and %s", name, opposite)
	}
	if negated {
		name, v = opposite, not
	}
	texts, err := stringList(name, v)
	if err != nil {
		return nil, false, err
	}
	for _, text := range texts {
		p, err := parse(text)
		if err != nil {
			return nil, false, fmt.Errorf("%s %q: %w", name, text, err)
		}
		patterns = append(patterns, p)
	}
	return patterns, negated, nil
}

// parseAction reads "*" or "vendor:Action". The names of actions have no case.
func parseAction(text string) (pattern, error) {
	if text == "*" {
		return compile(text, wildcards)
	}
	vendor, name, ok := strings.Cut(text, ":")
	switch {
	case !ok || vendor == "" || name == "":
		return nil, errors.New(`neither "*" nor of the form service:Action`)
	case vendor != "*" && strings.ContainsFunc(vendor, func(r rune) bool { return !alphanumeric(r) && r != '-' }):
		return nil, errors.New("the service has characters that are not allowed")
	case strings.ContainsFunc(name, func(r rune) bool { return !alphanumeric(r) && r != '*' && r != '?' }):
		return nil, errors.New("the action has characters that are not allowed")
	}
	return compile(strings.ToLower(text), wildcards)
}

// arnFields are those of an ARN: arn, partition, service, region, account, resource.
const arnFields = 6

// parseResource reads "*" or an ARN, which may be short of fields when it has a
// "*": that stands for any characters, colons too.
func parseResource(text string, special syntax) (pattern, error) {
	if text != "*" && (!strings.HasPrefix(text, "arn:") || len(fields(text, arnFields)) < arnFields && !strings.Contains(text, "*")) {
		return nil, errors.New(`neither "*" nor an ARN`)
	}
	return compile(text, special)
}

func alphanumeric(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
}
