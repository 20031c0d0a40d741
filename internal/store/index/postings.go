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
	keys []uint64
	rows []uint16
}

// expect makes room for n pairs.
func (g *gathering) expect(n int) {
	g.keys, g.rows = make([]uint64, 0, n), make([]uint16, 0, n)
}

func (g *gathering) add(key uint64, row uint16) {
	g.keys = append(g.keys, key)
	g.rows = append(g.rows, row)
}

// coded is a key with the number that it has among the others of a gathering.
type coded struct {
	key  uint64
	code uint32
}

// distinct numbers the keys in the order of coming: each key, of each number how
// many rows there are, and the number of each pair's key.
func (g *gathering) distinct() (keys []coded, counts, codes []uint32) {
	var seen numbering[uint64]
	codes = make([]uint32, len(g.keys))
	for i, key := range g.keys {
		code := seen.number(key)
		if int(code) == len(keys) {
			keys = append(keys, coded{key, code})
			counts = append(counts, 0)
		}
		codes[i] = code
		counts[code]++
	}
	return keys, counts, codes
}

// minCommon is the least number of rows of a common key.
const minCommon = 256

// postings arranges what was collected about n rows.
func (g *gathering) postings(n int) postings {
	keys, counts, codes := g.distinct()
	slices.SortFunc(keys, func(a, b coded) int { return cmp.Compare(a.key, b.key) })
	p := postings{keys: make([]uint64, len(keys)), ends: make([]uint32, len(keys)), common: map[int]bitmap{}}
	next, common := make([]uint32, len(keys)), make([]bitmap, len(keys)) // by code: where its next row goes
	end := uint32(0)
	for i, k := range keys {
		p.keys[i], next[k.code] = k.key, end
		if c := counts[k.code]; c >= minCommon && int(c) > n/16 { // then a bitmap is smaller
			common[k.code] = newBitmap(n)
			p.common[i] = common[k.code]
		} else {
			end += c
		}
		p.ends[i] = end
	}
	p.rows = make([]uint16, end)
	for i, code := range codes {
		if c := common[code]; c != nil {
			c.add(g.rows[i])
			continue
		}
		p.rows[next[code]] = g.rows[i]
		next[code]++
	}
	return p
}
