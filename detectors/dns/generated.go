package dns

import (
	"strings"
	"time"

	"picket/detect"
	"picket/event"
	"picket/finding"
	"picket/namescore"
)

// GeneratedParams tune GeneratedDomains.
type GeneratedParams struct {
	Burst   namescore.BurstParams `doc:"when a host's domains count as generated" source:"package namescore, field by field"`
	Every   time.Duration         `doc:"how often a host that goes on is counted again" source:"own: GuardDuty's counts grow about once in ten minutes"`
	Clients int                   `doc:"the most clients watched at once" source:"own bound on memory"`
}

var generatedType = declare(finding.Type{
	Name:     "Trojan:EC2/DGADomainRequest.B",
	Severity: 8,
	Role:     finding.RoleActor,
	Title:    "Instance {instanceId} looked up domains that an algorithm seems to have made up.",
	Text:     "{instanceId} asked for many different domains that look generated and hardly ever exist, such as {domain}: malware searches its command server this way.",
	Remedy:   isolate,
})

// GeneratedDomains reports hosts that try generated domains one after another.
var GeneratedDomains = &detect.Detector{
	Name: "dns-generated-domains",
	Doc: `Each client's registrable domains of the latest hour and day are counted, those that don't exist and those that
do, and each label is scored for how generated it looks (package namescore). The client is reported when many different domains look
generated, most of them don't exist and they are alike as one algorithm's are; or when many fail and are chains of words, or
have one length or suffix; or when so many fail, and so few exist, that letters don't matter. One name is never enough. Under
a zone that gives names away, such as dynamic DNS, each name counts as a domain.

Misses algorithms that try a few names a day or join dictionary words slowly, and clients behind a resolver of their own.
Known false positives: vulnerability scanners and crawlers that work through lists of dead or random domains, and mail
filters that look up what spam contains.`,
	Findings: []*finding.Type{generatedType},
	Params:   &GeneratedParams{Burst: namescore.DefaultBurst(), Every: 10 * time.Minute, Clients: 1 << 16},
	New: func(s *detect.Setup) detect.Handlers {
		par := detect.Param[GeneratedParams](s)
		d := &generated{par: par, clients: detect.NewTable[uint8, generatedState](s, "clients", namescore.Span, par.Clients)}
		return detect.Handlers{When: publicNames, DNS: d.dns}
	},
}

type generated struct {
	par     *GeneratedParams
	clients *detect.Table[uint8, generatedState]
}

type generatedState struct {
	burst namescore.Burst
	told  pace
}

func (g *generated) dns(p *detect.Pass, d *event.DNS) {
	failed := d.Traits&event.NXDomain != 0
	if !failed && d.Rcode != "NOERROR" || elsewhere(d) {
		return // a server that fails tells nothing of the domain
	}
	domain := chosen(d)
	label, suffix, ok := strings.Cut(domain, ".")
	if !ok {
		return
	}
	c := g.clients.At(p, 0)
	if !c.burst.Add(label, suffix, failed, int64(p.Now)) {
		return
	}
	if v, ok := c.burst.Verdict(&g.par.Burst); ok && typical(v.Rule, label) && c.told.ready(p.Now, g.par.Every) {
		p.Report(generatedType, detect.Evidence{Key: clientOf(d), Info: finding.Info{{Key: "domain", Value: strings.Clone(domain)}}})
	}
}

// chosen is the part of the name that its owner chose and what follows: one
// label under a zone that a list says gives names to anybody, else the
// registrable domain.
func chosen(d *event.DNS) string {
	at := len(d.Name) - len(d.Matched) - 1
	if d.Marks&event.MarkAbused == 0 || at <= 0 || d.Name[at] != '.' || d.Name[at+1:] != d.Matched {
		return d.Domain()
	}
	return d.Name[strings.LastIndexByte(d.Name[:at], '.')+1:]
}

// typical reports whether a domain is one of those that made the verdict: a
// typing error amid them is no example to show, and none after them a sign that
// the burst goes on.
func typical(rule namescore.BurstRule, label string) bool {
	switch rule {
	case namescore.OddBurst, namescore.OddTrickle:
		return namescore.DGA(label) >= namescore.Certain
	}
	return true
}
