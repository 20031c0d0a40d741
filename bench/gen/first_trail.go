package main

import "fmt"

// CloudTrail management events, first edition: append nothing, reorder nothing.
var firstTrail = []scenario{
	{typ: "Stealth:IAMUser/CloudTrailLoggingDisabled", needs: needsRecord, key: "account", run: adminCall(func(c *cx, e *ctRec) {
		e.req = fmt.Sprintf(`{"name":"arn:aws:cloudtrail:%s:%s:trail/org-trail"}`, c.a.region, c.a.id)
	}, "cloudtrail", "StopLogging")},
	{typ: "Stealth:IAMUser/PasswordPolicyChange", needs: needsRecord, key: "account", run: adminCall(func(c *cx, e *ctRec) {
		e.req = `{"minimumPasswordLength":6,"requireSymbols":false,"requireNumbers":false,"requireUppercaseCharacters":false,"requireLowercaseCharacters":false,"allowUsersToChangePassword":true,"hardExpiry":false}`
	}, "iam", "UpdateAccountPasswordPolicy")},
	{typ: "Policy:IAMUser/RootCredentialUsage", needs: needsRecord, key: "account", run: func(c *cx) {
		for i := range 3 {
			e := apiCall(c.r, c.a, c.t+int64(i)*20000, "iam", []string{"ListUsers", "CreateAccessKey", "GetAccountSummary"}[i], i != 1)
			e.ident, e.ip, e.ua = identRoot(c.a), c.a.office[0], userAgents[5]
			c.ct(e)
		}
		c.on("user", "Root", "ip", c.a.office[0])
	}},
	{typ: "UnauthorizedAccess:IAMUser/TorIPCaller", needs: needsList, run: func(c *cx) {
		for i := range 8 {
			c.ct(c.byUser(c.t+int64(i)*15000, "ec2", []string{"CreateSecurityGroup", "ImportKeyPair", "RunInstances", "StopInstances"}[i%4], false, c.tor, cliUA))
		}
	}},
	{typ: "Recon:IAMUser/TorIPCaller", needs: needsList, run: func(c *cx) {
		for i := range 8 {
			c.ct(c.byUser(c.t+int64(i)*15000, "iam", []string{"ListUsers", "ListRoles", "GetAccountAuthorizationDetails", "ListAccessKeys"}[i%4], true, c.tor, cliUA))
		}
	}},
	{typ: "UnauthorizedAccess:IAMUser/MaliciousIPCaller.Custom", needs: needsList, run: func(c *cx) {
		for i := range 8 {
			c.ct(c.byUser(c.t+int64(i)*15000, "iam", []string{"CreateUser", "AttachUserPolicy", "CreateAccessKey", "CreateLoginProfile"}[i%4], false, c.bad, cliUA))
		}
	}},
	{typ: "PenTest:IAMUser/KaliLinux", needs: needsRecord, run: func(c *cx) {
		for i := range 5 {
			c.ct(c.byUser(c.t+int64(i)*5000, "sts", "GetCallerIdentity", true, c.a.office[1], kali))
		}
	}},
	{typ: "UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS", needs: needsBaseline, key: "instance", run: func(c *cx) {
		ip := ipFrom(c.r, noiseOctets)
		for i := range 6 {
			e := apiCall(c.r, c.a, c.t+int64(i)*9000, "ec2", "DescribeInstances", true)
			e.ident, e.ip, e.ua = identInstance(c.a, c.in, e.t), ip, cliUA
			c.ct(e)
		}
		c.onInstance("ip", ip)
		c.at.Entity["accessKeyId"] = c.in.key
	}},
	{typ: "UnauthorizedAccess:IAMUser/ConsoleLoginSuccess.B", needs: needsWindow, run: func(c *cx) {
		u := pick(c.r, c.a.users)
		for i := range 3 { // three continents in ten minutes
			c.ct(consoleLogin(c.a, &u, c.t+int64(i)*300000, []string{"177.12.4.9", "41.66.9.20", "211.3.77.8"}[i], true))
		}
		c.on("user", u.name)
	}},
	{typ: "Policy:S3/BucketAnonymousAccessGranted", needs: needsRecord, key: "bucket", run: adminCall(func(c *cx, e *ctRec) {
		bk := pick(c.r, c.a.buckets)
		e.req = fmt.Sprintf(`{"bucketPolicy":{"Version":"2012-10-17","Statement":[{"Sid":"Public","Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::%s/*"}]},"bucketName":"%s","Host":"%s.s3.amazonaws.com","policy":""}`, bk, bk, bk)
		e.resources = fmt.Sprintf(`[{"accountId":"%s","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::%s"}]`, c.a.id, bk)
		c.at.Entity["bucket"] = bk
	}, "s3", "PutBucketPolicy")},
	{typ: "Policy:S3/BucketBlockPublicAccessDisabled", needs: needsRecord, key: "bucket", run: adminCall(func(c *cx, e *ctRec) {
		bk := pick(c.r, c.a.buckets)
		e.req = fmt.Sprintf(`{"publicAccessBlock":"","bucketName":"%s","PublicAccessBlockConfiguration":{"xmlns":"http://s3.amazonaws.com/doc/2006-03-01/","RestrictPublicBuckets":false,"BlockPublicPolicy":false,"BlockPublicAcls":false,"IgnorePublicAcls":false},"Host":"%s.s3.amazonaws.com"}`, bk, bk)
		c.at.Entity["bucket"] = bk
	}, "s3", "PutBucketPublicAccessBlock")},
	{typ: "Stealth:S3/ServerAccessLoggingDisabled", needs: needsRecord, key: "bucket", run: adminCall(func(c *cx, e *ctRec) {
		bk := pick(c.r, c.a.buckets)
		e.req = fmt.Sprintf(`{"BucketLoggingStatus":{"xmlns":"http://s3.amazonaws.com/doc/2006-03-01/"},"bucketName":"%s","Host":"%s.s3.amazonaws.com","logging":""}`, bk, bk)
		c.at.Entity["bucket"] = bk
	}, "s3", "PutBucketLogging")},
}
