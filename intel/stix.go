package intel

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strings"
)

// STIX is STIX 1.x in XML.
var STIX = Format{
	Name: "STIX",
	Doc: `STIX 1.x XML: AddressObject observables of category ipv4-addr, ipv6-addr or cidr, with lists (a##comma##b) and
ranges (condition InclusiveBetween), and DomainNameObject observables. The title of the surrounding indicator is the threat
name. A document type declaration and nesting deeper than 64 elements are refused.`,
	Sniff: func(head []byte) bool {
		line := firstLine(head, false)
		return len(line) > 0 && line[0] == '<' && strings.Contains(string(head), "STIX_Package")
	},
	Parse: parseSTIX,
}

const stixDepth = 64 // real packages nest about twenty deep

// stixParser walks a document. It keeps the path of open elements only, so its
// memory does not grow with the file.
type stixParser struct {
	dec   *xml.Decoder
	add   func(*Entry) error
	st    Stats
	path  []xml.StartElement // open elements, outermost first
	title string             // of the open Indicator
}

func parseSTIX(r io.Reader, add func(*Entry) error) (Stats, error) {
	p := &stixParser{dec: xml.NewDecoder(r), add: add}
	// Feeds declare other charsets and write ASCII; what isn't ASCII is no indicator.
	p.dec.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	for {
		tok, err := p.dec.Token()
		if err == io.EOF {
			return p.st, nil
		}
		if err == nil {
			err = p.token(tok)
		}
		if syntax := new(xml.SyntaxError); errors.As(err, &syntax) {
			return p.st, fmt.Errorf("line %d: %s", syntax.Line, syntax.Msg)
		}
		if err != nil {
			return p.st, fmt.Errorf("line %d: %w", p.line(), err)
		}
	}
}

func (p *stixParser) line() int {
	line, _ := p.dec.InputPos()
	return line
}

func (p *stixParser) token(tok xml.Token) error {
	switch tok := tok.(type) {
	case xml.Directive:
		return errors.New("document type declarations are not allowed")
	case xml.StartElement:
		if len(p.path) == stixDepth {
			return fmt.Errorf("nested deeper than %d elements", stixDepth)
		}
		if len(p.path) == 0 && tok.Name.Local != "STIX_Package" {
			return fmt.Errorf("root element is %q, not STIX_Package", tok.Name.Local)
		}
		p.path = append(p.path, tok.Copy())
		return p.open(&p.path[len(p.path)-1])
	case xml.EndElement:
		p.path = p.path[:len(p.path)-1]
		if tok.Name.Local == "Indicator" {
			p.title = ""
		}
	}
	return nil
}

// open reads the elements that carry a value as soon as they begin.
func (p *stixParser) open(el *xml.StartElement) error {
	parent := p.parent()
	switch {
	case el.Name.Local == "Title" && parent.Name.Local == "Indicator":
		text, err := p.text()
		p.title = text
		return err
	case el.Name.Local == "Address_Value" && addressCategory(parent),
		el.Name.Local == "Value" && strings.HasSuffix(attr(parent, "type"), "DomainNameObjectType"):
		return p.values(*el)
	}
	return nil
}

func (p *stixParser) parent() *xml.StartElement {
	if len(p.path) < 2 {
		return &xml.StartElement{}
	}
	return &p.path[len(p.path)-2]
}

// addressCategory tells IP address objects from e-mail and hardware addresses;
// without a category an address object is an IPv4 address.
func addressCategory(properties *xml.StartElement) bool {
	switch attr(properties, "category") {
	case "", "ipv4-addr", "ipv6-addr", "cidr", "ipv4-net", "ipv6-net":
		return true
	}
	return false
}

func attr(el *xml.StartElement, name string) string {
	for _, a := range el.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// text reads the character data of the open element up to its end, which it
// consumes. Elements within are an error: values have none.
func (p *stixParser) text() (string, error) {
	var b strings.Builder
	for {
		tok, err := p.dec.Token()
		if err != nil {
			return "", err
		}
		switch tok := tok.(type) {
		case xml.CharData:
			b.Write(tok)
		case xml.EndElement:
			p.path = p.path[:len(p.path)-1]
			return strings.TrimSpace(b.String()), nil
		case xml.StartElement:
			return "", fmt.Errorf("element %q inside a value", tok.Name.Local)
		case xml.Directive:
			return "", errors.New("document type declarations are not allowed")
		}
	}
}

func (p *stixParser) values(el xml.StartElement) error {
	delimiter := attr(&el, "delimiter")
	if delimiter == "" {
		delimiter = "##comma##"
	}
	line := p.line()
	text, err := p.text()
	if err != nil {
		return err
	}
	values := strings.Split(text, delimiter)
	switch attr(&el, "condition") {
	case "", "Equals":
		for _, v := range values {
			if err := p.value(strings.TrimSpace(v), line); err != nil {
				return err
			}
		}
		return nil
	case "InclusiveBetween":
		return p.between(values, line)
	}
	p.st.Ignored++
	return nil
}

func (p *stixParser) value(v string, line int) error {
	var e Entry
	if err := indicator([]byte(v), &e); err != nil {
		p.st.bad(line, err)
		return nil
	}
	return p.entry(&e)
}

func (p *stixParser) entry(e *Entry) error {
	e.Threat = threat(p.title)
	p.st.Entries++
	return p.add(e)
}

func (p *stixParser) between(ends []string, line int) error {
	if len(ends) != 2 {
		p.st.bad(line, errors.New("a range needs two addresses"))
		return nil
	}
	first, err1 := netip.ParseAddr(strings.TrimSpace(ends[0]))
	last, err2 := netip.ParseAddr(strings.TrimSpace(ends[1]))
	if err1 != nil || err2 != nil || first.BitLen() != last.BitLen() || last.Less(first) {
		p.st.bad(line, errors.New("not a range of addresses"))
		return nil
	}
	prefixes := rangePrefixes(first, last)
	for _, prefix := range prefixes {
		if prefix.Bits() < MinPrefixBits {
			p.st.bad(line, errWide)
			return nil
		}
	}
	for _, prefix := range prefixes {
		if err := p.entry(&Entry{Prefix: prefix}); err != nil {
			return err
		}
	}
	return nil
}

// rangePrefixes splits first to last, both included and of one family, into the
// fewest prefixes: at most two per bit of the address.
func rangePrefixes(first, last netip.Addr) []netip.Prefix {
	var out []netip.Prefix
	for {
		bits := first.BitLen()
		for bits > 0 {
			wider := netip.PrefixFrom(first, bits-1).Masked()
			if wider.Addr() != first || last.Less(lastAddr(wider)) {
				break
			}
			bits--
		}
		prefix := netip.PrefixFrom(first, bits)
		out = append(out, prefix)
		end := lastAddr(prefix)
		if !end.Less(last) {
			return out
		}
		first = end.Next()
	}
}

func lastAddr(p netip.Prefix) netip.Addr {
	b := p.Addr().AsSlice()
	for i := p.Bits(); i < len(b)*8; i++ {
		b[i/8] |= 0x80 >> (i % 8)
	}
	a, _ := netip.AddrFromSlice(b) // 4 or 16 bytes by construction
	return a
}
