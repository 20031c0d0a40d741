package main

// Kubernetes audit, first edition: append nothing, reorder nothing.
var firstK8s = []scenario{
	{typ: "Discovery:Kubernetes/SuccessfulAnonymousAccess", needs: needsRecord, run: func(c *cx) {
		ip := ipFrom(c.r, noiseOctets)
		for i := range 5 {
			e := k8sRec{t: c.t + int64(i)*4000, ip: ip, ua: "curl/8.5.0", ns: "default"}
			e.anonymous("list", []string{"pods", "services", "configmaps"}[i%3])
			c.k8s(e)
		}
		c.on("cluster", c.a.cluster, "ip", ip)
	}},
	{typ: "CredentialAccess:Kubernetes/MaliciousIPCaller.Custom", needs: needsList, run: func(c *cx) {
		for i := range 5 {
			c.k8s(c.k8sUser(c.t+int64(i)*4000, "list", "secrets", c.bad))
		}
	}},
	{typ: "Discovery:Kubernetes/TorIPCaller", needs: needsList, run: func(c *cx) {
		for i := range 5 {
			c.k8s(c.k8sUser(c.t+int64(i)*4000, "list", "pods", c.tor))
		}
	}},
	{typ: "Execution:Kubernetes/ExecInKubeSystemPod", needs: needsRecord, run: func(c *cx) {
		e := c.k8sUser(c.t, "create", "pods", c.a.office[0])
		e.ns, e.name, e.sub, e.code = "kube-system", "coredns-"+c.r.hex(10), "exec", 101
		c.k8s(e)
	}},
	{typ: "PrivilegeEscalation:Kubernetes/PrivilegedContainer", needs: needsRecord, run: func(c *cx) {
		e := c.k8sUser(c.t, "create", "pods", c.a.office[0])
		e.name, e.level, e.code = "debug-"+c.r.hex(5), "RequestResponse", 201
		e.reqObj = podSpec(c.r, e.name, e.ns, `,"securityContext":{"privileged":true}`, "")
		e.respObj = e.reqObj
		c.k8s(e)
	}},
	{typ: "Persistence:Kubernetes/ContainerWithSensitiveMount", needs: needsRecord, run: func(c *cx) {
		e := c.k8sUser(c.t, "create", "pods", c.a.office[0])
		e.name, e.level, e.code = "mnt-"+c.r.hex(5), "RequestResponse", 201
		e.reqObj = podSpec(c.r, e.name, e.ns, `,"volumeMounts":[{"name":"h","mountPath":"/host"}]`, `{"name":"h","hostPath":{"path":"/","type":""}},`)
		e.respObj = e.reqObj
		c.k8s(e)
	}},
	{typ: "Policy:Kubernetes/AnonymousAccessGranted", needs: needsRecord, run: func(c *cx) {
		e := c.k8sUser(c.t, "create", "clusterrolebindings", c.a.office[0])
		e.ns, e.apiGroup, e.level, e.code, e.name = "", "rbac.authorization.k8s.io", "RequestResponse", 201, "debug-anon"
		e.reqObj = `{"kind":"ClusterRoleBinding","apiVersion":"rbac.authorization.k8s.io/v1","metadata":{"name":"debug-anon"},"subjects":[{"kind":"User","apiGroup":"rbac.authorization.k8s.io","name":"system:anonymous"}],"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"view"}}`
		c.k8s(e)
	}},
	{typ: "Policy:Kubernetes/AdminAccessToDefaultServiceAccount", needs: needsRecord, run: func(c *cx) {
		e := c.k8sUser(c.t, "create", "clusterrolebindings", c.a.office[0])
		e.ns, e.apiGroup, e.level, e.code, e.name = "", "rbac.authorization.k8s.io", "RequestResponse", 201, "default-admin"
		e.reqObj = `{"kind":"ClusterRoleBinding","apiVersion":"rbac.authorization.k8s.io/v1","metadata":{"name":"default-admin"},"subjects":[{"kind":"ServiceAccount","name":"default","namespace":"default"}],"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"cluster-admin"}}`
		c.k8s(e)
	}},
}
