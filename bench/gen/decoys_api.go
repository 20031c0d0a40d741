package main

import "fmt"

// Things in CloudTrail and Kubernetes audit logs that look bad and are not.

var trailDecoys = []decoy{
	{name: "role-named-kali", why: "the word is in a role's name, not in the user agent", run: func(c *cx) {
		for i := range 5 {
			e := c.byUser(c.t+int64(i)*5000, "ec2", "DescribeInstances", true, c.a.nets[0].inst[0].pub, cliUA)
			e.ident = identRole(c.a, session{role: "kali-sync-role", roleID: "AROA" + b32Of("kali-sync-role", 17), name: "parrot-" + c.r.hex(8), key: "ASIA" + c.r.str(b32Digits, 16), t: e.t})
			c.ct(e)
		}
		c.on("user", "kali-sync-role")
	}},
	{name: "refused-stop-logging", why: "the call failed: the trail still logs", run: adminCall(func(c *cx, e *ctRec) {
		e.req = fmt.Sprintf(`{"name":"arn:aws:cloudtrail:%s:%s:trail/org-trail"}`, c.a.region, c.a.id)
		deny(e, c.a.roles[0].name)
	}, "cloudtrail", "StopLogging")},
	{name: "organization-policy", why: "everyone, but only within the organization", run: adminCall(func(c *cx, e *ctRec) {
		bucketPolicy(c, e, `,"Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"}}`)
	}, "s3", "PutBucketPolicy")},
	{name: "public-access-blocked", why: "all four switches go on", run: adminCall(func(c *cx, e *ctRec) {
		bk := c.ownBucket()
		e.req = fmt.Sprintf(`{"publicAccessBlock":"","bucketName":"%s",%s,"Host":"%s.s3.amazonaws.com"}`, bk, publicAccessFlags(true), bk)
		e.resources = bucketResource(c.a, bk)
	}, "s3", "PutBucketPublicAccessBlock")},
	{name: "account-public-access-blocked", why: "all four switches go on", run: adminCall(func(c *cx, e *ctRec) {
		e.req = accountPublicAccess(c.a, true)
	}, "s3", "PutAccountPublicAccessBlock")},
	{name: "access-logging-on", why: "the call turns access logging on", run: adminCall(func(c *cx, e *ctRec) {
		bk := c.ownBucket()
		e.req = fmt.Sprintf(`{"BucketLoggingStatus":{"xmlns":"http://s3.amazonaws.com/doc/2006-03-01/","LoggingEnabled":{"TargetBucket":"%s","TargetPrefix":"access/"}},"bucketName":"%s","Host":"%s.s3.amazonaws.com","logging":""}`, pick(c.r, c.a.buckets), bk, bk)
		e.resources = bucketResource(c.a, bk)
	}, "s3", "PutBucketLogging")},
	{name: "strict-password-policy", why: "stricter than any policy an account starts with", run: adminCall(func(_ *cx, e *ctRec) {
		e.req = `{"minimumPasswordLength":16,"requireSymbols":true,"requireNumbers":true,"requireUppercaseCharacters":true,"requireLowercaseCharacters":true,"allowUsersToChangePassword":true,"maxPasswordAge":90,"passwordReusePrevention":24,"hardExpiry":true}`
	}, "iam", "UpdateAccountPasswordPolicy")},
	{name: "root-for-support", why: "AWS makes the call on the account's behalf", run: func(c *cx) {
		const by = "support.amazonaws.com"
		e := c.byUser(c.t, "iam", "GetAccountSummary", true, by, by)
		e.ident = fmt.Sprintf(`{"type":"Root","principalId":"%s","arn":"arn:aws:iam::%s:root","accountId":"%s","accessKeyId":"","invokedBy":"%s"}`, c.a.id, c.a.id, c.a.id, by)
		c.ct(e)
		c.on("user", "Root")
	}},
}

var s3Decoys = []decoy{
	{name: "website-visitors", why: "anyone may read a public website; no list has the visitors", run: func(c *cx) {
		bk := c.a.buckets[0]
		for i := range 20 {
			e := s3Event(c.r, c.a, c.t+int64(i)*3000, "GetObject", bk, "index.html")
			e.ident, e.ip, e.ua = `{"type":"AWSAccount","principalId":"","accountId":"anonymous"}`, pickSkew(c.r, c.w.clients), userAgents[5]
			c.ct(e)
		}
		c.on("bucket", bk)
	}},
}

var k8sDecoys = []decoy{
	{name: "anonymous-health-check", why: "health endpoints are open to everyone", run: func(c *cx) {
		for i, path := range []string{"/healthz", "/livez", "/readyz", "/version"} {
			e := k8sRec{t: c.t + int64(i)*5000, ip: ipFrom(c.r, noiseOctets), ua: "ELB-HealthChecker/2.0", path: path}
			e.anonymous("get", "")
			e.annot = `"authorization.k8s.io/decision":"allow","authorization.k8s.io/reason":"RBAC: allowed by ClusterRoleBinding \"system:public-info-viewer\" of ClusterRole \"system:public-info-viewer\" to Group \"system:unauthenticated\""`
			c.k8s(e)
		}
		c.on("cluster", c.a.cluster)
	}},
	{name: "refused-exec", why: "the exec was not allowed", run: func(c *cx) {
		e := c.k8sUser(c.t, "create", "pods", c.a.office[0])
		e.ns, e.name, e.sub, e.code, e.annot = "kube-system", "coredns-"+c.r.hex(10), "exec", 403, refused
		c.k8s(e)
	}},
	{name: "network-plugin", why: "the cluster's own network plugin is privileged and mounts the node's paths", run: func(c *cx) {
		e := c.k8sUser(c.t, "update", "daemonsets", c.a.nets[0].inst[0].ip)
		e.user, e.uid, e.groups, e.ua = "eks:addon-manager", "", `["eks:service-operations","system:authenticated"]`, "eksAddonManager/v0.1"
		e.apiGroup, e.ns, e.name, e.level = "apps", "kube-system", "aws-node", "RequestResponse"
		e.reqObj = workload("DaemonSet", "kube-system", "aws-node", "602401143452.dkr.ecr.us-east-1.amazonaws.com/amazon-k8s-cni:v1.18.2",
			`,"securityContext":{"privileged":true},"volumeMounts":[{"name":"cni","mountPath":"/host/opt/cni/bin"}]`, `{"name":"cni","hostPath":{"path":"/opt/cni/bin","type":""}}`)
		e.respObj = e.reqObj
		c.k8s(e)
	}},
	{name: "internal-dashboard", why: "the load balancer has no public address", run: func(c *cx) {
		const ns, name = "kubernetes-dashboard", "kubernetes-dashboard"
		c.k8sCreate("", "services", ns, name, service(ns, name, "LoadBalancer", `"service.beta.kubernetes.io/aws-load-balancer-internal":"true"`))
	}},
	{name: "bound-service-account", why: "an account of its own gets a narrow role", run: func(c *cx) {
		c.k8sCreate(rbac, "rolebindings", "default", "reader", binding("RoleBinding", "reader", `{"kind":"ServiceAccount","name":"reader","namespace":"default"}`, "view"))
	}},
	{name: "default-binding", why: "the API server restores a binding every cluster has", run: func(c *cx) {
		e := c.k8sUser(c.t, "update", "clusterrolebindings", "::1")
		e.user, e.uid, e.groups, e.ua = "system:apiserver", "", `["system:masters"]`, "kube-apiserver/v1.30.2 (linux/amd64) kubernetes/a3b1c2d"
		e.apiGroup, e.ns, e.name, e.level = rbac, "", "system:public-info-viewer", "RequestResponse"
		e.reqObj = binding("ClusterRoleBinding", e.name, `{"kind":"Group","apiGroup":"rbac.authorization.k8s.io","name":"system:unauthenticated"}`, e.name)
		c.k8s(e)
	}},
}
