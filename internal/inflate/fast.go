package inflate

import (
	"encoding/binary"
	"unsafe"
)

// What one turn of the fast loop may touch. It loads two words, the second at
// most 7 bytes behind the first. It writes two pairs of literals and a match; a
// copy may write up to copyStep-1 bytes more than the match has, and writes
// copyFirst bytes at once. These bounds are all that keeps the unsafe accesses
// below inside src and dst.
const (
	inTurn    = 16
	outTurn   = 2*2 + maxMatch + copyStep
	maxMatch  = 258
	copyStep  = 32
	copyFirst = 64 // less than maxMatch+copyStep
)

// outcome says why the fast loop ended.
type outcome uint8

const (
	nearEdge outcome = iota // input or output is nearly used up
	atBlockEnd
	atCorrupt
)

// fast decodes symbols of the current block to dst[out:] for as long as a turn
// can't leave src or dst. Matches may reach back to dst[base].
//
// It is one long function because its state must stay in registers. Positions
// are pointers that never leave their slice: from and to stay a whole turn's
// margin before the end. nbuf counts modulo 64, so that an entry can be
// subtracted whole; refilling keeps it between 56 and 63, and the most a turn
// takes between refills is 20 bits for a length and 28 for a distance.
func (r *Reader) fast(dst []byte, base, out int) (int, outcome) {
	turns := min((len(r.src)-r.in)/inTurn, (len(dst)-out)/outTurn)
	if turns <= 0 {
		return out, nearEdge
	}
	var (
		result = nearEdge
		start  = unsafe.Pointer(unsafe.SliceData(r.src))
		from   = unsafe.Add(start, r.in)
		origin = unsafe.Pointer(unsafe.SliceData(dst))
		oldest = unsafe.Add(origin, base)
		to     = unsafe.Add(origin, out)
		buf    = r.buf
		nbuf   = r.nbuf
	)
loop:
	for turns > 0 {
		for range turns {
			buf |= load64(from) << (nbuf & 63)
			from = unsafe.Add(from, ^nbuf>>3&7)
			nbuf |= 56

			// Literals are stored before it is known whether there are any:
			// a store is cheaper than a branch that can't be predicted.
			e := r.lit[buf&(1<<litBits-1)]
			store16(to, uint16(e>>byteShift))
			to = unsafe.Add(to, e>>countShift&3)
			if e&literal != 0 {
				buf >>= e & 63
				nbuf -= uint64(e)
				e = r.lit[buf&(1<<litBits-1)]
				store16(to, uint16(e>>byteShift))
				to = unsafe.Add(to, e>>countShift&3)
				if e&literal != 0 {
					buf >>= e & 63
					nbuf -= uint64(e)
					continue
				}
				buf |= load64(from) << (nbuf & 63)
				from = unsafe.Add(from, ^nbuf>>3&7)
				nbuf |= 56
			}
			if e&special != 0 {
				if e&kindMask == subtable {
					e = r.lit[subIndex(e, buf>>litBits)&(litSize-1)]
				}
				if e&literal != 0 {
					store16(to, uint16(e>>byteShift))
					to = unsafe.Add(to, 1)
					buf >>= e & 63
					nbuf -= uint64(e)
					continue
				}
				if e&special != 0 {
					result = atCorrupt
					if e&kindMask == blockEnd {
						buf >>= e & 63
						nbuf -= uint64(e)
						result = atBlockEnd
					}
					break loop
				}
			}
			length := uint64(e>>valueShift&lengthMask) + buf>>(e>>codeShift&63)&uint64(e>>maskShift)
			buf >>= e & 63
			nbuf -= uint64(e)

			e = r.dist[buf&(1<<distBits-1)]
			if e&special != 0 {
				if e&kindMask == subtable {
					e = r.dist[subIndex(e, buf>>distBits)&(distSize-1)]
				}
				if e&special != 0 {
					result = atCorrupt
					break loop
				}
			}
			dist := uint64(e>>valueShift&distanceMask) + buf>>(e>>codeShift&63)&uint64(e>>maskShift)
			buf >>= e & 63
			nbuf -= uint64(e)
			if dist > uint64(uintptr(to)-uintptr(oldest)) {
				result = atCorrupt
				break loop
			}

			match := unsafe.Add(to, -int(dist))
			if dist < 16 {
				copyNear(to, match, dist, length)
				to = unsafe.Add(to, length)
				continue
			}
			move16(to, match)
			move16(unsafe.Add(to, 16), unsafe.Add(match, 16))
			move16(unsafe.Add(to, 32), unsafe.Add(match, 32))
			move16(unsafe.Add(to, 48), unsafe.Add(match, 48))
			for done := uint64(copyFirst); done < length; done += copyStep {
				move16(unsafe.Add(to, done), unsafe.Add(match, done))
				move16(unsafe.Add(to, done+16), unsafe.Add(match, done+16))
			}
			to = unsafe.Add(to, length)
		}
		turns = min((len(r.src)-int(uintptr(from)-uintptr(start)))/inTurn,
			(len(dst)-int(uintptr(to)-uintptr(origin)))/outTurn)
	}
	r.nbuf = nbuf & 63
	r.buf = buf & (1<<r.nbuf - 1)
	r.in = int(uintptr(from) - uintptr(start))
	return int(uintptr(to) - uintptr(origin)), result
}

// copyNear copies a match of less than 16 bytes' distance, which overlaps
// itself: in steps of the distance where a whole word would read bytes not
// yet written. It may write up to 7 bytes more than length.
func copyNear(to, match unsafe.Pointer, dist, length uint64) {
	if dist == 1 {
		word := uint64(*(*byte)(match)) * 0x0101010101010101
		for done := uint64(0); done < length; done += 8 {
			store64(unsafe.Add(to, done), word)
		}
		return
	}
	step := min(dist, 8)
	for done := uint64(0); done < length; done += step {
		store64(unsafe.Add(to, done), load64(unsafe.Add(match, done)))
	}
}

func load64(p unsafe.Pointer) uint64     { return binary.LittleEndian.Uint64((*[8]byte)(p)[:]) }
func store64(p unsafe.Pointer, v uint64) { binary.LittleEndian.PutUint64((*[8]byte)(p)[:], v) }
func store16(p unsafe.Pointer, v uint16) { binary.LittleEndian.PutUint16((*[2]byte)(p)[:], v) }
func move16(to, from unsafe.Pointer)     { *(*[16]byte)(to) = *(*[16]byte)(from) }
