package audit

import (
	"slices"
	"strings"

	"picket/detect"
	"picket/event"
	"picket/finding"
)

// ExecParams tune ExecInKubeSystem.
type ExecParams struct {
	Namespaces   []string `doc:"namespaces whose pods nobody should run commands in" source:"GuardDuty user guide, name of the finding type"`
	Subresources []string `doc:"pod subresources that give a shell" source:"Kubernetes API reference: exec starts a command, attach joins the running one"`
}

var execType = declare(finding.Type{
	Name:     "Execution:Kubernetes/ExecInKubeSystemPod",
	Severity: 5,
	Title:    "A command was run in a kube-system pod.",
	Text:     "{k8sUser} opened a command session in pod {workload} of namespace kube-system on cluster {cluster}.",
	Remedy:   "Ask {k8sUser} whether this was maintenance. If not, revoke the credential, replace the pod and check the node and the service account it ran with.",
})

// ExecInKubeSystem reports commands run in system pods.
var ExecInKubeSystem = &detect.Detector{
	Name: "audit-exec-kube-system",
	Doc: `A successful exec or attach on a pod in namespace kube-system, by create or, over a WebSocket, by get. Nodes and
identities that AWS runs (eks:…) are left out.

Misses commands started by the kubelet's own API, through the node proxy, or in a debug container. Administrators who
debug DNS or networking are the known false positive.`,
	Findings: []*finding.Type{execType},
	Params:   &ExecParams{Namespaces: []string{"kube-system"}, Subresources: []string{"exec", "attach"}},
	New: func(s *detect.Setup) detect.Handlers {
		par := detect.Param[ExecParams](s)
		return detect.Handlers{
			When: []detect.When{{All: event.Allowed, Names: []string{"pods"}}},
			Audit: func(p *detect.Pass, a *event.Audit) {
				if !slices.Contains(par.Subresources, a.Subresource) || !slices.Contains(par.Namespaces, a.Namespace) ||
					a.Verb != "create" && a.Verb != "get" || managed(a) || strings.HasPrefix(a.User, "system:kube-") {
					return
				}
				p.Report(execType, detect.Evidence{Key: detect.Key(a.Cluster, a.User)})
			},
		}
	},
}
