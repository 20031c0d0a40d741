package awsrpc

import (
	"strings"

	"picket/internal/fault"
)

// A Dialect is how one service speaks where the models say nothing: what it
// calls its errors, how it words a refusal, which resource a call is about. The
// three that picket has are values in this package; nothing writes to them.
type Dialect struct {
	ContentType string // of every answer
	MaxBody     int64  // bytes of a request's body

	Kinds     map[fault.Kind]Told // what the service calls an error; Internal must be there
	Front     map[fault.Kind]Told // what is called otherwise when it happens before the service
	Otherwise Told                // stands for a client's error that the operation does not declare, unless zero
	Unknown   Told                // of a method and path, or target, that is no operation

	TypeMembers []string // the members of an error's body that carry Exception.Type
	Refuse      func(op *Operation, vs []Violation) error
	// Resource is the ARN that permission is asked for. member reads a string of
	// the input by its wire name, empty when it is absent.
	Resource func(c Caller, op *Operation, member func(wire string) string) string
}

// Told is how a kind of error is told: Exception's members of the same names.
type Told struct {
	Name   string
	Status int
	Type   string
	Fields map[string]any
}

// arn makes an ARN of c's account and region.
func arn(c Caller, resource string) string {
	return strings.Join([]string{"arn", partition(c.Region), c.Service, c.Region, c.Account, resource}, ":")
}

func partition(region string) string {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(region, "us-gov-"):
		return "aws-us-gov"
	}
	return "aws"
}

// pathResource is the resource that a REST path names: its segments down to the
// last label, or all of a kind when it has none. rename gives the segments the
// names they have in ARNs.
func pathResource(c Caller, op *Operation, member func(string) string, rename func(string) string) string {
	segments := split(op.Path)
	last := -1
	for i, s := range segments {
		if !isLabel(s) {
			segments[i] = rename(s)
			continue
		}
		if segments[i] = member(s[1 : len(s)-1]); strings.HasPrefix(segments[i], "arn:") {
			return segments[i]
		}
		last = i
	}
	if last < 0 {
		return arn(c, segments[0]+"/*")
	}
	return arn(c, strings.Join(segments[:last+1], "/"))
}
