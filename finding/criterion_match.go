package finding

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"picket/event"
)

// A Test is one demand on one attribute. It is what Match and the store's SQL
// are both made from, so that they can't disagree about what a condition means.
//
// A test is met when some value of the attribute is one of Texts, lies in one
// of Ranges or fits one of Patterns; only the list that By names is used. A
// negated test is met when no value does, hence also by a finding without the
// attribute.
type Test struct {
	Attribute *Attribute
	By        By
	Negate    bool
	Texts     []string
	Ranges    []Range
	Patterns  []string
}

// By says which list of a Test counts.
type By uint8

// The ways to test.
const (
	ByText By = iota
	ByRange
	ByPattern
)

// A Range is an interval of numbers.
type Range struct {
	Lo, Hi         float64
	LoOpen, HiOpen bool // the bound itself is outside
}

// Contains reports whether x lies in r.
func (r Range) Contains(x float64) bool {
	return (x > r.Lo || x == r.Lo && !r.LoOpen) && (x < r.Hi || x == r.Hi && !r.HiOpen)
}

var everything = Range{Lo: math.Inf(-1), Hi: math.Inf(1)}

// Tests takes the criteria apart. Its order depends on nothing but the
// criteria. It fails as Validate does, save for the rules that only count.
func (c Criteria) Tests() ([]Test, error) {
	var out []Test
	for _, path := range c.paths() {
		ts, err := c[path].tests(path)
		if err != nil {
			return nil, err
		}
		out = append(out, ts...)
	}
	return out, nil
}

func (c Condition) tests(path string) ([]Test, error) {
	a := LookupAttribute(path)
	if a == nil {
		return nil, refuse(MsgBadCriteria, path, "is no attribute that criteria can use")
	}
	var out []Test
	for _, op := range []struct {
		values []string
		negate bool
	}{{c.Eq, false}, {c.Equals, false}, {c.Neq, true}, {c.NotEquals, true}} {
		if op.values == nil {
			continue
		}
		t, err := a.oneOf(op.values)
		if err != nil {
			return nil, err
		}
		t.Negate = op.negate
		out = append(out, t)
	}
	if r, ok := c.bounds(); ok {
		if !a.Kind.Numeric() {
			return nil, refuse(MsgBadCriteria, path, "is no number and has no range")
		}
		out = append(out, Test{Attribute: a, By: ByRange, Ranges: []Range{r}})
	}
	for negate, patterns := range [][]string{c.Matches, c.NotMatches} {
		if patterns == nil {
			continue
		}
		if a.Kind != KindString {
			return nil, refuse(MsgBadCriteria, path, "is no text and matches no pattern")
		}
		out = append(out, Test{Attribute: a, By: ByPattern, Patterns: patterns, Negate: negate == 1})
	}
	if len(out) == 0 {
		return nil, refuse(MsgBadCriteria, path, "has a condition without an operator")
	}
	return out, nil
}

// bounds is what the range operators leave.
func (c Condition) bounds() (r Range, ok bool) {
	r = everything
	for _, b := range []struct {
		at          *int64
		upper, open bool
	}{{c.Gt, false, true}, {c.GreaterThan, false, true}, {c.Gte, false, false}, {c.GreaterThanOrEqual, false, false},
		{c.Lt, true, true}, {c.LessThan, true, true}, {c.Lte, true, false}, {c.LessThanOrEqual, true, false}} {
		if b.at == nil {
			continue
		}
		ok = true
		x := float64(*b.at)
		if b.upper {
			if x < r.Hi || x == r.Hi && b.open {
				r.Hi, r.HiOpen = x, b.open
			}
		} else if x > r.Lo || x == r.Lo && b.open {
			r.Lo, r.LoOpen = x, b.open
		}
	}
	return r, ok
}

// oneOf is the test for values of equals or notEquals.
func (a *Attribute) oneOf(values []string) (Test, error) {
	t := Test{Attribute: a, By: ByText}
	if a.Kind.Numeric() {
		t.By = ByRange
	}
	for _, v := range values {
		var ok bool
		switch a.Kind {
		case KindString:
			t.Texts, ok = append(t.Texts, v), true
		case KindBool:
			v = strings.ToLower(v)
			t.Texts, ok = append(t.Texts, v), v == "true" || v == "false"
		default:
			var r Range
			r, ok = a.at(v)
			t.Ranges = append(t.Ranges, r)
		}
		if !ok {
			return t, refuse(MsgBadCriteria, a.Path, "can't be "+strconv.Quote(v))
		}
	}
	return t, nil
}

// at is the range of numbers that equal v, the text of a number or time.
func (a *Attribute) at(v string) (Range, bool) {
	if a.Kind == KindTime {
		if t, ok := event.ParseTime(v); ok {
			return Range{Lo: float64(t), Hi: float64(t)}, true
		}
	}
	x, err := strconv.ParseFloat(v, 64)
	if err != nil || !isFinite(x) || strings.ContainsAny(v, "_xX") { // Go's own ways to write numbers
		return Range{}, false
	}
	if a.Kind == KindSeverity && x == math.Trunc(x) {
		return Range{Lo: x, Hi: x + 1, HiOpen: true}, true
	}
	return Range{Lo: x, Hi: x}, true
}

// Match reports whether a finding with these values meets the test.
func (t *Test) Match(vs Values) bool {
	for i := range vs {
		if vs[i].Attribute == t.Attribute && t.holds(&vs[i]) {
			return !t.Negate
		}
	}
	return t.Negate
}

func (t *Test) holds(v *Value) bool {
	switch t.By {
	case ByText:
		return slices.Contains(t.Texts, v.Text)
	case ByRange:
		return slices.ContainsFunc(t.Ranges, func(r Range) bool { return r.Contains(v.Number) })
	}
	return slices.ContainsFunc(t.Patterns, func(p string) bool { return wildcard(p, v.Text) })
}

// wildcard matches the whole of s against a pattern, in time that grows with
// the product of their lengths at worst.
func wildcard(pattern, s string) bool {
	star, mark := -1, 0 // the last *, and where in s the text it stands for may end
	p, i := 0, 0
	for i < len(s) {
		_, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, i
			p++
		case p < len(pattern) && pattern[p] == '?':
			p, i = p+1, i+size
		case p+size <= len(pattern) && pattern[p:p+size] == s[i:i+size]:
			p, i = p+size, i+size
		case star >= 0:
			_, size = utf8.DecodeRuneInString(s[mark:])
			mark += size
			p, i = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}
