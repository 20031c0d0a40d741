package main

import "fmt"

// What a scenario can have happen in flow logs and DNS logs.

func (c *cx) flow(f flow)  { c.emit(f.t, f.appendTo(nil, c.a, c.n, c.v5)) }
func (c *cx) dns(d dnsRec) { d.in = c.in; c.emit(d.t, d.appendTo(nil, c.r, c.a, c.n)) }

// query looks a name up; the answer is an address no list has, or NXDOMAIN.
func (c *cx) query(t int64, name string, exists bool) {
	d := dnsRec{t: t, name: name + ".", qtype: "A", rcode: "NXDOMAIN"}
	if exists {
		d.rcode, d.answers = "NOERROR", []answer{{ipFrom(c.r, noiseOctets), "A"}}
	}
	c.dns(d)
}

// egress is one record of traffic the instance sends.
func (c *cx) egress(dst string, dport, proto, packets, bytes int, t int64) flow {
	f := flow{in: c.in, src: c.in.ip, dst: dst, sport: c.r.between(32768, 60999), dport: dport, proto: proto, packets: packets, bytes: bytes, t: t, egress: true}
	if proto == tcp {
		f.flags = flagSYNFIN
	}
	return f
}

// out sends without an answer.
func (c *cx) out(dst string, dport, proto, packets, bytes int, t int64) {
	c.flow(c.egress(dst, dport, proto, packets, bytes, t))
}

// call is a TCP conversation the instance opens and the other side answers.
func (c *cx) call(dst string, dport, packets, bytes int, t int64) {
	f := c.egress(dst, dport, tcp, packets, bytes, t)
	c.flow(f)
	c.flow(f.reply(c.r))
}

// ingress is one record of a TCP conversation that src opens.
func (c *cx) ingress(src string, dport, packets, bytes int, t int64) flow {
	return flow{in: c.in, src: src, dst: c.in.ip, sport: c.r.between(1025, 65000), dport: dport, proto: tcp, packets: packets, bytes: bytes, t: t, flags: flagSYNFIN}
}

// guess is one attempt at a password: a short session of a size they all have.
func (c *cx) guess(f flow) {
	f.packets = c.r.between(11, 22)
	f.bytes = f.packets * c.r.between(80, 140)
	c.flow(f)
	g := f.reply(c.r)
	g.bytes = g.packets * c.r.between(80, 140)
	c.flow(g)
}

// brute is a run of guesses from one address at one service port.
func (c *cx) brute(src string, port, count int) {
	for i := range count {
		c.guess(c.ingress(src, port, 0, 0, c.t+int64(i)*2000))
	}
	c.onInstance("ip", src, "port", fmt.Sprint(port))
}

// flood sends packets of one size to one address, ten seconds a record, for ten minutes.
func (c *cx) flood(f flow, packets, size int) {
	for i := range 60 {
		f.t = c.t + int64(i)*10000
		f.packets, f.bytes = packets, packets*size
		c.flow(f)
	}
	c.onInstance("ip", f.dst, "port", fmt.Sprint(f.dport))
}

// subnet draws the first three octets of an ordinary network.
func subnet(r *rng) string {
	return fmt.Sprintf("%d.%d.%d", pick(r, noiseOctets), r.n(256), r.n(256))
}
