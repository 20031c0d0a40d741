package awsrpc

import (
	"fmt"
	"strings"

	"picket/internal/fault"
)

// CloudWatchLogs answers every refusal, also of signatures and permission, with
// status 400, and lists all violations of an input as the older AWS services do.
var CloudWatchLogs = &Dialect{
	ContentType: "application/x-amz-json-1.1",
	// A batch of 1 MiB as the service counts it may be six times that in escapes,
	// and has 10 000 times the JSON around an event.
	MaxBody: 8 << 20,
	Kinds: map[fault.Kind]Told{
		fault.Internal:        logsTold("ServiceUnavailableException", 500),
		fault.Invalid:         logsTold("InvalidParameterException", 400),
		fault.NotFound:        logsTold("ResourceNotFoundException", 400),
		fault.Conflict:        logsTold("ResourceAlreadyExistsException", 400),
		fault.Denied:          logsTold("AccessDeniedException", 400),
		fault.Unauthenticated: logsTold("UnrecognizedClientException", 400),
		fault.Throttled:       logsTold("ThrottlingException", 400),
		fault.TooLarge:        logsTold("LimitExceededException", 400),
		fault.Unsupported:     logsTold("UnknownOperationException", 400),
	},
	Front:       map[fault.Kind]Told{fault.TooLarge: logsTold("RequestEntityTooLargeException", 413)},
	Unknown:     logsTold("UnknownOperationException", 400),
	TypeMembers: []string{"__type"},
	Refuse:      refuseLogs,
	Resource:    logsResource,
}

func logsTold(name string, status int) Told { return Told{Name: name, Status: status, Type: name} }

func logsResource(c Caller, _ *Operation, member func(string) string) string {
	for _, name := range []string{"resourceArn", "resourceIdentifier", "logGroupIdentifier"} {
		if v := member(name); strings.HasPrefix(v, "arn:") {
			return v
		}
	}
	if name := member("destinationName"); name != "" {
		return arn(c, "destination:"+name)
	}
	group := member("logGroupName")
	if group == "" {
		group = member("logGroupIdentifier")
	}
	return arn(c, "log-group:"+group+":log-stream:"+member("logStreamName"))
}

func refuseLogs(_ *Operation, vs []Violation) error {
	if v := vs[0]; v.Rule == RuleSyntax || v.Rule == RuleType {
		text := v.Detail
		if v.Rule == RuleType {
			text = fmt.Sprintf("Value '%s' at '%s': %s", v.Value, memberPath(v.Path), v.Detail)
		}
		return &Exception{Name: "SerializationException", Status: 400, Type: "SerializationException", Message: text}
	}
	parts := make([]string, len(vs))
	for i := range vs {
		parts[i] = vs[i].constraint()
	}
	plural := "s"
	if len(vs) == 1 {
		plural = ""
	}
	return fault.Newf(fault.Invalid, "%d validation error%s detected: %s", len(vs), plural, strings.Join(parts, "; "))
}

// memberPath writes a path as logEvents.1.member.message, list elements
// counted from one.
func memberPath(path []string) string {
	var b strings.Builder
	for i, step := range path {
		if i > 0 {
			b.WriteByte('.')
		}
		if isIndex(step) {
			fmt.Fprintf(&b, "%d.member", atoi(step)+1)
			continue
		}
		b.WriteString(step)
	}
	return b.String()
}

func atoi(digits string) (n int) {
	for _, d := range digits {
		n = n*10 + int(d-'0')
	}
	return n
}

// constraint words a violation as the older AWS services do.
func (v *Violation) constraint() string {
	if v.Rule == RuleRequired {
		return fmt.Sprintf("Value null at '%s' failed to satisfy constraint: Member must not be null", memberPath(v.Path))
	}
	text := v.mustHave()
	if v.Key {
		text = "Map keys must satisfy constraint: [" + text + "]"
	}
	if v.Rule == RuleEnum { // recorded without the value
		return fmt.Sprintf("Value at '%s' failed to satisfy constraint: %s", memberPath(v.Path), text)
	}
	return fmt.Sprintf("Value '%s' at '%s' failed to satisfy constraint: %s", v.Value, memberPath(v.Path), text)
}

func (v *Violation) mustHave() string {
	l := v.Limit
	switch v.Rule {
	case RuleEnum:
		return "Member must satisfy enum value set: [" + strings.Join(l.Enum, ", ") + "]"
	case RulePattern:
		return "Member must satisfy regular expression pattern: " + l.Pattern
	case RulePrefix:
		return "Member must not begin with " + l.NoPrefix
	}
	what := "length"
	if v.Rule == RuleRange {
		what = "value"
	}
	if v.Low {
		return fmt.Sprintf("Member must have %s greater than or equal to %d", what, *l.Min)
	}
	return fmt.Sprintf("Member must have %s less than or equal to %d", what, *l.Max)
}
