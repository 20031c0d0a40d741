package inflate

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"io"
	"math"
)

// Layout of a gzip member (RFC 1952, section 2.3).
const (
	headerSize  = 10
	trailerSize = 8
	methodFlate = 8

	flagHeaderSum = 1 << 1
	flagExtra     = 1 << 2
	flagName      = 1 << 3
	flagComment   = 1 << 4
)

// magic begins every member.
var magic = [2]byte{0x1f, 0x8b}

// maxRatio is the most bytes DEFLATE can make of one: a match of 258 bytes in
// two bits.
const maxRatio = 1032

// Size returns the length that src, a gzip file, states for its last member,
// to size a buffer with: it is exact for a file of one honest member under
// 4 GiB. It reports false if src is no gzip file or can't be that long.
func Size(src []byte) (int, bool) {
	if len(src) < headerSize+trailerSize || !bytes.HasPrefix(src, magic[:]) {
		return 0, false
	}
	size := uint64(binary.LittleEndian.Uint32(src[len(src)-4:]))
	if size > min(maxRatio*uint64(len(src)), math.MaxInt) {
		return 0, false
	}
	return int(size), true
}

// readHeader reads a member's header, or finds the end of the file.
// Zeros after a member are padding, as tape and block tools leave it.
func (r *Reader) readHeader() error {
	rest := r.src[r.in:]
	if r.members > 0 && allZero(rest) || len(rest) == 0 {
		r.in = len(r.src)
		r.state = finished
		return io.EOF
	}
	if n := min(len(rest), len(magic)); !bytes.Equal(rest[:n], magic[:n]) {
		if r.members > 0 {
			return ErrTrailing
		}
		return ErrHeader
	}
	n, err := headerLen(rest)
	if err != nil {
		return err
	}
	r.in += n
	r.members++
	r.sum, r.member = 0, 0
	r.state = blockHeader
	return nil
}

func allZero(b []byte) bool {
	for _, c := range b {
		if c != 0 {
			return false
		}
	}
	return true
}

// headerLen returns the length of the header that b, which has the magic,
// begins with. Flags without a meaning are ignored, as compress/gzip does.
func headerLen(b []byte) (int, error) {
	if len(b) < headerSize {
		return 0, io.ErrUnexpectedEOF
	}
	if b[2] != methodFlate {
		return 0, ErrHeader
	}
	flags, n := b[3], headerSize
	if flags&flagExtra != 0 {
		if len(b) < n+2 {
			return 0, io.ErrUnexpectedEOF
		}
		n += 2 + int(binary.LittleEndian.Uint16(b[n:]))
	}
	for _, text := range [...]byte{flagName, flagComment} {
		if flags&text == 0 {
			continue
		}
		end := -1
		if n <= len(b) {
			end = bytes.IndexByte(b[n:], 0)
		}
		if end < 0 {
			return 0, io.ErrUnexpectedEOF
		}
		n += end + 1
	}
	if flags&flagHeaderSum != 0 {
		if len(b) < n+2 {
			return 0, io.ErrUnexpectedEOF
		}
		if binary.LittleEndian.Uint16(b[n:]) != uint16(crc32.ChecksumIEEE(b[:n])) {
			return 0, ErrHeader
		}
		n += 2
	}
	if n > len(b) {
		return 0, io.ErrUnexpectedEOF
	}
	return n, nil
}

// readTrailer checks a member's output against what its trailer says of it.
func (r *Reader) readTrailer() error {
	r.align()
	if len(r.src)-r.in < trailerSize {
		return io.ErrUnexpectedEOF
	}
	trailer := r.src[r.in : r.in+trailerSize]
	if binary.LittleEndian.Uint32(trailer) != r.sum ||
		binary.LittleEndian.Uint32(trailer[4:]) != uint32(r.member) {
		return ErrChecksum
	}
	r.in += trailerSize
	r.state = memberHeader
	return nil
}
