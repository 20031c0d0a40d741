package audit

import (
	"strings"

	"picket/detect"
	"picket/event"
)

// AnonymousParams tune AnonymousAccess.
type AnonymousParams struct {
	PublicPaths []string `doc:"request paths that anonymous users may read, with all below them" source:"GuardDuty user guide: the health and version paths; Kubernetes binds them to everyone by default (system:public-info-viewer). kubeadm reference: cluster-info, by which nodes join, is everyone's to read"`
}

var anonymousTypes = declareFamily("SuccessfulAnonymousAccess",
	[numTactics]float64{8, 8, 8, 8, 5},
	"Kubernetes API typical of %s called anonymously.",
	"An unauthenticated user called a Kubernetes API typical of %s on cluster {cluster} from {remoteIp}, and the call went through.",
	"Remove the role binding that grants system:anonymous or system:unauthenticated this access, then review what was read or changed.")

// AnonymousAccess reports successful requests without a credential.
var AnonymousAccess = &detect.Detector{
	Name: "audit-anonymous-access",
	Doc: `A request by system:anonymous, or by a member of the group system:unauthenticated, that was authorised and
succeeded. The request's verb and resource give the tactic and so the type. Reads of what clusters serve to everyone, the
health and version endpoints and kubeadm's cluster-info, don't count; API discovery and OpenAPI documents do.

Refused requests are the noise of the Internet and stay silent. Known false positive: a cluster that means to serve
something anonymously, such as its token issuer's keys. Callers on a trusted list are never reported.`,
	Findings: anonymousTypes.list(),
	Params: &AnonymousParams{PublicPaths: []string{"/healthz", "/livez", "/readyz", "/version",
		"/api/v1/namespaces/kube-public/configmaps/cluster-info"}},
	New: func(s *detect.Setup) detect.Handlers {
		par := detect.Param[AnonymousParams](s)
		return detect.Handlers{
			When: []detect.When{{All: event.Allowed | event.Anonymous}},
			Audit: func(p *detect.Pass, a *event.Audit) {
				if a.Marks&event.MarkTrusted != 0 || a.Traits&event.Write == 0 && onPath(a.URI, par.PublicPaths) {
					return
				}
				p.Report(anonymousTypes[tacticOf(a)], detect.Evidence{Key: detect.Key(a.Cluster, a.User)})
			},
		}
	},
}

// onPath reports whether a request URI is one of paths or below one.
func onPath(uri string, paths []string) bool {
	path, _, _ := strings.Cut(uri, "?")
	for _, p := range paths {
		if rest, ok := strings.CutPrefix(path, p); ok && (rest == "" || rest[0] == '/') {
			return true
		}
	}
	return false
}
