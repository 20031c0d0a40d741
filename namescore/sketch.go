package namescore

import "math"

// distinct estimates how many different things were hashed into cells of which
// used are taken: linear counting (Whang, Vander-Zanden, Taylor 1990). A full
// sketch gives cells·ln(cells), the most it can tell.
func distinct(used, cells int) float64 {
	m := float64(cells)
	switch {
	case used <= 0:
		return 0
	case used >= cells:
		return m * math.Log(m)
	}
	return -m * math.Log(1-float64(used)/m)
}

// hashOf is FNV-1a with a final mix; it must stay as it is, for sketches that
// it filled are kept in snapshots.
func hashOf(a, b string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(a) {
		h = (h ^ uint64(a[i])) * 1099511628211
	}
	h = (h ^ '.') * 1099511628211
	for i := range len(b) {
		h = (h ^ uint64(b[i])) * 1099511628211
	}
	h ^= h >> 32
	h *= 0xd6e8feb86659fd93
	return h ^ h>>32
}
