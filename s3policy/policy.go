package s3policy

import (
	"strings"

	"picket/jsonview"
)

// Bounds on a policy document. S3 accepts 20 KB of policy, so a document past
// them did not come from S3.
const (
	maxDocument   = 64 << 10
	maxStatements = 400
	maxWork       = 4 << 20 // bytes of pattern matched against bytes of text
)

// probes are the actions a policy is tried with: those that expose or change
// data, and those that expose or change who may.
var probes = [...]struct {
	action string
	perm   Permission
}{
	{"s3:GetObject", Read},
	{"s3:GetObjectVersion", Read},
	{"s3:ListBucket", Read},
	{"s3:ListBucketVersions", Read},
	{"s3:ListBucketMultipartUploads", Read},
	{"s3:GetObjectAcl", Read},
	{"s3:GetObjectTagging", Read},
	{"s3:GetBucketAcl", Read},
	{"s3:GetBucketPolicy", Read},
	{"s3:GetBucketLocation", Read},
	{"s3:PutObject", Write},
	{"s3:DeleteObject", Write},
	{"s3:DeleteObjectVersion", Write},
	{"s3:PutObjectAcl", Write},
	{"s3:PutObjectTagging", Write},
	{"s3:PutBucketAcl", Write},
	{"s3:PutBucketPolicy", Write},
	{"s3:DeleteBucketPolicy", Write},
	{"s3:DeleteBucket", Write},
	{"s3:PutLifecycleConfiguration", Write},
	{"s3:PutReplicationConfiguration", Write},
}

// audience is a set of callers a statement applies to, among those it does not
// single out.
type audience uint8

const (
	anonymous     audience = 1 << iota // callers without credentials
	authenticated                      // principals of any account
	everyone      = anonymous | authenticated
)

type statement struct {
	who       audience
	actions   uint32 // bit i: probes[i]
	resources string // raw: one or many
	anyOther  bool   // NotResource: resources are what is left out
}

// EvaluatePolicy evaluates a bucket policy: the raw JSON object, or a raw JSON
// string that holds one. An empty object or an empty document grants nothing.
// It allocates nothing for a policy, given as an object without escapes, that
// speaks only of callers it singles out.
func EvaluatePolicy(doc string) Access {
	if jsonview.IsString(doc) {
		doc = jsonview.String(doc)
	}
	doc = strings.TrimSpace(doc)
	if doc == "" || doc == "{}" {
		return Access{}
	}
	statements := jsonview.Get(doc, "Statement")
	if len(doc) > maxDocument || statements == "" {
		return Access{Unknown: true}
	}
	e := evaluation{work: maxWork}
	e.read(statements)
	a := e.decide()
	if e.failed || e.work < 0 {
		return Access{Unknown: true}
	}
	return a
}

// An evaluation is one document on its way to a verdict.
type evaluation struct {
	allows, denies []statement
	work           int // what may still be spent on matching
	failed         bool
}

func (e *evaluation) read(raw string) {
	if !jsonview.IsArray(raw) {
		e.statement(raw)
		return
	}
	n := 0
	for s := range jsonview.Array(raw) {
		if n++; n > maxStatements {
			e.failed = true
			return
		}
		e.statement(s)
	}
}

func (e *evaluation) statement(s string) {
	switch {
	case !jsonview.IsObject(s):
		e.failed = true
	case jsonview.GetString(s, "Effect") == "Allow":
		if st, ok := e.parse(s, false); ok {
			e.allows = append(e.allows, st)
		}
	case jsonview.GetString(s, "Effect") == "Deny":
		if st, ok := e.parse(s, true); ok {
			e.denies = append(e.denies, st)
		}
	default:
		e.failed = true
	}
}

// parse reads a statement; applies is false when it applies to nobody but
// whom it singles out.
func (e *evaluation) parse(s string, deny bool) (st statement, applies bool) {
	if st.who = principals(s); st.who == 0 {
		return st, false
	}
	if st.who &= conditions(s, deny); st.who == 0 {
		return st, false
	}
	st.actions = e.actions(s)
	st.resources = jsonview.Get(s, "Resource")
	if st.resources == "" {
		st.resources, st.anyOther = jsonview.Get(s, "NotResource"), true
	}
	return st, st.actions != 0 && st.resources != ""
}

// principals says whom a statement's principal element takes in. NotPrincipal
// takes in everybody but whom it names.
func principals(s string) audience {
	if jsonview.Get(s, "NotPrincipal") != "" {
		return everyone
	}
	p := jsonview.Get(s, "Principal")
	if jsonview.String(p) == "*" {
		return everyone
	}
	if some(jsonview.Get(p, "AWS"), func(v string) bool { return v == "*" }) {
		return everyone
	}
	return 0
}

// some reports whether one of the values of raw, one or many, satisfies yes.
// true and 443 may be written bare, and are passed as written.
func some(raw string, yes func(string) bool) bool {
	if !jsonview.IsArray(raw) {
		return raw != "" && yes(text(raw))
	}
	for v := range jsonview.Array(raw) {
		if yes(text(v)) {
			return true
		}
	}
	return false
}

func text(raw string) string {
	if jsonview.IsString(raw) {
		return jsonview.String(raw)
	}
	return raw
}

// actions says which probes a statement is about.
func (e *evaluation) actions(s string) (set uint32) {
	list, inverted := jsonview.Get(s, "Action"), false
	if list == "" {
		list, inverted = jsonview.Get(s, "NotAction"), true
	}
	if list == "" {
		return 0
	}
	for i := range probes {
		if e.matchAny(list, probes[i].action, true) != inverted {
			set |= 1 << i
		}
	}
	return set
}

func (e *evaluation) matchAny(patterns, s string, fold bool) bool {
	return some(patterns, func(p string) bool { return e.match(p, s, fold) })
}

// match is glob on a budget: a document made to be slow ends unknown.
func (e *evaluation) match(pattern, s string, fold bool) bool {
	if e.work -= (len(pattern) + 1) * (len(s) + 1); e.work < 0 {
		return false
	}
	return glob(pattern, s, fold)
}

// decide takes the denials off the grants, action by action.
func (e *evaluation) decide() (a Access) {
	for i := range e.allows {
		st := &e.allows[i]
		for j := range probes {
			if st.actions>>j&1 == 0 {
				continue
			}
			left := st.who &^ e.denied(st, 1<<j)
			if left&anonymous != 0 {
				a.Anonymous |= probes[j].perm
			}
			if left != 0 {
				a.Authenticated |= probes[j].perm
			}
		}
	}
	return a
}

// denied is who is refused an action on everything that st grants it on.
func (e *evaluation) denied(st *statement, action uint32) audience {
	if len(e.denies) == 0 {
		return 0
	}
	all := everyone
	some(st.resources, func(resource string) bool {
		var who audience
		for i := range e.denies {
			if d := &e.denies[i]; d.actions&action != 0 && e.covers(d, resource, st.anyOther) {
				who |= d.who
			}
		}
		all &= who
		return all == 0
	})
	return all
}

// covers reports whether denial d is about all of resource, itself a pattern:
// a pattern that matches another's text matches all that the other does.
// Only a denial of everything covers a grant of everything but something.
func (e *evaluation) covers(d *statement, resource string, anyOther bool) bool {
	if d.anyOther {
		return false
	}
	if anyOther {
		resource = "*"
	}
	return e.matchAny(d.resources, resource, false)
}
