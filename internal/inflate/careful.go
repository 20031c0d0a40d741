package inflate

import "io"

// block decodes part of the current block to dst[out:], as far as about stop.
// It reports whether it ended for want of room in dst.
func (r *Reader) block(dst []byte, base, out, stop int) (n int, full bool, err error) {
	if r.state == storedBlock {
		return r.copyStored(dst, out)
	}
	if r.length > 0 {
		if out = r.copyMatch(dst, out); r.length > 0 {
			return out, true, nil
		}
	}
	n, how := r.fast(dst[:stop], base, out)
	switch {
	case how == atBlockEnd:
		r.endBlock()
		return n, false, nil
	case how == atCorrupt:
		return n, false, ErrCorrupt
	case n > out:
		return n, false, nil
	}
	return r.careful(dst, base, out)
}

// careful decodes as fast does, one symbol at a time, up to the very end of
// input and output. It stops where the block or dst does.
func (r *Reader) careful(dst []byte, base, out int) (n int, full bool, err error) {
	for {
		r.fill()
		e := r.litEntry()
		bits, lone := uint64(e&63), e&literal != 0
		if first := uint64(e >> firstShift & 15); first != 0 {
			bits, lone = first, true // of a joined entry, the first literal
		}
		switch {
		case e&kindMask == invalidEntry:
			return out, false, ErrCorrupt
		case bits > r.nbuf:
			return out, false, io.ErrUnexpectedEOF
		case lone:
			if out == len(dst) {
				return out, true, nil
			}
			dst[out] = byte(e >> byteShift)
			out++
			r.skip(bits)
		case e&special != 0:
			r.skip(bits)
			r.endBlock()
			return out, false, nil
		default:
			length := r.value(e)
			if err := r.readDistance(out - base); err != nil {
				return out, false, err
			}
			r.length = length
			if out = r.copyMatch(dst, out); r.length > 0 {
				return out, true, nil
			}
		}
	}
}

// litEntry looks up the next literal/length symbol.
func (r *Reader) litEntry() entry {
	e := r.lit[r.buf&(1<<litBits-1)]
	if e&kindMask == subtable {
		e = r.lit[subIndex(e, r.buf>>litBits)&(litSize-1)]
	}
	return e
}

// subIndex returns where the subtable entry e leads, given the bits
// behind the primary index.
func subIndex(e entry, bits uint64) uint64 {
	return uint64(e>>valueShift) + bits&(1<<(e>>codeShift&15)-1)
}

// value returns the length or distance that e and its extra bits mean, and
// consumes them.
func (r *Reader) value(e entry) int {
	v := uint64(e>>valueShift&distanceMask) + r.buf>>(e>>codeShift&63)&uint64(e>>maskShift)
	r.skip(uint64(e & 63))
	return int(v)
}

// readDistance reads a match's distance to r.back, at most reach.
func (r *Reader) readDistance(reach int) error {
	e := r.dist[r.buf&(1<<distBits-1)]
	if e&kindMask == subtable {
		e = r.dist[subIndex(e, r.buf>>distBits)&(distSize-1)]
	}
	if e&special != 0 {
		return ErrCorrupt
	}
	if uint64(e&63) > r.nbuf {
		return io.ErrUnexpectedEOF
	}
	if r.back = r.value(e); r.back > reach {
		return ErrCorrupt
	}
	return nil
}

// copyMatch copies of the pending match what dst has room for.
func (r *Reader) copyMatch(dst []byte, out int) int {
	for ; r.length > 0 && out < len(dst); r.length-- {
		dst[out] = dst[out-r.back]
		out++
	}
	return out
}
