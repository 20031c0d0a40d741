package main

// S3 data events, first edition: append nothing, reorder nothing.
var firstS3 = []scenario{
	{typ: "Discovery:S3/MaliciousIPCaller.Custom", needs: needsList, run: func(c *cx) {
		bk := pick(c.r, c.a.buckets)
		for i := range 10 {
			c.s3By(c.t+int64(i)*5000, "ListObjects", bk, c.bad, cliUA)
		}
		c.at.Entity["bucket"] = bk
	}},
	{typ: "UnauthorizedAccess:S3/TorIPCaller", needs: needsList, run: func(c *cx) {
		bk := pick(c.r, c.a.buckets)
		for i := range 10 {
			c.s3By(c.t+int64(i)*5000, "GetObject", bk, c.tor, cliUA)
		}
		c.at.Entity["bucket"] = bk
	}},
	{typ: "PenTest:S3/KaliLinux", needs: needsRecord, run: func(c *cx) {
		bk := pick(c.r, c.a.buckets)
		for i := range 5 {
			c.s3By(c.t+int64(i)*5000, "GetObject", bk, c.a.office[1], kali)
		}
		c.at.Entity["bucket"] = bk
	}},
	{typ: "Exfiltration:S3/AnomalousBehavior", needs: needsBaseline, run: func(c *cx) {
		bk, ip := pick(c.r, c.a.buckets), ipFrom(c.r, noiseOctets)
		for i := range 400 {
			c.s3By(c.t+int64(i)*300, "GetObject", bk, ip, cliUA)
		}
		c.at.Entity["bucket"] = bk
	}},
}
