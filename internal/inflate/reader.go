// Package inflate decompresses gzip files that are whole in memory.
//
// It exists because decompression, not parsing, bounds how fast logs can be
// scanned, and a decoder that sees all of its input and writes straight to its
// caller's buffer needs less than half the time of a streaming one: it
// loads input a word at a time, has no window to copy through and never stops
// for a reader. It imports only the standard library. fast.go is the one file
// that uses package unsafe; the loop's bounds are argued there.
package inflate

import (
	"errors"
	"fmt"
	"hash/crc32"
	"io"
)

// Window is how far back DEFLATE may refer, in bytes (RFC 1951, section 2).
const Window = 32 << 10

// The reasons a file can't be decoded. Errors wrap one of these, or
// io.ErrUnexpectedEOF for a file that was cut short, and say at which byte.
var (
	ErrHeader   = errors.New("invalid gzip header")
	ErrCorrupt  = errors.New("invalid deflate data")
	ErrChecksum = errors.New("gzip checksum or length mismatch")
	ErrTrailing = errors.New("garbage after the last gzip member")
	ErrHistory  = errors.New("buffer lacks the preceding output")
)

// checkEvery is how many bytes are decoded between updates of the checksum:
// few enough that they are still in the level-2 cache.
const checkEvery = 128 << 10

// state is what the decoder expects next.
type state uint8

const (
	memberHeader state = iota
	blockHeader
	storedBlock
	codedBlock
	memberTrailer
	finished // err says how it ended
)

// A Reader decodes one gzip file after another. It holds about 20 KiB of
// tables and allocates nothing unless a file is damaged. The zero Reader is an
// empty file; Reset gives it another. It is not safe for concurrent use.
type Reader struct {
	src  []byte
	in   int    // bytes of src moved to buf or consumed
	buf  uint64 // bits not yet consumed, the next one lowest; zero above nbuf
	nbuf uint64

	state   state
	members int    // headers read
	final   bool   // the current block is the member's last
	length  int    // what is left of a stored block, or of a match that met the end of dst
	back    int    // distance of that match
	sum     uint32 // CRC-32 of the member's output so far
	member  int64  // bytes of the current member's output
	total   int64  // bytes of all output
	err     error

	fixed   bool // the tables hold the fixed code
	lit     [litSize]entry
	dist    [distSize]entry
	code    code
	lengths [maxLitLen + maxDist]uint8
}

// Reset starts on src, a whole gzip file of one or more members. The Reader
// reads src, and never writes it, until the next Reset.
func (r *Reader) Reset(src []byte) {
	r.src = src
	r.in, r.buf, r.nbuf = 0, 0, 0
	r.state, r.members, r.final = memberHeader, 0, false
	r.length, r.back = 0, 0
	r.sum, r.member, r.total = 0, 0, 0
	r.err = nil
}

// Consumed returns how many bytes of the file have been decoded. With Produced
// it lets a caller refuse a decompression bomb: DEFLATE reaches 1,032 to 1.
func (r *Reader) Consumed() int64 { return int64(r.in) - int64(r.nbuf>>3) }

// Produced returns how many bytes the file has been decoded to.
func (r *Reader) Produced() int64 { return r.total }

// Next decodes onto the end of dst, into the capacity that dst has, and returns
// the extended slice; it never grows dst.
//
// A nil error means that dst is full and there may be more; io.EOF that the file
// ended well, every checksum and length included. Any other error is final,
// and the bytes decoded before it are returned with it. They have not
// been checked against the checksum that follows them.
//
// To decode a file in pieces, hand the next call a buffer that begins with
// (at least) the last Window bytes of output, or all output if there was less;
// Slide prepares one. Next fails with ErrHistory if dst is too short for that;
// it can't notice other contents, but the checksum does.
//
// The bytes between the length of the result and its capacity are undefined.
func (r *Reader) Next(dst []byte) ([]byte, error) {
	if r.err != nil {
		return dst, r.err
	}
	if need := min(r.member, Window); int64(len(dst)) < need {
		return dst, fmt.Errorf("inflate onto %d bytes, want %d: %w", len(dst), need, ErrHistory)
	}
	out, err := r.decode(dst[:cap(dst)], len(dst))
	if err != nil {
		if err != io.EOF {
			err = fmt.Errorf("inflate byte %d: %w", r.Consumed(), err)
		}
		r.err = err
	}
	return dst[:out], err
}

// decode runs the members' state machine until dst is full.
func (r *Reader) decode(dst []byte, out int) (int, error) {
	base := out - int(min(r.member, Window)) // oldest byte a match may name
	for {
		var err error
		full := false
		switch r.state {
		case memberHeader:
			err = r.readHeader()
			base = out
		case blockHeader:
			err = r.readBlockHeader()
		case memberTrailer:
			err = r.readTrailer()
		default:
			stop := min(len(dst), out+checkEvery)
			n := out
			n, full, err = r.block(dst, base, out, stop)
			r.account(dst[out:n])
			out = n
		}
		if err != nil || full {
			return out, err
		}
	}
}

// account adds decoded bytes to the member's checksum and lengths.
func (r *Reader) account(b []byte) {
	r.sum = crc32.Update(r.sum, crc32.IEEETable, b)
	r.member += int64(len(b))
	r.total += int64(len(b))
}

// endBlock moves on to what follows the current block.
func (r *Reader) endBlock() {
	r.state = blockHeader
	if r.final {
		r.state = memberTrailer
	}
}
