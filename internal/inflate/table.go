package inflate

import "math/bits"

// Alphabet limits of DEFLATE (RFC 1951, section 3.2).
const (
	maxCodeBits   = 15  // longest literal/length or distance code
	numLitLen     = 288 // literal/length symbols; 286 and 287 only fill the fixed code
	maxLitLen     = 286 // literal/length symbols a dynamic block may define
	numDist       = 32  // distance symbols; 30 and 31 only fill the fixed code
	maxDist       = 30  // distance symbols a dynamic block may define
	numLiteral    = 256
	endOfBlock    = 256
	numLengthCode = 19 // symbols of the code that the code lengths are written in
)

// A decode table maps the next bits of the stream to an entry. Its first
// 1<<primary entries are indexed by that many bits; a longer code's entry is
// found in a subtable behind them.
//
// The sizes are the most entries any set of code lengths can ask for (computed
// by zlib's "enough" program: 1,334 for 288 symbols and 10 bits, 402 for 32
// symbols and 8 bits) rounded up to a power of two, so that a masked index
// needs no bounds check.
const (
	litBits  = 10
	distBits = 8
	litSize  = 2048
	distSize = 512
)

// An entry holds everything the decoder needs to act on a symbol, so that
// decoding is one load and a few shifts:
//
//	bits  0-5   bits to take from the stream, extra bits included
//	bits  6-7   special entries: which kind
//	bits  8-9   literals: how many, 0 to 2
//	bits 10-13  bits before the extra bits; of a subtable's index
//	bit  14     special: subtable, end of block, or invalid
//	bit  15     literals only
//	bits 16-30  base value of a length or distance; where a subtable starts
//	bits 28-31  of a joined entry: bits of its first literal
//	bits 32-47  the literals
//	bits 48-60  mask of the extra bits
//
// Joined entries stand for several symbols whose codes fit the primary index
// together: one or two literals, and perhaps the length of the match that follows.
// Log text is mostly short codes, so they save a fifth to a third of the
// look-ups and, more, the mispredicted branches between them.
type entry uint64

const (
	kindShift  = 6
	countShift = 8
	codeShift  = 10
	valueShift = 16
	firstShift = 28
	byteShift  = 32
	maskShift  = 48

	special entry = 1 << 14
	literal entry = 1 << 15

	lengthMask   = 1<<9 - 1  // of the base value of a length
	distanceMask = 1<<15 - 1 // and of a distance

	kindMask           = special | 3<<kindShift
	subtable     entry = special
	blockEnd     entry = special | 1<<kindShift
	invalidEntry entry = special | 2<<kindShift

	// perBit is what one bit of code length adds to an entry.
	perBit entry = 1 + 1<<codeShift
)

// litSymbols and distSymbols are the entries of every symbol before its code
// length is added (values: RFC 1951, section 3.2.5).
var (
	litSymbols  = makeLitSymbols()
	distSymbols = makeDistSymbols()
)

func makeLitSymbols() (s [numLitLen]entry) {
	for i := range numLiteral {
		s[i] = literal | 1<<countShift | entry(i)<<byteShift
	}
	s[endOfBlock] = blockEnd
	length := 3
	for i := endOfBlock + 1; i < maxLitLen-1; i++ {
		extra := max(0, (i-261)/4)
		s[i] = valueEntry(length, extra)
		length += 1 << extra
	}
	s[maxLitLen-1] = valueEntry(258, 0)
	s[maxLitLen], s[maxLitLen+1] = invalidEntry, invalidEntry
	return s
}

func makeDistSymbols() (s [numDist]entry) {
	dist := 1
	for i := range maxDist {
		extra := max(0, i/2-1)
		s[i] = valueEntry(dist, extra)
		dist += 1 << extra
	}
	s[maxDist], s[maxDist+1] = invalidEntry, invalidEntry
	return s
}

func valueEntry(base, extra int) entry {
	return entry(extra) | entry(base)<<valueShift | entry(1<<extra-1)<<maskShift
}

// A code is a canonical Huffman code: its symbols ordered by code length and
// then by value, as canonical codewords are assigned.
type code struct {
	count  [maxCodeBits + 1]uint16 // symbols of each length
	sorted [numLitLen]uint16       // the symbols that have a code
}

// assign sorts the symbols of lengths. It reports whether every sequence of
// bits is some codeword, with the two exceptions compress/flate allows: no
// symbol at all, and a single one of one bit.
func (c *code) assign(lengths []uint8) bool {
	c.count = [maxCodeBits + 1]uint16{}
	for _, n := range lengths {
		c.count[n&maxCodeBits]++
	}
	c.count[0] = 0
	var next [maxCodeBits + 1]uint16
	var used, left = uint16(0), 1 // left: codewords of the current length not taken
	for n := 1; n <= maxCodeBits; n++ {
		next[n] = used
		used += c.count[n]
		if left = left<<1 - int(c.count[n]); left < 0 {
			return false
		}
	}
	for sym, n := range lengths {
		if n != 0 {
			c.sorted[next[n&maxCodeBits]] = uint16(sym)
			next[n&maxCodeBits]++
		}
	}
	return left == 0 || used == 0 || used == 1 && c.count[1] == 1
}

// fill writes the decode table of c. It works up from one-bit codes and
// doubles the table at each length, so a short code's entry is copied in bulk
// to every index that begins with it.
func (c *code) fill(table []entry, primary int, symbols []entry) {
	table[0], table[1] = invalidEntry, invalidEntry
	sorted := c.sorted[:]
	word := 0 // next codeword, its bits in stream order
	for n := 1; n <= primary; n++ {
		if n > 1 {
			copy(table[1<<(n-1):1<<n], table[:1<<(n-1)])
		}
		for _, sym := range sorted[:c.count[n]] {
			table[word] = symbols[sym] + entry(n)*perBit
			word = nextWord(word, n)
		}
		sorted = sorted[c.count[n]:]
	}
	c.fillSubtables(table, primary, symbols, sorted, word)
}

// fillSubtables places the codes longer than primary bits.
func (c *code) fillSubtables(table []entry, primary int, symbols []entry, sorted []uint16, word int) {
	prefixMask := 1<<primary - 1
	prefix, start, width := -1, 0, 0
	end := 1 << primary
	for n := primary + 1; n <= maxCodeBits; n++ {
		for i, sym := range sorted[:c.count[n]] {
			if word&prefixMask != prefix {
				prefix = word & prefixMask
				start, width = end, c.subtableBits(n, primary, int(c.count[n])-i)
				end += 1 << width
				table[prefix] = subtable | entry(start)<<valueShift | entry(width)<<codeShift
			}
			e := symbols[sym] + entry(n)*perBit
			for i := word >> primary; i < 1<<width; i += 1 << (n - primary) {
				table[start+i] = e
			}
			word = nextWord(word, n)
		}
		sorted = sorted[c.count[n]:]
	}
}

// subtableBits returns the index width of the subtable whose first code has n
// bits, when left codes of that length are still to be placed: as wide as the
// longest code that shares the prefix.
func (c *code) subtableBits(n, primary, left int) int {
	width := n - primary
	for space := left; space < 1<<width && width < maxCodeBits-primary; {
		width++
		space = space<<1 + int(c.count[primary+width])
	}
	return width
}

// nextWord returns the canonical codeword after word, both of n bits with the
// first bit lowest: an increment that carries downward.
func nextWord(word, n int) int {
	free := ^word & (1<<n - 1)
	if free == 0 {
		return 0
	}
	top := 1 << (bits.Len(uint(free)) - 1)
	return word&(top-1) | top
}

// join makes joined entries of table's single ones. Going down, the entry for
// the bits behind a code is still a single one when it is read.
func join(table *[litSize]entry) {
	for i := 1<<litBits - 1; i >= 0; i-- {
		e := table[i]
		if e&literal == 0 {
			continue
		}
		bits := e & 63
		next := table[i>>bits]
		if next&special != 0 || bits+next>>codeShift&15 > litBits {
			continue
		}
		e += bits << firstShift
		if next&literal != 0 {
			e += next&63*perBit + 1<<countShift + next&(0xff<<byteShift)<<8
			bits = e & 63
			next = table[i>>bits]
			if next&(special|literal) != 0 || bits+next>>codeShift&15 > litBits {
				table[i] = e
				continue
			}
		}
		table[i] = e - literal + next
	}
}
