package main

import (
	"fmt"
	"slices"
)

// Kubernetes audit: scenarios by name, in any order.
var laterK8s = slices.Concat(callerScenarios(), []scenario{
	{name: "dashboard", typ: "Policy:Kubernetes/ExposedDashboard", needs: needsRecord, run: func(c *cx) {
		const ns, name = "kubernetes-dashboard", "kubernetes-dashboard"
		c.k8sCreate("", "services", ns, name, service(ns, name, "LoadBalancer", ""))
	}},
	{name: "kubeflow", typ: "Policy:Kubernetes/KubeflowDashboardExposed", needs: needsWindow, run: func(c *cx) {
		const ns, name = "istio-system", "istio-ingressgateway"
		e := c.k8sUser(c.t, "create", "namespaces", c.a.office[0])
		e.ns, e.name, e.level, e.code = "", "kubeflow", "RequestResponse", 201
		e.reqObj = `{"kind":"Namespace","apiVersion":"v1","metadata":{"name":"kubeflow"},"spec":{},"status":{}}`
		c.k8s(e)
		c.t += 60000
		c.k8sCreate("", "services", ns, name, service(ns, name, "LoadBalancer", ""))
	}},
	{name: "privileged-deployment", typ: "PrivilegeEscalation:Kubernetes/PrivilegedContainer", needs: needsRecord, run: func(c *cx) {
		name := "tool-" + c.r.hex(5)
		c.k8sCreate("apps", "deployments", "default", name, workload("Deployment", "default", name, "registry.example.com/tools/"+name+":1", `,"securityContext":{"privileged":true}`, ""))
	}},
	{name: "etc-mount-daemonset", typ: "Persistence:Kubernetes/ContainerWithSensitiveMount", needs: needsRecord, run: func(c *cx) {
		name := "agent-" + c.r.hex(5)
		c.k8sCreate("apps", "daemonsets", "default", name, workload("DaemonSet", "default", name, "registry.example.com/agents/"+name+":1",
			`,"volumeMounts":[{"name":"h","mountPath":"/host-etc"}]`, `{"name":"h","hostPath":{"path":"/etc","type":""}}`))
	}},
	{name: "unauthenticated-role", typ: "Policy:Kubernetes/AnonymousAccessGranted", needs: needsRecord, run: func(c *cx) {
		c.k8sCreate(rbac, "rolebindings", "default", "open-view", binding("RoleBinding", "open-view", `{"kind":"Group","apiGroup":"rbac.authorization.k8s.io","name":"system:unauthenticated"}`, "view"))
	}},
	{name: "default-account-role", typ: "Policy:Kubernetes/AdminAccessToDefaultServiceAccount", needs: needsRecord, run: func(c *cx) {
		c.k8sCreate(rbac, "rolebindings", "default", "default-edit", binding("RoleBinding", "default-edit", `{"kind":"ServiceAccount","name":"default","namespace":"default"}`, "admin"))
	}},
})

const rbac = "rbac.authorization.k8s.io"

// tactics gives one request that stands for each tactic.
var tactics = []struct{ name, verb, apiGroup, resource string }{
	{"CredentialAccess", "list", "", "secrets"},
	{"Persistence", "create", "batch", "cronjobs"},
	{"DefenseEvasion", "delete", "", "events"},
	{"Impact", "delete", "apps", "deployments"},
	{"Discovery", "list", "", "pods"},
}

// callers gives the kinds of caller there is a finding for in every tactic.
var callers = []struct {
	name  string
	needs needs
	ip    func(*cx) string
}{
	{"MaliciousIPCaller", needsList, func(c *cx) string { return c.listed("malicious-callers.txt") }},
	{"MaliciousIPCaller.Custom", needsList, func(c *cx) string { return c.bad }},
	{"TorIPCaller", needsList, func(c *cx) string { return c.tor }},
	{"SuccessfulAnonymousAccess", needsRecord, func(c *cx) string { return ipFrom(c.r, noiseOctets) }},
}

// callerScenarios are every caller in every tactic.
func callerScenarios() []scenario {
	var out []scenario
	for _, ta := range tactics {
		for _, ca := range callers {
			typ := ta.name + ":Kubernetes/" + ca.name
			anonymous := ca.needs == needsRecord
			out = append(out, scenario{name: typ, typ: typ, needs: ca.needs, run: func(c *cx) {
				ip := ca.ip(c)
				for i := range 4 {
					e := c.k8sUser(c.t+int64(i)*4000, ta.verb, ta.resource, ip)
					if anonymous {
						e = k8sRec{t: e.t, ip: ip, ua: "curl/8.5.0", ns: "default"}
						e.anonymous(ta.verb, ta.resource)
					}
					e.apiGroup = ta.apiGroup
					if ta.verb != "list" {
						e.name = pick(c.r, words) + "-" + c.r.hex(6)
					}
					c.k8s(e)
				}
			}})
		}
	}
	return out
}

func service(ns, name, typ, annotations string) string {
	return fmt.Sprintf(`{"kind":"Service","apiVersion":"v1","metadata":{"name":"%s","namespace":"%s","labels":{"k8s-app":"%s"},"annotations":{%s}},"spec":{"ports":[{"protocol":"TCP","port":443,"targetPort":8443}],"selector":{"k8s-app":"%s"},"type":"%s"},"status":{"loadBalancer":{}}}`,
		name, ns, name, annotations, name, typ)
}

// workload is a Deployment or a DaemonSet: more goes into its container.
func workload(kind, ns, name, image, more, volumes string) string {
	return fmt.Sprintf(`{"kind":"%s","apiVersion":"apps/v1","metadata":{"name":"%s","namespace":"%s"},"spec":{"selector":{"matchLabels":{"app":"%s"}},"template":{"metadata":{"labels":{"app":"%s"}},"spec":{"volumes":[%s],"containers":[{"name":"main","image":"%s","resources":{}%s}],"restartPolicy":"Always"}}},"status":{}}`,
		kind, name, ns, name, name, volumes, image, more)
}

func binding(kind, name, subject, role string) string {
	return fmt.Sprintf(`{"kind":"%s","apiVersion":"rbac.authorization.k8s.io/v1","metadata":{"name":"%s"},"subjects":[%s],"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"%s"}}`,
		kind, name, subject, role)
}
