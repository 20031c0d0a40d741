package baseline

import (
	"math"
	"math/bits"
)

// Words are the sizes a Distinct comes in: 64 bits to 2048 bits.
type Words interface {
	[1]uint64 | [2]uint64 | [4]uint64 | [8]uint64 | [16]uint64 | [32]uint64
}

// Distinct estimates how many different things were added, by linear counting:
// each thing sets the bit that its hash chooses, and the share of bits still
// clear tells the number (Whang, Vander-Zanden and Taylor, "A Linear-Time
// Probabilistic Counting Algorithm", 1990). With m bits the standard error is
// under 5 % up to about 0.5 m things; beyond 2 m it only says "many".
//
// Hashes must be spread evenly over 64 bits.
type Distinct[W Words] struct {
	words W
}

// Add puts in the thing with hash h and reports whether it set a new bit,
// which means that the thing is new.
func (d *Distinct[W]) Add(h uint64) bool {
	i, mask := d.place(h)
	if d.words[i]&mask != 0 {
		return false
	}
	d.words[i] |= mask
	return true
}

// Has reports whether the thing with hash h, or one that shares its bit, is in.
func (d *Distinct[W]) Has(h uint64) bool {
	i, mask := d.place(h)
	return d.words[i]&mask != 0
}

// place takes the high bits of h, so that callers may use the low ones.
func (d *Distinct[W]) place(h uint64) (i int, mask uint64) {
	bit := h >> 32 & uint64(64*len(d.words)-1) // sizes are powers of two
	return int(bit / 64), 1 << (bit % 64)
}

// Count estimates how many different things are in.
func (d *Distinct[W]) Count() int {
	set := 0
	for i := range len(d.words) {
		set += bits.OnesCount64(d.words[i])
	}
	return estimate(set, 64*len(d.words))
}

// Without estimates how many different things are in d and not in o. Things
// that share a bit with one of o are not counted: the fuller o is, the more
// the result lies below the truth.
func (d *Distinct[W]) Without(o *Distinct[W]) int {
	set := 0
	for i := range len(d.words) {
		set += bits.OnesCount64(d.words[i] &^ o.words[i])
	}
	return estimate(set, 64*len(d.words))
}

// Union estimates how many different things are in d, in o or in both.
func (d *Distinct[W]) Union(o *Distinct[W]) int {
	set := 0
	for i := range len(d.words) {
		set += bits.OnesCount64(d.words[i] | o.words[i])
	}
	return estimate(set, 64*len(d.words))
}

// estimate is linear counting: m bits, set of them taken. A full bitmap counts
// as if half a bit were clear.
func estimate(set, m int) int {
	clear := math.Max(float64(m-set), 0.5)
	return int(math.Round(float64(m) * math.Log(float64(m)/clear)))
}
