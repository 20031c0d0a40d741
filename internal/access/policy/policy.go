package policy

import "strings"

// Admin is the policy that allows everything.
const Admin = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`

// Policy is a document that has been read. It is immutable.
type Policy struct{ statements []statement }

type statement struct {
	sid        string
	deny       bool
	actions    []pattern // lower case
	notAction  bool      // actions are those it is not about
	resources  []pattern
	notRes     bool // resources are those it is not about
	conditions []condition
}

// Request is what a caller wants to do.
type Request struct {
	Action   string // "guardduty:CreateDetector"
	Resource string // an ARN, or "*" for an action that has no resource
	Context  Context
}

// Context is what is known about a request, by condition key. It is filled with
// Set, for the names of condition keys have no case.
type Context map[string][]string

// Set says that key has these values; a key without a value is one that the
// request has, but with nothing in it.
func (c Context) Set(key string, values ...string) { c[strings.ToLower(key)] = values }

// Verdict is the outcome of an evaluation.
type Verdict uint8

const (
	// Unmatched is the verdict when no statement speaks for the request: it is denied.
	Unmatched Verdict = iota
	// Allowed is the verdict when a statement allows and none denies.
	Allowed
	// Denied is the verdict when a statement denies, whatever others allow.
	Denied
)

// String names the verdict for logs.
func (v Verdict) String() string { return [...]string{"implicit deny", "allow", "explicit deny"}[v] }

// Decision is a verdict and what it rests on.
type Decision struct {
	Verdict   Verdict
	Statement int    // number of the deciding statement, from 1; 0 when Unmatched
	Sid       string // its Sid, if it has one
}

// Decide evaluates the policy. A nil Policy allows nothing.
func (p *Policy) Decide(r Request) Decision {
	var d Decision
	if p == nil {
		return d
	}
	action := strings.ToLower(r.Action)
	for i := range p.statements {
		s := &p.statements[i]
		if !s.deny && d.Verdict == Allowed || !s.applies(action, r) {
			continue
		}
		d = Decision{Allowed, i + 1, s.sid}
		if s.deny {
			d.Verdict = Denied
			return d
		}
	}
	return d
}

func (s *statement) applies(action string, r Request) bool {
	return anyMatch(s.actions, action) != s.notAction && s.isAbout(r) && s.conditionsHold(r.Context)
}

func anyMatch(patterns []pattern, text string) bool {
	for _, p := range patterns {
		if p.match(nil, text) {
			return true
		}
	}
	return false
}

// isAbout says whether the request's resource is one of the statement's. A
// pattern with a variable that the request does not have names no resource; in
// a NotResource that would widen the statement to all of them, so there it makes
// a Deny apply and an Allow not.
func (s *statement) isAbout(r Request) bool {
	for _, p := range s.resources {
		glob, ok := p.expand(r.Context)
		if !ok && s.notRes {
			return s.deny
		}
		if ok && glob.match(r.Resource) {
			return !s.notRes
		}
	}
	return s.notRes
}

func (s *statement) conditionsHold(c Context) bool {
	for i := range s.conditions {
		if !s.conditions[i].holds(c) {
			return false
		}
	}
	return true
}
