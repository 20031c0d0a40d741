package finding

import (
	"strings"
	"unicode/utf8"
)

// What the real service says when it refuses criteria (recorded in September
// 2026: a condition that can't be used, a filter without any; 2020 reference:
// anything out of range).
const (
	MsgBadCriteria = "The request was rejected because the parameter findingCriteria has an invalid value."
	MsgNoCriteria  = "The request is rejected because one or more arguments are invalid."
	MsgOutOfRange  = "The request is rejected because an invalid or out-of-range value is specified as an input parameter."
)

// Bounds of criteria (user guide of 2026 and service model).
const (
	MaxConditions   = 50  // attributes
	MaxEqualsValues = 50  // values of an equals or notEquals
	MaxPatterns     = 5   // values of a matches or notMatches
	MaxPatternChars = 512 // of one pattern, at least 1
	MaxWildcards    = 5   // of one pattern
)

// A CriteriaError says why criteria are refused. Its Error text is the real
// service's; Path and Reason tell more.
type CriteriaError struct {
	Msg    string
	Path   string // of the attribute, empty when all is meant
	Reason string // what about it
}

// Error returns Msg.
func (e *CriteriaError) Error() string { return e.Msg }

func refuse(msg, path, reason string) error {
	return &CriteriaError{Msg: msg, Path: path, Reason: reason}
}

// ValidateFilter reports whether a filter may be saved with these criteria; the
// error is a *CriteriaError.
func (c Criteria) ValidateFilter() error {
	if len(c) == 0 {
		return refuse(MsgNoCriteria, "", "a filter needs a condition")
	}
	return c.validate()
}

// ValidateQuery reports whether findings may be listed and counted by these
// criteria, of which there may be none; the error is a *CriteriaError.
func (c Criteria) ValidateQuery() error {
	for _, path := range c.paths() {
		if cond := c[path]; cond.Matches != nil || cond.NotMatches != nil {
			return refuse(MsgBadCriteria, path, "patterns are for filters only")
		}
	}
	return c.validate()
}

func (c Criteria) validate() error {
	if len(c) > MaxConditions {
		return refuse(MsgOutOfRange, "", "too many conditions")
	}
	for _, path := range c.paths() {
		if err := c[path].validate(path); err != nil {
			return err
		}
	}
	_, err := c.Tests()
	return err
}

func (c Condition) validate(path string) error {
	for _, values := range [][]string{c.Eq, c.Equals, c.Neq, c.NotEquals} {
		if len(values) > MaxEqualsValues {
			return refuse(MsgOutOfRange, path, "too many values")
		}
	}
	for _, patterns := range [][]string{c.Matches, c.NotMatches} {
		if patterns != nil && (len(patterns) == 0 || len(patterns) > MaxPatterns) {
			return refuse(MsgOutOfRange, path, "1 to 5 patterns")
		}
		for _, p := range patterns {
			if n := utf8.RuneCountInString(p); n == 0 || n > MaxPatternChars {
				return refuse(MsgOutOfRange, path, "a pattern has 1 to 512 characters")
			}
			if strings.Count(p, "*")+strings.Count(p, "?") > MaxWildcards {
				return refuse(MsgBadCriteria, path, "a pattern has at most 5 wildcards")
			}
		}
	}
	return nil
}
