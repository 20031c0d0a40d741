package baseline

import "math"

// Histogram keeps the distribution of amounts (bytes, counts) on a logarithmic
// scale and answers with the median and the median absolute deviation, which a
// few outliers cannot move. Amounts are told apart by a quarter of a doubling
// (19 %), from 1 to 2^42; larger ones count as 2^42.
type Histogram struct {
	n    uint32
	bins [histogramBins]uint16
}

const (
	perOctave     = 4
	histogramBins = 42*perOctave + 2 // the first holds amounts under 1, the last 2^42 and more
	// binWidth is the width of a bin as a natural logarithm.
	binWidth = math.Ln2 / perOctave
)

// Deviation is what a normal distribution's standard deviation is in median
// absolute deviations.
const Deviation = 1.4826

// Add takes amount x in. When the histogram holds keep amounts (at most 65535),
// all counts are halved first: half of what it knows is at most keep amounts old.
func (h *Histogram) Add(x float64, keep int) {
	if int(h.n) >= min(max(keep, 2), math.MaxUint16) {
		h.halve()
	}
	h.n++
	h.bins[binOf(x)]++
}

func (h *Histogram) halve() {
	h.n = 0
	for i := range h.bins {
		h.bins[i] /= 2
		h.n += uint32(h.bins[i])
	}
}

func binOf(x float64) int {
	if !(x >= 1) { // NaN too
		return 0
	}
	return 1 + int(math.Min(math.Log2(x)*perOctave, histogramBins-2))
}

// logOf is the middle of bin i as log1p of the amount.
func logOf(i int) float64 {
	if i == 0 {
		return 0
	}
	return math.Log1p(math.Exp((float64(i) - 0.5) * binWidth))
}

// N is how many amounts the histogram speaks for.
func (h *Histogram) N() int { return int(h.n) }

// Median returns the median of log1p of the amounts, 0 when there are none.
func (h *Histogram) Median() float64 { return logOf(h.middle()) }

func (h *Histogram) middle() int {
	half, seen := (h.n+1)/2, uint32(0)
	for i, c := range h.bins {
		seen += uint32(c)
		if seen >= half {
			return i
		}
	}
	return 0
}

// Bound returns the amount above which one is an outlier: k standard deviations,
// robustly estimated on the log1p scale, above the median. floor is the least
// deviation assumed, as a natural logarithm: with few or equal amounts the
// spread is not known yet. The bound of an empty Histogram is 0.
func (h *Histogram) Bound(k, floor float64) float64 {
	if h.n == 0 {
		return 0
	}
	mid := h.middle()
	dev := math.Max(Deviation*h.spread(mid), floor)
	return math.Expm1(logOf(mid) + k*dev)
}

// spread is the median absolute deviation from bin mid.
func (h *Histogram) spread(mid int) float64 {
	half, center := (h.n+1)/2, logOf(mid)
	seen := uint32(h.bins[mid])
	lo, hi, far := mid-1, mid+1, 0.0
	for seen < half {
		down, up := math.Inf(1), math.Inf(1)
		if lo >= 0 {
			down = center - logOf(lo)
		}
		if hi < histogramBins {
			up = logOf(hi) - center
		}
		if down <= up {
			seen, far = seen+uint32(h.bins[lo]), down
			lo--
		} else {
			seen, far = seen+uint32(h.bins[hi]), up
			hi++
		}
	}
	return far
}
