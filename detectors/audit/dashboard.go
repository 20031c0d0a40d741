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

// DashboardParams tune ExposedDashboard.
type DashboardParams struct {
	Names []string `doc:"names, label values and namespaces of the dashboard" source:"manifests of the Kubernetes dashboard project"`
}

var dashboardType = declare(finding.Type{
	Name:     "Policy:Kubernetes/ExposedDashboard",
	Severity: 5,
	Title:    "The Kubernetes dashboard was exposed to the Internet.",
	Text:     "{k8sUser} made a load balancer publish the Kubernetes dashboard of cluster {cluster}.",
	Remedy:   "Turn the service back to type ClusterIP and reach the dashboard through kubectl proxy or a VPN. Review what the dashboard's service account did since.",
})

// ExposedDashboard reports dashboards behind public load balancers.
var ExposedDashboard = &detect.Detector{
	Name: "audit-exposed-dashboard",
	Doc: `A service of type LoadBalancer is created, replaced or patched whose name, k8s-app or app.kubernetes.io/name label or
selector, or namespace is the Kubernetes dashboard's. Load balancers annotated as internal don't count.

Misses dashboards behind an ingress, a node port or a renamed service. A load balancer that security groups close is the
known false positive: the audit log doesn't have them.`,
	Findings: []*finding.Type{dashboardType},
	Params:   &DashboardParams{Names: []string{"kubernetes-dashboard"}},
	New: func(s *detect.Setup) detect.Handlers {
		par := detect.Param[DashboardParams](s)
		return detect.Handlers{
			When: []detect.When{{All: event.Allowed | event.Write, Names: services}},
			Audit: func(p *detect.Pass, a *event.Audit) {
				if published(a) && isDashboard(a, par.Names) {
					p.Report(dashboardType, detect.Evidence{Key: detect.Key(a.Cluster, a.Namespace, objectName(a))})
				}
			},
		}
	},
}

func isDashboard(a *event.Audit, names []string) bool {
	if slices.Contains(names, a.Namespace) || slices.Contains(names, objectName(a)) {
		return true
	}
	for _, body := range [...]string{a.Request, a.Response} {
		for _, labels := range [...]string{jsonview.Get(body, "metadata", "labels"), jsonview.Get(body, "spec", "selector")} {
			if slices.Contains(names, jsonview.GetString(labels, "k8s-app")) || slices.Contains(names, jsonview.GetString(labels, "app.kubernetes.io/name")) {
				return true
			}
		}
	}
	return false
}

// KubeflowParams tune ExposedKubeflow.
type KubeflowParams struct {
	Namespace string        `doc:"the namespace whose use tells that Kubeflow is installed" source:"Kubeflow manifests"`
	Gateways  []string      `doc:"namespace/name of the services that lead to the dashboard" source:"Kubeflow manifests: Istio's ingress gateway, and the dashboard itself"`
	Remember  time.Duration `doc:"for how long a cluster is known to have Kubeflow" source:"retention of findings, GuardDuty user guide"`
}

var kubeflowType = declare(finding.Type{
	Name:     "Policy:Kubernetes/KubeflowDashboardExposed",
	Severity: 5,
	Title:    "The Kubeflow dashboard was exposed to the Internet.",
	Text:     "{k8sUser} made a load balancer publish the gateway to Kubeflow on cluster {cluster}.",
	Remedy:   "Turn the service back to type ClusterIP, or make its load balancer internal. Look for notebooks and pipelines nobody planned.",
})

// ExposedKubeflow reports Kubeflow's dashboard behind a public load balancer.
var ExposedKubeflow = &detect.Detector{
	Name: "audit-exposed-kubeflow",
	Doc: `Istio's ingress gateway becomes a service of type LoadBalancer in a cluster that has Kubeflow, or Kubeflow's central
dashboard itself does. A cluster has Kubeflow when its audit log shows namespace kubeflow in use, or when the service's own
manifest names it. Load balancers annotated as internal don't count.

Misses gateways exposed before Kubeflow shows up in the log, ingresses and renamed gateways. A load balancer
that security groups close, or a gateway that leads elsewhere, is the known false positive.`,
	Findings: []*finding.Type{kubeflowType},
	Params: &KubeflowParams{
		Namespace: "kubeflow",
		Gateways:  []string{"istio-system/istio-ingressgateway", "kubeflow/centraldashboard"},
		Remember:  90 * 24 * time.Hour,
	},
	New: func(s *detect.Setup) detect.Handlers {
		d := &kubeflow{par: detect.Param[KubeflowParams](s)}
		d.seen = detect.NewTable[uint8, uint8](s, "clusters", d.par.Remember, maxClusters)
		return detect.Handlers{
			When: []detect.When{
				{All: event.Allowed | event.Write, Names: []string{"services", "namespaces", "deployments"}},
				{All: event.Allowed, Names: []string{"notebooks", "profiles"}},
			},
			Audit: d.audit,
		}
	},
}

type kubeflow struct {
	par  *KubeflowParams
	seen *detect.Table[uint8, uint8] // clusters that have Kubeflow
}

func (d *kubeflow) audit(p *detect.Pass, a *event.Audit) {
	if a.Verb == "delete" || a.Verb == "deletecollection" {
		return
	}
	if a.Namespace == d.par.Namespace || a.Resource == "namespaces" && objectName(a) == d.par.Namespace {
		*d.seen.At(p, 0) = 1
	}
	if a.Resource != "services" || !d.gateway(a) || !published(a) {
		return
	}
	if d.seen.Get(p, 0) != nil || strings.Contains(a.Request, d.par.Namespace) {
		p.Report(kubeflowType, detect.Evidence{Key: detect.Key(a.Cluster, a.Namespace, objectName(a))})
	}
}

func (d *kubeflow) gateway(a *event.Audit) bool {
	name := objectName(a)
	for _, g := range d.par.Gateways {
		if ns, svc, _ := strings.Cut(g, "/"); ns == a.Namespace && svc == name {
			return true
		}
	}
	return false
}

var services = []string{"services"}

// published reports whether a request leaves a service of type LoadBalancer
// that is not internal. Controllers' own notes on a service don't count.
func published(a *event.Audit) bool {
	if a.Subresource != "" || a.Verb == "delete" || a.Verb == "deletecollection" || a.Traits&event.ControlPlane != 0 {
		return false
	}
	kind := firstText(jsonview.GetString(a.Request, "spec", "type"), jsonview.GetString(a.Response, "spec", "type"))
	return kind == "LoadBalancer" && !internal(a.Request) && !internal(a.Response)
}

// internal reports whether a service asks for a load balancer without a public
// address (AWS load balancer controller, service annotations).
func internal(service string) bool {
	const prefix = "service.beta.kubernetes.io/aws-load-balancer-"
	notes := jsonview.Get(service, "metadata", "annotations")
	if jsonview.GetString(notes, prefix+"scheme") == "internal" {
		return true
	}
	switch jsonview.GetString(notes, prefix+"internal") {
	case "", "false":
		return false
	}
	return true
}
