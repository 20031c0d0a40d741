package inflate

import (
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
)

// A bitWriter writes DEFLATE by hand, for streams no compressor makes.
type bitWriter struct {
	b []byte
	n int // bits written
}

func (w *bitWriter) bits(v uint64, n int) *bitWriter {
	for i := range n {
		if w.n%8 == 0 {
			w.b = append(w.b, 0)
		}
		w.b[w.n/8] |= byte(v>>i&1) << (w.n % 8)
		w.n++
	}
	return w
}

// word writes symbol sym of the canonical code with these lengths, computed as
// RFC 1951, section 3.2.2 has it.
func (w *bitWriter) word(lengths []uint8, sym int) *bitWriter {
	var count, next [17]uint64
	for _, n := range lengths {
		if n > 0 {
			count[n]++
		}
	}
	for n := 1; n <= 15; n++ {
		next[n+1] = (next[n] + count[n]) << 1
	}
	v := next[lengths[sym]]
	for _, n := range lengths[:sym] {
		if n == lengths[sym] {
			v++
		}
	}
	for i := int(lengths[sym]) - 1; i >= 0; i-- {
		w.bits(v>>i&1, 1)
	}
	return w
}

// plainLengths is a code length code in which every length has four bits.
var plainLengths = []uint8{4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 0, 0, 0}

// dynamic begins a last block with the given codes, written without runs.
func (w *bitWriter) dynamic(lit, dist []uint8) *bitWriter {
	w.lengthCode(len(lit), len(dist), plainLengths)
	for _, n := range append(append([]uint8{}, lit...), dist...) {
		w.word(plainLengths, int(n))
	}
	return w
}

func (w *bitWriter) lengthCode(lits, dists int, code []uint8) *bitWriter {
	w.bits(1, 1).bits(2, 2).bits(uint64(lits-257), 5).bits(uint64(dists-1), 5).bits(15, 4)
	for _, sym := range lengthOrder {
		w.bits(uint64(code[sym]), 3)
	}
	return w
}

// lengths makes a list of n code lengths with the given ones set.
func lengths(n int, set map[int]uint8) []uint8 {
	l := make([]uint8, n)
	for sym, bits := range set {
		l[sym] = bits
	}
	return l
}

// TestCodes holds codes at the border of what RFC 1951 allows. Which are accepted
// is compress/flate's choice; the expectations are written out, and checked
// against it.
func TestCodes(t *testing.T) {
	one := []uint8{1}
	ab := lengths(258, map[int]uint8{'a': 2, 'b': 2, 256: 2, 257: 2})
	onlyEnd := lengths(257, map[int]uint8{256: 1})
	short := lengths(257, map[int]uint8{'a': 1, 256: 1})
	nine := func() []uint8 { // RFC 1951, section 3.2.6
		l := make([]uint8, 288)
		for i := range l {
			l[i] = 8
			if i >= 144 && i < 256 {
				l[i] = 9
			} else if i >= 256 && i < 280 {
				l[i] = 7
			}
		}
		return l
	}()
	five := make([]uint8, 32)
	for i := range five {
		five[i] = 5
	}
	w := func() *bitWriter { return new(bitWriter) }
	fixed := func() *bitWriter { return w().bits(1, 1).bits(1, 2) }
	endless, filled := w().dynamic(lengths(257, map[int]uint8{'a': 1, 'b': 1}), one).bits(2, 2), 0
	for ; endless.n%8 != 0; filled++ {
		endless.bits(1, 1)
	}
	for name, tt := range map[string]struct {
		stream *bitWriter
		want   string
		err    error
	}{
		"end only, no distance code":        {w().dynamic(onlyEnd, []uint8{0}).bits(0, 1), "", io.EOF},
		"the bit a single code lacks":       {w().dynamic(onlyEnd, []uint8{0}).bits(1, 1), "", ErrCorrupt},
		"no literal code":                   {w().dynamic(make([]uint8, 257), one).bits(0, 60), "", ErrCorrupt},
		"single code of two bits":           {w().dynamic(lengths(257, map[int]uint8{256: 2}), one).bits(0, 60), "", ErrCorrupt},
		"no end of block":                   {endless, "ab" + strings.Repeat("b", filled), io.ErrUnexpectedEOF},
		"over-subscribed literals":          {w().dynamic(lengths(257, map[int]uint8{'a': 1, 'b': 1, 256: 1}), one).bits(0, 60), "", ErrCorrupt},
		"incomplete literals":               {w().dynamic(lengths(257, map[int]uint8{'a': 2, 'b': 2, 256: 2}), one).bits(0, 60), "", ErrCorrupt},
		"over-subscribed distances":         {w().dynamic(short, []uint8{1, 1, 1}).bits(0, 60), "", ErrCorrupt},
		"incomplete distances":              {w().dynamic(short, []uint8{2, 2, 2}).bits(0, 60), "", ErrCorrupt},
		"over-subscribed at 15 bits":        {w().dynamic(lengths(257, map[int]uint8{'a': 1, 'b': 1, 256: 15}), one).bits(0, 60), "", ErrCorrupt},
		"match with a single distance":      {w().dynamic(ab, one).word(ab, 'a').word(ab, 257).bits(0, 1).word(ab, 256), "aaaa", io.EOF},
		"distance bit a single code lacks":  {w().dynamic(ab, one).word(ab, 'a').word(ab, 257).bits(1, 60), "a", ErrCorrupt},
		"match without distance code":       {w().dynamic(ab, []uint8{0}).word(ab, 'a').word(ab, 257).bits(0, 60), "a", ErrCorrupt},
		"match before the start":            {w().dynamic(ab, one).word(ab, 257).bits(0, 60), "", ErrCorrupt},
		"287 literal symbols":               {w().dynamic(lengths(287, map[int]uint8{'a': 1, 256: 1}), one).bits(0, 60), "", ErrCorrupt},
		"31 distance symbols":               {w().dynamic(short, lengths(31, map[int]uint8{0: 1})).bits(0, 60), "", ErrCorrupt},
		"over-subscribed length code":       {w().lengthCode(257, 1, []uint8{1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}).bits(0, 60), "", ErrCorrupt},
		"empty length code":                 {w().lengthCode(257, 1, make([]uint8, 19)).bits(0, 60), "", ErrCorrupt},
		"repeat before any length":          {w().lengthCode(257, 1, lengths(19, map[int]uint8{0: 1, 16: 1})).bits(1, 60), "", ErrCorrupt},
		"run beyond the last length":        {w().lengthCode(257, 1, lengths(19, map[int]uint8{0: 1, 18: 1})).bits(1<<60-1, 60), "", ErrCorrupt},
		"fixed code":                        {fixed().word(nine, 'a').word(nine, 200).word(nine, 257).word(five, 1).word(nine, 256), "a\xc8a\xc8a", io.EOF},
		"fixed code, symbol 286":            {fixed().word(nine, 'a').word(nine, 286).bits(0, 60), "a", ErrCorrupt},
		"fixed code, symbol 287":            {fixed().word(nine, 287).bits(0, 60), "", ErrCorrupt},
		"fixed code, distance symbol 30":    {fixed().word(nine, 'a').word(nine, 257).word(five, 30).bits(0, 60), "a", ErrCorrupt},
		"fixed code, distance symbol 31":    {fixed().word(nine, 'a').word(nine, 257).word(five, 31).bits(0, 60), "a", ErrCorrupt},
		"fixed code, distance one too far":  {fixed().word(nine, 'a').word(nine, 257).word(five, 1).bits(0, 60), "a", ErrCorrupt},
		"reserved block type":               {w().bits(1, 1).bits(3, 2).bits(0, 60), "", ErrCorrupt},
		"stored block":                      {w().bits(1, 1).bits(0, 7).bits(2, 16).bits(0xfffd, 16).bits('a', 8).bits('b', 8), "ab", io.EOF},
		"empty stored block":                {w().bits(1, 1).bits(0, 7).bits(0, 16).bits(0xffff, 16), "", io.EOF},
		"stored block, complement mismatch": {w().bits(1, 1).bits(0, 7).bits(2, 16).bits(0xfffc, 16).bits('a', 8).bits('b', 8), "", ErrCorrupt},
	} {
		t.Run(name, func(t *testing.T) {
			// A long tail of zeros lets the fast loop run too.
			for _, pad := range []int{0, 400} {
				if pad > 0 && tt.err == io.ErrUnexpectedEOF {
					continue
				}
				body := append(append([]byte{}, tt.stream.b...), make([]byte, pad)...)
				src, _, refErr := member(t, body)
				if (refErr == nil) != (tt.err == io.EOF) {
					t.Fatalf("compress/flate says %v; the expectation is wrong", refErr)
				}
				if refErr == nil {
					src = append(src, make([]byte, pad)...)
				} else {
					src = append(src[:headerSize], body...)
				}
				var r Reader
				got, err := decode(t, &r, src, 1000)
				if string(got) != tt.want || !errors.Is(err, tt.err) {
					t.Errorf("pad %d: %q, %v; want %q, %v", pad, got, err, tt.want, tt.err)
				}
			}
		})
	}
}

// randomCode makes a complete code of n symbols by splitting codewords at
// random, deep ones more often, so that subtables of every width occur.
func randomCode(rng *rand.Rand, n int) []uint8 {
	leaves := []uint8{1, 1}
	for len(leaves) < n {
		i := rng.IntN(len(leaves))
		if rng.IntN(3) > 0 {
			i = len(leaves) - 1
		}
		if leaves[i] < 15 {
			leaves[i]++
			leaves = append(leaves, leaves[i])
		}
	}
	rng.Shuffle(n, func(i, j int) { leaves[i], leaves[j] = leaves[j], leaves[i] })
	return leaves
}

// TestRandomCodes decodes random symbols in random codes, which have all the
// code lengths, extra bits and subtables that compressors rarely use.
func TestRandomCodes(t *testing.T) {
	rng := rand.New(rand.NewPCG(19, 20))
	var r Reader
	for range 300 {
		lit, dist := randomCode(rng, 286), randomCode(rng, 30)
		if rng.IntN(4) == 0 {
			lit = randomCode(rng, 257+rng.IntN(29))
			dist = randomCode(rng, 2+rng.IntN(28))
		}
		w := new(bitWriter).dynamic(lit, dist)
		for range 2000 {
			switch sym := rng.IntN(len(lit)); {
			case sym < 256 || rng.IntN(3) == 0:
				w.word(lit, sym&0xff)
			case sym > 256:
				w.word(lit, sym)
				w.bits(uint64(rng.Uint32()), max(0, (sym-261)/4)*b2i(sym < 285))
				sym = rng.IntN(min(len(dist), 14)) // near, for most to be valid
				w.word(dist, sym)
				w.bits(uint64(rng.Uint32()), max(0, sym/2-1))
			}
		}
		w.word(lit, 256)
		src, want, err := member(t, w.b)
		if err != nil {
			compareWithReference(t, &r, append(src[:headerSize], w.b...), 5000)
			continue
		}
		checkDecode(t, &r, src, want, 1<<20)
		checkDecode(t, &r, src, want, 700)
	}
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}
