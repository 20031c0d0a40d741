package baseline

import "slices"

// ringSize is how many values a Ring remembers: enough for a steady median,
// few enough to sort on the stack.
const ringSize = 32

// Ring remembers the last 32 values and answers with their exact median and
// median absolute deviation. Use it where recent behaviour alone matters; a
// Histogram remembers longer.
type Ring struct {
	values [ringSize]float32
	n      uint32
}

// Add takes x in and forgets the oldest value when 32 are held.
func (r *Ring) Add(x float64) {
	r.values[r.n%ringSize] = float32(x)
	r.n++
	if r.n == 2*ringSize {
		r.n = ringSize
	}
}

// N is how many values are held.
func (r *Ring) N() int { return int(min(r.n, ringSize)) }

// Median returns the median and the median absolute deviation of the values
// held, zeros when there are none.
func (r *Ring) Median() (median, deviation float64) {
	n := r.N()
	if n == 0 {
		return 0, 0
	}
	sorted := r.values
	median = middle(sorted[:n])
	for i := range sorted[:n] {
		if d := sorted[i] - float32(median); d < 0 {
			sorted[i] = -d
		} else {
			sorted[i] = d
		}
	}
	return median, middle(sorted[:n])
}

// middle sorts v and returns its median.
func middle(v []float32) float64 {
	slices.Sort(v)
	n := len(v)
	return (float64(v[(n-1)/2]) + float64(v[n/2])) / 2
}
