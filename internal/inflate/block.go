package inflate

import (
	"encoding/binary"
	"io"
)

// readBlockHeader reads the three bits that begin a block, and what goes
// with its type (RFC 1951, section 3.2.3).
func (r *Reader) readBlockHeader() error {
	r.fill()
	if r.nbuf < 3 {
		return io.ErrUnexpectedEOF
	}
	r.final = r.buf&1 != 0
	kind := r.buf >> 1 & 3
	r.skip(3)
	switch kind {
	case 0:
		return r.readStored()
	case 1:
		r.state = codedBlock
		r.useFixed()
		return nil
	case 2:
		r.state = codedBlock
		return r.readDynamic()
	}
	return ErrCorrupt
}

// fill tops up buf to at least 56 bits, or to all that is left.
func (r *Reader) fill() {
	if len(r.src)-r.in >= 8 {
		r.buf |= binary.LittleEndian.Uint64(r.src[r.in:]) << (r.nbuf & 63)
		r.in += int(63-r.nbuf) >> 3
		r.nbuf |= 56
		return
	}
	for ; r.nbuf < 56 && r.in < len(r.src); r.in++ {
		r.buf |= uint64(r.src[r.in]) << (r.nbuf & 63)
		r.nbuf += 8
	}
}

// skip consumes n bits of those in buf.
func (r *Reader) skip(n uint64) {
	r.buf >>= n & 63
	r.nbuf -= n
}

// align drops the rest of a byte and gives whole bytes back to src.
func (r *Reader) align() {
	r.in -= int(r.nbuf >> 3)
	r.buf, r.nbuf = 0, 0
}

// readStored reads the length of a stored block and its complement.
func (r *Reader) readStored() error {
	r.align()
	if len(r.src)-r.in < 4 {
		return io.ErrUnexpectedEOF
	}
	n := binary.LittleEndian.Uint16(r.src[r.in:])
	if n != ^binary.LittleEndian.Uint16(r.src[r.in+2:]) {
		return ErrCorrupt
	}
	r.in += 4
	r.length = int(n)
	r.state = storedBlock
	return nil
}

// copyStored copies of a stored block what dst has room for.
func (r *Reader) copyStored(dst []byte, out int) (n int, full bool, err error) {
	rest := r.src[r.in:min(len(r.src), r.in+r.length)]
	n = copy(dst[out:], rest)
	r.in += n
	r.length -= n
	switch {
	case r.length == 0:
		r.endBlock()
	case n == len(rest):
		err = io.ErrUnexpectedEOF
	default:
		full = true
	}
	return out + n, full, err
}

// useFixed loads the code of RFC 1951, section 3.2.6.
func (r *Reader) useFixed() {
	if r.fixed {
		return
	}
	var lengths [numLitLen]uint8
	for i := range lengths {
		switch {
		case i < 144, i >= 280:
			lengths[i] = 8
		case i < 256:
			lengths[i] = 9
		default:
			lengths[i] = 7
		}
	}
	r.loadLit(lengths[:])
	for i := range numDist {
		lengths[i] = 5
	}
	r.loadDist(lengths[:numDist])
	r.fixed = true
}

// loadLit builds the literal/length table; it reports whether the code is valid.
func (r *Reader) loadLit(lengths []uint8) bool {
	if !r.code.assign(lengths) {
		return false
	}
	r.code.fill(r.lit[:], litBits, litSymbols[:])
	join(&r.lit)
	return true
}

// loadDist builds the distance table; it reports whether the code is valid.
func (r *Reader) loadDist(lengths []uint8) bool {
	if !r.code.assign(lengths) {
		return false
	}
	r.code.fill(r.dist[:], distBits, distSymbols[:])
	return true
}

// lengthOrder is the order in which the lengths of the code length code come.
var lengthOrder = [numLengthCode]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

// lengthCodeBits is the longest code length code: its lengths have three bits.
const lengthCodeBits = 7

// lengthSymbols are the entries of the code length code: a length as a literal,
// a run as a base value with extra bits. repeatLast marks the run that
// repeats the length before it; the others are runs of zero.
var lengthSymbols = makeLengthSymbols()

const repeatLast entry = 1 << countShift

func makeLengthSymbols() (s [numLengthCode]entry) {
	for i := range 16 {
		s[i] = literal | entry(i)<<byteShift
	}
	s[16] = valueEntry(3, 2) | repeatLast
	s[17] = valueEntry(3, 3)
	s[18] = valueEntry(11, 7)
	return s
}

// readDynamic reads the codes of a dynamic block (RFC 1951, section 3.2.7).
func (r *Reader) readDynamic() error {
	r.fixed = false
	r.fill()
	if r.nbuf < 14 {
		return io.ErrUnexpectedEOF
	}
	lits := int(r.buf&31) + 257
	dists := int(r.buf>>5&31) + 1
	n := int(r.buf>>10&15) + 4
	r.skip(14)
	if lits > maxLitLen || dists > maxDist {
		return ErrCorrupt
	}
	if err := r.readLengthCode(n); err != nil {
		return err
	}
	if err := r.readLengths(r.lengths[:lits+dists]); err != nil {
		return err
	}
	if !r.loadLit(r.lengths[:lits]) || !r.loadDist(r.lengths[lits:lits+dists]) {
		return ErrCorrupt
	}
	return nil
}

// readLengthCode reads the code that the code lengths are written in. Its table
// is kept where the distance table will be.
func (r *Reader) readLengthCode(n int) error {
	var lengths [numLengthCode]uint8
	for _, sym := range lengthOrder[:n] {
		r.fill()
		if r.nbuf < 3 {
			return io.ErrUnexpectedEOF
		}
		lengths[sym] = uint8(r.buf & 7)
		r.skip(3)
	}
	if !r.code.assign(lengths[:]) {
		return ErrCorrupt
	}
	r.code.fill(r.dist[:], lengthCodeBits, lengthSymbols[:])
	return nil
}

// readLengths reads code lengths, run-length coded, to fill dst.
func (r *Reader) readLengths(dst []uint8) error {
	last := uint8(0)
	for i := 0; i < len(dst); {
		r.fill()
		e := r.dist[r.buf&(1<<lengthCodeBits-1)]
		if e&special != 0 {
			return ErrCorrupt
		}
		if uint64(e&63) > r.nbuf {
			return io.ErrUnexpectedEOF
		}
		if e&literal != 0 {
			last = uint8(e >> byteShift)
			dst[i] = last
			i++
			r.skip(uint64(e & 63))
			continue
		}
		run := int(uint64(e>>valueShift&lengthMask) + r.buf>>(e>>codeShift&63)&uint64(e>>maskShift))
		r.skip(uint64(e & 63))
		if e&repeatLast == 0 {
			last = 0
		}
		if run > len(dst)-i || e&repeatLast != 0 && i == 0 {
			return ErrCorrupt
		}
		for range run {
			dst[i] = last
			i++
		}
	}
	return nil
}
