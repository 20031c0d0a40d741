package awsrpc

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A Rule is what a request can break.
type Rule uint8

const (
	RuleSyntax   Rule = iota // the body is no JSON object, or nested too deep
	RuleType                 // a value is of another type than the member
	RuleRequired             // a required member is absent
	RuleLength               // a string, list or map is too short or too long
	RuleRange                // a number is too small or too large
	RulePattern              // a string does not match its pattern
	RulePrefix               // a string begins with what is reserved
	RuleEnum                 // a string is not one of a set
)

// A Violation is one rule that a request breaks.
type Violation struct {
	Rule   Rule
	Path   []string // wire names, list indexes from 0, map keys; empty for RuleSyntax
	In     string   // where the first of Path travels: body, uri, query or header
	Limit  *Limit   // of RuleLength and after
	Value  string   // as text, abridged
	Key    bool     // a key of the map at Path is meant, not the map
	Low    bool     // of RuleLength and RuleRange: too little, not too much
	Detail string   // in picket's words: of RuleSyntax and RuleType
}

// Last is the innermost member's name, list indexes left out.
func (v *Violation) Last() string {
	for _, step := range slices.Backward(v.Path) {
		if !isIndex(step) {
			return step
		}
	}
	return ""
}

func isIndex(step string) bool {
	return strings.Trim(step, "0123456789") == ""
}

// below puts name before the path of v, which may be nil.
func below(name string, v *Violation) *Violation {
	if v != nil {
		v.Path = append([]string{name}, v.Path...)
	}
	return v
}

// abridged keeps what a message quotes short.
func abridged(s string) string {
	const most = 200
	if len(s) <= most {
		return s
	}
	cut := most
	for !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "..."
}

// maxViolations is how many violations of one request are told.
const maxViolations = 10

// A checker collects the violations of one input.
type checker struct {
	path  []string
	in    place
	found []Violation
}

// check returns the rules that the input in breaks, in the order of its members.
func check(s *structure, in reflect.Value) []Violation {
	c := &checker{}
	c.structure(s, in, true)
	return c.found
}

func (c *checker) add(broken Rule, limit *rule, key bool, value string) {
	if len(c.found) == maxViolations {
		return
	}
	v := Violation{Rule: broken, Path: slices.Clone(c.path), In: c.in.String(), Value: abridged(value), Key: key}
	if limit != nil {
		v.Limit = &limit.Limit
	}
	c.found = append(c.found, v)
}

// bounds adds a violation when n, a length or a value, is outside of r's limits.
func (c *checker) bounds(broken Rule, r *rule, n int64, key bool, value func() string) {
	if r == nil || !r.outside(n) || len(c.found) == maxViolations {
		return
	}
	c.add(broken, r, key, value())
	c.found[len(c.found)-1].Low = r.Min != nil && n < *r.Min
}

func (p place) String() string { return [...]string{"body", "uri", "query", "header"}[p] }

func (c *checker) structure(s *structure, v reflect.Value, top bool) {
	for _, m := range s.members {
		if top {
			c.in = m.in
		}
		c.path = append(c.path, m.wire)
		if f := v.Field(m.field); !f.IsNil() {
			c.value(m.value, reflect.Indirect(f))
		} else if m.required {
			c.add(RuleRequired, nil, false, "null")
		}
		c.path = c.path[:len(c.path)-1]
	}
}

func (c *checker) value(p *value, v reflect.Value) {
	if len(c.found) == maxViolations {
		return
	}
	switch p.kind {
	case kindStruct:
		c.structure(p.fields, v, false)
	case kindString:
		c.text(p.rule, v.String(), false)
	case kindInt32, kindInt64:
		c.bounds(RuleRange, p.rule, v.Int(), false, func() string { return strconv.FormatInt(v.Int(), 10) })
	case kindBlob:
		c.length(p.rule, v)
	case kindList:
		c.length(p.rule, v)
		for i := range v.Len() {
			c.below(strconv.Itoa(i), p.elem, v.Index(i))
		}
	case kindMap:
		c.mapping(p, v)
	}
}

func (c *checker) below(step string, p *value, v reflect.Value) {
	c.path = append(c.path, step)
	c.value(p, v)
	c.path = c.path[:len(c.path)-1]
}

func (c *checker) mapping(p *value, v reflect.Value) {
	c.length(p.rule, v)
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
	for _, k := range keys {
		c.text(p.key, k.String(), true)
		c.below(k.String(), p.elem, v.MapIndex(k))
	}
}

func (c *checker) length(r *rule, v reflect.Value) {
	c.bounds(RuleLength, r, int64(v.Len()), false, func() string { return printed(v) })
}

// text checks a string. An unknown value of an enum breaks that rule alone.
func (c *checker) text(r *rule, s string, key bool) {
	switch {
	case r == nil:
	case r.Enum != nil:
		if !slices.Contains(r.Enum, s) {
			c.add(RuleEnum, r, key, s)
		}
	default:
		c.bounds(RuleLength, r, int64(utf8.RuneCountInString(s)), key, func() string { return s })
		if n := len(r.NoPrefix); n > 0 && len(s) >= n && strings.EqualFold(s[:n], r.NoPrefix) {
			c.add(RulePrefix, r, key, s)
		}
		if r.pattern != nil && !r.hopeless(s) && !r.pattern.MatchString(s) {
			c.add(RulePattern, r, key, s)
		}
	}
}

// hopeless reports whether s is so much too long that its pattern is not worth
// the time.
func (l *Limit) hopeless(s string) bool {
	return l.Max != nil && int64(len(s)) > 4**l.Max // a code point has at most four bytes
}

func (l *Limit) outside(n int64) bool {
	return l.Min != nil && n < *l.Min || l.Max != nil && n > *l.Max
}

// printed shows a list or map in an error message, as the services that print
// values do for plain ones.
func printed(v reflect.Value) string {
	const most = 10
	if v.Kind() == reflect.Slice && v.Len() <= most && v.Type().Elem().Kind() == reflect.String {
		parts := make([]string, v.Len())
		for i := range parts {
			parts[i] = v.Index(i).String()
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	return fmt.Sprintf("[%d entries]", v.Len())
}
