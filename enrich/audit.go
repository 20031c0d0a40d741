package enrich

import (
	"strings"

	"picket/event"
	"picket/jsonview"
)

func (e *Enricher) audit(a *event.Audit, meta *event.Meta) {
	if a.Account == "" {
		a.Account = meta.Account
	}
	if a.Region == "" {
		a.Region = meta.Region
	}
	if a.Cluster == "" {
		a.Cluster = meta.Cluster
	}
	a.Entity = event.Hash(event.Hash(3, a.Account), a.Cluster)
	a.Traits = verdict(a)
	switch a.Verb {
	case "create", "update", "patch", "delete", "deletecollection":
		a.Traits |= event.Write
	}
	if a.User == "system:anonymous" || anonymousGroup(a.Groups) {
		a.Traits |= event.Anonymous
	} else if controlPlane(a.User) {
		a.Traits |= event.ControlPlane
	}
	if a.Caller.Public() {
		a.Traits |= event.FromPublic
		if a.Marks = e.lists.Lookup(a.Caller, 0); a.Marks != 0 {
			a.Traits |= event.FromListed
		}
	}
}

// verdict: a request went through when it was not forbidden and its code says
// so; 101 is an upgraded connection (exec, attach, port-forward).
func verdict(a *event.Audit) event.Traits {
	if a.Decision != "forbid" && (a.Code > 0 && a.Code < 300 || a.Code == 101) {
		return event.Allowed
	}
	return event.Denied
}

func anonymousGroup(groups string) bool {
	if !strings.Contains(groups, "system:unauthenticated") {
		return false
	}
	for g := range jsonview.Array(groups) {
		if jsonview.String(g) == "system:unauthenticated" {
			return true
		}
	}
	return false
}

// controlPlane tells the cluster's own machinery from people and workloads.
func controlPlane(user string) bool {
	for _, p := range []string{"system:node:", "system:kube-", "eks:", "system:serviceaccount:kube-system:", "system:apiserver"} {
		if strings.HasPrefix(user, p) {
			return true
		}
	}
	return false
}
