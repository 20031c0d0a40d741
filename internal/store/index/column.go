package index

// column holds a value for each row, of which many are the same: at most as many
// different ones as a segment has rows.
type column[K comparable] struct {
	values []K
	codes  []uint16 // of each row: its value's place in values
	known  map[K]uint16
}

// add adds a row.
func (c *column[K]) add(v K) {
	code, ok := c.known[v]
	if !ok {
		if c.known == nil {
			c.known = map[K]uint16{}
		}
		code = uint16(len(c.values))
		c.known[v] = code
		c.values = append(c.values, v)
	}
	c.codes = append(c.codes, code)
}

// seal gives back what only add needs.
func (c *column[K]) seal() { c.known, c.codes = nil, fit(c.codes) }

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
