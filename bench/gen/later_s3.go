package main

// S3 data events: scenarios by name, in any order.
var laterS3 = []scenario{
	{name: "list-malicious", typ: "Discovery:S3/MaliciousIPCaller", needs: needsList, run: fromListed("ListObjects")},
	{name: "read-malicious", typ: "Exfiltration:S3/MaliciousIPCaller", needs: needsList, run: fromListed("GetObject")},
	{name: "write-malicious", typ: "Impact:S3/MaliciousIPCaller", needs: needsList, run: fromListed("PutObject", "DeleteObject")},
	{name: "read-custom", typ: "UnauthorizedAccess:S3/MaliciousIPCaller.Custom", needs: needsList, run: func(c *cx) { c.s3Calls(c.bad, cliUA, "GetObject") }},
	{name: "list-tor", typ: "Discovery:S3/TorIPCaller", needs: needsList, run: func(c *cx) { c.s3Calls(c.tor, cliUA, "ListObjects") }},
	{name: "parrot", typ: "PenTest:S3/ParrotLinux", needs: needsRecord, run: func(c *cx) { c.s3Calls(c.a.office[1], parrot, "GetObject") }},
	{name: "pentoo", typ: "PenTest:S3/PentooLinux", needs: needsRecord, run: func(c *cx) { c.s3Calls(c.a.office[1], pentoo, "GetObject") }},
}

// fromListed makes data events from an address of the malicious callers' list.
func fromListed(names ...string) func(*cx) {
	return func(c *cx) { c.s3Calls(c.listed("malicious-callers.txt"), cliUA, names...) }
}
