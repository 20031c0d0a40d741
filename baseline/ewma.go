package baseline

import "math"

// EWMA is a mean and a variance in which older values count less and less
// (Finch, "Incremental calculation of weighted mean and variance", 2009).
// Until 1/alpha values have come it is the plain mean, so that the first value
// does not weigh more than its share.
type EWMA struct {
	mean, variance float64
	n              uint64
}

// Add takes x in; alpha, in (0, 1], is the weight of the newest value.
func (e *EWMA) Add(x, alpha float64) {
	e.n++
	alpha = math.Max(alpha, 1/float64(e.n))
	diff := x - e.mean
	step := alpha * diff
	e.mean += step
	e.variance = (1 - alpha) * (e.variance + diff*step)
}

// N is how many values have come.
func (e *EWMA) N() int { return int(e.n) }

// Mean is the weighted mean, 0 when no value has come.
func (e *EWMA) Mean() float64 { return e.mean }

// Dev is the weighted standard deviation.
func (e *EWMA) Dev() float64 { return math.Sqrt(e.variance) }

// Score says how many standard deviations x lies above the mean; floor is the
// least deviation assumed, so that steady values do not make every change an
// outlier. It is negative below the mean.
func (e *EWMA) Score(x, floor float64) float64 {
	dev := math.Max(e.Dev(), floor)
	if dev == 0 {
		return 0
	}
	return (x - e.mean) / dev
}

// Moments are the count, sum and sum of squares of values that all weigh the
// same: what tells how uniform a series is. Two series can be joined.
type Moments struct {
	n          uint32
	_          uint32
	sum, sumSq float64
}

// Add takes x in.
func (m *Moments) Add(x float64) {
	m.n++
	m.sum += x
	m.sumSq += x * x
}

// Join takes in all values of o.
func (m *Moments) Join(o Moments) {
	m.n += o.n
	m.sum += o.sum
	m.sumSq += o.sumSq
}

// N is how many values have come.
func (m *Moments) N() int { return int(m.n) }

// Mean is the arithmetic mean, 0 when no value has come.
func (m *Moments) Mean() float64 {
	if m.n == 0 {
		return 0
	}
	return m.sum / float64(m.n)
}

// Variation is the coefficient of variation, standard deviation over mean;
// 0 when there are fewer than two values or the mean is zero.
func (m *Moments) Variation() float64 {
	mean := m.Mean()
	if m.n < 2 || mean == 0 {
		return 0
	}
	v := m.sumSq/float64(m.n) - mean*mean
	return math.Sqrt(math.Max(v, 0)) / math.Abs(mean)
}
