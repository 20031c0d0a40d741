package main

import "fmt"

func flow2Background(r *rng, w *world, a *account, t int64, b []byte) ([]byte, int) {
	return flowBackground(r, w, a, &a.nets[0], t, b, false)
}

func flow5Background(r *rng, w *world, a *account, t int64, b []byte) ([]byte, int) {
	return flowBackground(r, w, a, &a.nets[1], t, b, true)
}

// flowBackground writes one ordinary conversation, or one record of noise.
func flowBackground(r *rng, w *world, a *account, n *network, t int64, b []byte, v5 bool) ([]byte, int) {
	in := &n.inst[r.skew(len(n.inst))]
	pk := 1 + r.skew(400)
	f := flow{in: in, proto: tcp, packets: pk, bytes: pk * r.between(52, 1400), t: t, flags: flagSYNFIN, sport: r.between(32768, 60999)}
	answered := true
	switch x := r.f(); {
	case x < 0.35: // a client on the internet
		f.src, f.dst, f.dport = pickSkew(r, w.clients), in.ip, in.open[0]
	case x < 0.62: // calls out
		f.src, f.dst, f.dport, f.egress = in.ip, pickSkew(r, w.services), 443, true
		if r.p(0.5) {
			f.dstSvc = pick(r, []string{"AMAZON", "S3", "EC2", "DYNAMODB"})
		}
	case x < 0.88:
		return appendInternal(r, f, a, n, b, v5), 2
	case x < 0.92:
		f.src, f.dst, f.dport, f.proto, f.egress, f.flags = in.ip, n.prefix+".0.2", 53, udp, true, 0
	case x < 0.93:
		f.src, f.dst, f.sport, f.dport, f.proto, f.packets, f.bytes, f.egress, f.flags = in.ip, "169.254.169.123", 123, 123, udp, 1, 76, true, 0
	case x < 0.99: // the internet's own noise
		f.src, f.dst, f.dport, f.reject, answered = ipFrom(r, noiseOctets), in.ip, []int{22, 23, 80, 445, 3389, 8080, 5060, 8443, 2375, r.between(1, 65535)}[r.n(10)], true, false
		f.packets, f.flags = 1, flagSYN
		f.bytes = 40 + 4*r.n(6)
	default:
		return flowNoData(r, a, n, t, b, v5), 1
	}
	b = f.appendTo(b, a, n, v5)
	if !answered {
		return b, 1
	}
	g := f.reply(r)
	return g.appendTo(b, a, n, v5), 2
}

// appendInternal turns f into traffic inside the VPC: the peer's interface records it too.
func appendInternal(r *rng, f flow, a *account, n *network, b []byte, v5 bool) []byte {
	peer := &n.inst[r.n(len(n.inst))]
	f.src, f.dst, f.dport = peer.ip, f.in.ip, f.in.open[r.n(len(f.in.open))]
	if f.dport == 22 {
		f.dport = 443
	}
	b = f.appendTo(b, a, n, v5)
	f.in, f.egress = peer, true
	return f.appendTo(b, a, n, v5)
}

func flowNoData(r *rng, a *account, n *network, t int64, b []byte, v5 bool) []byte {
	in := pick(r, n.inst)
	if !v5 {
		return fmt.Appendf(b, "2 %s %s - - - - - - - %d %d - NODATA\n", a.id, in.eni, t/1000, t/1000+interval)
	}
	return fmt.Appendf(b, "5 %s %s - - - - - - - %d %d - NODATA %s %s %s - - - - %s %s - - - - - -\n", a.id, in.eni, t/1000, t/1000+interval, n.vpc, in.subnet, in.id, a.region, in.az)
}
