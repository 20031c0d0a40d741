package main

import "fmt"

// CloudTrail management events: scenarios by name, in any order.
var laterTrail = []scenario{
	{name: "kali", typ: "PenTest:IAMUser/KaliLinux", needs: needsRecord, run: penTest(kaliMD)},
	{name: "parrot", typ: "PenTest:IAMUser/ParrotLinux", needs: needsRecord, run: penTest(parrot)},
	{name: "pentoo", typ: "PenTest:IAMUser/PentooLinux", needs: needsRecord, run: penTest(pentoo)},
	{name: "short-term-root", typ: "Policy:IAMUser/ShortTermRootCredentialUsage", needs: needsRecord, key: "account", run: func(c *cx) {
		key := "ASIA" + c.r.str(b32Digits, 16)
		for i, name := range []string{"GetLoginProfile", "ListAccessKeys", "DeleteLoginProfile"} {
			e := c.byUser(c.t+int64(i)*20000, "iam", name, i < 2, c.a.office[0], cliUA)
			e.ident = identAssumedRoot(c.a, key, e.t)
			c.ct(e)
		}
		c.on("user", "Root", "ip", c.a.office[0])
	}},
	{name: "bedrock-logging", typ: "DefenseEvasion:IAMUser/BedrockLoggingDisabled", needs: needsRecord, key: "account",
		run: adminCall(func(*cx, *ctRec) {}, "bedrock", "DeleteModelInvocationLoggingConfiguration")},
	{name: "delete-trail", typ: "Stealth:IAMUser/CloudTrailLoggingDisabled", needs: needsRecord, key: "account", run: adminCall(func(c *cx, e *ctRec) {
		e.req = fmt.Sprintf(`{"name":"arn:aws:cloudtrail:%s:%s:trail/%s-trail"}`, c.a.region, c.a.id, pick(c.r, words))
	}, "cloudtrail", "DeleteTrail")},
	{name: "delete-password-policy", typ: "Stealth:IAMUser/PasswordPolicyChange", needs: needsRecord, key: "account",
		run: adminCall(func(*cx, *ctRec) {}, "iam", "DeleteAccountPasswordPolicy")},

	{name: "recon-malicious", typ: "Recon:IAMUser/MaliciousIPCaller", needs: needsList, run: func(c *cx) {
		c.calls("ec2", true, c.listed("malicious-callers.txt"), cliUA, "DescribeInstances", "DescribeSecurityGroups", "DescribeSnapshots")
	}},
	{name: "recon-custom", typ: "Recon:IAMUser/MaliciousIPCaller.Custom", needs: needsList, run: func(c *cx) {
		c.calls("iam", true, c.bad, cliUA, "ListUsers", "ListRoles", "ListAccessKeys")
	}},
	{name: "access-malicious", typ: "UnauthorizedAccess:IAMUser/MaliciousIPCaller", needs: needsList, run: func(c *cx) {
		c.calls("iam", false, c.listed("malicious-callers.txt"), cliUA, "CreateUser", "AttachUserPolicy", "CreateAccessKey")
	}},

	{name: "account-public-access", typ: "Policy:S3/AccountBlockPublicAccessDisabled", needs: needsRecord, key: "account", run: adminCall(func(c *cx, e *ctRec) {
		e.req = accountPublicAccess(c.a, false)
	}, "s3", "PutAccountPublicAccessBlock")},
	{name: "acl-authenticated", typ: "Policy:S3/BucketPublicAccessGranted", needs: needsRecord, key: "bucket", run: adminCall(func(c *cx, e *ctRec) {
		bucketACL(c, e, "AuthenticatedUsers")
	}, "s3", "PutBucketAcl")},
	{name: "policy-any-principal", typ: "Policy:S3/BucketPublicAccessGranted", needs: needsRecord, key: "bucket", run: adminCall(func(c *cx, e *ctRec) {
		bucketPolicy(c, e, `,"Condition":{"StringLike":{"aws:PrincipalArn":"arn:aws:iam::*"}}`)
	}, "s3", "PutBucketPolicy")},
	{name: "acl-all-users", typ: "Policy:S3/BucketAnonymousAccessGranted", needs: needsRecord, key: "bucket", run: adminCall(func(c *cx, e *ctRec) {
		bucketACL(c, e, "AllUsers")
	}, "s3", "PutBucketAcl")},

	{name: "lambda-credentials", typ: "UnauthorizedAccess:IAMUser/ResourceCredentialExfiltration.OutsideAWS", needs: needsBaseline, run: func(c *cx) {
		fn := pick(c.r, words) + "-" + pick(c.r, words) + "-fn"
		stolen(c, session{name: fn, scope: fmt.Sprintf(`{"issuerType":"AWS::Lambda::Function","credentialsIssuedTo":"arn:aws:lambda:%s:%s:function:%s"}`, c.a.region, c.a.id, fn)})
	}},
	{name: "task-credentials", typ: "UnauthorizedAccess:IAMUser/ResourceCredentialExfiltration.OutsideAWS", needs: needsBaseline, run: func(c *cx) {
		task := c.r.hex(32)
		stolen(c, session{name: task, scope: fmt.Sprintf(`{"issuerType":"AWS::ECS::Task","credentialsIssuedTo":"arn:aws:ecs:%s:%s:task/%s/%s"}`, c.a.region, c.a.id, c.a.cluster, task)})
	}},
	{name: "instance-credentials-endpoint", typ: "UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.InsideAWS", needs: needsRecord, key: "instance", run: func(c *cx) {
		other := fmt.Sprintf("%012d", 922200000000+c.r.n(700000000))
		for i := range 4 {
			e := c.byUser(c.t+int64(i)*9000, "ec2", "DescribeInstances", true, fmt.Sprintf("10.200.%d.%d", c.r.n(256), c.r.between(10, 250)), cliUA)
			e.ident, e.vpce, e.vpceAccount = identInstance(c.a, c.in, e.t), "vpce-0"+b32Of(other, 4), other
			c.ct(e)
		}
		c.onInstance("account", other)
	}},
}

// penTest makes five calls from the office with the user agent of an attack distribution.
func penTest(ua string) func(*cx) {
	return func(c *cx) {
		for i := range 5 {
			c.ct(c.byUser(c.t+int64(i)*5000, "sts", "GetCallerIdentity", true, c.a.office[1], ua))
		}
	}
}

// stolen uses a function's or a task's session from an address that is not Amazon's.
func stolen(c *cx, s session) {
	role, ip := pick(c.r, c.a.roles), fmt.Sprintf("%d.%d.%d.%d", c.r.between(58, 61), c.r.n(256), c.r.n(256), c.r.between(1, 254))
	s.role, s.roleID, s.key = role.name, role.id, "ASIA"+c.r.str(b32Digits, 16)
	for i := range 6 {
		e := c.byUser(c.t+int64(i)*9000, "dynamodb", "ListTables", true, ip, cliUA)
		s.t = e.t
		e.ident = identRole(c.a, s)
		c.ct(e)
	}
	c.on("user", role.name, "ip", ip)
	c.at.Entity["accessKeyId"] = s.key
}

// bucketPolicy puts a policy that lets everyone the condition lets read the bucket.
func bucketPolicy(c *cx, e *ctRec, condition string) {
	bk := c.ownBucket()
	e.req = fmt.Sprintf(`{"bucketPolicy":{"Version":"2012-10-17","Statement":[{"Sid":"Read","Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::%s/*"%s}]},"bucketName":"%s","Host":"%s.s3.amazonaws.com","policy":""}`, bk, condition, bk, bk)
	e.resources = bucketResource(c.a, bk)
}

// bucketACL puts an ACL that lets one of S3's global groups read the bucket.
func bucketACL(c *cx, e *ctRec, group string) {
	bk := c.ownBucket()
	e.req = fmt.Sprintf(`{"bucketName":"%s","AccessControlPolicy":{"xmlns":"http://s3.amazonaws.com/doc/2006-03-01/","Owner":{"ID":"%s"},"AccessControlList":{"Grant":[{"Grantee":{"xsi:type":"Group","xmlns:xsi":"http://www.w3.org/2001/XMLSchema-instance","URI":"http://acs.amazonaws.com/groups/global/%s"},"Permission":"READ"}]}},"Host":"%s.s3.amazonaws.com","acl":""}`, bk, c.r.hex(64), group, bk)
	e.resources = bucketResource(c.a, bk)
}

func bucketResource(a *account, bucket string) string {
	return fmt.Sprintf(`[{"accountId":"%s","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::%s"}]`, a.id, bucket)
}

// publicAccessFlags are the four switches of Block Public Access, all alike.
func publicAccessFlags(on bool) string {
	return fmt.Sprintf(`"PublicAccessBlockConfiguration":{"xmlns":"http://s3.amazonaws.com/doc/2006-03-01/","RestrictPublicBuckets":%t,"BlockPublicPolicy":%t,"BlockPublicAcls":%t,"IgnorePublicAcls":%t}`, on, on, on, on)
}

func accountPublicAccess(a *account, on bool) string {
	return fmt.Sprintf(`{"publicAccessBlock":"","accountId":"%s",%s,"Host":"%s.s3-control.%s.amazonaws.com"}`, a.id, publicAccessFlags(on), a.id, a.region)
}
