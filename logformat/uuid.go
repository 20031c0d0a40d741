package logformat

import (
	"encoding/binary"

	"picket/event"
)

// eventID is event.HashID. Nearly every identifier is a UUID, and that is read
// eight digits at a time.
func eventID(s string) (id [16]byte) {
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return event.HashID(s)
	}
	a, okA := hexDigits(wordAt(s, 0))
	b, okB := hexDigits(wordAt(s, 9)&0xffffffff | wordAt(s, 14)<<32)
	c, okC := hexDigits(wordAt(s, 19)&0xffffffff | wordAt(s, 24)<<32)
	d, okD := hexDigits(wordAt(s, 28))
	if okA&okB&okC&okD&highs != highs {
		return event.HashID(s)
	}
	binary.LittleEndian.PutUint32(id[0:], a)
	binary.LittleEndian.PutUint32(id[4:], b)
	binary.LittleEndian.PutUint32(id[8:], c)
	binary.LittleEndian.PutUint32(id[12:], d)
	return id
}

func wordAt(s string, i int) uint64 {
	_ = s[i+7]
	return uint64(s[i]) | uint64(s[i+1])<<8 | uint64(s[i+2])<<16 | uint64(s[i+3])<<24 |
		uint64(s[i+4])<<32 | uint64(s[i+5])<<40 | uint64(s[i+6])<<48 | uint64(s[i+7])<<56
}

// hexDigits reads eight hexadecimal digits, the first of which is the lowest
// byte of x, as four bytes. In ok the high bit of each byte says whether it was
// a digit.
func hexDigits(x uint64) (v uint32, ok uint64) {
	low, letter := x&lows, x&lows|0x20*ones
	digit := (low + (0x80-'0')*ones) &^ (low + (0x80-'9'-1)*ones)
	hex := (letter + (0x80-'a')*ones) &^ (letter + (0x80-'f'-1)*ones)
	n := x&(0x0f*ones) + 9*(x>>6&ones)
	n = (n<<4 | n>>8) & 0x00ff00ff00ff00ff
	n = (n | n>>8) & 0x0000ffff0000ffff
	return uint32(n | n>>16), (digit | hex) &^ x
}
