package intel

import (
	"math/bits"
	"slices"
	"sort"

	"picket/event"
)

// markPorts is set on a range, beside the categories, when ports has entries
// for the address. It never leaves the package.
const markPorts event.Marks = 1 << 31

// record4 is one IPv4 prefix of one list, packed so that a quarter of a million
// of them take 2 MB and sort fast: address (32 bits), prefix length (6), source
// (10), name (16).
type record4 uint64

const (
	sourceBits = 10
	nameBits   = 16
	maxSources = 1<<sourceBits - 1
	maxNames   = 1<<nameBits - 1
)

func newRecord4(addr uint32, length int, source, name uint32) record4 {
	addr &= mask4(length)
	return record4(addr)<<32 | record4(length)<<(sourceBits+nameBits) | record4(source)<<nameBits | record4(name)
}

func mask4(length int) uint32 { return ^uint32(0) << (32 - length) }

func (r record4) first() uint32  { return uint32(r >> 32) }
func (r record4) length() int    { return int(r >> (sourceBits + nameBits) & 63) }
func (r record4) last() uint32   { return r.first() | ^mask4(r.length()) }
func (r record4) source() uint32 { return uint32(r>>nameBits) & maxSources }
func (r record4) name() uint32   { return uint32(r) & maxNames }

// range4 is a run of addresses that all lists agree on.
type range4 struct {
	first, last uint32
	marks       event.Marks
}

// table4 answers for IPv4 addresses. Most addresses are on no list, so a
// bitmap of blocks that hold an entry answers first; only then are the ranges
// of the address's bucket searched. Both are sized by the number of ranges:
// with the ranges and records, 8 MB for 250000 entries and some 10 kB for a
// customer's list.
type table4 struct {
	block   uint8 // the bitmap has a bit for every 1<<block addresses
	bucket  uint8 // a bucket is 1<<bucket addresses
	bitmap  []uint64
	ranges  []range4 // sorted, disjoint
	buckets []uint32 // index of the first range that ends in or after a bucket
	records []record4
}

// newTable4 takes records over and sorts them. marks is indexed by source.
func newTable4(records []record4, marks []event.Marks) table4 {
	sortRecords(records)
	t := table4{records: records, ranges: mergeRanges(records, marks)}
	if len(t.ranges) == 0 {
		return t
	}
	t.index()
	return t
}

// The bitmap has about 64 bits a range, so that few addresses that are not
// listed get past it, within the bounds of 8 kB (/16 blocks) and 2 MB (/24).
// There is about one range in a bucket.
func (t *table4) index() {
	size := bits.Len(uint(len(t.ranges)))
	t.block = uint8(32 - min(max(size+6, 16), 24))
	t.bucket = uint8(32 - min(size, 18))
	t.bitmap = make([]uint64, 1<<(32-t.block)/64)
	for _, r := range t.ranges {
		setBits(t.bitmap, r.first>>t.block, r.last>>t.block)
	}
	t.buckets = make([]uint32, 1<<(32-t.bucket)+1)
	i := uint32(0)
	for b := range t.buckets[:len(t.buckets)-1] {
		for int(i) < len(t.ranges) && t.ranges[i].last < uint32(b)<<t.bucket {
			i++
		}
		t.buckets[b] = i
	}
	t.buckets[len(t.buckets)-1] = uint32(len(t.ranges))
}

func setBits(bitmap []uint64, from, to uint32) {
	for i := from; i <= to; i++ {
		if i&63 == 0 && to-i >= 63 { // a whole word
			bitmap[i/64] = ^uint64(0)
			i += 63
			continue
		}
		bitmap[i/64] |= 1 << (i & 63)
	}
}

// maybe reports whether v could be listed: false is certain.
func (t *table4) maybe(v uint32) bool {
	b := v >> (t.block & 31)
	w := b >> 6
	return int(w) < len(t.bitmap) && t.bitmap[w]>>(b&63)&1 != 0
}

// marks returns the marks of v's range. Ask maybe first.
func (t *table4) marks(v uint32) event.Marks {
	b := v >> (t.bucket & 31)
	in := t.ranges[t.buckets[b]:min(int(t.buckets[b+1])+1, len(t.ranges))]
	const few = 8 // ranges that are faster to walk than to search
	for len(in) > few {
		if half := len(in) / 2; in[half].first <= v {
			in = in[half:]
		} else {
			in = in[:half]
		}
	}
	for i := range in {
		if r := &in[i]; r.last >= v {
			if r.first <= v {
				return r.marks
			}
			return 0
		}
	}
	return 0
}

// covering calls visit for every record whose prefix holds v, widest first.
func (t *table4) covering(v uint32, visit func(record4)) {
	for length := MinPrefixBits; length <= 32; length++ {
		from := newRecord4(v, length, 0, 0)
		to := from | record4(maxSources)<<nameBits | maxNames
		i := sort.Search(len(t.records), func(i int) bool { return t.records[i] >= from })
		for ; i < len(t.records) && t.records[i] <= to; i++ {
			visit(t.records[i])
		}
	}
}

// mergeRanges flattens sorted, nested prefixes into disjoint ranges that carry
// the marks of every prefix around them. A trusted prefix wipes the others,
// however long either is.
func mergeRanges(records []record4, marks []event.Marks) []range4 {
	m := merger{ranges: make([]range4, 0, len(records))}
	for _, r := range records {
		m.open(r.first(), r.last(), marks[r.source()])
	}
	m.close(1 << 32)
	return slices.Clip(m.ranges)
}

// merger sweeps over the address space. The stack holds the prefixes around
// the position, each with its own marks and those of all around it.
type merger struct {
	ranges []range4
	stack  [33]range4 // one a length at most
	depth  int
	pos    uint64 // up to here everything is emitted
}

func (m *merger) open(first, last uint32, marks event.Marks) {
	m.close(uint64(first))
	if m.depth > 0 {
		top := &m.stack[m.depth-1]
		if top.first == first && top.last == last {
			top.marks |= marks
			return
		}
		marks |= top.marks
	}
	m.stack[m.depth] = range4{first, last, marks}
	m.depth++
}

// close emits everything before until and pops the prefixes that end there.
func (m *merger) close(until uint64) {
	for m.depth > 0 {
		top := m.stack[m.depth-1]
		end := uint64(top.last) + 1
		if end > until {
			m.emit(until, top.marks)
			return
		}
		m.emit(end, top.marks)
		m.depth--
	}
	m.pos = max(m.pos, until)
}

func (m *merger) emit(end uint64, marks event.Marks) {
	if end <= m.pos {
		return
	}
	first, last := uint32(m.pos), uint32(end-1)
	m.pos = end
	marks = settle(marks)
	if n := len(m.ranges); n > 0 && uint64(m.ranges[n-1].last)+1 == uint64(first) && m.ranges[n-1].marks == marks {
		m.ranges[n-1].last = last
		return
	}
	m.ranges = append(m.ranges, range4{first, last, marks})
}

// settle applies the precedence of trusted lists: they win over everything.
func settle(m event.Marks) event.Marks {
	if m&event.MarkTrusted != 0 {
		return event.MarkTrusted
	}
	return m
}

// sortRecords sorts by value: by address, then wider prefixes first. A radix
// sort on address and length, since a comparing sort would cost more than
// parsing the list did; what it leaves unsorted, sources and names of the same
// prefix, is put in order after.
func sortRecords(rs []record4) {
	if slices.IsSorted(rs) {
		return
	}
	const fewest = 1 << 12
	if len(rs) < fewest {
		slices.Sort(rs)
		return
	}
	from, to := rs, make([]record4, len(rs))
	for shift := sourceBits + nameBits; shift < 64; shift += 10 {
		radixPass(to, from, shift)
		from, to = to, from
	}
	sortRuns(rs)
}

// radixPass sorts from into to by the 10 bits above shift. Four passes cover
// the 38 bits of length and address, an even number, so the result is in place.
func radixPass(to, from []record4, shift int) {
	var count [1 << 10]int
	for _, r := range from {
		count[r>>shift&1023]++
	}
	at := 0
	for i, n := range count {
		count[i] = at
		at += n
	}
	for _, r := range from {
		digit := r >> shift & 1023
		to[count[digit]] = r
		count[digit]++
	}
}

func sortRuns(rs []record4) {
	for i := 0; i < len(rs); {
		j := i + 1
		for j < len(rs) && rs[j]>>(sourceBits+nameBits) == rs[i]>>(sourceBits+nameBits) {
			j++
		}
		slices.Sort(rs[i:j])
		i = j
	}
}
