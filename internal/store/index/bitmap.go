package index

import "math/bits"

// bitmap is a set of rows.
type bitmap []uint64

func newBitmap(rows int) bitmap { return make(bitmap, (rows+63)/64) }

// allOf is a bitmap of the rows below n.
func allOf(n int) bitmap {
	b := newBitmap(n)
	for i := range b {
		b[i] = ^uint64(0)
	}
	if n%64 != 0 {
		b[len(b)-1] = 1<<(n%64) - 1
	}
	return b
}

func (b bitmap) add(row uint16)      { b[row>>6] |= 1 << (row & 63) }
func (b bitmap) remove(row uint16)   { b[row>>6] &^= 1 << (row & 63) }
func (b bitmap) has(row uint16) bool { return b[row>>6]>>(row&63)&1 != 0 }

func (b bitmap) or(o bitmap) {
	for i := range b {
		b[i] |= o[i]
	}
}

// keep removes the rows that o has not, or with not those that it has. It says
// whether any are left.
func (b bitmap) keep(o bitmap, not bool) bool {
	var flip, left uint64
	if not {
		flip = ^uint64(0)
	}
	for i := range b {
		b[i] &= o[i] ^ flip
		left |= b[i]
	}
	return left != 0
}

func (b bitmap) count() int {
	n := 0
	for _, w := range b {
		n += bits.OnesCount64(w)
	}
	return n
}

// rows goes through the rows, rising.
func (b bitmap) rows(yield func(int) bool) {
	for i, w := range b {
		for ; w != 0; w &= w - 1 {
			if !yield(i<<6 | bits.TrailingZeros64(w)) {
				return
			}
		}
	}
}
