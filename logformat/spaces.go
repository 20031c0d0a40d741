package logformat

import (
	"encoding/binary"
	"unsafe"
)

// maskBlocks is how many blocks of 64 bytes are looked at in one call: more
// than a record of any flow log format takes.
const maskBlocks = 16

// Patterns of the same value in all eight bytes.
const (
	ones  = 0x0101010101010101
	highs = 0x80 * ones
	lows  = 0x7f * ones
	// gather brings the high bits of eight bytes together at the top.
	gather = 0x0002040810204081
)

// spaceMasksPlain notes which bytes of text are spaces or control characters:
// one mask for each of so many blocks of 64 bytes, at least one, all of which
// must be readable.
func spaceMasksPlain(masks *[maskBlocks]uint64, text *byte, blocks int) {
	for b := range blocks {
		block := (*[64]byte)(unsafe.Add(unsafe.Pointer(text), 64*b))
		m := uint64(0)
		for k := 0; k < 64; k += 8 {
			x := binary.LittleEndian.Uint64(block[k:])
			m |= (^((x&lows + (0x80-0x21)*ones) | x) & highs) * gather >> 56 << k
		}
		masks[b] = m
	}
}
