package policy

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// glob is a text with wildcards, these written as bytes that no UTF-8 has, so
// that a text put in for a variable can never bring one with it.
type glob string

const (
	anyRun = 0xFF // "*": any characters, also none
	anyOne = 0xFE // "?": one character
)

// match says whether text is one that the glob stands for. It takes at most
// len(g) × len(text) steps and no memory.
func (g glob) match(text string) bool {
	i, j := 0, 0
	star, retry := -1, 0 // where to go on when the last "*" was too short
	for j < len(text) {
		switch {
		case i < len(g) && g[i] == anyRun:
			star, retry = i, j
			i++
		case i < len(g) && g[i] == anyOne:
			i++
			j += runeLen(text[j:])
		case i < len(g) && g[i] == text[j]:
			i++
			j++
		case star >= 0:
			retry += runeLen(text[retry:])
			i, j = star+1, retry
		default:
			return false
		}
	}
	for i < len(g) && g[i] == anyRun {
		i++
	}
	return i == len(g)
}

func runeLen(s string) int {
	_, n := utf8.DecodeRuneInString(s)
	return n
}

// pattern is a text of a policy: a glob with variables still in it.
type pattern []part

// part is a stretch of glob, or a variable when key is set.
type part struct {
	glob     glob
	key      string // condition key, lower case
	fallback string // what stands for the key when the request does not have it
	optional bool   // there is a fallback
}

// syntax says what is special in a text.
type syntax uint8

const (
	wildcards syntax = 1 << iota
	variables
)

// compile reads a text. Without wildcards, "*" and "?" are themselves; without
// variables, as in documents of version 2008-10-17, so is "${".
func compile(s string, special syntax) (pattern, error) {
	var p pattern
	for {
		text, rest, found := strings.Cut(s, "${")
		if !found || special&variables == 0 {
			return p.add(literal(s, special)), nil
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed {
			return nil, fmt.Errorf("variable in %q is not closed", s)
		}
		v, err := variable(name)
		if err != nil {
			return nil, err
		}
		p, s = append(p.add(literal(text, special)), v), after
	}
}

func (p pattern) add(g glob) pattern {
	if g == "" {
		return p
	}
	return append(p, part{glob: g})
}

func literal(s string, special syntax) glob {
	if special&wildcards == 0 {
		return glob(s)
	}
	return glob(wildcardBytes.Replace(s))
}

var wildcardBytes = strings.NewReplacer("*", "\xff", "?", "\xfe")

// variable reads what stands between "${" and "}": a condition key, perhaps with
// a default ("aws:username, 'nobody'"), or one of *, ? and $ for itself.
func variable(s string) (part, error) {
	if s == "*" || s == "?" || s == "$" {
		return part{glob: glob(s)}, nil
	}
	key, fallback, optional := strings.Cut(s, ",")
	key = strings.ToLower(strings.TrimSpace(key))
	if err := checkKey(key); err != nil {
		return part{}, fmt.Errorf("variable ${%s}: %w", s, err)
	}
	if fallback = strings.TrimSpace(fallback); optional {
		if len(fallback) < 2 || fallback[0] != '\'' || fallback[len(fallback)-1] != '\'' {
			return part{}, fmt.Errorf("variable ${%s}: the default is not in single quotes", s)
		}
		fallback = fallback[1 : len(fallback)-1]
	}
	return part{key: key, fallback: fallback, optional: optional}, nil
}

// expand puts the request's values in for the variables. It fails when the
// request lacks one, or has several values for it.
func (p pattern) expand(c Context) (glob, bool) {
	if len(p) == 1 && p[0].key == "" {
		return p[0].glob, true
	}
	var b strings.Builder
	for _, part := range p {
		switch values := c[part.key]; {
		case part.key == "":
			b.WriteString(string(part.glob))
		case len(values) == 1:
			b.WriteString(strings.ToValidUTF8(values[0], string(utf8.RuneError)))
		case len(values) == 0 && part.optional:
			b.WriteString(part.fallback)
		default:
			return "", false
		}
	}
	return glob(b.String()), true
}

func (p pattern) match(c Context, text string) bool {
	g, ok := p.expand(c)
	return ok && g.match(text)
}

// fields splits s at colons that are not within a variable, into at most n.
func fields(s string, n int) []string {
	var out []string
	start, depth := 0, 0
	for i := 0; i < len(s) && len(out) < n-1; i++ {
		switch {
		case strings.HasPrefix(s[i:], "${"):
			depth = 1
		case s[i] == '}':
			depth = 0
		case s[i] == ':' && depth == 0:
			out = append(out, s[start:i])
			start = i + 1
		}
	}
	return append(out, s[start:])
}
