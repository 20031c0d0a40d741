package trail

import (
	"strings"

	"picket/detect"
	"picket/event"
	"picket/finding"
)

const callerRemedy = "Find out whose credentials made the call and whether they were meant to be used from there; rotate them and review what else they did."

var (
	reconMalicious = management("Recon:IAMUser/MaliciousIPCaller", 5,
		"Reconnaissance API {api} was called from a malicious address.",
		"{api} was invoked from {remoteIp}, an address known for attacks.", callerRemedy)
	reconCustom = management("Recon:IAMUser/MaliciousIPCaller.Custom", 5,
		"Reconnaissance API {api} was called from an address on a customer threat list.",
		"{api} was invoked from {remoteIp}, which is on list {threatListName}.", callerRemedy)
	reconTor = management("Recon:IAMUser/TorIPCaller", 5,
		"Reconnaissance API {api} was called from a Tor exit.",
		"{api} was invoked through Tor exit {remoteIp}, which hides where the caller is.", callerRemedy)
	accessMalicious = management("UnauthorizedAccess:IAMUser/MaliciousIPCaller", 5,
		"API {api} was called from a malicious address.",
		"{api} was invoked from {remoteIp}, an address known for attacks.", callerRemedy)
	accessCustom = management("UnauthorizedAccess:IAMUser/MaliciousIPCaller.Custom", 5,
		"API {api} was called from an address on a customer threat list.",
		"{api} was invoked from {remoteIp}, which is on list {threatListName}.", callerRemedy)
	accessTor = management("UnauthorizedAccess:IAMUser/TorIPCaller", 5,
		"API {api} was called from a Tor exit.",
		"{api} was invoked through Tor exit {remoteIp}, which hides where the caller is.", callerRemedy)
)

// callerMarks are the lists that speak against the caller of an API.
const callerMarks = event.MarkMaliciousCaller | event.MarkThreat | event.MarkTorExit

// ListedCallerParams tunes ListedCaller.
type ListedCallerParams struct {
	ReconPrefixes []string `doc:"A call whose name begins so is reconnaissance." source:"user guide: 'list or describe resources'; amazon-guardduty-tester: ListBuckets is Recon"`
	ReconNames    []string `doc:"Further calls that are reconnaissance." source:"ours: reads of the account's permissions and exposure; the tester has GetUser as UnauthorizedAccess, so Get… in general is not"`
}

// ListedCaller finds management events whose caller is on a list.
var ListedCaller = &detect.Detector{
	Name: "trail-listed-caller",
	Doc: `Raises a finding for every management event whose source address is on a list of malicious callers, on one of the
customer's threat lists, or a Tor exit, whether the call succeeded or not. Calls that list or describe resources are Recon, all others
UnauthorizedAccess. Calls by AWS services, and addresses on a trusted list, are left out.
It misses addresses no list has yet, and private ones. Known false positives: addresses shared by many (commercial VPNs, carrier NAT)
and people who use Tor for privacy; put what you know on a trusted list.`,
	Findings: []*finding.Type{reconMalicious, reconCustom, reconTor, accessMalicious, accessCustom, accessTor},
	Params: &ListedCallerParams{
		ReconPrefixes: []string{"List", "Describe"},
		ReconNames: []string{"GetAccountAuthorizationDetails", "GetAccountSummary", "GetCredentialReport", "GetBucketAcl", "GetBucketPolicy",
			"GetBucketPolicyStatus", "GetBucketLocation", "GetBucketPublicAccessBlock", "GetAccountPublicAccessBlock", "GetResources",
			"LookupEvents", "SearchResources", "BatchGetResourceConfig", "BatchGetAggregateResourceConfig"},
	},
	New: newListedCaller,
}

func newListedCaller(s *detect.Setup) detect.Handlers {
	p := detect.Param[ListedCallerParams](s)
	names := set(p.ReconNames)
	recon := func(api string) bool {
		for _, prefix := range p.ReconPrefixes {
			if strings.HasPrefix(api, prefix) {
				return true
			}
		}
		return names[api]
	}
	return detect.Handlers{
		When: []detect.When{{All: event.PublicCaller, None: event.DataEvent, Marks: callerMarks}},
		Trail: func(pass *detect.Pass, t *event.Trail) {
			if byService(t) {
				return
			}
			e := detect.Evidence{Key: detect.Key(principal(t))}
			if recon(t.Name) {
				reportListed(pass, t, e, reconMalicious, reconCustom, reconTor)
			} else {
				reportListed(pass, t, e, accessMalicious, accessCustom, accessTor)
			}
		},
	}
}

// reportListed raises one finding for each kind of list the caller is on. A
// trusted caller has no other marks.
func reportListed(pass *detect.Pass, t *event.Trail, e detect.Evidence, malicious, custom, tor *finding.Type) {
	for _, r := range [...]struct {
		mark event.Marks
		typ  *finding.Type
	}{{event.MarkMaliciousCaller, malicious}, {event.MarkThreat, custom}, {event.MarkTorExit, tor}} {
		if t.Marks&r.mark != 0 {
			e.Intel = r.mark
			pass.Report(r.typ, e)
		}
	}
}
