package index

import (
	"cmp"
	"math"
	"slices"
)

// postings say which rows have which key. The rows of a common key are a bitmap,
// those of another lie in rows, rising.
type postings struct {
	keys   []uint64 // rising
	ends   []uint32 // in rows
	rows   []uint16
	common map[int]bitmap // by place of the key
}

// rowsOf are the rows of the keys from place i to before j, but for common ones.
func (p *postings) rowsOf(i, j int) []uint16 {
	if i >= j {
		return nil
	}
	from := uint32(0)
	if i > 0 {
		from = p.ends[i-1]
	}
	return p.rows[from:p.ends[j-1]]
}

// addKey adds the rows of a key to b.
func (p *postings) addKey(b bitmap, key uint64) {
	if i, ok := slices.BinarySearch(p.keys, key); ok {
		p.addPlaces(b, i, i+1)
	}
}

// addBetween adds the rows of the keys from lo to hi to b.
func (p *postings) addBetween(b bitmap, lo, hi uint64) {
	i, _ := slices.BinarySearch(p.keys, lo)
	j, found := slices.BinarySearch(p.keys, hi)
	if found {
		j++
	}
	p.addPlaces(b, i, j)
}

func (p *postings) addPlaces(b bitmap, i, j int) {
	rows := p.rowsOf(i, j)
	for _, row := range rows {
		b.add(row)
	}
	if j-i == 1 && len(rows) > 0 {
		return
	}
	for place, c := range p.common {
		if i <= place && place < j {
			b.or(c)
		}
	}
}

// all goes through the keys with their rows.
func (p *postings) all(yield func(uint64, uint16) bool) {
	for i, key := range p.keys {
		rows := p.rowsOf(i, i+1)
		for _, row := range rows {
			if !yield(key, row) {
				return
			}
		}
		if len(rows) > 0 {
			continue
		}
		for row := range p.common[i].rows {
			if !yield(key, uint16(row)) {
				return
			}
		}
	}
}

// ordered is x as a key: keys are in the order of their numbers.
func ordered(x float64) uint64 {
	if x == 0 {
		x = 0 // there are two zeros
	}
	b := math.Float64bits(x)
	if b>>63 != 0 {
		return ^b
	}
	return b | 1<<63
}

// A gathering collects keys and rows. Of each key the rows must come rising.
type gathering struct {
	codes  map[uint64]uint32 // key by the order of coming
	keys   []keyed
	last   keyed
	counts []uint32
	code   []uint32 // of each pair
	row    []uint16
}

type keyed struct {
	key  uint64
	code uint32
}

func (g *gathering) add(key uint64, row uint16) {
	if len(g.keys) == 0 || g.last.key != key {
		g.last = keyed{key, g.codeOf(key)}
	}
	g.counts[g.last.code]++
	g.code = append(g.code, g.last.code)
	g.row = append(g.row, row)
}

func (g *gathering) codeOf(key uint64) uint32 {
	code, known := g.codes[key]
	if !known {
		if g.codes == nil {
			g.codes = map[uint64]uint32{}
		}
		code = uint32(len(g.keys))
		g.codes[key] = code
		g.keys = append(g.keys, keyed{key, code})
		g.counts = append(g.counts, 0)
	}
	return code
}

// minCommon is the least number of rows of a common key.
const minCommon = 256

// postings arranges what was collected about n rows.
func (g *gathering) postings(n int) postings {
	slices.SortFunc(g.keys, func(a, b keyed) int { return cmp.Compare(a.key, b.key) })
	p := postings{keys: make([]uint64, len(g.keys)), ends: make([]uint32, len(g.keys))}
	next := make([]uint32, len(g.keys)) // where the next row of a code goes
	common := map[uint32]bitmap{}
	end := uint32(0)
	for i, k := range g.keys {
		p.keys[i], next[k.code] = k.key, end
		if c := g.counts[k.code]; c >= minCommon && int(c) > n/16 {
			common[k.code] = newBitmap(n)
		} else {
			end += c
		}
		p.ends[i] = end
	}
	p.rows = make([]uint16, end)
	for i, code := range g.code {
		if g.counts[code] >= minCommon {
			if c := common[code]; c != nil {
				c.add(g.row[i])
				continue
			}
		}
		p.rows[next[code]] = g.row[i]
		next[code]++
	}
	if len(common) > 0 {
		p.common = make(map[int]bitmap, len(common))
		for i, k := range g.keys {
			if c := common[k.code]; c != nil {
				p.common[i] = c
			}
		}
	}
	return p
}
