package main

import (
	"fmt"
	"strings"
)

// DNS, first edition: append nothing, reorder nothing.
var firstDNS = []scenario{
	{typ: "Backdoor:EC2/C&CActivity.B!DNS", needs: needsList, run: func(c *cx) {
		d := pick(c.r, c.w.badDoms)
		for i := range 15 {
			c.dns(dnsRec{t: c.t + int64(i)*60000, name: "cdn." + d + ".", qtype: "A", rcode: "NOERROR", answers: []answer{{ipFrom(c.r, noiseOctets), "A"}}})
		}
		c.onInstance("domain", d)
	}},
	{typ: "CryptoCurrency:EC2/BitcoinTool.B!DNS", needs: needsList, run: func(c *cx) {
		d := pick(c.r, c.w.mining)
		for i := range 10 {
			c.dns(dnsRec{t: c.t + int64(i)*120000, name: d + ".", qtype: "A", rcode: "NOERROR", answers: []answer{{ipFrom(c.r, noiseOctets), "A"}}})
		}
		c.onInstance("domain", d)
	}},
	// The names are on no list, so only the heuristic type can be asked for; C is
	// right as well for who reads a feed of generated names that covers them.
	{typ: "Trojan:EC2/DGADomainRequest.B", or: []string{"Trojan:EC2/DGADomainRequest.C!DNS"}, needs: needsWindow, run: func(c *cx) {
		tld := pick(c.r, []string{"com", "net", "biz", "info"})
		for i := range 200 {
			c.dns(dnsRec{t: c.t + int64(i)*1000, name: c.r.str(dgaLetters, c.r.between(12, 22)) + "." + tld + ".", qtype: "A", rcode: "NXDOMAIN"})
		}
		c.onInstance("tld", tld)
	}},
	{typ: "Trojan:EC2/DNSDataExfiltration", needs: needsWindow, run: func(c *cx) {
		zone := "t." + pick(c.r, words) + c.r.str(b36Digits, 4) + ".net"
		for i := range 300 {
			l := strings.ToLower(c.r.str(b32Digits, 60))
			c.dns(dnsRec{t: c.t + int64(i)*400, name: fmt.Sprintf("%04d.%s.%s.%s.", i, l, l[:50], zone), qtype: "TXT", rcode: "NOERROR", answers: []answer{{`\"ok\"`, "TXT"}}})
		}
		c.onInstance("domain", zone)
	}},
	{typ: "UnauthorizedAccess:EC2/MetadataDNSRebind", needs: needsRecord, run: func(c *cx) {
		d := pick(c.r, words) + c.r.str(b36Digits, 5) + ".com"
		for i := range 4 {
			c.dns(dnsRec{t: c.t + int64(i)*5000, name: d + ".", qtype: "A", rcode: "NOERROR", answers: []answer{{"169.254.169.254", "A"}}})
		}
		c.onInstance("domain", d)
	}},
}
