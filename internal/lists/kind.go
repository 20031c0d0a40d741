package lists

import (
	"picket/event"
	"picket/intel"
	"picket/internal/store"
)

// A Kind is one of the four sorts of lists.
type Kind struct {
	Name       string // in ARNs
	Collection store.Collection[store.List, *store.List]
	Entities   bool // names beside addresses, and nobody else's buckets
	mark       event.Marks
	most       int // entries of one list
}

// The kinds, with the bounds of the GuardDuty user guide's page of quotas.
var (
	IPSet            = Kind{Name: "ipset", Collection: store.IPSets, mark: event.MarkTrusted, most: intel.MaxTrustedEntries}
	ThreatIntelSet   = Kind{Name: "threatintelset", Collection: store.ThreatSets, mark: event.MarkThreat, most: intel.MaxThreatEntries}
	TrustedEntitySet = Kind{Name: "trustedentityset", Collection: store.TrustedSets, Entities: true, mark: event.MarkTrusted, most: 1_000}
	ThreatEntitySet  = Kind{Name: "threatentityset", Collection: store.ThreatEntities, Entities: true, mark: event.MarkThreat, most: 1_000}
)

// kinds are all of them.
var kinds = []*Kind{&IPSet, &ThreatIntelSet, &TrustedEntitySet, &ThreatEntitySet}

// MaxBytes is how large the file of a list can be.
const MaxBytes = intel.MaxCustomBytes

// Reading says how the entries of a list of the kind count in detection.
func (k *Kind) Reading(name, format string) intel.List {
	return intel.List{Name: name, Format: format, Mark: k.mark, Custom: true, Addresses: !k.Entities, MaxEntries: k.most, MaxBytes: MaxBytes}
}

// The statuses of lists, as the wire has them.
const (
	Inactive   = "INACTIVE"
	Activating = "ACTIVATING"
	InUse      = "ACTIVE"
	Failed     = "ERROR"
	Deleted    = "DELETED"
)
