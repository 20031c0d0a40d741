package parquet

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// delta decodes DELTA_BINARY_PACKED numbers: blocks of differences, less the
// smallest of the block, in miniblocks that each pack them in as many bits as
// they need. Sums wrap around; of 32-bit numbers the lower half counts.
type delta struct {
	data   []byte // behind the current miniblock
	left   int    // numbers not decoded
	last   uint64 // the number decoded last
	first  bool   // that one is still to be given
	minis  int    // miniblocks of a block
	size   int    // differences of a miniblock
	widths []byte // of the block's miniblocks that are still to come
	least  uint64 // the smallest difference of the block
	packed []byte // the current miniblock
	width  int    // bits of its differences
	at     int    // the next one begins with this bit
	ready  int    // differences left in it
}

// begin reads the head of the numbers in data.
func (d *delta) begin(data []byte) error {
	*d = delta{data: data, first: true}
	block, minis, total := d.uvarint(), d.uvarint(), d.uvarint()
	d.last = uint64(unzigzag(d.uvarint()))
	switch {
	case d.data == nil:
		return errValues
	case size(int64(block)) < 0 || size(int64(minis)) < 0 || size(int64(total)) < 0:
		return errors.New("delta encoding of more than 31 bits of values")
	case minis == 0 || block%minis != 0 || block/minis%8 != 0 || block == 0:
		return fmt.Errorf("delta encoding with blocks of %d in %d parts", block, minis)
	}
	d.minis, d.size, d.left = int(minis), int(block/minis), int(total)
	return nil
}

// uvarint reads a number, and sets data to nil if there is none.
func (d *delta) uvarint() uint64 {
	v, n := binary.Uvarint(d.data)
	if n <= 0 {
		d.data = nil
		return 0
	}
	d.data = d.data[n:]
	return v
}

// decode fills dst.
func (d *delta) decode(dst []uint64) error {
	if len(dst) > d.left {
		return errValues
	}
	if d.first && len(dst) > 0 {
		dst[0], dst, d.first = d.last, dst[1:], false
		d.left--
	}
	for len(dst) > 0 {
		if d.ready == 0 {
			if err := d.next(); err != nil {
				return err
			}
		}
		n := min(d.ready, len(dst))
		unpack(dst[:n], d.packed, d.at, d.width)
		for i, v := range dst[:n] {
			d.last += d.least + v
			dst[i] = d.last
		}
		d.at += n * d.width
		d.ready -= n
		d.left -= n
		dst = dst[n:]
	}
	return nil
}

// next begins the next miniblock. The last one of all may lack padding.
func (d *delta) next() error {
	if len(d.widths) == 0 {
		d.least = uint64(unzigzag(d.uvarint()))
		if len(d.data) < d.minis {
			return errValues
		}
		d.widths, d.data = d.data[:d.minis], d.data[d.minis:]
	}
	d.width, d.widths, d.at = int(d.widths[0]), d.widths[1:], 0
	if d.width > 64 {
		return fmt.Errorf("delta encoding with %d bits", d.width)
	}
	d.ready = min(d.size, d.left)
	if len(d.data) < (d.ready*d.width+7)/8 {
		return errValues
	}
	n := min(d.size/8*d.width, len(d.data))
	d.packed, d.data = d.data[:n], d.data[n:]
	return nil
}

// rest returns what stands behind the numbers. It is to be called before any
// is decoded.
func (d *delta) rest() ([]byte, error) {
	walk := *d
	for walk.left = max(walk.left-1, 0); walk.left > 0; walk.left -= walk.ready {
		if err := walk.next(); err != nil {
			return nil, err
		}
	}
	return walk.data, nil
}
