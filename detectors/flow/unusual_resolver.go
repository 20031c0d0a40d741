package flow

import (
	"time"

	"picket/baseline"
	"picket/detect"
	"picket/event"
	"picket/finding"
)

// UnusualResolver raises UnusualDNSResolver, UnusualDoHActivity and
// UnusualDoTActivity.
var UnusualResolver = &detect.Detector{
	Name: "flow-unusual-resolver",
	Doc: `An instance that has been watched for a day calls a public resolver for the first time in two weeks: over DNS (port
53), DNS over HTTPS (443) or DNS over TLS (853), each judged by itself. One lookup is enough. The records of the first hour
count; then public resolvers of that kind are usual for the instance.
Missed: resolvers that no list knows, an instance's first day, and a change from one public resolver to another. False
positives: new software that brings its own resolver, such as browsers and containers.`,
	Findings: []*finding.Type{unusualDNS, unusualDoH, unusualDoT},
	Params: &UnusualResolverParams{
		Watched: 24 * time.Hour,
		Forget:  14 * 24 * time.Hour,
		Alert:   time.Hour,
	},
	New: newUnusualResolver,
}

// UnusualResolverParams tune UnusualResolver.
type UnusualResolverParams struct {
	Watched time.Duration `doc:"for how long an instance must have been watched" source:"own choice: less than 14 days, as the evidence is a list and not a statistic"`
	Forget  time.Duration `doc:"after how long without calls a resolver is unusual again (at most 30 days)" source:"own default"`
	Alert   time.Duration `doc:"for how long after the first call resolvers stay unusual" source:"own choice"`
}

const resolverRemedy = "Find the program that brings its own resolver: it escapes the VPC resolver's logs and firewall. If it is yours, nothing needs to be done."

var unusualDNS = declare(finding.Type{
	Name: "DefenseEvasion:EC2/UnusualDNSResolver", Severity: 5, Role: finding.RoleActor,
	Title:  "Instance {instanceId} asked an unusual public DNS resolver.",
	Text:   "{instanceId} communicated with the public DNS resolver {remoteIp}, which it is not known to use.",
	Remedy: resolverRemedy,
})

var unusualDoH = declare(finding.Type{
	Name: "DefenseEvasion:EC2/UnusualDoHActivity", Severity: 5, Role: finding.RoleActor,
	Title:  "Instance {instanceId} used DNS over HTTPS unusually.",
	Text:   "{instanceId} communicated with {remoteIp}, a public resolver for DNS over HTTPS, which it is not known to use.",
	Remedy: resolverRemedy,
})

var unusualDoT = declare(finding.Type{
	Name: "DefenseEvasion:EC2/UnusualDoTActivity", Severity: 5, Role: finding.RoleActor,
	Title:  "Instance {instanceId} used DNS over TLS unusually.",
	Text:   "{instanceId} communicated with {remoteIp}, a public resolver for DNS over TLS, which it is not known to use.",
	Remedy: resolverRemedy,
})

// resolverKinds are the ways to ask a public resolver.
var resolverKinds = [...]struct {
	port uint16
	mark event.Marks
	typ  *finding.Type
}{
	{53, event.MarkResolver, unusualDNS},
	{443, event.MarkDoH, unusualDoH},
	{853, event.MarkDoT, unusualDoT},
}

// resolving is how an instance asks public resolvers, kind by kind.
type resolving struct {
	watched baseline.Tenure
	kinds   [len(resolverKinds)]struct {
		began, last event.Time
		in, out     uint64 // bytes since began, in the first hour
		alert       bool
	}
}

const (
	resolverTTL  = 30 * 24 * time.Hour
	maxResolving = 1 << 16
)

type unusualResolver struct {
	p     *UnusualResolverParams
	hosts *detect.Table[self, resolving]
}

func newUnusualResolver(s *detect.Setup) detect.Handlers {
	d := &unusualResolver{
		p:     detect.Param[UnusualResolverParams](s),
		hosts: detect.NewTable[self, resolving](s, "hosts", resolverTTL, maxResolving),
	}
	return detect.Handlers{Flow: d.flow, When: []detect.When{
		{All: event.HasMarks | event.LocalClient, Marks: event.MarkResolver | event.MarkDoH | event.MarkDoT}, anyActivity}}
}

func (d *unusualResolver) flow(p *detect.Pass, f *event.Flow) {
	r := d.hosts.At(p, self{})
	if f.Traits&event.LocalClient != 0 && !trusted(f) {
		for i := range resolverKinds {
			if k := &resolverKinds[i]; f.Marks&k.mark != 0 && f.RemotePort == k.port {
				d.asks(p, f, r, i)
			}
		}
	}
	r.watched.See(int64(p.Now))
}

func (d *unusualResolver) asks(p *detect.Pass, f *event.Flow, r *resolving, i int) {
	k := &r.kinds[i]
	if k.last == 0 || p.Now-k.last > span(d.p.Forget) {
		k.began, k.in, k.out = p.Now, 0, 0
		k.alert = event.Time(r.watched.Age(int64(p.Now))) >= span(d.p.Watched)
	}
	k.last = p.Now
	if !k.alert || p.Now-k.began > span(d.p.Alert) {
		return
	}
	if f.Traits&event.Egress == 0 {
		k.in += f.Bytes
		return
	}
	k.out += f.Bytes
	info := traffic(k.in, k.out, "").Set("unusual", finding.ThreatName(f.Remote.String()))
	p.Report(resolverKinds[i].typ, detect.Evidence{First: k.began, Info: info, Intel: resolverKinds[i].mark})
}
