package main

import "fmt"

const (
	authed    = `["system:serviceaccounts","system:serviceaccounts:kube-system","system:authenticated"]`
	nodeGroup = `["system:bootstrappers","system:nodes","system:authenticated"]`
	kubeletUA = "kubelet/v1.30.2 (linux/amd64) kubernetes/a3b1c2d"
)

// k8sBackground writes one ordinary request.
func k8sBackground(r *rng, _ *world, a *account, t int64, b []byte) ([]byte, int) {
	node := pick(r, a.nets[0].inst)
	e := k8sRec{t: t, ip: node.ip, code: 200, ns: pickSkew(r, words)}
	switch x := r.f(); {
	case x < 0.30:
		e.lease(r, a, &node)
	case x < 0.62:
		e.controller(r)
	case x < 0.82:
		e.kubelet(r, a, &node)
	case x < 0.90: // access reviews
		e.user, e.groups, e.verb, e.resource, e.apiGroup, e.ns, e.code = "system:kube-controller-manager", `["system:authenticated"]`, "create", "subjectaccessreviews", "authorization.k8s.io", "", 201
		e.ua = "kube-controller-manager/v1.30.2 (linux/amd64) kubernetes/a3b1c2d/leader-election"
	case x < 0.97:
		e.person(r, a)
	case x < 0.99: // pods created
		e.user, e.groups, e.verb, e.resource, e.code = "system:serviceaccount:kube-system:replicaset-controller", authed, "create", "pods", 201
		e.level, e.ua = "RequestResponse", "kube-controller-manager/v1.30.2 (linux/amd64) kubernetes/a3b1c2d/system:serviceaccount:kube-system:replicaset-controller"
		e.name = pick(r, words) + "-" + r.hex(10)
		e.reqObj = podSpec(r, e.name, e.ns, "", "")
		e.respObj = podSpec(r, e.name, e.ns, "", "")
	default: // anonymous health checks and refused anonymous calls are normal
		e.user, e.groups, e.verb, e.resource, e.code, e.ns = "system:anonymous", `["system:unauthenticated"]`, "get", "namespaces", 403, ""
		e.ip, e.ua = ipFrom(r, noiseOctets), "Mozilla/5.0 zgrab/0.x"
		e.annot = refused
	}
	return e.appendTo(b, r), 1
}

// refused are the annotations of a request the authorizer turned down.
const refused = `"authorization.k8s.io/decision":"forbid","authorization.k8s.io/reason":""`

// asNode fills in the identity of a node.
func (e *k8sRec) asNode(a *account, node *instance) {
	e.user, e.groups, e.ua = "system:node:ip-"+node.id+".ec2.internal", nodeGroup, kubeletUA
	e.uid = "aws-iam-authenticator:" + a.id + ":" + roleIDOf(node)
}

// lease is a node's heartbeat.
func (e *k8sRec) lease(r *rng, a *account, node *instance) {
	e.asNode(a, node)
	e.verb, e.resource, e.apiGroup, e.ns = "update", "leases", "coordination.k8s.io", "kube-node-lease"
	e.name = "ip-" + node.id + ".ec2.internal"
	e.userMore = fmt.Sprintf(`{"accessKeyId":["%s"],"arn":["arn:aws:sts::%s:assumed-role/%s/%s"],"canonicalArn":["arn:aws:iam::%s:role/%s"],"principalId":["%s"],"sessionName":["%s"]}`, node.key, a.id, node.role, node.id, a.id, node.role, roleIDOf(node), node.id)
	if r.p(0.6) {
		e.level = "Request"
		e.reqObj = fmt.Sprintf(`{"kind":"Lease","apiVersion":"coordination.k8s.io/v1","metadata":{"name":"%s","namespace":"kube-node-lease","uid":"%s","resourceVersion":"%d","creationTimestamp":"2026-01-10T08:00:00Z","ownerReferences":[{"apiVersion":"v1","kind":"Node","name":"%s","uid":"%s"}]},"spec":{"holderIdentity":"%s","leaseDurationSeconds":40,"renewTime":"%s"}}`, e.name, r.uuid(), r.n(90000000), e.name, r.uuid(), e.name, stampS(e.t))
	}
}

// controller is a call by one of the cluster's own controllers or operators.
func (e *k8sRec) controller(r *rng) {
	sa := pickSkew(r, words)
	e.user, e.groups, e.uid = "system:serviceaccount:kube-system:"+sa+"-controller", authed, r.uuid()
	e.verb = []string{"get", "list", "watch", "watch", "patch", "update"}[r.n(6)]
	e.resource = []string{"pods", "endpoints", "configmaps", "services", "nodes", "events", "secrets"}[r.skew(7)]
	if e.resource == "nodes" {
		e.ns = ""
	}
	if e.verb != "list" && e.verb != "watch" {
		e.name = pick(r, words) + "-" + r.hex(10)
	}
	e.ua = sa + "/v0.0.0 (linux/amd64) kubernetes/$Format"
	e.userMore = fmt.Sprintf(`{"authentication.kubernetes.io/credential-id":["JTI=%s"],"authentication.kubernetes.io/pod-name":["%s-%s"],"authentication.kubernetes.io/pod-uid":["%s"]}`, r.uuid(), sa, r.hex(10), r.uuid())
	if e.verb == "patch" || e.verb == "update" {
		e.level = "RequestResponse"
		e.reqObj = fmt.Sprintf(`{"metadata":{"annotations":{"%s.io/last-seen":"%s"}},"status":{"conditions":[{"type":"Ready","status":"True","lastProbeTime":null,"lastTransitionTime":"%s"}]}}`, sa, stampS(e.t), stampS(e.t))
		e.respObj = podSpec(r, e.name, e.ns, "", "")
	}
}

// kubelet is a node's reading of what it runs, or its status report.
func (e *k8sRec) kubelet(r *rng, a *account, node *instance) {
	e.asNode(a, node)
	e.verb, e.resource, e.name = "get", []string{"nodes", "pods", "secrets", "configmaps"}[r.n(4)], pick(r, words)+"-"+r.hex(10)
	if e.resource == "nodes" {
		e.ns, e.verb, e.sub = "", "patch", "status"
		e.level = "Request"
		at := stampS(e.t)
		e.reqObj = fmt.Sprintf(`{"status":{"$setElementOrder/conditions":[{"type":"MemoryPressure"},{"type":"DiskPressure"},{"type":"PIDPressure"},{"type":"Ready"}],"conditions":[{"lastHeartbeatTime":"%s","type":"MemoryPressure"},{"lastHeartbeatTime":"%s","type":"DiskPressure"},{"lastHeartbeatTime":"%s","type":"PIDPressure"},{"lastHeartbeatTime":"%s","type":"Ready"}]}}`, at, at, at, at)
	}
}

// person is a developer looking at workloads from the office.
func (e *k8sRec) person(r *rng, a *account) {
	u := pick(r, a.users)
	e.user, e.groups, e.ip = "arn:aws:iam::"+a.id+":user/"+u.name, `["developers","system:authenticated"]`, pick(r, a.office)
	e.uid = "aws-iam-authenticator:" + a.id + ":" + u.id
	e.verb, e.resource = []string{"get", "list"}[r.n(2)], []string{"pods", "deployments", "services"}[r.n(3)]
	if e.resource == "deployments" {
		e.apiGroup = "apps"
	}
	e.ua = "kubectl/v1.30.2 (darwin/arm64) kubernetes/3968350"
}
