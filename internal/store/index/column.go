package index

import (
	"cmp"
	"slices"
)

// column holds a value for each row, of which many are the same: at most as many
// different ones as a segment has rows.
type column[K comparable] struct {
	numbering[K]
	codes []uint16 // of each row: its value's place in values
	zones zones[uint16]
}

// add adds a row.
func (c *column[K]) add(v K) { c.codes = append(c.codes, uint16(c.number(v))) }

// seal ends the adding. Then values rise, and codes with them.
func (c *column[K]) seal(compare func(a, b K) int) {
	slices.SortFunc(c.values, compare)
	sorted := make([]uint16, len(c.values)) // by the code until now
	for i, v := range c.values {
		sorted[c.known[v]] = uint16(i)
	}
	c.known, c.codes = nil, fit(c.codes)
	for row, code := range c.codes {
		c.codes[row] = sorted[code]
	}
	c.zones = zonesOf(c.codes)
}

func (c *column[K]) at(row int) K { return c.values[c.codes[row]] }

// keep removes the rows from b whose value is not ok. It says whether any may be
// left.
func (c *column[K]) keep(b bitmap, ok func(K) bool) bool {
	good, n := make([]bool, len(c.values)), 0
	for i, v := range c.values {
		if good[i] = ok(v); good[i] {
			n++
		}
	}
	if n == 0 || n == len(good) {
		return n > 0
	}
	for row := range b.rows {
		if !good[c.codes[row]] {
			b.remove(uint16(row))
		}
	}
	return true
}

// zones are the lowest and the highest of each 64 values, so that as many rows as
// a word of a bitmap has are passed over at once.
type zones[T cmp.Ordered] struct{ lo, hi []T }

func zonesOf[T cmp.Ordered](values []T) zones[T] {
	var z zones[T]
	for zone := range slices.Chunk(values, 64) {
		z.lo, z.hi = append(z.lo, slices.Min(zone)), append(z.hi, slices.Max(zone))
	}
	return z
}
