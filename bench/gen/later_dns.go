package main

import (
	"fmt"
	"strings"
)

// dgaLetters spell machine-made names: mostly consonants.
const dgaLetters = "bcdfghjklmnpqrstvwxzaeiou"

// DNS: scenarios by name, in any order. The guardduty… names are those that
// Amazon's own tester looks up; a detector knows them without a list.
var laterDNS = []scenario{
	{name: "phishing", typ: "Trojan:EC2/PhishingDomainRequest!DNS", needs: needsList, run: lookupListed("phishing-domains.txt", "login.")},
	{name: "driveby", typ: "Trojan:EC2/DriveBySourceTraffic!DNS", needs: needsList, run: lookupListed("driveby-domains.txt", "dl.")},
	{name: "drop", typ: "Trojan:EC2/DropPoint!DNS", needs: needsList, run: lookupListed("drop-domains.txt", "")},
	{name: "sinkhole", typ: "Trojan:EC2/BlackholeTraffic!DNS", needs: needsList, run: lookupListed("blackhole-domains.txt", "")},
	{name: "dga-listed", typ: "Trojan:EC2/DGADomainRequest.C!DNS", needs: needsList, run: lookupListed("dga-domains.txt", "")},
	{name: "custom", typ: "Impact:EC2/MaliciousDomainRequest.Custom", needs: needsList, run: lookupListed("custom-domains.txt", "www.")},
	{name: "dynamic-dns", typ: "Impact:EC2/AbusedDomainRequest.Reputation", needs: needsRecord, run: func(c *cx) {
		c.lookup(pick(c.r, words) + c.r.str(b36Digits, 5) + ".duckdns.org")
	}},
	{name: "dga-spread", typ: "Trojan:EC2/DGADomainRequest.B", or: []string{"Trojan:EC2/DGADomainRequest.C!DNS"}, needs: needsWindow, run: func(c *cx) {
		for i := range 60 { // half an hour, four domains, one name in ten exists
			tld := []string{"com", "net", "org", "biz"}[i%4]
			c.query(c.t+int64(i)*30000, c.r.str(dgaLetters, c.r.between(12, 20))+"."+tld, i%10 == 9)
		}
		c.onInstance()
	}},
	{name: "tunnel-long-names", typ: "Trojan:EC2/DNSDataExfiltration", needs: needsWindow, run: tunnel},

	tester("Backdoor:EC2/C&CActivity.B!DNS", "guarddutyc2activityb.com"),
	tester("Backdoor:EC2/C&CActivity.B!DNS", "c2.guarddutyc2activityb.com"),
	tester("CryptoCurrency:EC2/BitcoinTool.B!DNS", "crypto.guarddutyc2activityb.com"),
	tester("Impact:EC2/AbusedDomainRequest.Reputation", "abused-rep.guarddutyc2activityb.com"),
	tester("Impact:EC2/BitcoinDomainRequest.Reputation", "crypto-rep.guarddutyc2activityb.com"),
	tester("Impact:EC2/MaliciousDomainRequest.Reputation", "malicious-rep.guarddutyc2activityb.com"),
	tester("Impact:EC2/SuspiciousDomainRequest.Reputation", "suspicious-rep.guarddutyc2activityb.com"),
	tester("Trojan:EC2/BlackholeTraffic!DNS", "guarddutyblackholeactivity.com"),
	tester("Trojan:EC2/DropPoint!DNS", "guarddutydroppointactivity.com"),
	tester("Trojan:EC2/PhishingDomainRequest!DNS", "guarddutyphishingactivity.com"),
	tester("Trojan:EC2/DriveBySourceTraffic!DNS", "guarddutydrivebyactivity.com"),
	tester("Trojan:EC2/DGADomainRequest.C!DNS", "guarddutydgaactivity.com"),
}

func tester(typ, name string) scenario {
	return scenario{name: name, typ: typ, needs: needsRecord, run: func(c *cx) { c.lookup(name) }}
}

// lookup asks for one name four times in four minutes.
func (c *cx) lookup(name string) {
	for i := range 4 {
		c.query(c.t+int64(i)*60000, name, true)
	}
	c.onInstance("domain", name)
}

// lookupListed asks for a name of a list, or for a host under it.
func lookupListed(file, host string) func(*cx) {
	return func(c *cx) {
		d := c.listed(file)
		c.lookup(host + d)
		c.at.Actor["domain"] = d
	}
}

// tunnel asks for as many names, as long, as Amazon's tester does: 929 of about 117 characters.
func tunnel(c *cx) {
	zone := pick(c.r, words) + c.r.str(b36Digits, 5) + ".com"
	for i := range 929 {
		data := strings.ToLower(c.r.str(b32Digits, c.r.between(48, 60)+38))
		c.query(c.t+int64(i)*1000, fmt.Sprintf("%03d-%s.%s.%s", i, data[:50], data[50:], zone), true)
	}
	c.onInstance("domain", zone)
}
