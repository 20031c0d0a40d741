package enrich

import (
	"strings"

	"picket/event"
	"picket/jsonview"
)

func (e *Enricher) dns(d *event.DNS) {
	if d.Instance != "" {
		d.Entity = event.Hash(event.Hash(0, d.Account), d.Instance)
		d.Traits |= event.OnInstance
	} else {
		d.Entity = event.Hash(event.Hash(1, d.VPC), d.Source)
	}
	d.Registrable = -1
	if !private(d.Name) {
		d.Registrable = int32(e.memo.Registrable(d.Name))
	}
	if d.Registrable < 0 {
		d.Traits |= event.Internal
	}
	d.Marks, d.Matched = e.lists.Domain(d.Name)
	switch d.Type {
	case "PTR", "SOA", "NS":
	default:
		d.Traits |= event.Lookup
	}
	if d.Rcode == "NXDOMAIN" {
		d.Traits |= event.NXDomain
	}
	if d.Firewall == "BLOCK" {
		d.Traits |= event.Blocked
	}
	e.answers(d)
	if d.Marks|d.AnswerMarks != 0 {
		d.Traits |= event.Listed
	}
}

// privateZones are top-level names that are no business of the public DNS.
var privateZones = [...]string{"internal", "local", "arpa", "lan", "corp", "home", "localdomain"}

// awsZones are zones that AWS itself answers: detection by name makes no sense there.
var awsZones = [...]string{".amazonaws.com", ".amazonaws.com.cn", ".aws.dev"}

// private tells names in these zones from all others. No one registers a
// domain there, so such names have no registrable domain.
func private(name string) bool {
	top := name[strings.LastIndexByte(name, '.')+1:]
	for _, z := range privateZones {
		if top == z {
			return true
		}
	}
	if top != "com" && top != "cn" && top != "dev" {
		return false
	}
	for _, z := range awsZones {
		if strings.HasSuffix(name, z) {
			return true
		}
	}
	return false
}

// metadata reports whether ip is an address of the instance or container
// metadata services: 169.254.169.254, 169.254.170.2 (ECS), fd00:ec2::254.
func metadata(ip event.IP) bool {
	if ip.Is4() {
		return ip.V4() == 0xa9fea9fe || ip.V4() == 0xa9feaa02
	}
	return ip == event.IP{0: 0xfd, 2: 0x0e, 3: 0xc2, 14: 0x02, 15: 0x54}
}

// answers reads the addresses and CNAME targets of the answers.
func (e *Enricher) answers(d *event.DNS) {
	if len(d.Answers) < len(`[{}]`) {
		return
	}
	if d.Rcode == "NOERROR" {
		d.Traits |= event.Answered
	}
	var seen answerCount
	rest := d.Answers[1:]
	for {
		data, kind, after, ok := usualAnswer(rest)
		if !ok {
			break
		}
		e.answer(d, data, kind, &seen)
		rest = after
	}
	if len(rest) > 1 && rest[0] != ']' {
		for a := range jsonview.Array("[" + strings.TrimLeft(rest, ", \t\r\n")) {
			data, kind := anyAnswer(a)
			e.answer(d, data, kind, &seen)
		}
	}
	if seen.addresses > 0 && seen.public == 0 {
		d.Traits |= event.PrivateOnly
	}
}

type answerCount struct{ addresses, public int }

func (e *Enricher) answer(d *event.DNS, data, kind string, seen *answerCount) {
	if kind == "CNAME" {
		e.alias(d, data)
		return
	}
	ip, ok := event.ParseIP(data)
	if !ok {
		return
	}
	seen.addresses++
	switch {
	case ip.Public():
		seen.public++
		d.AnswerMarks |= e.lists.Lookup(ip, 0)
	case metadata(ip):
		d.Traits |= event.Metadata
	}
}

// usualAnswer reads an answer laid out as the resolver writes it,
// {"Rdata":"…","Type":"…","Class":"IN"}, and returns what follows it and its
// comma. It is not ok for any other layout.
func usualAnswer(s string) (data, kind, rest string, ok bool) {
	const before, between, after = `{"Rdata":"`, `","Type":"`, `","Class":"IN"}`
	if !strings.HasPrefix(s, before) {
		return "", "", s, false
	}
	data, kind, rest = s[len(before):], "", s
	n := strings.IndexByte(data, '"')
	if n < 0 || !strings.HasPrefix(data[n:], between) || n > 0 && data[n-1] == '\\' {
		return "", "", s, false
	}
	data, kind = data[:n], data[n+len(between):]
	n = strings.IndexByte(kind, '"')
	if n < 0 || !strings.HasPrefix(kind[n:], after) {
		return "", "", s, false
	}
	kind, rest = kind[:n], kind[n+len(after):]
	if len(rest) > 0 && rest[0] == ',' {
		rest = rest[1:]
	}
	return data, kind, rest, true
}

// anyAnswer reads Rdata and Type of one answer of any layout.
func anyAnswer(a string) (data, kind string) {
	for name, v := range jsonview.Object(a) {
		switch name {
		case "Rdata":
			data = jsonview.String(v)
		case "Type":
			kind = jsonview.String(v)
		}
	}
	return data, kind
}

// alias adds what lists say of a CNAME target. The name's own marks win, but
// for being popular, which says nothing of where it leads.
func (e *Enricher) alias(d *event.DNS, target string) {
	if d.Marks&^event.MarkPopular != 0 {
		return
	}
	if m, matched := e.lists.Domain(strings.TrimSuffix(target, ".")); m&^event.MarkPopular != 0 {
		d.Marks, d.Matched = m, matched
	}
}
