package parquet

import "encoding/binary"

// unpack reads numbers of width bits each, at most 64, that are packed from the
// lowest bit of each byte on, beginning with bit at of src. src must hold them.
func unpack[T uint32 | uint64](dst []T, src []byte, at, width int) {
	const wide = 56 // wider numbers may touch nine bytes
	mask := T(1)<<width - 1
	i := 0
	if width <= wide {
		for ; i < len(dst) && at>>3+8 <= len(src); i++ {
			dst[i] = T(binary.LittleEndian.Uint64(src[at>>3:])>>(at&7)) & mask
			at += width
		}
	}
	for ; i < len(dst); i++ {
		dst[i] = T(bitsAt(src, at, width)) & mask
		at += width
	}
}

// bitsAt returns the bits at at, of which the lower width count. It reads none
// behind them.
func bitsAt(src []byte, at, width int) (v uint64) {
	if width == 0 {
		return 0
	}
	first, last := at>>3, (at+width-1)>>3
	for i := min(last, first+7); i >= first; i-- {
		v = v<<8 | uint64(src[i])
	}
	v >>= at & 7
	if last > first+7 {
		v |= uint64(src[last]) << (64 - at&7)
	}
	return v
}
