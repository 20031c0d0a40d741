package dns

import (
	"strings"
	"time"

	"picket/detect"
	"picket/event"
	"picket/finding"
	"picket/namescore"
)

// ExfiltrationParams tune Exfiltration.
type ExfiltrationParams struct {
	Tunnel   namescore.TunnelParams `doc:"when the names under a domain count as carrying data" source:"package namescore, field by field"`
	Exempt   []namescore.Exemption  `doc:"names that look like data and are known to be something else" source:"package namescore, item by item"`
	Shortest int                    `doc:"characters left of the registrable domain from which on a name has room for data; shorter names are not looked at" source:"own: 16, below every bound on mean lengths, above the names of ordinary hosts"`
	Least    int                    `doc:"the same for queries of types whose answers carry data, where the name may be a mere number" source:"own: 6"`
	Every    time.Duration          `doc:"how often a tunnel that goes on is counted again" source:"own: GuardDuty's counts grow about once in ten minutes"`
	Domains  int                    `doc:"the most pairs of client and registrable domain watched at once" source:"own bound on memory"`
}

var exfiltrationType = declare(finding.Type{
	Name:     "Trojan:EC2/DNSDataExfiltration",
	Severity: 8,
	Role:     finding.RoleActor,
	Title:    "Instance {instanceId} seems to move data out in DNS queries.",
	Text:     "{instanceId} asks for ever new names such as {domain}, whose labels look like encoded data.",
	Remedy:   "Block the domain in DNS Firewall, isolate {instanceId}, and find out which data the process behind the queries could read.",
})

// Exfiltration reports domains that are asked for data's sake.
var Exfiltration = &detect.Detector{
	Name: "dns-data-exfiltration",
	Doc: `For each client and registrable domain, the different names of the latest hour are counted and measured: how long
they are left of the domain, how random their longest label is, and how often a name comes twice (package namescore). Many long,
random, ever new names are reported; half as many when they are very long or the queries are of types whose answers carry data
back. Of such queries also those are reported that carry a few kilobytes in a day, and a great many short ones, which fetch data.
Names too short to carry data are not looked at. Names that end in no possible top-level domain are taken together: they
are tunnels that need no domain, because the resolver passes everything on to their server.

Misses slow tunnels made of address queries, tunnels under a shared or exempt domain, and clients that use a resolver
of their own. Known false positives: reputation lookups and content networks that put hashes into names and are not on the
list of exemptions. Domains on a trusted entity list are never reported.`,
	Findings: []*finding.Type{exfiltrationType},
	Params: &ExfiltrationParams{
		Tunnel: namescore.DefaultTunnel(), Exempt: namescore.TunnelExemptions(),
		Shortest: 16, Least: 6, Every: 10 * time.Minute, Domains: 1 << 16,
	},
	New: func(s *detect.Setup) detect.Handlers {
		par := detect.Param[ExfiltrationParams](s)
		d := &exfiltration{
			par:     par,
			exempt:  namescore.NewExemptions(par.Exempt),
			tunnels: detect.NewTable[uint64, tunnelState](s, "tunnels", namescore.Span, par.Domains),
		}
		return detect.Handlers{When: publicNames, DNS: d.dns}
	},
}

type exfiltration struct {
	par     *ExfiltrationParams
	exempt  *namescore.Exemptions
	tunnels *detect.Table[uint64, tunnelState]
}

type tunnelState struct {
	tunnel namescore.Tunnel
	told   pace
}

func (x *exfiltration) dns(p *detect.Pass, d *event.DNS) {
	at, carries := carrierOf(d), namescore.Carries(d.Type)
	least := x.par.Shortest
	if carries {
		least = x.par.Least
	}
	if at-1 < least || elsewhere(d) {
		return
	}
	if _, ok := x.exempt.Covers(d.Name, int(d.Registrable)); ok {
		return
	}
	domain := d.Name[min(at, len(d.Name)):]
	t := x.tunnels.At(p, event.Hash(0, domain))
	if !t.tunnel.Add(d.Name[:at-1], carries, int64(p.Now)) {
		return
	}
	// Whether other clients ask for the domain is not known here: state belongs
	// to one client. Honest names with hashes in them are asked for addresses, so
	// a query that can bring data back stands in for it.
	about := namescore.TunnelContext{Popular: d.Marks&event.MarkPopular != 0, Sole: carries}
	if _, ok := t.tunnel.Verdict(&x.par.Tunnel, about); ok && t.told.ready(p.Now, x.par.Every) {
		e := detect.Evidence{Key: keyOf(d, domain)}
		if domain == "" {
			domain = d.Name
		}
		e.Info = finding.Info{{Key: "domain", Value: strings.Clone(domain)}}
		p.Report(exfiltrationType, e)
	}
}

// carrierOf is where in the name the domain begins that everything left of it is
// carried to: past the end, as if there were an empty one, when the name ends in
// no possible top-level domain.
func carrierOf(d *event.DNS) int {
	if namescore.Impossible(d.Name[strings.LastIndexByte(d.Name, '.')+1:]) {
		return len(d.Name) + 1
	}
	return int(d.Registrable)
}
