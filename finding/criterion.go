package finding

import (
	"maps"
	"slices"
)

// Criteria is GuardDuty's filter language, the member criterion of
// findingCriteria: attribute paths and what each must be. A finding must meet
// every condition; no condition is met by every finding. Its JSON is the wire's.
type Criteria map[string]Condition

// Condition is what one attribute must be; the operators that are set must all
// hold. A nil list is an operator that is not set; an empty one is set and
// names no value. Each operator has the name it had first and a newer one; both
// count, each by itself.
type Condition struct {
	Eq        []string `json:"eq,omitzero"`
	Equals    []string `json:"equals,omitzero"`
	Neq       []string `json:"neq,omitzero"`
	NotEquals []string `json:"notEquals,omitzero"`

	// The range operators take whole numbers, for a time Unix milliseconds.
	Gt                 *int64 `json:"gt,omitempty"`
	GreaterThan        *int64 `json:"greaterThan,omitempty"`
	Gte                *int64 `json:"gte,omitempty"`
	GreaterThanOrEqual *int64 `json:"greaterThanOrEqual,omitempty"`
	Lt                 *int64 `json:"lt,omitempty"`
	LessThan           *int64 `json:"lessThan,omitempty"`
	Lte                *int64 `json:"lte,omitempty"`
	LessThanOrEqual    *int64 `json:"lessThanOrEqual,omitempty"`

	// Matches and NotMatches hold patterns in which * is any text and ? is any
	// one character. Only filters may use them.
	Matches    []string `json:"matches,omitzero"`
	NotMatches []string `json:"notMatches,omitzero"`
}

// Echo returns c as the real service answers it: an operator that was given
// under one of its names is told under both.
func (c Condition) Echo() Condition {
	twinList(&c.Eq, &c.Equals)
	twinList(&c.Neq, &c.NotEquals)
	twinBound(&c.Gt, &c.GreaterThan)
	twinBound(&c.Gte, &c.GreaterThanOrEqual)
	twinBound(&c.Lt, &c.LessThan)
	twinBound(&c.Lte, &c.LessThanOrEqual)
	return c
}

// Echo is Condition.Echo for every condition; c is left alone.
func (c Criteria) Echo() Criteria {
	out := make(Criteria, len(c))
	for path, cond := range c {
		out[path] = cond.Echo()
	}
	return out
}

func twinList(a, b *[]string) {
	switch {
	case *a == nil:
		*a = *b
	case *b == nil:
		*b = *a
	}
}

func twinBound(a, b **int64) {
	switch {
	case *a == nil:
		*a = *b
	case *b == nil:
		*b = *a
	}
}

// paths are the attribute paths in order, so that the same criteria always
// give the same answer and the same SQL.
func (c Criteria) paths() []string { return slices.Sorted(maps.Keys(c)) }

// Match reports whether f meets the criteria. Criteria that do not pass
// Validate match nothing.
func (c Criteria) Match(f *Finding) bool {
	doc, err := f.JSON()
	return err == nil && c.MatchValues(ValuesOf(string(doc)))
}

// MatchValues is Match for a finding whose values are at hand, so that many
// filters are asked about one finding without reading it again.
func (c Criteria) MatchValues(vs Values) bool {
	tests, err := c.Tests()
	if err != nil {
		return false
	}
	for i := range tests {
		if !tests[i].Match(vs) {
			return false
		}
	}
	return true
}
