package awsrpc

import (
	"slices"
	"strings"

	"picket/internal/fault"
)

// GuardDuty speaks as the real service was recorded to in September 2026.
// Every error that is the caller's is a BadRequestException whose body names an
// older type, InvalidInputException, unless the operation declares a finer one.
// What stands before the service answers with 403 and no type.
var GuardDuty = &Dialect{
	ContentType: "application/json",
	MaxBody:     256 << 10,
	Kinds: map[fault.Kind]Told{
		fault.Internal:        {Name: "InternalServerErrorException", Status: 500, Type: "InternalException"},
		fault.Invalid:         guardDutyBad,
		fault.NotFound:        {Name: "ResourceNotFoundException", Status: 404, Type: "ResourceNotFoundException"},
		fault.Conflict:        {Name: "ConflictException", Status: 409, Type: "ConflictException"},
		fault.Denied:          {Name: "AccessDeniedException", Status: 403, Type: "AccessDeniedException"},
		fault.Unauthenticated: {Name: "UnrecognizedClientException", Status: 403},
		fault.Throttled:       guardDutyBad,
		fault.TooLarge:        guardDutyBad,
		fault.Unsupported:     guardDutyBad,
	},
	Front: map[fault.Kind]Told{
		fault.Denied:    {Name: "AccessDeniedException", Status: 403},
		fault.Throttled: {Name: "TooManyRequestsException", Status: 429},
		fault.TooLarge:  {Name: "RequestEntityTooLargeException", Status: 413},
	},
	Otherwise:   guardDutyBad,
	Unknown:     Told{Name: "UnknownOperationException", Status: 404},
	TypeMembers: []string{"__type", "type"},
	Refuse:      refuseGuardDuty,
	Resource: func(c Caller, op *Operation, member func(string) string) string {
		return pathResource(c, op, member, func(s string) string { return s })
	},
}

var guardDutyBad = Told{Name: "BadRequestException", Status: 400, Type: "InvalidInputException"}

// A guardDutyText is what GuardDuty says to one sort of violation. Empty
// conditions hold for all. {} stands for the member's wire name.
type guardDutyText struct {
	ops  string   // a prefix of the operation's name
	path []string // what the path ends with, list indexes and map keys left out
	in   string   // uri, query or body
	rule []Rule
	text string
	told *Told // when it is not guardDutyBad
}

const (
	textJSON       = "The request is rejected because the JSON could not be processed."
	textOutOfRange = "The request is rejected because an invalid or out-of-range value is specified as an input parameter."
	textParameter  = "The request is rejected because the parameter {} has an invalid value."
)

var (
	badSize   = []Rule{RuleLength, RulePattern}
	untyped   = &Told{Name: "BadRequestException", Status: 400}
	asServers = &Told{Name: "InternalServerErrorException", Status: 400, Type: "InvalidInputException"}
)

// guardDutyTexts are tried in turn; the first that fits is said. Recorded
// messages keep their oddities: "the one or more", the class of a server's
// error with the status of a client's, and an unknown enum value as bad JSON.
var guardDutyTexts = []guardDutyText{
	{rule: []Rule{RuleSyntax}, in: "query", text: "The request is rejected because one or more input parameters have invalid values."},
	{rule: []Rule{RuleSyntax}, text: textJSON},
	{in: "query", rule: []Rule{RuleType}, text: textParameter},
	{rule: []Rule{RuleType}, text: textJSON},
	{path: []string{"maxResults"}, rule: []Rule{RuleRange}, text: "The request is rejected because the parameter maxResults is out-of-bounds."},

	{path: []string{"rank"}, text: "The request is rejected because the one or more input parameters have invalid values."},
	{ops: "CreateFilter", path: []string{"name"}, rule: badSize, text: "The request is rejected because the given filter name is invalid."},
	{path: []string{"filterName"}, text: "The request is rejected because the given filter name is invalid."},
	{path: []string{"description"}, rule: badSize, text: textParameter},

	{path: []string{"findingPublishingFrequency"}, rule: []Rule{RuleEnum},
		text: "Invalid parameter findingPublishingFrequency. Valid values include: [FIFTEEN_MINUTES, SIX_HOURS, ONE_HOUR]"},
	{path: []string{"features", "name"}, text: "The request failed because one or more provided feature names are invalid."},
	{path: []string{"features", "status"}, text: "The request failed because 'status' field was not specified."},
	{path: []string{"sortCriteria", "orderBy"}, text: "The request is rejected because the parameter sortCriteria has an invalid value."},
	{rule: []Rule{RuleEnum}, in: "query", text: textParameter},
	{rule: []Rule{RuleEnum}, text: textJSON},

	{path: []string{"activate"}, rule: []Rule{RuleRequired}, text: textJSON},
	{ops: "CreatePublishingDestination", path: []string{"destinationType"}, rule: []Rule{RuleRequired},
		text: "The request failed because no destinationType parameter was included in the request."},
	{ops: "CreatePublishingDestination", path: []string{"destinationProperties"}, rule: []Rule{RuleRequired},
		text: "The request failed because no destinationProperties parameter was included in the request."},
	{rule: []Rule{RuleRequired}, text: "The request is rejected because required query or path parameters are not specified."},

	{path: []string{"findingIds"}, rule: []Rule{RuleLength},
		text: "The request is rejected because the number of requested finding Ids is out of bounds."},
	{ops: "CreateIPSet", path: []string{"name"}, text: "The request is rejected because the parameter ipSetName has an invalid value."},
	{ops: "CreateThreatIntelSet", path: []string{"name"}, text: "The request is rejected because the parameter threatIntelSetName has an invalid value."},
	{ops: "CreateThreatEntitySet", path: []string{"name"}, text: "The request is rejected because the parameter threatEntitySetName has an invalid value."},
	{ops: "CreateTrustedEntitySet", path: []string{"name"}, text: "The request is rejected because the parameter trustedEntitySetName has an invalid value."},
	{ops: "UpdateIPSet", path: []string{"name"}, text: textOutOfRange, told: asServers},
	{ops: "UpdateThreatIntelSet", path: []string{"name"}, text: textOutOfRange, told: asServers},
	{path: []string{"location"}, text: "The request is rejected because the parameter ipSetLocation has an invalid value."},
	{path: []string{"expectedBucketOwner"}, text: "The request failed because the 'accountId' was formatted incorrectly."},

	{rule: []Rule{RulePrefix}, told: untyped,
		text: "Invalid tag key. Customers cannot set tag keys starting with aws: (case insensitive)"},
	{path: []string{"resourceArn"}, in: "uri", text: "Invalid input resource arn", told: untyped},
	{in: "uri", text: textParameter},
	{text: textOutOfRange},
}

// refuseGuardDuty tells the first violation only, as the service does. Syntax
// and types come before what is missing, that before what is wrong.
func refuseGuardDuty(op *Operation, vs []Violation) error {
	v, said := &vs[0], guardDutySays(op, &vs[0])
	for i := range vs {
		if t := guardDutySays(op, &vs[i]); t.rank(&vs[i]) < said.rank(v) {
			v, said = &vs[i], t
		}
	}
	told := guardDutyBad
	if said.told != nil {
		told = *said.told
	}
	return &Exception{Name: told.Name, Status: told.Status, Type: told.Type, Message: strings.ReplaceAll(said.text, "{}", v.Last())}
}

// guardDutySays is what is said to a violation: the last text fits all.
func guardDutySays(op *Operation, v *Violation) *guardDutyText {
	i := slices.IndexFunc(guardDutyTexts, func(t guardDutyText) bool { return t.fits(op, v) })
	return &guardDutyTexts[i]
}

// rank orders violations: what the service says is bad JSON, such as an unknown
// enum value, it finds when it reads the JSON.
func (t *guardDutyText) rank(v *Violation) Rule {
	if t.text == textJSON {
		return min(v.Rule, RuleType)
	}
	return v.Rule
}

func (t *guardDutyText) fits(op *Operation, v *Violation) bool {
	if !strings.HasPrefix(op.Name, t.ops) || t.in != "" && t.in != v.In || t.rule != nil && !slices.Contains(t.rule, v.Rule) {
		return false
	}
	names := slices.DeleteFunc(slices.Clone(v.Path), isIndex)
	switch len(t.path) {
	case 0:
		return true
	case 1:
		return len(names) == 1 && names[0] == t.path[0]
	}
	return len(names) > 1 && names[0] == t.path[0] && names[len(names)-1] == t.path[len(t.path)-1]
}
