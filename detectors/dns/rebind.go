package dns

import (
	"strings"

	"picket/detect"
	"picket/event"
	"picket/finding"
)

// RebindParams tune MetadataRebind.
type RebindParams struct {
	Allowed []string `doc:"names that may lead to the metadata service, with all below them" source:"the customer's own; names in private zones may anyway"`
}

var rebindType = declare(finding.Type{
	Name:     "UnauthorizedAccess:EC2/MetadataDNSRebind",
	Severity: 8,
	Role:     finding.RoleTarget,
	Title:    "Instance {instanceId} resolved a public name to its metadata service.",
	Text:     "{instanceId} asked for {domain} and was given the address of the instance metadata service: DNS rebinding can make an application hand out the instance's credentials.",
	Remedy:   "Require IMDSv2 on {instanceId}, look for server-side request forgery in what runs there, and replace the credentials of its role.",
})

// MetadataRebind reports public names that lead to the metadata service.
var MetadataRebind = &detect.Detector{
	Name: "dns-metadata-rebind",
	Doc: `The answer to a query for a name outside private zones holds the address of the instance metadata service
(169.254.169.254, fd00:ec2::254) or of the container credentials endpoint (169.254.170.2).

Misses names whose answer a resolver of the customer's own gives. Known false positive: a public zone in which someone
keeps a convenient name for the metadata service.`,
	Findings: []*finding.Type{rebindType},
	Params:   &RebindParams{},
	New: func(s *detect.Setup) detect.Handlers {
		par := detect.Param[RebindParams](s)
		return detect.Handlers{
			When: []detect.When{{All: event.Metadata, None: event.Internal}},
			DNS: func(p *detect.Pass, d *event.DNS) {
				if !elsewhere(d) && !under(d.Name, par.Allowed) {
					p.Report(rebindType, detect.Evidence{Key: keyOf(d, d.Name)})
				}
			},
		}
	},
}

// under reports whether name is one of zones or lies under one.
func under(name string, zones []string) bool {
	for _, z := range zones {
		if rest, ok := strings.CutSuffix(name, z); ok && (rest == "" || rest[len(rest)-1] == '.') {
			return true
		}
	}
	return false
}
