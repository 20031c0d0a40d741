package main

import (
	"fmt"
	"strings"
)

var dnsFixed = strings.Fields("sts.amazonaws.com. ec2.us-east-1.amazonaws.com. logs.us-east-1.amazonaws.com. monitoring.us-east-1.amazonaws.com. ssm.us-east-1.amazonaws.com. kms.us-east-1.amazonaws.com. dynamodb.us-east-1.amazonaws.com. sqs.us-east-1.amazonaws.com. api.github.com. github.com. registry-1.docker.io. packages.internal.example. pypi.org. api.segment.example. www.google.com. oauth2.googleapis.com. api.stripe.com. hooks.slack.com. api.datadoghq.com. intake.logs.datadoghq.com. login.microsoftonline.com. time.aws.com. mirror.kernel.example. security.ubuntu.com. amazonlinux.us-east-1.amazonaws.com. ocsp.digicert.com. o123456.ingest.sentry.io. api.segment.io. sdk.launchdarkly.com. collector.newrelic.com.")

// dnsBackground writes one ordinary query.
func dnsBackground(r *rng, w *world, a *account, t int64, b []byte) ([]byte, int) {
	n := &a.nets[0]
	d := dnsRec{t: t, in: &n.inst[r.skew(len(n.inst))], qtype: "A", rcode: "NOERROR"}
	switch x := r.f(); {
	case x < 0.45:
		d.name = dnsFixed[r.skew(len(dnsFixed))]
		d.answer(r, w, 1+r.skew(4))
	case x < 0.60: // long tail of ordinary sites
		d.name = fmt.Sprintf("%s.%s%s.%s.", pick(r, []string{"www", "api", "cdn", "static", "img"}), pickSkew(r, words), pick(r, words), pick(r, []string{"com", "com", "com", "net", "org", "io", "co.uk", "de"}))
		d.answer(r, w, 1+r.n(3))
	case x < 0.70:
		d.machineMade(r, w, a)
	case x < 0.80:
		d.name, d.qtype = dnsFixed[r.skew(len(dnsFixed))], "AAAA"
	case x < 0.88: // search suffixes
		d.name, d.rcode = fmt.Sprintf("%s.%s.svc.cluster.local.%s.compute.internal.", pick(r, words), pickSkew(r, words), a.region), "NXDOMAIN"
	case x < 0.94:
		d.name = fmt.Sprintf("%s.%s.internal.example.net.", pick(r, words), pickSkew(r, words))
		d.answers = []answer{{pick(r, n.inst).ip, "A"}}
	case x < 0.97:
		o := strings.Split(pick(r, n.inst).ip, ".")
		d.name, d.qtype = o[3]+"."+o[2]+"."+o[1]+"."+o[0]+".in-addr.arpa.", "PTR"
		d.answers = []answer{{"ip-" + strings.Join(o, "-") + ".ec2.internal.", "PTR"}}
	case x < 0.98:
		d.name, d.qtype = "_spf."+pickSkew(r, words)+pick(r, words)+".com.", "TXT"
		d.answers = []answer{{`\"v=spf1 include:amazonses.com -all\"`, "TXT"}}
	default: // typing errors and dead hosts
		d.name, d.rcode = pick(r, words)+pick(r, words)+".com.", "NXDOMAIN"
	}
	return d.appendTo(b, r, a, n), 1
}

// machineMade asks for a name that looks random and is not malicious.
func (d *dnsRec) machineMade(r *rng, w *world, a *account) {
	switch r.n(4) {
	case 0:
		d.name = "d" + b36Of(r.n(5000), 13) + ".cloudfront.net."
		d.answer(r, w, 4)
	case 1:
		d.name = fmt.Sprintf("%s.execute-api.%s.amazonaws.com.", b36Of(r.n(300), 10), a.region)
		d.answer(r, w, 3)
	case 2:
		d.name = fmt.Sprintf("e%d.dscb.akamaiedge.net.", r.n(20000))
		d.answer(r, w, 1)
	case 3:
		d.name = fmt.Sprintf("%s.s3.%s.amazonaws.com.", pick(r, a.buckets), a.region)
		d.answers = append(d.answers, answer{"s3-r-w." + a.region + ".amazonaws.com.", "CNAME"})
		d.answer(r, w, 4)
	}
}

// answer adds k addresses of ordinary servers.
func (d *dnsRec) answer(r *rng, w *world, k int) {
	for range k {
		d.answers = append(d.answers, answer{pickSkew(r, w.services), "A"})
	}
}
