package main

import (
	"fmt"
	"time"
)

// VPC flow logs: scenarios by name, in any order.
var laterFlow = []scenario{
	{name: "c2", typ: "Backdoor:EC2/C&CActivity.B", needs: needsList, run: func(c *cx) { c.contact("c2-ips.txt", 443, 12) }},
	{name: "pool", typ: "CryptoCurrency:EC2/BitcoinTool.B", needs: needsList, run: func(c *cx) { c.contact("mining-ips.txt", 3333, 20) }},
	{name: "sinkhole", typ: "Trojan:EC2/BlackholeTraffic", needs: needsList, run: func(c *cx) { c.contact("blackhole-ips.txt", 80, 6) }},
	{name: "drop", typ: "Trojan:EC2/DropPoint", needs: needsList, run: func(c *cx) { c.contact("drop-ips.txt", 443, 8) }},
	{name: "tor-guard", typ: "UnauthorizedAccess:EC2/TorClient", needs: needsList, run: func(c *cx) { c.contact("tor-guards.txt", 9001, 6) }},
	{name: "tor-relay", typ: "UnauthorizedAccess:EC2/TorRelay", needs: needsWindow, run: torRelay},
	{name: "flood-dns", typ: "Backdoor:EC2/DenialOfService.Dns", needs: needsWindow, run: func(c *cx) { c.flood(c.target(53, udp), 400000, 92) }},
	{name: "flood-tcp", typ: "Backdoor:EC2/DenialOfService.Tcp", needs: needsWindow, run: func(c *cx) {
		f := c.target(80, tcp)
		f.flags = flagSYN
		c.flood(f, 600000, 40)
	}},
	{name: "flood-udp-on-tcp", typ: "Backdoor:EC2/DenialOfService.UdpOnTcpPorts", needs: needsWindow, run: func(c *cx) { c.flood(c.target(22, udp), 500000, 284) }},
	{name: "flood-igmp", typ: "Backdoor:EC2/DenialOfService.UnusualProtocol", needs: needsWindow, run: func(c *cx) {
		f := c.target(0, igmp)
		f.sport = 0
		c.flood(f, 500000, 60)
	}},
	{name: "winrm-brute", typ: "Impact:EC2/WinRMBruteForce", needs: needsWindow, role: "TARGET", run: func(c *cx) {
		src := ipFrom(c.r, noiseOctets)
		for i := range 150 {
			c.guess(c.session(src, 5985, c.t+int64(i)*2000))
		}
		c.onInstance("ip", src, "port", "5985")
	}},
	{name: "ssh-brute-out", typ: "UnauthorizedAccess:EC2/SSHBruteForce", needs: needsWindow, role: "ACTOR", run: func(c *cx) {
		dst := ipFrom(c.r, noiseOctets)
		for i := range 150 {
			c.guess(c.egress(dst, 22, tcp, 0, 0, c.t+int64(i)*2000))
		}
		c.onInstance("ip", dst, "port", "22")
	}},
	{name: "ssh-brute-slow", typ: "UnauthorizedAccess:EC2/SSHBruteForce", needs: needsWindow, role: "TARGET", lasts: 9 * time.Hour, run: func(c *cx) {
		src := ipFrom(c.r, noiseOctets)
		for i := range 108 { // twelve an hour
			c.guess(c.session(src, 22, c.t+int64(i)*300000))
		}
		c.onInstance("ip", src, "port", "22")
	}},
	{name: "ssh-brute-distributed", typ: "UnauthorizedAccess:EC2/SSHBruteForce", needs: needsWindow, role: "TARGET", lasts: time.Hour, run: func(c *cx) {
		base := subnet(c.r)
		for i := range 240 { // sixty clients, four guesses each
			c.guess(c.session(fmt.Sprintf("%s.%d", base, 1+i%60), 22, c.t+int64(i)*12000))
		}
		c.onInstance("network", base+".0/24", "port", "22")
	}},
	{name: "portscan-internal", typ: "Recon:EC2/Portscan", needs: needsWindow, run: scanNeighbour},
}

// session is a conversation that src opens, from an ephemeral port: without
// TCP flags the ports alone tell which side that was.
func (c *cx) session(src string, port int, t int64) flow {
	f := c.ingress(src, port, 0, 0, t)
	f.sport = c.r.between(32768, 60999)
	return f
}

// contact is a few conversations, a minute apart, with an address of a list.
func (c *cx) contact(file string, port, times int) {
	dst := c.listed(file)
	for i := range times {
		c.call(dst, port, 24, 24*400, c.t+int64(i)*60000)
	}
	c.onInstance("ip", dst, "port", fmt.Sprint(port))
}

// target is one record of a flood from the instance against a public address.
func (c *cx) target(port, proto int) flow {
	return c.egress(ipFrom(c.r, noiseOctets), port, proto, 0, 0, c.t)
}

// torRelay takes sessions from relays on one port and opens sessions to more of them.
func torRelay(c *cx) {
	for i := range 6 {
		f := c.session(c.listed("tor-relays.txt"), 9001, c.t+int64(i)*60000)
		f.packets, f.bytes = 200, 200*500
		c.flow(f)
		c.flow(f.reply(c.r))
	}
	for i := range 20 {
		c.call(c.listed("tor-relays.txt"), 9001, 200, 200*500, c.t+int64(i)*60000)
	}
	c.onInstance("port", "9001")
}

// scanNeighbour tries 500 ports of another instance, which drops them all. Both interfaces record it.
func scanNeighbour(c *cx) {
	peer := &c.n.inst[c.r.n(len(c.n.inst))]
	for peer == c.in {
		peer = &c.n.inst[c.r.n(len(c.n.inst))]
	}
	for i := range 500 {
		f := c.egress(peer.ip, 1+i*37%20000, tcp, 1, 40, c.t+int64(i)*200)
		f.flags = flagSYN
		c.flow(f)
		f.in, f.egress = peer, false
		c.flow(f)
	}
	c.onInstance("ip", peer.ip)
}
