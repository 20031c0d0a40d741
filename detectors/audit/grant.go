package audit

import (
	"slices"
	"strings"
	"time"

	"picket/detect"
	"picket/event"
	"picket/finding"
	"picket/jsonview"
)

var bindings = []string{"clusterrolebindings", "rolebindings"}

// AnonymousGrantParams tune AnonymousGrant.
type AnonymousGrantParams struct {
	PublicBindings  []string `doc:"[namespace/]name of bindings that grant everyone little when their role is called like them, whoever writes them" source:"Kubernetes default role bindings: health and version endpoints; kubeadm reference: cluster-info, by which nodes join"`
	DefaultBindings []string `doc:"bindings that older API servers write for everyone at their start" source:"Kubernetes default role bindings before 1.14"`
}

var anonymousGrantType = declare(finding.Type{
	Name:     "Policy:Kubernetes/AnonymousAccessGranted",
	Severity: 8,
	Title:    "Anonymous users were granted access to a cluster.",
	Text:     "{k8sUser} bound a role on cluster {cluster} to system:anonymous or system:unauthenticated: anyone who reaches the API server now has it.",
	Remedy:   "Delete the binding, or take the subject out of it, and review what was done anonymously since.",
})

// AnonymousGrant reports bindings that give everyone a role.
var AnonymousGrant = &detect.Detector{
	Name: "audit-anonymous-grant",
	Doc: `A role binding or cluster role binding is created, replaced or patched so that the user system:anonymous or
the group system:unauthenticated is among its subjects. The role need not exist. The default bindings of Kubernetes are
left out, as is kubeadm's to the configuration that nodes join by, unless they were given another role. Of a patch that names
subjects, the answer is judged where the log has it.

Misses bindings whose bodies the audit policy leaves out and authorisers other than RBAC. Clusters that publish
their token issuer to everyone are the known false positive.`,
	Findings: []*finding.Type{anonymousGrantType},
	Params: &AnonymousGrantParams{
		PublicBindings:  []string{"system:public-info-viewer", "kube-public/kubeadm:bootstrap-signer-clusterinfo"},
		DefaultBindings: []string{"system:discovery", "system:basic-user"},
	},
	New: func(s *detect.Setup) detect.Handlers {
		par := detect.Param[AnonymousGrantParams](s)
		return detect.Handlers{
			When: []detect.When{{All: event.Allowed | event.Write, Names: bindings}},
			Audit: func(p *detect.Pass, a *event.Audit) {
				if !bindsTo(a, isAnonymous) {
					return
				}
				name := objectName(a)
				if isPublic(a, name, par.PublicBindings) || a.User == "system:apiserver" && slices.Contains(par.DefaultBindings, name) {
					return
				}
				p.Report(anonymousGrantType, detect.Evidence{Key: detect.Key(a.Cluster, a.Namespace, name)})
			},
		}
	},
}

// isPublic reports whether a binding is on list and its role, where the log has
// it, is called like it.
func isPublic(a *event.Audit, name string, list []string) bool {
	role := firstText(jsonview.GetString(a.Response, "roleRef", "name"), jsonview.GetString(a.Request, "roleRef", "name"))
	if role != "" && role != name {
		return false
	}
	return slices.ContainsFunc(list, func(entry string) bool {
		i := strings.IndexByte(entry, '/') // -1 for bindings of the cluster
		return entry[i+1:] == name && entry[:max(i, 0)] == a.Namespace
	})
}

// AdminDefaultParams tune AdminDefaultAccount.
type AdminDefaultParams struct {
	Roles    []string      `doc:"cluster roles that make an administrator" source:"Kubernetes user-facing roles; Amazon's tester binds cluster-admin"`
	Remember time.Duration `doc:"for how long a role with all verbs on all resources is remembered" source:"retention of findings, GuardDuty user guide"`
	Wildcard int           `doc:"the most such roles remembered" source:"own bound on memory"`
}

var adminDefaultType = declare(finding.Type{
	Name:     "Policy:Kubernetes/AdminAccessToDefaultServiceAccount",
	Severity: 8,
	Title:    "A default service account was given administrator rights.",
	Text:     "{k8sUser} bound an administrator's role on cluster {cluster} to a namespace's default service account, which every pod there runs as unless told otherwise.",
	Remedy:   "Remove the subject from the binding, and give the workload that needs the rights a service account of its own with fewer of them.",
})

// AdminDefaultAccount reports default service accounts that become
// administrators.
var AdminDefaultAccount = &detect.Detector{
	Name: "audit-admin-default-account",
	Doc: `A role binding or cluster role binding is created, replaced or patched so that a service account called
"default", of any namespace, has an administrator's role: cluster-admin, admin, or a role that was written with all verbs
on all resources.

Misses roles that add up to as much without wildcards, wildcard roles older than the log, and grants to the group
of all service accounts. There is no known false positive: the grant is always more than a workload needs.`,
	Findings: []*finding.Type{adminDefaultType},
	Params:   &AdminDefaultParams{Roles: []string{"cluster-admin", "admin"}, Remember: 90 * 24 * time.Hour, Wildcard: 1 << 12},
	New: func(s *detect.Setup) detect.Handlers {
		par := detect.Param[AdminDefaultParams](s)
		d := &adminDefault{par: par, wildcard: detect.NewTable[uint64, uint8](s, "wildcard-roles", par.Remember, par.Wildcard)}
		return detect.Handlers{
			When:  []detect.When{{All: event.Allowed | event.Write, Names: append([]string{"clusterroles", "roles"}, bindings...)}},
			Audit: d.audit,
		}
	},
}

type adminDefault struct {
	par      *AdminDefaultParams
	wildcard *detect.Table[uint64, uint8] // roles with all verbs on all resources
}

func (d *adminDefault) audit(p *detect.Pass, a *event.Audit) {
	if a.Resource == "clusterroles" || a.Resource == "roles" {
		d.role(p, a)
		return
	}
	if bindsTo(a, isDefaultAccount) && d.admin(p, a) {
		p.Report(adminDefaultType, detect.Evidence{Key: detect.Key(a.Cluster, a.Namespace, objectName(a))})
	}
}

// role remembers a role that allows everything and forgets one that no longer does.
func (d *adminDefault) role(p *detect.Pass, a *event.Audit) {
	key := roleKey(a.Namespace, objectName(a))
	rules := jsonview.Get(a.Response, "rules")
	if rules == "" {
		rules = jsonview.Get(a.Request, "rules")
	}
	switch {
	case a.Verb != "delete" && allowsAll(rules):
		*d.wildcard.At(p, key) = 1
	case a.Verb == "delete" || rules != "":
		d.wildcard.Delete(p, key)
	}
}

func allowsAll(rules string) bool {
	for r := range jsonview.Array(rules) {
		if holdsStar(jsonview.Get(r, "verbs")) && holdsStar(jsonview.Get(r, "resources")) {
			return true
		}
	}
	return false
}

func holdsStar(list string) bool {
	for s := range jsonview.Array(list) {
		if jsonview.String(s) == "*" {
			return true
		}
	}
	return false
}

func roleKey(namespace, name string) uint64 { return event.Hash(event.Hash(3, namespace), name) }

// admin reports whether the role that a binding refers to is an
// administrator's. A binding's role can't be changed, so a patch leaves it out;
// without an answer, the role is taken to be called like the binding, as the
// default bindings' are.
func (d *adminDefault) admin(p *detect.Pass, a *event.Audit) bool {
	ref := jsonview.Get(a.Response, "roleRef")
	if ref == "" {
		ref = jsonview.Get(a.Request, "roleRef")
	}
	name, namespace := jsonview.GetString(ref, "name"), ""
	if name == "" {
		name = objectName(a)
	}
	if jsonview.GetString(ref, "kind") == "Role" {
		namespace = a.Namespace
	} else if slices.Contains(d.par.Roles, name) {
		return true
	}
	return d.wildcard.Get(p, roleKey(namespace, name)) != nil
}

func isAnonymous(subject string) bool {
	switch jsonview.GetString(subject, "name") {
	case "system:anonymous":
		return jsonview.GetString(subject, "kind") == "User"
	case "system:unauthenticated":
		return jsonview.GetString(subject, "kind") == "Group"
	}
	return false
}

func isDefaultAccount(subject string) bool {
	return jsonview.GetString(subject, "name") == "default" && jsonview.GetString(subject, "kind") == "ServiceAccount"
}

// bindsTo reports whether a binding's write leaves it with a subject that is
// wanted. A patch that doesn't name subjects leaves them as they were.
func bindsTo(a *event.Audit, wanted func(subject string) bool) bool {
	switch a.Verb {
	case "create", "update":
		return anySubject(firstText(a.Request, a.Response), wanted)
	case "patch":
		if a.Request != "" && !strings.Contains(a.Request, "subjects") {
			return false
		}
		if a.Response != "" {
			return anySubject(a.Response, wanted)
		}
		return anySubject(a.Request, wanted) || anyOperation(a.Request, wanted)
	}
	return false
}

func anySubject(binding string, wanted func(string) bool) bool {
	for s := range jsonview.Array(jsonview.Get(binding, "subjects")) {
		if wanted(s) {
			return true
		}
	}
	return false
}

// anyOperation looks for a wanted subject in the values of a JSON patch, which
// may be one subject or a list of them.
func anyOperation(patch string, wanted func(string) bool) bool {
	for op := range jsonview.Array(patch) {
		for s := range jsonview.OneOrMany(jsonview.Get(op, "value")) {
			if wanted(s) {
				return true
			}
		}
	}
	return false
}

// objectName is the name of the object a request is about: a create's reference
// may lack it.
func objectName(a *event.Audit) string {
	if a.Object != "" {
		return a.Object
	}
	return firstText(jsonview.GetString(a.Request, "metadata", "name"), jsonview.GetString(a.Response, "metadata", "name"))
}

func firstText(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
