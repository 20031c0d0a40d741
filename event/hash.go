package event

import (
	"encoding/binary"
	"math/bits"
)

// Hash is a fixed, unkeyed 64-bit hash: the same on every machine and in every
// run, so that entity keys survive in snapshots and results repeat. It resists
// accident, not attack; tables keyed by it are bounded.
func Hash[T string | []byte](seed uint64, s T) uint64 {
	const k0, k1, k2 = 0x9e3779b97f4a7c15, 0xd6e8feb86659fd93, 0xa0761d6478bd642f
	h := seed ^ k0 ^ uint64(len(s))*k1
	for len(s) >= 8 {
		h = mix(h^le64(s), k2)
		s = s[8:]
	}
	var tail uint64
	for i := 0; i < len(s); i++ {
		tail |= uint64(s[i]) << (8 * i)
	}
	return mix(h^tail, k1)
}

func le64[T string | []byte](s T) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

// HashID turns an event's identifier into 16 bytes: a UUID into itself,
// anything else into two hashes. "" gives the zero ID, which means none.
func HashID(s string) (id [16]byte) {
	if len(s) == 0 || parseUUID(&id, s) {
		return id
	}
	binary.LittleEndian.PutUint64(id[:8], Hash(1, s))
	binary.LittleEndian.PutUint64(id[8:], Hash(2, s)|1)
	return id
}

func parseUUID(id *[16]byte, s string) bool {
	if len(s) != 36 {
		return false
	}
	n := 0
	for i := 0; i < 36; i++ {
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if s[i] != '-' {
				return false
			}
			continue
		}
		v := unhex[s[i]]
		if v > 15 {
			*id = [16]byte{}
			return false
		}
		id[n/2] = id[n/2]<<4 | v
		n++
	}
	return true
}

var unhex = func() (t [256]byte) {
	for i := range t {
		t[i] = 16
	}
	for i := range byte(10) {
		t['0'+i] = i
	}
	for i := range byte(6) {
		t['a'+i], t['A'+i] = 10+i, 10+i
	}
	return
}()
