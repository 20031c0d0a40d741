package namescore

import (
	"strings"

	"picket/namescore/internal/lexical"
)

const nameCells = 256

// Tunnel remembers the names under one registrable domain that one instance
// asked for in the latest day, and decides whether they carry data out. It has
// a fixed size and no pointers; the zero Tunnel is ready for use.
//
// The number of different names is an estimate, good to about 5 % at 100 and
// 11 % at 1,000; past some 1,400 in its window it stays there. Totals and means
// come from the running hour (day) and the one before, the latter by the part
// of it that the window still covers. The data estimate counts each name once:
// different names of the day times what one carries in the mean.
type Tunnel struct {
	clock clock
	names [nameCells]uint8 // tick codes of full names
	hour  [2]volume        // the running hour of the clock and the one before
	day   [2]volume
}

// volume sums what was asked in one stretch of time. Its numbers stop at their
// type's limit, far above every bound.
type volume struct {
	queries  uint32
	carriers uint32 // queries of a type that Carries
	length   uint32 // bytes left of the registrable domain
	entropy  uint32 // of the longest labels, in 1/16 bit
	fresh    uint32 // names new to the day
	data     uint32 // estimated bytes that those carry
}

const (
	entropySteps = 16
	// maxDataBits bounds what a character of a name carries: base32 is 5 bits.
	maxDataBits = 5
)

// Carries reports whether answers to queries of qtype ("TXT") can bring much
// data back, as the other half of a tunnel. Types without a name are written by
// number (RFC 3597): 10 is NULL, 65399 the private type of iodine.
func Carries(qtype string) bool {
	switch qtype {
	case "TXT", "NULL", "CNAME", "MX", "SRV", "TYPE10", "TYPE65399":
		return true
	}
	return false
}

// Add counts a query for sub under the domain, where sub is all of the name
// left of the registrable domain, without the dot between. carrier is what
// Carries says of the query's type. at is the query's own time in Unix
// milliseconds; queries may come in any order, one from before the latest day
// counts as one of its beginning.
//
// It reports whether the name is new to the latest hour: it is enough to ask
// Verdict after those. A query for the domain itself, an empty sub, carries
// nothing and is not counted. Add allocates nothing.
func (t *Tunnel) Add(sub string, carrier bool, at int64) bool {
	if sub == "" {
		return false
	}
	code, moved := t.clock.place(at)
	if moved > 0 {
		t.expire(moved)
	}
	bits := longestEntropy(sub)
	v := volume{queries: 1, length: uint32(len(sub)), entropy: uint32(bits * entropySteps)}
	if carrier {
		v.carriers = 1
	}
	cell, now := &t.names[hashOf(sub, "")%nameCells], t.clock.now()
	fresh := !within(now, *cell, hourTicks)
	if *cell == 0 {
		v.fresh, v.data = 1, uint32(float64(len(sub))*min(bits, maxDataBits)/8)
	}
	if *cell == 0 || older(now, code) < older(now, *cell) {
		*cell = code
	}
	t.hour[t.slot(at, hourTicks)].add(&v)
	t.day[t.slot(at, dayTicks)].add(&v)
	return fresh
}

// slot is 0 if at lies in the clock's running stretch of n ticks, 1 if before.
func (t *Tunnel) slot(at int64, n int64) int {
	if floorDiv(tickOf(at), n) >= floorDiv(int64(t.clock), n) {
		return 0
	}
	return 1
}

// expire forgets what is over a day old, after the clock moved on by moved.
func (t *Tunnel) expire(moved int64) {
	was := codeOf(int64(t.clock) - moved)
	keep := int(max(dayTicks-moved, 0))
	for i := range t.names {
		if !within(was, t.names[i], keep) {
			t.names[i] = 0
		}
	}
	turn(&t.hour, int64(t.clock), moved, hourTicks)
	turn(&t.day, int64(t.clock), moved, dayTicks)
}

// turn moves the sums on to the stretch of n ticks that tick lies in.
func turn(v *[2]volume, tick, moved, n int64) {
	switch floorDiv(tick, n) - floorDiv(tick-moved, n) {
	case 0:
	case 1:
		v[1], v[0] = v[0], volume{}
	default:
		*v = [2]volume{}
	}
}

func (v *volume) add(w *volume) {
	v.queries = saturate(v.queries, w.queries)
	v.carriers = saturate(v.carriers, w.carriers)
	v.length = saturate(v.length, w.length)
	v.entropy = saturate(v.entropy, w.entropy)
	v.fresh = saturate(v.fresh, w.fresh)
	v.data = saturate(v.data, w.data)
}

func saturate(a, b uint32) uint32 {
	if s := a + b; s >= a {
		return s
	}
	return ^uint32(0)
}

// longestEntropy is the entropy of the longest label of sub in bits a
// character. That is the label with room for data; the short ones beside it,
// counters and session numbers, say little by themselves.
func longestEntropy(sub string) float64 {
	longest := ""
	for rest, more := sub, true; more; {
		var label string
		label, rest, more = strings.Cut(rest, ".")
		if len(label) > len(longest) {
			longest = label
		}
	}
	return lexical.Bits(longest)
}
