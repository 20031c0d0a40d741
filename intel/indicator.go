package intel

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"

	"picket/event"
)

// MinPrefixBits is the shortest prefix a list may hold. Anything shorter covers
// a 256th of the address space or more: in a trusted list it would switch
// detection off, in a threat list it would mark everything.
const MinPrefixBits = 8

const maxIndicator = 2048 // bytes; the longest URL that browsers and feeds agree on

var (
	errNotIndicator = errors.New("neither an address, a network, a domain nor a URL")
	errWide         = fmt.Errorf("network wider than /%d", MinPrefixBits)
	errLong         = errors.New("indicator too long")
)

// indicator reads one indicator of any kind into e's Prefix, Port, Domain,
// Scope and URL, leaving the other members alone. It may change tok in place
// and e.Domain is a view of it.
func indicator(tok []byte, e *Entry) error {
	e.Prefix, e.Port, e.Domain, e.Scope, e.URL = netip.Prefix{}, 0, nil, ScopeTree, false
	if len(tok) > maxIndicator {
		return errLong
	}
	if v, rest, ok := leadingV4(tok); ok {
		return addressTail(netip.AddrFrom4([4]byte{byte(v >> 24), byte(v >> 16), byte(v >> 8), byte(v)}), rest, e)
	}
	if scheme, rest, ok := bytes.Cut(tok, []byte("://")); ok {
		return urlHost(scheme, rest, e)
	}
	if len(tok) > 0 && tok[0] == '[' {
		return bracketed(tok, e)
	}
	if bytes.IndexByte(tok, ':') != bytes.LastIndexByte(tok, ':') {
		return address6(tok, e)
	}
	return nameIndicator(tok, e)
}

// leadingV4 reads a dotted quad at the start of b. What follows it may not
// continue a name: "192.0.2.1.example.com" is a domain. It is event.ParseIP for
// text whose end is not known, in one pass: lists are mostly such addresses.
func leadingV4(b []byte) (v uint32, rest []byte, ok bool) {
	var oct uint32
	digits, dots := 0, 0
	for i, c := range b {
		switch d := uint32(c - '0'); {
		case d < 10:
			if digits > 0 && oct == 0 {
				return 0, nil, false // leading zero
			}
			if oct = oct*10 + d; oct > 255 {
				return 0, nil, false
			}
			digits++
		case c == '.' && digits > 0 && dots < 3:
			v, oct, digits, dots = v<<8|oct, 0, 0, dots+1
		case (c == '/' || c == ':') && digits > 0 && dots == 3:
			return v<<8 | oct, b[i:], true
		default:
			return 0, nil, false
		}
	}
	return v<<8 | oct, nil, digits > 0 && dots == 3
}

// addressTail reads what may follow an address: nothing, "/bits", ":port".
func addressTail(a netip.Addr, tail []byte, e *Entry) error {
	bits := a.BitLen()
	switch {
	case len(tail) == 0:
	case tail[0] == '/':
		n, ok := number(tail[1:], bits)
		if !ok {
			return errNotIndicator
		}
		bits = n
	default:
		n, ok := number(tail[1:], 65535)
		if !ok || n == 0 {
			return errNotIndicator
		}
		e.Port = uint16(n)
	}
	if bits < MinPrefixBits {
		return errWide
	}
	e.Prefix = netip.PrefixFrom(a, bits)
	return nil
}

// number reads a decimal of 0 to most, without sign or leading zero.
func number(b []byte, most int) (int, bool) {
	if len(b) == 0 || len(b) > 5 || b[0] == '0' && len(b) > 1 {
		return 0, false
	}
	n := 0
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, n <= most
}

func address6(tok []byte, e *Entry) error {
	text, bits, network := bytes.Cut(tok, []byte("/"))
	ip, ok := event.ParseIP(text)
	if !ok || ip.IsZero() {
		return errNotIndicator
	}
	a := ip.Addr()
	if !network {
		e.Prefix = netip.PrefixFrom(a, a.BitLen())
		return nil
	}
	n, ok := number(bits, 128)
	if ok && a.Is4() { // ::ffff:192.0.2.0/120
		n -= 96
	}
	if !ok || n < 0 {
		return errNotIndicator
	}
	if n < MinPrefixBits {
		return errWide
	}
	e.Prefix = netip.PrefixFrom(a, n)
	return nil
}

// bracketed reads "[2001:db8::1]:443" and "[2001:db8::1]".
func bracketed(tok []byte, e *Entry) error {
	text, tail, ok := bytes.Cut(tok[1:], []byte("]"))
	ip, isIP := event.ParseIP(text)
	if !ok || !isIP || ip.IsZero() || len(tail) > 0 && tail[0] != ':' {
		return errNotIndicator
	}
	return addressTail(ip.Addr(), tail, e)
}

// urlHost takes the host of a URL. A URL on an address names the port it is
// reached on, the scheme's own when none is written.
func urlHost(scheme, rest []byte, e *Entry) error {
	if end := bytes.IndexAny(rest, "/?#\\"); end >= 0 {
		rest = rest[:end]
	}
	if at := bytes.LastIndexByte(rest, '@'); at >= 0 {
		rest = rest[at+1:]
	}
	var err error
	if v, tail, ok := leadingV4(rest); ok {
		err = addressTail(event.IPv4(v).Addr(), tail, e)
	} else if len(rest) > 0 && rest[0] == '[' {
		err = bracketed(rest, e)
	} else {
		err = nameIndicator(rest, e)
	}
	e.URL = true
	if e.Prefix.IsValid() && e.Port == 0 {
		e.Port = schemePort(scheme)
	}
	return err
}

func schemePort(scheme []byte) uint16 {
	switch {
	case bytes.EqualFold(scheme, []byte("http")), bytes.EqualFold(scheme, []byte("hxxp")):
		return 80
	case bytes.EqualFold(scheme, []byte("https")), bytes.EqualFold(scheme, []byte("hxxps")):
		return 443
	case bytes.EqualFold(scheme, []byte("ftp")):
		return 21
	}
	return 0
}

// nameIndicator reads "name", "*.name", ".name", "||name^", "name:port" and
// "name/path".
func nameIndicator(tok []byte, e *Entry) error {
	if rest, ok := bytes.CutPrefix(tok, []byte("||")); ok {
		tok, _ = bytes.CutSuffix(rest, []byte("^"))
	}
	if host, _, ok := bytes.Cut(tok, []byte("/")); ok {
		tok, e.URL = host, true
	}
	if host, port, ok := bytes.Cut(tok, []byte(":")); ok {
		if _, isPort := number(port, 65535); !isPort {
			return errNotIndicator
		}
		tok = host
	}
	if rest, ok := bytes.CutPrefix(tok, []byte("*.")); ok {
		tok, e.Scope = rest, ScopeChildren
	} else if rest, ok := bytes.CutPrefix(tok, []byte(".")); ok {
		tok = rest
	}
	if tok, _ = bytes.CutSuffix(tok, []byte(".")); !domainName(tok) {
		return errNotIndicator
	}
	e.Domain = tok
	return nil
}

// domainName reports whether b is a name of at least two labels in the letters,
// digits, hyphens and underscores that names in DNS logs are made of (RFC 1035
// lengths), with a last label that is not a number. It lower-cases b in place.
func domainName(b []byte) bool {
	if len(b) > 253 {
		return false
	}
	label, dots, letter := 0, 0, false
	for i, c := range b {
		switch {
		case c == '.':
			if label == 0 {
				return false
			}
			label, letter = 0, false
			dots++
			continue
		case c >= 'A' && c <= 'Z':
			b[i] = c | 0x20
			letter = true
		case c >= 'a' && c <= 'z':
			letter = true
		case c >= '0' && c <= '9', c == '-', c == '_':
		default:
			return false
		}
		if label++; label > 63 {
			return false
		}
	}
	return dots > 0 && label > 0 && letter
}
