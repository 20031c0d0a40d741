// Package dns holds the detectors over DNS queries: names and answers on
// lists, names made by algorithms, data carried in names, and public names that
// lead to the instance metadata service. It exists so that each of these can be
// read, tuned and tested by itself. It imports detect, event, finding, namescore
// and the standard library.
package dns

import (
	"time"

	"picket/detect"
	"picket/event"
	"picket/finding"
)

// All lists the detectors of this package.
var All = []*detect.Detector{
	ListedDomain,
	CustomDomain,
	Reputation,
	GeneratedDomains,
	Exfiltration,
	MetadataRebind,
}

// declare fills in what all types of this package have in common.
func declare(t finding.Type) *finding.Type {
	t.Sources = []finding.Source{finding.DNSLogs}
	t.Resource = finding.ResourceInstance
	return &t
}

// elsewhere reports whether a query is nobody's here or above suspicion: it
// came from on premises through a resolver endpoint, or asks for a name that
// the customer trusts.
func elsewhere(d *event.DNS) bool {
	return d.Instance == "" && d.Resolver != "" || d.Marks&event.MarkTrusted != 0
}

// clientOf names the client: the instance where it is known.
func clientOf(d *event.DNS) string {
	if d.Instance != "" {
		return detect.Key(d.Instance)
	}
	return detect.Key(d.VPC, d.Source)
}

// keyOf tells issues apart by the client and by what it asked for.
func keyOf(d *event.DNS, what string) string { return detect.Key(clientOf(d), what) }

// publicNames chooses the queries that statistics are about: of types that look
// a host up, for names outside private zones.
var publicNames = []detect.When{{All: event.Lookup, None: event.Internal | event.PrivateOnly}}

// pace lets a standing issue through once in so often. The zero pace has let
// nothing through.
type pace struct{ last event.Time }

// ready reports whether it is time again, and if so begins to wait.
func (c *pace) ready(now event.Time, every time.Duration) bool {
	if c.last != 0 && now < c.last+event.Time(every.Milliseconds()) {
		return false
	}
	c.last = now
	return true
}
