package main

import "fmt"

// VPC flow logs, first edition: append nothing, reorder nothing.
var firstFlow = []scenario{
	{typ: "UnauthorizedAccess:EC2/MaliciousIPCaller.Custom", needs: needsList, run: func(c *cx) {
		for i := range 12 {
			c.out(c.bad, 443, tcp, 30, 9000, c.t+int64(i)*60000)
		}
		c.onInstance("ip", c.bad)
	}},
	{typ: "UnauthorizedAccess:EC2/TorClient", needs: needsList, run: func(c *cx) {
		for i := range 6 {
			c.out(c.tor, 9001, tcp, 80, 60000, c.t+int64(i)*60000)
		}
		c.onInstance("ip", c.tor)
	}},
	{typ: "Recon:EC2/PortProbeUnprotectedPort", needs: needsList, run: func(c *cx) {
		p := c.in.open[0]
		for i := range 4 {
			f := c.ingress(c.bad, p, 4, 240, c.t+int64(i)*30000)
			c.flow(f)
			c.flow(f.reply(c.r))
		}
		c.onInstance("ip", c.bad, "port", fmt.Sprint(p))
	}},
	{typ: "Recon:EC2/Portscan", needs: needsWindow, run: func(c *cx) {
		dst := ipFrom(c.r, noiseOctets)
		for i := range 400 {
			c.out(dst, 1+i*37%20000, tcp, 1, 40, c.t+int64(i)*500)
		}
		c.onInstance("ip", dst)
	}},
	{typ: "Impact:EC2/PortSweep", needs: needsWindow, run: func(c *cx) {
		base := subnet(c.r)
		for i := 1; i <= 250; i++ {
			c.out(fmt.Sprintf("%s.%d", base, i), 445, tcp, 1, 44, c.t+int64(i)*600)
		}
		c.onInstance("port", "445")
	}},
	{typ: "UnauthorizedAccess:EC2/SSHBruteForce", needs: needsWindow, run: func(c *cx) { c.brute(ipFrom(c.r, noiseOctets), 22, 150) }},
	{typ: "UnauthorizedAccess:EC2/RDPBruteForce", needs: needsWindow, run: func(c *cx) { c.brute(ipFrom(c.r, noiseOctets), 3389, 150) }},
	{typ: "Backdoor:EC2/Spambot", needs: needsWindow, run: func(c *cx) {
		for i := range 200 {
			c.out(ipFrom(c.r, noiseOctets), 25, tcp, 24, 12000, c.t+int64(i)*1500)
		}
		c.onInstance("port", "25")
	}},
	{typ: "Backdoor:EC2/DenialOfService.Udp", needs: needsWindow, run: func(c *cx) {
		dst := ipFrom(c.r, noiseOctets)
		for i := range 60 {
			c.out(dst, 80, udp, 900000, 900000*1200, c.t+int64(i)*60000/6)
		}
		c.onInstance("ip", dst)
	}},
	{typ: "Behavior:EC2/TrafficVolumeUnusual", needs: needsBaseline, run: func(c *cx) {
		dst := ipFrom(c.r, noiseOctets)
		for i := range 20 {
			c.out(dst, 443, tcp, 2000000, 2000000*1380, c.t+int64(i)*60000)
		}
		c.onInstance("ip", dst)
	}},
}
