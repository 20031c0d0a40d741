package audit

import (
	"slices"

	"picket/event"
)

// tactic is the stage of an attack that a request is typical of: the first
// part of a caller finding's type.
type tactic uint8

const (
	credentialAccess tactic = iota
	persistence
	defenseEvasion
	impact
	discovery
	numTactics
)

var tacticNames = [numTactics]string{"CredentialAccess", "Persistence", "DefenseEvasion", "Impact", "Discovery"}

// tacticWords are the tactics in running text.
var tacticWords = [numTactics]string{"credential access", "persistence", "defense evasion", "impact", "discovery"}

// A tacticRule holds for a request that is on each of its lists; a nil list
// holds for every request.
type tacticRule struct {
	tactic       tactic
	verbs        []string
	resources    []string
	subresources []string
	namespaces   []string
	names        []string
}

var (
	reads   = []string{"get", "list", "watch"}
	puts    = []string{"create", "update", "patch"}
	deletes = []string{"delete", "deletecollection"}
)

// tacticRules say which requests belong to which tactic. The first rule that
// holds decides, so credential access stands before persistence, persistence
// before defense evasion, and these before the catch-alls: a request that
// serves several ends is told by the worst.
//
// Amazon does not publish its table. This one agrees with the requests of its
// tester: GET /api and GET pods are discovery, to create a service account is
// impact, and applying a secret begins with discovery's reads.
var tacticRules = []tacticRule{
	{tactic: credentialAccess, verbs: reads, resources: []string{"secrets"}},
	{tactic: credentialAccess, verbs: []string{"create"}, resources: []string{"serviceaccounts"}, subresources: []string{"token"}},
	// aws-auth maps AWS identities to users of the cluster.
	{tactic: credentialAccess, verbs: reads, resources: []string{"configmaps"}, names: []string{"aws-auth"}},
	// To approve a signing request makes a client certificate.
	{tactic: credentialAccess, verbs: puts, resources: []string{"certificatesigningrequests"}, subresources: []string{"approval"}},

	{tactic: persistence, verbs: puts, resources: []string{
		"roles", "clusterroles", "rolebindings", "clusterrolebindings", "daemonsets", "cronjobs",
		"mutatingwebhookconfigurations", "validatingwebhookconfigurations",
	}},
	{tactic: persistence, verbs: puts, resources: []string{"configmaps"}, names: []string{"aws-auth"}},

	{tactic: defenseEvasion, verbs: deletes, resources: []string{"events"}},
	{tactic: defenseEvasion, verbs: deletes, resources: []string{"pods"}, subresources: []string{"log"}},
	{tactic: defenseEvasion, verbs: []string{"delete", "deletecollection", "patch"}, resources: []string{
		"auditsinks", "networkpolicies", "ciliumnetworkpolicies", "ciliumclusterwidenetworkpolicies", "globalnetworkpolicies",
		"mutatingwebhookconfigurations", "validatingwebhookconfigurations",
		"validatingadmissionpolicies", "validatingadmissionpolicybindings",
	}},
	{tactic: defenseEvasion, verbs: deletes, resources: []string{"daemonsets"}, namespaces: securityNamespaces},
	{tactic: defenseEvasion, verbs: deletes, resources: []string{"daemonsets"}, names: securityAgents},

	// A shell or a tunnel is opened by create, or by get over a WebSocket.
	{tactic: impact, resources: []string{"pods"}, subresources: []string{"exec", "attach", "portforward"}},

	// Reviews are created, but only ask what the caller may do.
	{tactic: discovery, verbs: []string{"create"}, resources: []string{
		"selfsubjectaccessreviews", "selfsubjectrulesreviews", "selfsubjectreviews", "subjectaccessreviews", "localsubjectaccessreviews", "tokenreviews",
	}},
	{tactic: discovery, verbs: []string{"get", "list", "watch", "head", "options"}},
	{tactic: impact},
}

// Where security agents usually run, and what their daemon sets are called.
var (
	securityNamespaces = []string{"falco", "amazon-guardduty", "tetragon", "tracee", "sysdig-agent", "falcon-system"}
	securityAgents     = []string{"falco", "aws-guardduty-agent", "tetragon", "tracee"}
)

// tacticOf classifies a request. Requests for no resource (GET /api, /openapi)
// fall under discovery or impact by their verb.
func tacticOf(a *event.Audit) tactic {
	for i := range tacticRules {
		if tacticRules[i].holds(a) {
			return tacticRules[i].tactic
		}
	}
	return impact
}

func (r *tacticRule) holds(a *event.Audit) bool {
	return listed(r.verbs, a.Verb) && listed(r.resources, a.Resource) && listed(r.subresources, a.Subresource) &&
		listed(r.namespaces, a.Namespace) && listed(r.names, a.Object)
}

func listed(list []string, s string) bool { return list == nil || slices.Contains(list, s) }
