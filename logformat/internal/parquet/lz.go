package parquet

import "encoding/binary"

// output is the decompressed data of codecs that write literals and copies of
// what they wrote.
type output struct {
	dst []byte
	n   int // bytes written
}

// literal writes the first n bytes of src and returns the rest.
func (o *output) literal(src []byte, n int) ([]byte, error) {
	if n > len(src) || n > len(o.dst)-o.n {
		return nil, errCorrupt
	}
	o.n += copy(o.dst[o.n:], src[:n])
	return src[n:], nil
}

// repeat writes n bytes again, from back bytes ago. They may include some of
// those it writes.
func (o *output) repeat(back, n int) error {
	if back <= 0 || back > o.n || n > len(o.dst)-o.n {
		return errCorrupt
	}
	from, to := o.n-back, o.n+n
	for o.n < to {
		o.n += copy(o.dst[o.n:to], o.dst[from:o.n])
	}
	return nil
}

// unsnap decompresses a Snappy block (Snappy's format_description.txt).
func unsnap(dst, src []byte) error {
	size, n := binary.Uvarint(src)
	if n <= 0 || size != uint64(len(dst)) {
		return errSize
	}
	out := output{dst: dst}
	for src = src[n:]; len(src) > 0; {
		var err error
		if src[0]&3 == 0 {
			src, err = out.snappyLiteral(src)
		} else {
			src, err = out.snappyCopy(src)
		}
		if err != nil {
			return err
		}
	}
	if out.n != len(dst) {
		return errSize
	}
	return nil
}

// snappyLiteral writes a literal. Its length less one stands in the upper six
// bits of the tag, or, from 60 on, in the one to four bytes behind it.
func (o *output) snappyLiteral(src []byte) ([]byte, error) {
	n, more := int(src[0]>>2), 0
	if n >= 60 {
		more = n - 59
		if len(src) <= more {
			return nil, errCorrupt
		}
		var b [4]byte
		copy(b[:], src[1:1+more])
		n = int(binary.LittleEndian.Uint32(b[:]))
	}
	return o.literal(src[1+more:], n+1)
}

// snappyCopy writes a copy. Its tag's lower bits say how many bytes follow.
func (o *output) snappyCopy(src []byte) ([]byte, error) {
	tag := int(src[0])
	n := tag>>2 + 1
	switch {
	case tag&3 == 1 && len(src) >= 2:
		return src[2:], o.repeat(tag>>5<<8|int(src[1]), tag>>2&7+4)
	case tag&3 == 2 && len(src) >= 3:
		return src[3:], o.repeat(int(binary.LittleEndian.Uint16(src[1:])), n)
	case tag&3 == 3 && len(src) >= 5:
		return src[5:], o.repeat(int(binary.LittleEndian.Uint32(src[1:])), n)
	}
	return nil, errCorrupt
}

// unlz4 decompresses an LZ4 block (lz4_Block_format.md): pairs of a literal and
// a copy of at least four bytes, of which the last is a literal alone.
func unlz4(dst, src []byte) error {
	const leastCopy = 4
	out := output{dst: dst}
	for len(src) > 0 {
		token := int(src[0])
		n, rest, err := lz4Length(src[1:], token>>4)
		if err == nil {
			rest, err = out.literal(rest, n)
		}
		if err != nil {
			return err
		}
		if len(rest) == 0 {
			break
		}
		if len(rest) < 2 {
			return errCorrupt
		}
		back := int(binary.LittleEndian.Uint16(rest))
		n, src, err = lz4Length(rest[2:], token&15)
		if err == nil {
			err = out.repeat(back, n+leastCopy)
		}
		if err != nil {
			return err
		}
	}
	if out.n != len(dst) {
		return errSize
	}
	return nil
}

// lz4Length reads the rest of a length of which the token said n: from 15 on,
// bytes follow that are added to it, up to one that is not 255.
func lz4Length(src []byte, n int) (int, []byte, error) {
	if n < 15 {
		return n, src, nil
	}
	for i, b := range src {
		n += int(b)
		if b != 255 {
			return n, src[i+1:], nil
		}
	}
	return 0, nil, errCorrupt
}
