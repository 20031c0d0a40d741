package index

import "slices"

// best keeps the first of all that is offered, in an order, up to limit; 0 is no
// limit.
type best[T any] struct {
	compare func(a, b *T) int
	limit   int
	heap    []T // the last on top, once there are limit
}

// full reports whether one that is offered must come before last to be kept.
func (b *best[T]) full() bool { return b.limit > 0 && len(b.heap) == b.limit }

// last is the last of those kept, when it is full.
func (b *best[T]) last() *T { return &b.heap[0] }

func (b *best[T]) offer(x T) {
	switch {
	case !b.full():
		b.heap = append(b.heap, x)
		if b.full() {
			for i := len(b.heap)/2 - 1; i >= 0; i-- {
				b.sink(i)
			}
		}
	case b.compare(&x, b.last()) < 0:
		b.heap[0] = x
		b.sink(0)
	}
}

// sink moves one down to its place in the heap.
func (b *best[T]) sink(i int) {
	for {
		child := 2*i + 1
		if child >= len(b.heap) {
			return
		}
		if child+1 < len(b.heap) && b.compare(&b.heap[child+1], &b.heap[child]) > 0 {
			child++
		}
		if b.compare(&b.heap[child], &b.heap[i]) <= 0 {
			return
		}
		b.heap[i], b.heap[child] = b.heap[child], b.heap[i]
		i = child
	}
}

// sorted ends the offers.
func (b *best[T]) sorted() []T {
	slices.SortFunc(b.heap, func(x, y T) int { return b.compare(&x, &y) })
	return b.heap
}
