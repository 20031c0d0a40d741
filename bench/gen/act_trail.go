package main

import "fmt"

// What a scenario can have happen in CloudTrail.

// User agents: the ordinary command line, and those of three attack
// distributions, whose version 2 command line names the distribution.
const (
	cliUA  = "aws-cli/2.17.11 md/awscrt#0.20.11 ua/2.0 os/linux#6.1.94-99.176.amzn2023.x86_64 md/arch#x86_64 lang/python#3.11.8"
	kali   = "aws-cli/2.15.30 Python/3.11.8 Linux/6.6.15-amd64 kali exe/x86_64.kali.2024"
	kaliMD = "aws-cli/2.23.6 md/awscrt#1.0.0.dev0 ua/2.0 os/linux#6.12.13-amd64 md/arch#x86_64 lang/python#3.13.2 md/pyimpl#CPython cfg/retry-mode#standard md/installer#source md/distrib#kali.2025 md/prompt#off md/command#sts.get-caller-identity"
	parrot = "aws-cli/2.17.11 md/awscrt#0.20.11 ua/2.0 os/linux#6.5.0-13parrot1-amd64 md/arch#x86_64 lang/python#3.11.8 md/pyimpl#CPython md/installer#exe md/distrib#parrot.6 md/prompt#off"
	pentoo = "aws-cli/2.17.11 md/awscrt#0.20.11 ua/2.0 os/linux#6.6.30-pentoo md/arch#x86_64 lang/python#3.12.3 md/pyimpl#CPython md/installer#source md/distrib#pentoo.2 md/prompt#off"
)

func (c *cx) ct(e *ctRec) { c.emit(e.t, e.appendTo(nil, c.r)) }

// byUser is a call made with one user's key, the same user all through a scenario.
func (c *cx) byUser(t int64, source, name string, readOnly bool, ip, ua string) *ctRec {
	u := &c.a.users[c.r.n(len(c.a.users))]
	if c.at.Entity == nil {
		c.on("user", u.name, "ip", ip)
		c.at.Entity["accessKeyId"] = u.key
	} else {
		for i := range c.a.users {
			if c.a.users[i].name == c.at.Entity["user"] {
				u = &c.a.users[i]
			}
		}
	}
	return &ctRec{t: t, ident: identUser(c.a, u), source: source, name: name, readOnly: readOnly, region: c.a.region,
		account: c.a.id, ip: ip, ua: ua, tls: fmt.Sprintf(tls13, source, c.a.region)}
}

// calls makes eight calls in two minutes, taking the names in turn.
func (c *cx) calls(source string, readOnly bool, ip, ua string, names ...string) {
	for i := range 8 {
		c.ct(c.byUser(c.t+int64(i)*15000, source, names[i%len(names)], readOnly, ip, ua))
	}
}

// s3By is a data event made with one user's key.
func (c *cx) s3By(t int64, name, bucket, ip, ua string) {
	e := s3Event(c.r, c.a, t, name, bucket, s3Key(c.r, t))
	u := c.byUser(t, "s3", name, e.readOnly, ip, ua)
	e.ident, e.ip, e.ua = u.ident, ip, ua
	c.ct(e)
}

// s3Calls makes ten data events on one bucket, taking the names in turn.
func (c *cx) s3Calls(ip, ua string, names ...string) {
	bk := pick(c.r, c.a.buckets)
	for i := range 10 {
		c.s3By(c.t+int64(i)*5000, names[i%len(names)], bk, ip, ua)
	}
	c.at.Entity["bucket"] = bk
}

// adminCall is one change made from the office; fill gives its details.
func adminCall(fill func(c *cx, e *ctRec), source, name string) func(c *cx) {
	return func(c *cx) {
		e := c.byUser(c.t, source, name, false, c.a.office[0], cliUA)
		fill(c, e)
		c.ct(e)
	}
}

// ownBucket names a bucket nothing else in the data set touches, and makes it the entity.
func (c *cx) ownBucket() string {
	bk := fmt.Sprintf("%s-%s-%s", pick(c.r, words), c.r.hex(6), c.a.id[4:8])
	c.at.Entity["bucket"] = bk
	return bk
}
