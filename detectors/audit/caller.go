package audit

import (
	"fmt"

	"picket/detect"
	"picket/event"
	"picket/finding"
)

// byTactic holds one type for each tactic.
type byTactic [numTactics]*finding.Type

// declareFamily makes the types of one way of calling. Severities stand in the
// order of the tactics; title, text and remedy hold one %s, the tactic in words.
func declareFamily(mechanism string, severity [numTactics]float64, title, text, remedy string) byTactic {
	var f byTactic
	for t := range numTactics {
		f[t] = declare(finding.Type{
			Name:     tacticNames[t] + ":Kubernetes/" + mechanism,
			Severity: severity[t],
			Title:    fmt.Sprintf(title, tacticWords[t]),
			Text:     fmt.Sprintf(text, tacticWords[t]),
			Remedy:   remedy,
		})
	}
	return f
}

func (f *byTactic) list() []*finding.Type { return f[:] }

var (
	// Severities in the order credential access, persistence, defense evasion,
	// impact, discovery (GuardDuty user guide, default severities).
	callerSeverity = [numTactics]float64{8, 5, 8, 8, 5}

	maliciousTypes = declareFamily("MaliciousIPCaller", callerSeverity,
		"Kubernetes API typical of %s called from a malicious address.",
		"{k8sUser} called a Kubernetes API typical of %s on cluster {cluster} from {remoteIp}, an address known for attacks.",
		"Find out whether {k8sUser} made this call. If not, revoke the credential, end its sessions and undo what it changed.")
	customTypes = declareFamily("MaliciousIPCaller.Custom", callerSeverity,
		"Kubernetes API typical of %s called from an address on your threat list.",
		"{k8sUser} called a Kubernetes API typical of %s on cluster {cluster} from {remoteIp}, which is on list {threatListName}.",
		"Check why the address is on the list and whether {k8sUser} made this call. If not, revoke the credential and undo what it changed.")
	torTypes = declareFamily("TorIPCaller", callerSeverity,
		"Kubernetes API typical of %s called from a Tor exit.",
		"{k8sUser} called a Kubernetes API typical of %s on cluster {cluster} from the Tor exit {remoteIp}.",
		"Unless {k8sUser} is known to use Tor, treat the credential as stolen: revoke it, and review what was read or changed.")
)

// MaliciousCaller reports requests from addresses known for attacks.
var MaliciousCaller = &detect.Detector{
	Name: "audit-malicious-caller",
	Doc: `A request by an authenticated user whose source address is on a built-in list of malicious callers.
The request's verb and resource give the tactic and so the type. Refused requests count: whoever tries with a
valid credential from such an address has stolen it. Nodes and controllers count as well, their credentials
are what an attacker takes from a container; their honest calls come from private addresses.

Misses callers behind proxies or clusters that log only private addresses, and everything no list knows.
False positives come from lists: shared hosting, VPN exits, an address that changed hands. Addresses on a trusted
list are never reported.`,
	Findings: maliciousTypes.list(),
	New:      callersOn(event.MarkMaliciousCaller, &maliciousTypes),
}

// CustomCaller reports requests from addresses on the customer's threat lists.
var CustomCaller = &detect.Detector{
	Name: "audit-custom-caller",
	Doc: `A request by an authenticated user whose source address is on one of the customer's own threat lists.
The request's verb and resource give the tactic and so the type; refused requests count.

Misses callers behind proxies. False positives are the list's. An address that is also on a trusted list is
never reported.`,
	Findings: customTypes.list(),
	New:      callersOn(event.MarkThreat, &customTypes),
}

// TorCaller reports requests from Tor exits.
var TorCaller = &detect.Detector{
	Name: "audit-tor-caller",
	Doc: `A request by an authenticated user whose source address is a Tor exit relay. The request's verb and
resource give the tactic and so the type; refused requests count.

Misses exits the list does not have yet, and bridges' unlisted exits. Privacy-minded staff are the known false
positive; exits that share an address with a company's proxy are rare. Addresses on a trusted list are never
reported.`,
	Findings: torTypes.list(),
	New:      callersOn(event.MarkTorExit, &torTypes),
}

// callersOn makes the handlers of a detector for callers with one of marks.
// Anonymous requests are left out: they need no stolen credential, scanners
// send them by the thousand, and one that succeeds is AnonymousAccess's.
func callersOn(marks event.Marks, types *byTactic) func(*detect.Setup) detect.Handlers {
	return func(*detect.Setup) detect.Handlers {
		return detect.Handlers{
			When: []detect.When{{All: event.FromListed, None: event.Anonymous, Marks: marks}},
			Audit: func(p *detect.Pass, a *event.Audit) {
				if a.Marks&event.MarkTrusted != 0 {
					return
				}
				p.Report(types[tacticOf(a)], detect.Evidence{Key: detect.Key(a.Cluster, a.User), Intel: a.Marks & marks})
			},
		}
	}
}
