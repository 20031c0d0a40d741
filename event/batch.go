package event

import (
	"cmp"
	"slices"
	"unsafe"
)

// Kind tells the four kinds of rows apart.
type Kind uint8

// The kinds.
const (
	KindFlow Kind = iota
	KindDNS
	KindTrail
	KindAudit
	NumKinds
)

var kindNames = [...]string{"flow", "dns", "trail", "audit"}

func (k Kind) String() string { return kindNames[k] }

// A Batch carries the rows of one record (a file, or a chunk of one). One
// decoder fills it, enrichment marks it, the engine reads it; whoever took it
// from the pool calls Reset when the last reader is done. Rows' strings are
// views into Data and the arena and die with Reset.
type Batch struct {
	Flows  []Flow
	DNS    []DNS
	Trails []Trail
	Audits []Audit

	// Data is the raw record. The batch owns it until Reset.
	Data []byte
	// Columns says where in a raw flow record each field stands.
	Columns Columns
	// Meta is what is known of the record from outside.
	Meta Meta

	arena []byte
}

// Meta is what is known of a record from outside its bytes.
type Meta struct {
	Path    string // file, object key or stream
	Offset  int64  // of Data in the uncompressed file
	Account string // used where rows carry none
	Region  string
	Cluster string
}

// Reset empties b and keeps its memory for the next record.
func (b *Batch) Reset() {
	b.Flows, b.DNS, b.Trails, b.Audits = b.Flows[:0], b.DNS[:0], b.Trails[:0], b.Audits[:0]
	b.Data, b.arena = b.Data[:0], b.arena[:0]
	b.Columns = Columns{}
	b.Meta = Meta{}
}

// Len counts the rows.
func (b *Batch) Len() int { return len(b.Flows) + len(b.DNS) + len(b.Trails) + len(b.Audits) }

// Rows counts the rows of kind k.
func (b *Batch) Rows(k Kind) int {
	switch k {
	case KindFlow:
		return len(b.Flows)
	case KindDNS:
		return len(b.DNS)
	case KindTrail:
		return len(b.Trails)
	default:
		return len(b.Audits)
	}
}

// At returns the time of row i of kind k.
func (b *Batch) At(k Kind, i int) Time {
	switch k {
	case KindFlow:
		return b.Flows[i].At
	case KindDNS:
		return b.DNS[i].At
	case KindTrail:
		return b.Trails[i].At
	default:
		return b.Audits[i].At
	}
}

// Sort brings the rows of each kind into time order; rows of the same time
// keep the order of the file.
func (b *Batch) Sort() {
	sortByTime(b.Flows, func(f *Flow) Time { return f.At })
	sortByTime(b.DNS, func(d *DNS) Time { return d.At })
	sortByTime(b.Trails, func(t *Trail) Time { return t.At })
	sortByTime(b.Audits, func(a *Audit) Time { return a.At })
}

func sortByTime[R any](rows []R, at func(*R) Time) {
	for i := 1; i < len(rows); i++ {
		if at(&rows[i]) < at(&rows[i-1]) {
			slices.SortStableFunc(rows, func(a, b R) int { return cmp.Compare(at(&a), at(&b)) })
			return
		}
	}
}

// arenaBlock is the least a fresh arena block holds.
const arenaBlock = 16 << 10

// Keep copies s into the batch and returns a view of the copy that lives as
// long as the rows do. Decoders use it for strings they had to rewrite.
func (b *Batch) Keep(s []byte) string {
	if len(s) == 0 {
		return ""
	}
	if cap(b.arena)-len(b.arena) < len(s) {
		// The old block stays alive through the views into it.
		b.arena = make([]byte, 0, max(arenaBlock, 2*cap(b.arena), len(s)))
	}
	at := len(b.arena)
	b.arena = append(b.arena, s...)
	return View(b.arena[at:])
}

// Text returns the bytes of a span of Data as a view.
func (b *Batch) Text(s Span) string { return View(b.Data[s.Off : s.Off+s.Len]) }

// View makes a string of p without copying; it is good while p is unchanged.
func View(p []byte) string { return unsafe.String(unsafe.SliceData(p), len(p)) }

// A Run is a stretch of a batch's rows of one kind: [Lo, Hi).
type Run struct {
	Batch  *Batch
	Kind   Kind
	Lo, Hi int
}

// Runs lists all rows of b, each kind as one run.
func (b *Batch) Runs(dst []Run) []Run {
	for k := range NumKinds {
		if n := b.Rows(k); n > 0 {
			dst = append(dst, Run{b, k, 0, n})
		}
	}
	return dst
}

// Raw returns the raw record of row i of kind k and its offset in the
// uncompressed file; the offset is -1 for a record that was unwrapped.
func (b *Batch) Raw(k Kind, i int) (string, int64) {
	var raw string
	switch k {
	case KindFlow:
		line := b.Flows[i].Line
		return b.Text(line), b.Meta.Offset + int64(line.Off)
	case KindDNS:
		raw = b.DNS[i].Raw
	case KindTrail:
		raw = b.Trails[i].Raw
	default:
		raw = b.Audits[i].Raw
	}
	return raw, b.offset(raw)
}

func (b *Batch) offset(s string) int64 {
	if len(s) == 0 || len(b.Data) == 0 {
		return -1
	}
	d := uintptr(unsafe.Pointer(unsafe.StringData(s))) - uintptr(unsafe.Pointer(&b.Data[0]))
	if d >= uintptr(len(b.Data)) {
		return -1
	}
	return b.Meta.Offset + int64(d)
}
