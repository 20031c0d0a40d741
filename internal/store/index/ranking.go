package index

import (
	"cmp"
	"slices"
)

// A ranking numbers the values of a column in their order. Those of times are
// the times.
type ranking interface {
	// of is the rank of a value, be it one that no finding has.
	of(value any) int64
	// codes are the ranks of a segment's codes, rising, and the rows' codes.
	codes(s *segment) (ranks []int64, codes []uint16, z *zones[uint16])
}

func (v *View) ranking(c Column) ranking {
	switch c {
	case Account:
		return rank(v, func(s *segment) *column[string] { return &s.accounts })
	case Type:
		return rank(v, func(s *segment) *column[string] { return &s.types })
	case Severity:
		return rank(v, func(s *segment) *column[float64] { return &s.severity })
	case Confidence:
		return rank(v, func(s *segment) *column[float64] { return &s.confidence })
	}
	return timeRanks{}
}

type timeRanks struct{}

func (timeRanks) of(value any) int64 { return value.(int64) }

func (timeRanks) codes(*segment) ([]int64, []uint16, *zones[uint16]) { return nil, nil, nil }

// valueRanks ranks the values that the findings have by odd numbers, so that
// there is one for what lies between two of them.
type valueRanks[K cmp.Ordered] struct {
	values []K // rising
	column func(*segment) *column[K]
}

func rank[K cmp.Ordered](v *View, column func(*segment) *column[K]) *valueRanks[K] {
	var all []K
	for i := range v.parts {
		all = append(all, column(v.parts[i].segment).values...)
	}
	slices.Sort(all)
	return &valueRanks[K]{slices.Compact(all), column}
}

func (r *valueRanks[K]) of(value any) int64 {
	i, found := slices.BinarySearch(r.values, value.(K))
	if found {
		return 2*int64(i) + 1
	}
	return 2 * int64(i)
}

func (r *valueRanks[K]) codes(s *segment) ([]int64, []uint16, *zones[uint16]) {
	c := r.column(s)
	ranks := make([]int64, len(c.values))
	for i, v := range c.values {
		ranks[i] = r.of(v)
	}
	return ranks, c.codes, &c.zones
}
