package e2e

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"sync"
)

// A model is what the service's model says of requests. It is read here anew,
// not through the code that the server was generated with.
type model struct {
	Operations map[string]struct {
		Method, Path  string
		Input, Output string
	}
	Shapes map[string]*shape
}

type shape struct {
	Type     string
	Members  map[string]struct{ Shape, Wire, In string }
	Required []string

	Key, Elem string
	Min, Max  *int64
	Pattern   string
	Enum      []string
}

var readModel = sync.OnceValue(func() *model {
	text, err := os.ReadFile("../../internal/awsgen/model/guardduty.json")
	if err != nil {
		panic(err)
	}
	m := &model{}
	if err := json.Unmarshal(text, m); err != nil {
		panic(err)
	}
	for _, s := range m.Shapes {
		s.Pattern = strings.ReplaceAll(s.Pattern, "(?!aws:)", "") // Go has no such thing; see checkTags
	}
	return m
})

type object = map[string]any

// valid makes a value that satisfies a shape: of structures, all members.
func (m *model) valid(name string, above ...string) any {
	s := m.Shapes[name]
	least := 0
	if s.Min != nil {
		least = int(*s.Min)
	}
	switch s.Type {
	case "structure":
		return m.validObject(s, append(above, name))
	case "list":
		out := []any{}
		for range max(least, 1) {
			out = append(out, m.valid(s.Elem, above...))
		}
		return out
	case "map":
		return object{m.valid(s.Key).(string): m.valid(s.Elem, above...)}
	case "boolean":
		return true
	case "integer", "long", "double":
		return max(least, 1)
	case "timestamp":
		return 1772600000
	case "string":
		return s.validText(least)
	}
	panic("no value of type " + s.Type)
}

func (m *model) validObject(s *shape, above []string) object {
	out := object{}
	for _, member := range s.Members {
		if !slices.Contains(above, member.Shape) { // shapes may hold themselves
			out[member.Wire] = m.valid(member.Shape, above...)
		}
	}
	return out
}

func (s *shape) validText(least int) string {
	switch {
	case s.Enum != nil:
		return s.Enum[0]
	case s.Pattern != "":
		re, err := syntax.Parse(s.Pattern, syntax.Perl)
		if err != nil {
			panic(err)
		}
		return example(re, least)
	}
	return strings.Repeat("a", max(least, 1))
}

// example makes a string that matches an expression, with at least least
// repetitions where it may have any number.
func example(re *syntax.Regexp, least int) string {
	var b strings.Builder
	switch re.Op {
	case syntax.OpLiteral:
		return string(re.Rune)
	case syntax.OpCharClass:
		return string(re.Rune[1]) // the end of the first range
	case syntax.OpPlus, syntax.OpStar:
		return strings.Repeat(example(re.Sub[0], 1), max(least, 1))
	case syntax.OpRepeat:
		return strings.Repeat(example(re.Sub[0], 1), max(re.Min, 1))
	case syntax.OpAlternate:
		return example(re.Sub[0], least)
	case syntax.OpCapture, syntax.OpQuest, syntax.OpConcat:
		for _, sub := range re.Sub {
			b.WriteString(example(sub, least))
		}
	}
	return b.String()
}

// A breach is a value that breaks one rule of its shape.
type breach struct {
	rule  string // where and which
	value any
}

// breaches lists a value for every rule of a shape.
func (m *model) breaches(name string, above ...string) []breach {
	s := m.Shapes[name]
	switch s.Type {
	case "structure":
		return m.objectBreaches(name, above)
	case "list":
		return m.listBreaches(s, above)
	case "map":
		return m.mapBreaches(s, above)
	case "string":
		return s.textBreaches()
	case "integer", "long":
		return s.numberBreaches()
	case "boolean":
		return []breach{{" of another type", "true"}, {" of another type", 1}}
	}
	return nil
}

func (m *model) objectBreaches(name string, above []string) []breach {
	s, above := m.Shapes[name], append(above, name)
	out := []breach{{" of another type", []any{}}, {" of another type", "text"}}
	if len(above) == 1 {
		out = nil // a whole request: see TestMalformedRequests
	}
	for _, member := range slices.Sorted(maps.Keys(s.Members)) {
		to := s.Members[member]
		if slices.Contains(s.Required, member) {
			without := m.validObject(s, above)
			delete(without, to.Wire)
			out = append(out, breach{"." + to.Wire + " is missing", without})
		}
		if slices.Contains(above, to.Shape) {
			continue
		}
		for _, b := range m.breaches(to.Shape, above...) {
			with := m.validObject(s, above)
			with[to.Wire] = b.value
			out = append(out, breach{"." + to.Wire + b.rule, with})
		}
	}
	return out
}

func (m *model) listBreaches(s *shape, above []string) []breach {
	out := []breach{{" of another type", object{}}, {" of another type", "text"}}
	if s.Min != nil && *s.Min > 0 {
		out = append(out, breach{" too short", []any{}})
	}
	if s.Max != nil {
		long := []any{}
		for range *s.Max + 1 {
			long = append(long, m.valid(s.Elem, above...))
		}
		out = append(out, breach{" too long", long})
	}
	for _, b := range m.breaches(s.Elem, above...) {
		out = append(out, breach{"[]" + b.rule, []any{b.value}})
	}
	return out
}

func (m *model) mapBreaches(s *shape, above []string) []breach {
	out := []breach{{" of another type", []any{}}}
	if s.Max != nil {
		large := object{}
		for i := range *s.Max + 1 {
			large[fmt.Sprint("key", i)] = m.valid(s.Elem, above...)
		}
		out = append(out, breach{" too large", large})
	}
	for _, b := range m.breaches(s.Key) {
		if key, ok := b.value.(string); ok {
			out = append(out, breach{"{key}" + b.rule, object{key: m.valid(s.Elem, above...)}})
		}
	}
	for _, b := range m.breaches(s.Elem, above...) {
		out = append(out, breach{"{}" + b.rule, object{m.valid(s.Key).(string): b.value}})
	}
	return out
}

func (s *shape) textBreaches() []breach {
	out := []breach{{" of another type", 7}, {" of another type", []any{"a"}}}
	if s.Enum != nil {
		return append(out, breach{" unknown", "NO_SUCH_VALUE"}, breach{" unknown", ""})
	}
	if s.Min != nil && *s.Min > 0 {
		out = append(out, breach{" too short", strings.Repeat("a", int(*s.Min)-1)})
	}
	if s.Max != nil {
		out = append(out, breach{" too long", strings.Repeat("7", int(*s.Max)+1)}, breach{" too long", strings.Repeat("é", int(*s.Max)+1)})
	}
	if s.Pattern != "" {
		for _, text := range []string{"*:€<" + strings.Repeat("*", 8), "\n\n\n", "７７７７７７７７７７７７"} {
			if !regexp.MustCompile(`\A(?:` + s.Pattern + `)\z`).MatchString(text) {
				out = append(out, breach{" of another pattern", text})
			}
		}
	}
	return out
}

func (s *shape) numberBreaches() []breach {
	out := []breach{{" of another type", "one"}, {" of another type", 1.5}, {" of another type", json.Number("1e400")}, {" of another type", true}}
	if s.Min != nil {
		out = append(out, breach{" too small", *s.Min - 1})
	}
	if s.Max != nil {
		out = append(out, breach{" too large", *s.Max + 1})
	}
	return out
}
