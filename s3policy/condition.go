package s3policy

import (
	"net/netip"
	"strings"

	"picket/jsonview"
)

// conditions says which of the callers a statement does not single out meet
// its conditions. For a grant the answer errs towards more callers, for a
// denial towards fewer.
func (e *evaluation) conditions(s string, deny bool) audience {
	who := everyone
	for op, keys := range jsonview.Object(jsonview.Get(s, "Condition")) {
		for key, raw := range jsonview.Object(keys) {
			c := condition{operator(op), strings.ToLower(key), e.values(raw)}
			if deny {
				who &= c.denies()
			} else {
				who &= c.allows()
			}
		}
	}
	return who
}

// condition is one operator on one key.
type condition struct {
	op     operation
	key    string // lower case
	values []string
}

type operation struct {
	name     string // without what follows
	negated  bool   // …Not…: holds when the key is missing
	ifExists bool   // holds when the key is missing, too
	some     bool   // ForAnyValue: never holds when the key is missing
}

// operator takes a condition operator apart. ForAllValues holds when the key is
// missing, as IfExists does (IAM user guide, multivalued context keys).
func operator(op string) (o operation) {
	if set, rest, ok := strings.Cut(op, ":"); ok {
		op, o.ifExists, o.some = rest, strings.EqualFold(set, "ForAllValues"), strings.EqualFold(set, "ForAnyValue")
	}
	name := strings.ToLower(op)
	if cut, ok := strings.CutSuffix(name, "ifexists"); ok {
		name, o.ifExists = cut, true
	}
	o.name = strings.Replace(name, "not", "", 1)
	o.negated = o.name != name
	return o
}

// keyKind is what a condition key says of a caller.
type keyKind uint8

const (
	freeKey      keyKind = iota // the caller chooses it, or it says nothing of the caller
	networkKey                  // where the caller is
	principalKey                // who the caller is; absent for anonymous callers
	addressKey                  // aws:SourceIp
	arnKey                      // an ARN whose account must be fixed
	serviceKey                  // that an AWS service is calling
	signedKey                   // how the request is signed; absent for anonymous callers
)

// keyKinds are the condition keys that can restrict (IAM user guide, global
// condition context keys; S3 service authorization reference).
var keyKinds = map[string]keyKind{
	"aws:sourceip":                  addressKey,
	"aws:vpcsourceip":               networkKey,
	"aws:sourcevpc":                 networkKey,
	"aws:sourcevpcarn":              networkKey,
	"aws:sourcevpce":                networkKey,
	"aws:vpceaccount":               networkKey,
	"aws:vpceorgid":                 networkKey,
	"aws:vpceorgpaths":              networkKey,
	"aws:sourceaccount":             networkKey,
	"aws:sourceowner":               networkKey,
	"aws:sourceorgid":               networkKey,
	"aws:sourceorgpaths":            networkKey,
	"aws:sourcearn":                 arnKey,
	"s3:dataaccesspointaccount":     networkKey,
	"s3:dataaccesspointarn":         arnKey,
	"s3:accesspointnetworkorigin":   networkKey,
	"aws:principalarn":              arnKey,
	"aws:principalaccount":          principalKey,
	"aws:principalorgid":            principalKey,
	"aws:principalorgpaths":         principalKey,
	"aws:userid":                    principalKey,
	"aws:username":                  principalKey,
	"aws:federatedprovider":         principalKey,
	"aws:principalservicename":      principalKey,
	"aws:principalservicenameslist": principalKey,
	"aws:principaltype":             signedKey,
	"aws:principalisawsservice":     serviceKey,
	"s3:authtype":                   signedKey,
	"s3:signatureversion":           signedKey,
	"s3:signatureage":               signedKey,
}

func kindOf(key string) keyKind {
	if strings.HasPrefix(key, "aws:principaltag/") {
		return principalKey
	}
	return keyKinds[key]
}

// onlyPrincipals reports whether anonymous requests lack the key.
func (c *condition) onlyPrincipals() bool {
	switch kindOf(c.key) {
	case principalKey, signedKey:
		return true
	}
	return c.key == "aws:principalarn"
}

// allows is who may use a grant under this condition.
func (c *condition) allows() audience {
	kind := kindOf(c.key)
	switch {
	case kind == freeKey || c.op.negated:
		return everyone
	case c.op.name == "null":
		if c.onlyPrincipals() && c.says("false") {
			return authenticated
		}
		return everyone
	case kind == serviceKey:
		if c.says("true") {
			return 0
		}
		return everyone
	case kind == addressKey:
		if c.op.name == "ipaddress" && !broad(c.values) {
			return 0
		}
		return everyone
	case c.op.ifExists:
		return everyone // who lacks the key passes: anonymous callers, the internet
	case kind == signedKey:
		return c.signed()
	case c.fixed(kind):
		return 0
	case c.onlyPrincipals():
		return authenticated
	}
	return everyone
}

// signed is who can meet a condition on the kind of principal or signature.
func (c *condition) signed() audience {
	if c.key == "aws:principaltype" && c.says("anonymous") {
		return anonymous
	}
	return authenticated
}

// denies is who is certain to be hit by a denial under this condition: the
// public at large lacks the network, the organisation, the account that the
// denial spares.
func (c *condition) denies() audience {
	kind := kindOf(c.key)
	switch {
	case c.op.name == "null":
		if c.says("true") {
			return c.lacking()
		}
		return 0
	case kind == serviceKey:
		if c.says("false") {
			return everyone
		}
		return 0
	case kind == addressKey:
		if c.op.negated && !broad(c.values) || !c.op.negated && everywhere(c.values) {
			return everyone
		}
		return 0
	case c.op.some || !c.op.negated:
		return 0
	case (kind == networkKey || kind == principalKey || kind == arnKey) && c.fixed(kind):
		return everyone
	}
	return 0
}

// lacking is whose requests come without the key.
func (c *condition) lacking() audience {
	switch {
	case c.onlyPrincipals():
		return anonymous
	case kindOf(c.key) == networkKey:
		return everyone
	}
	return 0
}

func (c *condition) says(v string) bool {
	for _, have := range c.values {
		if strings.EqualFold(have, v) {
			return true
		}
	}
	return false
}

// fixed reports whether every value pins the key down. Values are alternatives:
// one open value makes the condition open.
func (c *condition) fixed(kind keyKind) bool {
	patterns := strings.HasSuffix(c.op.name, "like") || strings.HasPrefix(c.op.name, "arn")
	for _, v := range c.values {
		if strings.EqualFold(v, "${"+c.key+"}") {
			return false // a key always equals itself
		}
		if patterns && open(v, kind, c.key) {
			return false
		}
	}
	return len(c.values) > 0
}

// open reports whether pattern v leaves the account, or all of the value, to
// the caller.
func open(v string, kind keyKind, key string) bool {
	if kind == arnKey {
		parts := strings.SplitN(v, ":", 6)
		if len(parts) < 6 {
			return strings.ContainsAny(v, "*?")
		}
		if bucket, _, _ := strings.Cut(parts[5], "/"); parts[2] == "s3" && parts[4] == "" {
			return strings.ContainsAny(bucket, "*?") // a bucket's ARN has no account, but its name is unique
		}
		return parts[4] == "" || strings.ContainsAny(parts[4], "*?")
	}
	head := strings.TrimRight(v, "*?")
	switch key {
	case "aws:userid", "aws:principalorgpaths", "aws:sourceorgpaths", "aws:vpceorgpaths":
		// "AROAEXAMPLE:*" and "o-example/*" leave only the session and the unit open.
		i := strings.IndexAny(head, ":/")
		return strings.ContainsAny(head, "*?") || head != v && i < 0
	}
	return strings.ContainsAny(v, "*?")
}

// Bounds of a restriction by address. A /7 is more than any organisation holds:
// a /8 was the largest block ever assigned to one (IANA IPv4 address space
// registry). Many ranges that add up to a quarter of all addresses are an
// attempt to write "everybody" in pieces.
const (
	broadBits  = 7
	broadShare = 0.25
)

// broad reports whether the address ranges let in the internet at large.
func broad(values []string) bool {
	total := 0.0
	for _, v := range values {
		p, ok := prefix(v)
		if !ok {
			return true
		}
		bits := p.Bits()
		if bits <= broadBits {
			return true
		}
		if p.Addr().Is4() {
			total += 1 / float64(uint64(1)<<min(bits, 62))
		}
	}
	return len(values) == 0 || total >= broadShare
}

// everywhere reports whether one range is all addresses.
func everywhere(values []string) bool {
	for _, v := range values {
		if p, ok := prefix(v); ok && p.Bits() == 0 && p.Addr().Is4() {
			return true
		}
	}
	return false
}

func prefix(v string) (netip.Prefix, bool) {
	if p, err := netip.ParsePrefix(v); err == nil {
		return p, true
	}
	a, err := netip.ParseAddr(v)
	if err != nil {
		return netip.Prefix{}, false
	}
	return netip.PrefixFrom(a, a.BitLen()), true
}
