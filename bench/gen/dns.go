package main

import "strconv"

// Route 53 Resolver query logs: one JSON object a line.

type answer struct{ rdata, typ string }

type dnsRec struct {
	t       int64
	in      *instance
	name    string
	qtype   string
	rcode   string
	answers []answer
}

func (d *dnsRec) appendTo(b []byte, r *rng, a *account, n *network) []byte {
	b = append(b, `{"version":"1.100000","account_id":"`+a.id+`","region":"`+a.region+`","vpc_id":"`+n.vpc+`","query_timestamp":"`...)
	b = stamp(b, d.t)
	b = append(b, `","query_name":"`+d.name+`","query_type":"`+d.qtype+`","query_class":"IN","rcode":"`+d.rcode+`","answers":[`...)
	for i, x := range d.answers {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"Rdata":"`+x.rdata+`","Type":"`+x.typ+`","Class":"IN"}`...)
	}
	b = append(b, `],"srcaddr":"`+d.in.ip+`","srcport":"`...)
	b = strconv.AppendInt(b, int64(r.between(32768, 60999)), 10)
	b = append(b, `","transport":"UDP","srcids":{"instance":"`+d.in.id+`"}}`...)
	return append(b, '\n')
}
