package main

import (
	"fmt"
	"time"
)

// Things in flow and DNS logs that look bad and are not.

var flowDecoys = []decoy{
	{name: "refused-c2-scan", why: "addresses on C2 lists scan the internet too; a refused inbound try says nothing about the instance", run: func(c *cx) {
		src := c.listed("c2-ips.txt")
		for i := range 6 {
			f := c.ingress(src, []int{22, 80, 443, 8080, 3389, 23}[i], 1, 44, c.t+int64(i)*20000)
			f.reject, f.flags = true, flagSYN
			c.flow(f)
		}
		c.onInstance("ip", src)
	}},
	{name: "configuration-management", why: "many SSH sessions from one host, but of very different sizes", lasts: time.Hour, run: func(c *cx) {
		src := c.n.prefix + ".0.20"
		for i := range 80 {
			packets := 12 + c.r.skew(6000)
			f := c.ingress(src, 22, packets, packets*c.r.between(90, 900), c.t+int64(i)*45000)
			c.flow(f)
			c.flow(f.reply(c.r))
		}
		c.onInstance("ip", src)
	}},
	{name: "health-check", why: "a load balancer opens and closes port 22 every half minute: too few packets for a login", lasts: time.Hour, run: func(c *cx) {
		src := c.n.prefix + ".0.30"
		for i := range 120 {
			f := c.ingress(src, 22, 3, 164, c.t+int64(i)*30000)
			c.flow(f)
			g := f.reply(c.r)
			g.packets, g.bytes = 2, 112
			c.flow(g)
		}
		c.onInstance("ip", src)
	}},
	{name: "video-call", why: "many UDP packets to one address, but as many come back", lasts: 30 * time.Minute, run: func(c *cx) {
		dst := ipFrom(c.r, noiseOctets)
		for i := range 25 {
			f := c.egress(dst, 3478, udp, 24000, 24000*220, c.t+int64(i)*60000)
			c.flow(f)
			g := f.reply(c.r)
			g.packets, g.bytes = 23000, 23000*220
			c.flow(g)
		}
		c.onInstance("ip", dst)
	}},
	{name: "crawler", why: "one port on many public hosts within minutes, but they answer", run: func(c *cx) {
		for i := range 150 {
			c.call(pick(c.r, c.w.services), 443, 20, 20*300, c.t+int64(i)*1500)
		}
		c.onInstance("port", "443")
	}},
}

var dnsDecoys = []decoy{
	{name: "browser-probes", why: "browsers test for hijacking with random names of a single label", run: func(c *cx) {
		for i := range 24 {
			c.query(c.t+int64(i/3)*600000+int64(i%3), c.r.str("abcdefghijklmnopqrstuvwxyz", c.r.between(7, 15)), false)
		}
		c.onInstance()
	}},
	{name: "antivirus-lookups", why: "a virus scanner asks for hashes under its maker's domain: long, unique, and no tunnel", run: func(c *cx) {
		for i := range 150 {
			h := c.r.hex(56)
			d := dnsRec{t: c.t + int64(i)*5000, name: h[:28] + "." + h[28:] + ".b.f.00.s.sophosxl.net.", qtype: "TXT", rcode: "NOERROR", answers: []answer{{`\"w u\"`, "TXT"}}}
			c.dns(d)
		}
		c.onInstance("domain", "sophosxl.net")
	}},
	{name: "blocked-advertising", why: "0.0.0.0 is how an ad blocker answers, not a sinkhole", run: func(c *cx) {
		for i := range 20 {
			c.dns(dnsRec{t: c.t + int64(i)*3000, name: "ads." + pick(c.r, words) + pick(c.r, words) + ".com.", qtype: "A", rcode: "NOERROR", answers: []answer{{"0.0.0.0", "A"}}})
		}
		c.onInstance()
	}},
	{name: "instance-data", why: "the metadata service has a name inside the VPC", run: func(c *cx) {
		c.dns(dnsRec{t: c.t, name: "instance-data.ec2.internal.", qtype: "A", rcode: "NOERROR", answers: []answer{{"169.254.169.254", "A"}}})
		c.onInstance()
	}},
	{name: "search-suffix", why: "random names that do not exist, all under the company's own domain", run: func(c *cx) {
		for i := range 80 {
			c.query(c.t+int64(i)*2000, fmt.Sprintf("%s.corp.example.com", c.r.str(b36Digits, 14)), false)
		}
		c.onInstance("domain", "example.com")
	}},
}
