// Package enrich turns decoded rows into rows a detector can judge: it finds
// the protected side of a flow, names the entity a row belongs to, and looks
// every remote address and domain up once in one immutable set of lists, so
// that no detector has to. It imports event, intel, geo, jsonview and the
// standard library.
package enrich

import (
	"picket/event"
	"picket/geo"
	"picket/intel"
)

// An Enricher marks batches. It keeps scratch memory, so each goroutine needs
// its own; the lists and the geo database behind it are shared. What it does to
// a batch depends on nothing but the batch, what is known of its interfaces, the
// lists and the database: the batches of different files can be enriched in any
// order.
type Enricher struct {
	lists  *intel.Set
	places *geo.DB // nil: no database
	memo   intel.SuffixMemo
	alone  Interfaces // of a batch that has none before it
	unsure []int32    // flows whose protected side is not yet known
}

// New makes an Enricher. places may be nil.
func New(lists *intel.Set, places *geo.DB) *Enricher {
	return &Enricher{lists: lists, places: places}
}

// Enrich fills in what decoders leave open in every row of b. seen is what the
// batches before b in its file have told, and learns from b; nil: b stands alone.
func (e *Enricher) Enrich(b *event.Batch, seen *Interfaces) {
	if seen == nil {
		seen = &e.alone
		seen.reset()
	}
	e.flows(b.Flows, seen)
	for i := range b.DNS {
		e.dns(&b.DNS[i])
	}
	for i := range b.Trails {
		e.trail(&b.Trails[i], &b.Meta)
	}
	for i := range b.Audits {
		e.audit(&b.Audits[i], &b.Meta)
	}
}

// remote looks an address up; lists act on public addresses only.
func (e *Enricher) remote(ip event.IP, port uint16) event.Marks {
	if !ip.Public() {
		return 0
	}
	return e.lists.Lookup(ip, port)
}
