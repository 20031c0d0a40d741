package main

import "strconv"

// VPC Flow Logs: "flow2" is the default version 2 format, "flow5" a custom
// format with all version 2 to 5 fields. S3 deliveries begin with a header.

const (
	header2 = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status\n"
	header5 = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status vpc-id subnet-id instance-id tcp-flags type pkt-srcaddr pkt-dstaddr region az-id sublocation-type sublocation-id pkt-src-aws-service pkt-dst-aws-service flow-direction traffic-path\n"
)

// Protocol numbers and the TCP flag sets flow logs show: flags are or-ed over
// the record's interval, and ACK alone is not reported.
const (
	igmp = 2
	tcp  = 6
	udp  = 17

	flagSYN      = 2
	flagSYNFIN   = 3  // a client's whole session
	flagSYNACKFN = 19 // a server's whole session
)

// interval is the length of every record in seconds, start to end.
const interval = 58

type flow struct {
	in             *instance // whose interface recorded it
	src, dst       string
	sport, dport   int
	proto          int
	packets, bytes int
	t              int64 // start, unix ms
	reject         bool
	egress         bool
	flags          int
	srcSvc, dstSvc string
}

func (f *flow) appendTo(b []byte, a *account, n *network, v5 bool) []byte {
	version := "2 "
	if v5 {
		version = "5 "
	}
	b = append(b, version...)
	b = appendFields(b, a.id, f.in.eni, f.src, f.dst)
	for _, v := range []int{f.sport, f.dport, f.proto, f.packets, f.bytes, int(f.t / 1000), int(f.t/1000) + interval} {
		b = append(strconv.AppendInt(b, int64(v), 10), ' ')
	}
	action := "ACCEPT OK"
	if f.reject {
		action = "REJECT OK"
	}
	b = append(b, action...)
	if v5 {
		b = f.appendV5(append(b, ' '), a, n)
	}
	return append(b, '\n')
}

// appendV5 adds the fields that versions 3 to 5 brought.
func (f *flow) appendV5(b []byte, a *account, n *network) []byte {
	dir, path := "ingress", "-"
	if f.egress {
		dir, path = "egress", "8"
	}
	b = appendFields(b, n.vpc, f.in.subnet, f.in.id, strconv.Itoa(f.flags), "IPv4", f.src, f.dst,
		a.region, f.in.az, "-", "-", dash(f.srcSvc), dash(f.dstSvc), dir)
	return append(b, path...)
}

func appendFields(b []byte, fields ...string) []byte {
	for _, s := range fields {
		b = append(append(b, s...), ' ')
	}
	return b
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// reply is the other direction of the same conversation.
func (f flow) reply(r *rng) flow {
	f.src, f.dst, f.sport, f.dport = f.dst, f.src, f.dport, f.sport
	f.srcSvc, f.dstSvc = f.dstSvc, f.srcSvc
	f.egress = !f.egress
	f.packets = f.packets*r.between(8, 12)/10 + 1
	f.bytes = f.packets * r.between(60, 1400)
	if f.flags == flagSYNFIN {
		f.flags = flagSYNACKFN
	}
	return f
}
