package main

// What a scenario can have happen in a cluster.

func (c *cx) k8s(e k8sRec) { c.emit(e.t, e.appendTo(nil, c.r)) }

// anonymous turns e into a call without credentials that is let through.
func (e *k8sRec) anonymous(verb, resource string) {
	e.user, e.groups, e.verb, e.resource, e.code = "system:anonymous", `["system:unauthenticated"]`, verb, resource, 200
	e.annot = `"authorization.k8s.io/decision":"allow","authorization.k8s.io/reason":"RBAC: allowed by ClusterRoleBinding \"debug\" of ClusterRole \"cluster-admin\" to User \"system:anonymous\""`
}

// k8sUser is a successful call in namespace default by some developer.
func (c *cx) k8sUser(t int64, verb, resource, ip string) k8sRec {
	u := &c.a.users[c.r.n(len(c.a.users))]
	if c.at.Entity == nil {
		c.on("cluster", c.a.cluster, "ip", ip)
	}
	return k8sRec{t: t, user: "arn:aws:iam::" + c.a.id + ":user/" + u.name, uid: "aws-iam-authenticator:" + c.a.id + ":" + u.id, groups: `["developers","system:authenticated"]`,
		verb: verb, resource: resource, ip: ip, ns: "default", code: 200, ua: "kubectl/v1.30.2 (linux/amd64) kubernetes/3968350"}
}

// k8sCreate is the creation of one object from the office, logged with its body.
func (c *cx) k8sCreate(apiGroup, resource, ns, name, body string) {
	e := c.k8sUser(c.t, "create", resource, c.a.office[0])
	e.apiGroup, e.ns, e.name, e.level, e.code = apiGroup, ns, name, "RequestResponse", 201
	e.reqObj, e.respObj = body, body
	c.k8s(e)
}
