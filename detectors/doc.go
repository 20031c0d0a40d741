// Package detectors lists every detection that picket has. Each detector is a
// file in the room of the log it reads: flow, dns, trail, audit. It imports
// these rooms and detect.
package detectors

import (
	"slices"

	"picket/detect"
	"picket/detectors/audit"
	"picket/detectors/dns"
	"picket/detectors/flow"
	"picket/detectors/trail"
)

// All lists the detectors, room by room.
func All() []*detect.Detector { return slices.Concat(flow.All, dns.All, trail.All, audit.All) }
