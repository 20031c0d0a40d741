package parquet

import (
	"encoding/binary"
	"errors"
	"fmt"
)

var errValues = errors.New("the page ends before its values do")

// hybrid decodes numbers of up to 32 bits in runs that either repeat one of them
// or pack eight or more (RLE in Encodings.md).
type hybrid struct {
	data   []byte // behind the current run
	width  int    // bits of a number
	left   int    // numbers left in the current run
	value  uint32 // the number it repeats, unless
	packed []byte // it is packed here,
	at     int    // the next one from this bit on
}

// bitmap is a hybrid that is all one run of n packed bits.
func bitmap(data []byte, n int) hybrid { return hybrid{width: 1, left: n, packed: data} }

// next begins the next run.
func (h *hybrid) next() error {
	head, n := binary.Uvarint(h.data)
	if n <= 0 {
		return errValues
	}
	h.data = h.data[n:]
	count := size(int64(head >> 1))
	if count < 0 {
		return fmt.Errorf("run of %d values", head>>1)
	}
	h.packed, h.value, h.left = nil, 0, count
	if head&1 == 0 {
		return h.nextRepeated()
	}
	h.left = 8 * count
	if h.width > 0 {
		h.packed, h.at = h.data[:min(count*h.width, len(h.data))], 0
		h.data = h.data[len(h.packed):]
		h.left = min(h.left, 8*len(h.packed)/h.width) // some writers cut off the last run's padding
	}
	return nil
}

// nextRepeated reads the number that a run repeats.
func (h *hybrid) nextRepeated() error {
	var b [4]byte
	n := (h.width + 7) / 8
	if copy(b[:n], h.data) < n {
		h.left, h.data = 0, nil
		return errValues
	}
	h.value = binary.LittleEndian.Uint32(b[:])
	h.data = h.data[n:]
	return nil
}

// decode fills dst.
func (h *hybrid) decode(dst []uint32) error {
	for len(dst) > 0 {
		if h.left == 0 {
			if err := h.next(); err != nil {
				return err
			}
			continue
		}
		n := min(h.left, len(dst))
		if h.packed != nil {
			unpack(dst[:n], h.packed, h.at, h.width)
			h.at += n * h.width
		} else {
			fill(dst[:n], h.value)
		}
		h.left -= n
		dst = dst[n:]
	}
	return nil
}

func fill(dst []uint32, v uint32) {
	for i := range dst {
		dst[i] = v
	}
}

// repeats consumes n numbers and returns true if the current run repeats v so
// often. Else it consumes none.
func (h *hybrid) repeats(v uint32, n int) bool {
	if h.left == 0 && h.next() != nil || h.packed != nil || h.value != v || h.left < n {
		return false
	}
	h.left -= n
	return true
}
