package s3policy

import (
	"strings"

	"picket/jsonview"
)

// The groups of S3 access control lists (S3 user guide, access control list
// overview).
const (
	allUsers           = "http://acs.amazonaws.com/groups/global/AllUsers"
	authenticatedUsers = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"
)

// grantHeaders are the request headers that grant a permission each.
var grantHeaders = [...]struct {
	name string
	perm string
}{
	{"x-amz-grant-read", "READ"},
	{"x-amz-grant-write", "WRITE"},
	{"x-amz-grant-read-acp", "READ_ACP"},
	{"x-amz-grant-write-acp", "WRITE_ACP"},
	{"x-amz-grant-full-control", "FULL_CONTROL"},
}

// EvaluateACL evaluates the access control list in the raw request parameters
// of PutBucketAcl or CreateBucket: a canned list (x-amz-acl), grant headers
// (x-amz-grant-…), which CloudTrail gathers in a member accessControlList, or
// an AccessControlPolicy document. stated is false when the request says
// nothing about access; a bucket then is private.
func EvaluateACL(params string) (a Access, stated bool) {
	for _, members := range [...]string{params, jsonview.Get(params, "accessControlList")} {
		b, ok := headers(members)
		a, stated = a.Union(b), stated || ok
	}
	if policy := jsonview.Get(params, "AccessControlPolicy"); policy != "" {
		a, stated = a.Union(EvaluateGrants(jsonview.Get(policy, "AccessControlList", "Grant"))), true
	}
	return a, stated
}

// headers evaluates the request headers among the members of a raw object.
func headers(members string) (a Access, stated bool) {
	some(jsonview.Get(members, "x-amz-acl"), func(name string) bool {
		if name != "" {
			a, stated = a.Union(Canned(name)), true
		}
		return false
	})
	for _, h := range grantHeaders {
		some(jsonview.Get(members, h.name), func(value string) bool {
			a, stated = a.Union(header(value, h.perm)), true
			return false
		})
	}
	return a, stated
}

// Canned evaluates a canned ACL by name (S3 user guide, canned ACL).
func Canned(name string) Access {
	switch name {
	case "public-read":
		return Access{Anonymous: Read, Authenticated: Read}
	case "public-read-write":
		return Access{Anonymous: Read | Write, Authenticated: Read | Write}
	case "authenticated-read":
		return Access{Authenticated: Read}
	}
	return Access{}
}

// EvaluateGrants evaluates one raw grant or a raw array of grants, each with
// Grantee.URI and Permission.
func EvaluateGrants(raw string) (a Access) {
	some(raw, func(g string) bool {
		a = a.Union(grant(jsonview.GetString(g, "Grantee", "URI"), jsonview.GetString(g, "Permission")))
		return false
	})
	return a
}

// header evaluates the value of a grant header: `uri="…", id="…"`.
func header(value, perm string) (a Access) {
	for g := range strings.SplitSeq(value, ",") {
		kind, who, _ := strings.Cut(strings.TrimSpace(g), "=")
		if strings.EqualFold(strings.TrimSpace(kind), "uri") {
			a = a.Union(grant(strings.Trim(strings.TrimSpace(who), `"'`), perm))
		}
	}
	return a
}

func grant(uri, permission string) Access {
	var p Permission
	switch permission {
	case "READ", "READ_ACP":
		p = Read
	case "WRITE", "WRITE_ACP":
		p = Write
	case "FULL_CONTROL":
		p = Read | Write
	}
	switch strings.Replace(uri, "https://", "http://", 1) {
	case allUsers:
		return Access{Anonymous: p, Authenticated: p}
	case authenticatedUsers:
		return Access{Authenticated: p}
	}
	return Access{}
}
