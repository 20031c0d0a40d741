package logformat

import (
	"encoding/binary"
	"math/bits"
	"strconv"
	"unsafe"

	"picket/event"
)

// A cutter cuts a line at its spaces and reads numbers and addresses, eight
// bytes at a time and without a branch per byte: where a number ends cannot be
// predicted, and half of a byte loop's time goes into having predicted wrong.
type cutter struct {
	text []byte
	// start[k] is where column k begins; it ends in front of the byte before
	// start[k+1]. Behind the line's columns stands rubbish.
	start   [128]uint32
	columns int

	padded  []byte // a copy of a line that stands too near an end of its chunk
	account accountHash
}

const (
	// noColumn is the column of fields the log does not have: an empty one.
	noColumn = 126
	// unrolled is how many ends of columns are noted at once.
	unrolled = 10
	// margin is how many bytes around the line can be read: see cutter.word.
	margin = 64
)

// cut notes the columns of data[i:e]. It fails when they are too many.
func (c *cutter) cut(data []byte, i, e int) bool {
	if i < margin || e+margin > len(data) {
		data, i, e = c.pad(data[i:e])
	}
	c.text = data
	c.start[0] = uint32(i)
	n := 1
	for at := i; at < e; at += 64 * maskBlocks {
		if n = c.note(n, at, min(e, at+64*maskBlocks)); n < 0 {
			return false
		}
	}
	c.columns = n
	c.start[n] = uint32(e + 1)
	c.start[noColumn], c.start[noColumn+1] = uint32(i), uint32(i+1)
	return true
}

// note notes the columns that begin in text[i:e], of which the first is the
// n-th, and returns how many there are then.
func (c *cutter) note(n, i, e int) int {
	var masks [maskBlocks]uint64
	blocks := (e - i + 63) / 64
	spaceMasks(&masks, &c.text[i], blocks)
	if left := uint(e-i) % 64; left > 0 {
		masks[blocks-1] &= 1<<left - 1
	}
	next := uint32(i + 1)
	for _, m := range masks[:blocks] {
		count := bits.OnesCount64(m)
		if n+count > event.MaxColumns {
			return failed
		}
		for at := n; m != 0; at += unrolled {
			to := (*[unrolled]uint32)(c.start[at:])
			for k := range to {
				to[k] = next + uint32(bits.TrailingZeros64(m))
				m &= m - 1
			}
		}
		n += count
		next += 64
	}
	return n
}

// pad copies a line to where there is room to read around it.
func (c *cutter) pad(line []byte) (text []byte, i, e int) {
	if need := margin + len(line) + margin; cap(c.padded) < need {
		c.padded = make([]byte, need)
	}
	text = c.padded[:margin+len(line)+margin]
	copy(text[margin:], line)
	return text, margin, margin + len(line)
}

// column returns the text of column k.
func (c *cutter) column(k uint8) []byte { return c.text[c.start[k&127] : c.start[(k+1)&127]-1] }

// bounds returns the place and length of column k.
func (c *cutter) bounds(k uint8) (from, n uint32) {
	from = c.start[k&127]
	return from, c.start[(k+1)&127] - 1 - from
}

// word returns the eight bytes at i. It does without a bounds check: i must lie
// within margin of the line that was cut.
func (c *cutter) word(i uint32) uint64 {
	return binary.LittleEndian.Uint64((*[8]byte)(unsafe.Add(unsafe.Pointer(unsafe.SliceData(c.text)), i))[:])
}

// flowNumbers are the fields of a record that are numbers.
type flowNumbers [numFlowNumbers]uint64

const (
	flowSrcPort = iota
	flowDstPort
	flowProtocol
	flowFlags
	flowPackets
	flowBytes
	flowStart
	flowEnd
	numFlowNumbers
)

// numberLimits are their largest values.
var numberLimits = flowNumbers{1<<16 - 1, 1<<16 - 1, 1<<8 - 1, 1<<8 - 1, 1<<63 - 1, 1<<63 - 1, maxSeconds, maxSeconds}

// numbers reads the numbers of a record that has plain digits in all of them.
func (c *cutter) numbers(p *flowPlan, out *flowNumbers) bool {
	bad := uint64(0)
	for _, k := range p.numbers {
		from, n := c.bounds(k.column)
		end := from + n
		if n-1 > maxDigits-1 {
			return false
		}
		v := uint64(0)
		if n > 8 {
			for at := from; at < end-8; at++ {
				d := uint64(c.text[at]) ^ '0'
				bad |= d + 0x76
				v = v*10 + d
			}
			v *= 100_000_000
			n = 8
		}
		x := lastDigits(c.word(end-8), n)
		bad |= x | (x + 0x76*ones)
		v += eightDigits(x)
		if v > numberLimits[k.number%numFlowNumbers] {
			return false
		}
		out[k.number%numFlowNumbers] = v
	}
	return bad&highs == 0
}

// lastDigits keeps the last n bytes of x, at most eight, as the values of digits.
func lastDigits(x uint64, n uint32) uint64 { return (x ^ '0'*ones) & lastBytes[n&15] }

// lastBytes[n] masks the last n of eight bytes.
var lastBytes = [16]uint64{1: 0xff << 56, 2: 0xffff << 48, 3: 0xffffff << 40, 4: 0xffffffff << 32,
	5: 0xffffffffff << 24, 6: 0xffffffffffff << 16, 7: 0xffffffffffffff << 8, 8: 0xffffffffffffffff}

// eightDigits adds eight digits up, the first of which is the lowest byte.
func eightDigits(x uint64) uint64 {
	x = x*10 + x>>8
	return ((x&0x000000ff000000ff)*(100+1000000<<32) + (x>>16&0x000000ff000000ff)*(1+10000<<32)) >> 32
}

// oddNumbers is numbers for records in which some are dashes, which count as 0.
func (c *cutter) oddNumbers(p *flowPlan, out *flowNumbers) flowResult {
	for _, k := range p.numbers {
		text := c.column(k.column)
		v := uint64(0)
		if len(text) == 0 || len(text) > maxDigits {
			return flowNumber
		}
		for _, d := range text {
			if d < '0' || d > '9' {
				if string(text) == "-" {
					continue
				}
				return flowNumber
			}
			v = v*10 + uint64(d-'0')
		}
		if v > numberLimits[k.number] {
			return flowNumber
		}
		out[k.number] = v
	}
	return flowOK
}

// maxDigits is how many decimal digits always fit 63 bits.
const maxDigits = 18

func (c *cutter) addresses(p *flowPlan, f *event.Flow) flowResult {
	if !c.address(p.src, &f.Local) || !c.address(p.dst, &f.Remote) {
		return flowAddress
	}
	return flowOK
}

// address reads column k into ip, which is zero. It writes an IPv4 address part
// by part: making an event.IPv4 and copying it stalls on its own stores.
func (c *cutter) address(k uint8, ip *event.IP) (ok bool) {
	from, n := c.bounds(k)
	if v, ok := c.address4(from, n); ok {
		binary.BigEndian.PutUint16(ip[10:], 0xffff)
		binary.BigEndian.PutUint32(ip[12:], v)
		return true
	}
	*ip, ok = event.ParseIP(event.View(c.text[from : from+n]))
	return ok
}

// address4 reads an IPv4 address of n bytes at from.
func (c *cutter) address4(from, n uint32) (v uint32, ok bool) {
	if n > 15 {
		return 0, false
	}
	dots := dotsIn(c.word(from)) | dotsIn(c.word(from+8))<<8
	dots = dots&(1<<n-1) | 1<<n
	if bits.OnesCount64(dots) != 4 {
		return 0, false
	}
	bad := uint32(0)
	for range 4 {
		size := uint32(bits.TrailingZeros64(dots))
		dots >>= (size + 1) & 15
		from += size + 1
		x := uint32(c.word(from-9)>>32) & lastThree[size&15]
		octet := octets[x*octetHash>>(32-octetBits)] ^ x
		bad |= octet
		v = v<<8 | octet&0xff
	}
	return v, bad < 256
}

// octets is a perfect hash of the 256 octets as they are written, without
// leading zeros: an entry is the text in its upper three bytes and the value in
// its lowest. Entries of no octet match no text.
var octets = func() (t [1 << octetBits]uint32) {
	for i := range t {
		t[i] = ^uint32(0)
	}
	for v := range uint32(256) {
		digits := [4]byte{}
		text := strconv.AppendUint(nil, uint64(v), 10)
		copy(digits[4-len(text):], text)
		x := binary.LittleEndian.Uint32(digits[:])
		h := x * octetHash >> (32 - octetBits)
		if t[h] != ^uint32(0) {
			panic("logformat: octets collide")
		}
		t[h] = x | v
	}
	return
}()

const (
	octetBits = 9
	octetHash = 0xd99ba495 // found by trying
)

// lastThree[n] masks the last n of four bytes; there are no octets of more
// than three.
var lastThree = [16]uint32{1: 0xff << 24, 2: 0xffff << 16, 3: 0xffffff << 8}

// dotsIn returns a mask of the bytes of x that are dots.
func dotsIn(x uint64) uint64 {
	x ^= '.' * ones
	return (^((x&lows + lows) | x) & highs) * gather >> 56
}
