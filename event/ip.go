package event

import (
	"encoding/binary"
	"net/netip"
)

// IP is an address: IPv6, or IPv4 in its 4-in-6 form. The zero IP means
// "no address". It is comparable and holds no pointer, so it can be a key or
// sit in a table's value.
type IP [16]byte

// IPv4 makes an IP from the four octets in network order.
func IPv4(v uint32) IP {
	ip := IP{10: 0xff, 11: 0xff}
	binary.BigEndian.PutUint32(ip[12:], v)
	return ip
}

// IPFrom converts a; an invalid address gives the zero IP. A zone is dropped.
func IPFrom(a netip.Addr) IP {
	if !a.IsValid() {
		return IP{}
	}
	return a.As16()
}

// IsZero reports whether there is no address.
func (ip IP) IsZero() bool { return ip == IP{} }

// Is4 reports whether ip is an IPv4 address.
func (ip IP) Is4() bool {
	return binary.BigEndian.Uint64(ip[:8]) == 0 && binary.BigEndian.Uint32(ip[8:12]) == 0xffff
}

// V4 returns the four octets of an IPv4 address in network order.
// It means nothing for other addresses.
func (ip IP) V4() uint32 { return binary.BigEndian.Uint32(ip[12:]) }

// Addr converts ip; IPv4 comes out unmapped, the zero IP as the invalid Addr.
func (ip IP) Addr() netip.Addr {
	if ip.IsZero() {
		return netip.Addr{}
	}
	return netip.AddrFrom16(ip).Unmap()
}

// String prints the address in its usual form, "" when there is none.
func (ip IP) String() string {
	if ip.IsZero() {
		return ""
	}
	return ip.Addr().String()
}

// ParseIP reads an address in text form. Octets with leading zeros
// ("08.1.250.216"), octets over 255 and anything else that is not exactly one
// address are refused.
func ParseIP[T string | []byte](s T) (IP, bool) {
	if v, ok := parseV4(s); ok {
		return IPv4(v), true
	}
	for i := 0; i < len(s); i++ {
		if s[i] == ':' {
			a, err := netip.ParseAddr(string(s))
			if err != nil {
				return IP{}, false
			}
			return IPFrom(a.WithZone("")), true
		}
	}
	return IP{}, false
}

func parseV4[T string | []byte](s T) (uint32, bool) {
	if len(s) < 7 || len(s) > 15 {
		return 0, false
	}
	var v, oct uint32
	digits, dots := 0, 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c >= '0' && c <= '9':
			if digits > 0 && oct == 0 {
				return 0, false // leading zero
			}
			oct = oct*10 + uint32(c-'0')
			digits++
			if oct > 255 {
				return 0, false
			}
		case c == '.':
			if digits == 0 || dots == 3 {
				return 0, false
			}
			v, oct, digits = v<<8|oct, 0, 0
			dots++
		default:
			return 0, false
		}
	}
	if dots != 3 || digits == 0 {
		return 0, false
	}
	return v<<8 | oct, true
}

// Private reports whether ip belongs to address space an organisation numbers
// itself with: RFC 1918, CGNAT (RFC 6598), link-local, loopback, unique-local IPv6.
func (ip IP) Private() bool {
	if ip.Is4() {
		v := ip.V4()
		return v>>24 == 10 || v>>20 == 0xac1 || v>>16 == 0xc0a8 || v>>22 == 0x6440>>6 ||
			v>>16 == 0xa9fe || v>>24 == 127
	}
	return ip[0]&0xfe == 0xfc || ip[0] == 0xfe && ip[1]&0xc0 == 0x80 || ip == IP{15: 1}
}

// Public reports whether ip is globally routable unicast: threat lists and
// remote-host rules act on nothing else. Private space, multicast, broadcast,
// benchmarking and reserved ranges are not public (IANA special-purpose
// registries). The documentation ranges (RFC 5737, RFC 3849) count as public:
// no real log holds them, and examples and tests can then show real findings.
func (ip IP) Public() bool {
	if !ip.Is4() {
		return ip[0]>>5 == 1 // 2000::/3 is the only global unicast block
	}
	v := ip.V4()
	switch v >> 24 {
	case 0, 10, 127:
		return false
	case 100:
		return v>>22 != 0x6440>>6
	case 169:
		return v>>16 != 0xa9fe
	case 172:
		return v>>20 != 0xac1
	case 192:
		return v>>16 != 0xc0a8 && v>>8 != 0xc00000
	case 198:
		return v>>17 != 0xc612>>1
	}
	return v < 0xe0000000
}
