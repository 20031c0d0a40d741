package awsrpc

import (
	"fmt"
	"strings"

	"picket/internal/fault"
)

// AppFabric answers bad input with a ValidationException that lists the fields.
var AppFabric = &Dialect{
	ContentType: "application/json",
	MaxBody:     256 << 10,
	Kinds: map[fault.Kind]Told{
		fault.Internal:        {Name: "InternalServerException", Status: 500},
		fault.Invalid:         {Name: "ValidationException", Status: 400, Fields: map[string]any{"reason": "other"}},
		fault.NotFound:        {Name: "ResourceNotFoundException", Status: 404},
		fault.Conflict:        {Name: "ConflictException", Status: 409},
		fault.Denied:          {Name: "AccessDeniedException", Status: 403},
		fault.Unauthenticated: {Name: "UnrecognizedClientException", Status: 403},
		fault.Throttled:       {Name: "ThrottlingException", Status: 429},
		fault.TooLarge:        {Name: "ServiceQuotaExceededException", Status: 402},
		fault.Unsupported:     {Name: "ValidationException", Status: 400, Fields: map[string]any{"reason": "unknownOperation"}},
	},
	Front:    map[fault.Kind]Told{fault.TooLarge: {Name: "RequestEntityTooLargeException", Status: 413}},
	Unknown:  Told{Name: "UnknownOperationException", Status: 404},
	Refuse:   refuseAppFabric,
	Resource: appFabricResource,
}

// appFabricResource makes of /appbundles/{id} the resource appbundle/id.
func appFabricResource(c Caller, op *Operation, member func(string) string) string {
	return pathResource(c, op, member, func(s string) string { return strings.TrimSuffix(s, "s") })
}

func refuseAppFabric(_ *Operation, vs []Violation) error {
	if vs[0].Rule == RuleSyntax || vs[0].Rule == RuleType {
		text := vs[0].Detail
		if vs[0].Rule == RuleType {
			text = fmt.Sprintf("Value at '%s': %s", pointer(vs[0].Path), vs[0].Detail)
		}
		return invalidFields("cannotParse", text, nil)
	}
	fields, texts := make([]map[string]string, len(vs)), make([]string, len(vs))
	for i := range vs {
		texts[i] = fmt.Sprintf("Value at '%s' failed to satisfy constraint: %s", pointer(vs[i].Path), vs[i].satisfy())
		fields[i] = map[string]string{"name": pointer(vs[i].Path), "message": texts[i]}
	}
	plural := "s"
	if len(vs) == 1 {
		plural = ""
	}
	return invalidFields("fieldValidationFailed", fmt.Sprintf("%d validation error%s detected. %s", len(vs), plural, strings.Join(texts, "; ")), fields)
}

func invalidFields(reason, text string, fields []map[string]string) *Exception {
	e := &Exception{Name: "ValidationException", Status: 400, Message: text, Fields: map[string]any{"reason": reason}}
	if fields != nil {
		e.Fields["fieldList"] = fields
	}
	return e
}

// pointer writes a path as /destinationConfiguration/auditLog.
func pointer(path []string) string { return "/" + strings.Join(path, "/") }

// satisfy words a violation as services made with Smithy do.
func (v *Violation) satisfy() string {
	l := v.Limit
	switch {
	case v.Rule == RuleRequired:
		return "Member must not be null"
	case v.Rule != RuleLength && v.Rule != RuleRange:
		return v.mustHave()
	case l.Min == nil || l.Max == nil:
		return v.mustHave()
	case v.Rule == RuleLength:
		return fmt.Sprintf("Member must have length between %d and %d, inclusive", *l.Min, *l.Max)
	}
	return fmt.Sprintf("Member must be between %d and %d, inclusive", *l.Min, *l.Max)
}
