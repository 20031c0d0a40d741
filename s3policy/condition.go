package s3policy

import (
	"net/netip"
	"strings"

	"picket/jsonview"
)

// conditions says which of the callers a statement does not single out meet
// its conditions. For a grant the answer errs towards more callers, for a
// denial towards fewer.
func conditions(s string, deny bool) audience {
	who := everyone
	for op, keys := range jsonview.Object(jsonview.Get(s, "Condition")) {
		for key, values := range jsonview.Object(keys) {
			c := condition{operator(op), key, kindOf(key), values}
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
	key    string
	kind   keyKind
	values string // raw: one or many
}

// operation is what a condition operator does. Operators and keys are written
// in any case.
type operation struct {
	null     bool // Null
	address  bool // IpAddress, NotIpAddress
	patterns bool // *, ? stand for anything
	negated  bool // …Not…: holds when the key is missing
	ifExists bool // holds when the key is missing, too
	anyValue bool // ForAnyValue: never holds when the key is missing
}

// operator takes a condition operator apart. ForAllValues holds when the key is
// missing, as IfExists does (IAM user guide, multivalued context keys).
func operator(op string) (o operation) {
	if set, rest, ok := strings.Cut(op, ":"); ok {
		op, o.ifExists, o.anyValue = rest, strings.EqualFold(set, "ForAllValues"), strings.EqualFold(set, "ForAnyValue")
	}
	if name, ok := cutSuffixFold(op, "IfExists"); ok {
		op, o.ifExists = name, true
	}
	_, like := cutSuffixFold(op, "Like")
	_, address := cutSuffixFold(op, "IpAddress")
	o.null, o.address = strings.EqualFold(op, "Null"), address
	o.patterns = like || len(op) > 3 && strings.EqualFold(op[:3], "Arn")
	for i := 0; i+3 <= len(op); i++ {
		o.negated = o.negated || strings.EqualFold(op[i:i+3], "Not")
	}
	return o
}

func cutSuffixFold(s, suffix string) (string, bool) {
	i := len(s) - len(suffix)
	if i < 0 || !strings.EqualFold(s[i:], suffix) {
		return s, false
	}
	return s[:i], true
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

// restricting are the condition keys that can restrict (IAM user guide, global
// condition context keys; S3 service authorization reference).
var restricting = [...]struct {
	key  string
	kind keyKind
}{
	{"aws:SourceIp", addressKey},
	{"aws:VpcSourceIp", networkKey},
	{"aws:SourceVpc", networkKey},
	{"aws:SourceVpcArn", networkKey},
	{"aws:SourceVpce", networkKey},
	{"aws:VpceAccount", networkKey},
	{"aws:VpceOrgID", networkKey},
	{"aws:VpceOrgPaths", networkKey},
	{"aws:SourceAccount", networkKey},
	{"aws:SourceOwner", networkKey},
	{"aws:SourceOrgID", networkKey},
	{"aws:SourceOrgPaths", networkKey},
	{"aws:SourceArn", arnKey},
	{"s3:DataAccessPointAccount", networkKey},
	{"s3:DataAccessPointArn", arnKey},
	{"s3:AccessPointNetworkOrigin", networkKey},
	{"aws:PrincipalArn", arnKey},
	{"aws:PrincipalAccount", principalKey},
	{"aws:PrincipalOrgID", principalKey},
	{"aws:PrincipalOrgPaths", principalKey},
	{"aws:userid", principalKey},
	{"aws:username", principalKey},
	{"aws:FederatedProvider", principalKey},
	{"aws:PrincipalServiceName", principalKey},
	{"aws:PrincipalServiceNamesList", principalKey},
	{"aws:PrincipalType", signedKey},
	{"aws:PrincipalIsAWSService", serviceKey},
	{"s3:authType", signedKey},
	{"s3:signatureversion", signedKey},
	{"s3:signatureAge", signedKey},
}

func kindOf(key string) keyKind {
	const tag = "aws:PrincipalTag/"
	if len(key) > len(tag) && strings.EqualFold(key[:len(tag)], tag) {
		return principalKey
	}
	for _, r := range restricting {
		if strings.EqualFold(r.key, key) {
			return r.kind
		}
	}
	return freeKey
}

func (c *condition) is(key string) bool { return strings.EqualFold(c.key, key) }

// onlyPrincipals reports whether anonymous requests lack the key.
func (c *condition) onlyPrincipals() bool {
	return c.kind == principalKey || c.kind == signedKey || c.is("aws:PrincipalArn")
}

// allows is who may use a grant under this condition.
func (c *condition) allows() audience {
	switch {
	case c.kind == freeKey || c.op.negated:
		return everyone
	case c.op.null:
		if c.onlyPrincipals() && c.says("false") {
			return authenticated
		}
		return everyone
	case c.kind == serviceKey:
		return unless(c.says("true"))
	case c.kind == addressKey:
		return unless(c.op.address && !c.broad())
	case c.op.ifExists:
		return everyone // who lacks the key passes: anonymous callers, the internet
	case c.kind == signedKey:
		return c.signed()
	case c.fixed():
		return 0
	case c.onlyPrincipals():
		return authenticated
	}
	return everyone
}

func unless(restricted bool) audience {
	if restricted {
		return 0
	}
	return everyone
}

// signed is who can meet a condition on the kind of principal or signature.
func (c *condition) signed() audience {
	if c.is("aws:PrincipalType") && c.says("Anonymous") {
		return anonymous
	}
	return authenticated
}

// denies is who is certain to be hit by a denial under this condition: the
// public at large lacks the network, the organisation, the account that the
// denial spares.
func (c *condition) denies() audience {
	switch {
	case c.op.null:
		if c.says("true") {
			return c.lacking()
		}
		return 0
	case c.kind == serviceKey:
		return unless(!c.says("false"))
	case c.kind == addressKey && c.op.negated:
		return unless(c.broad())
	case c.kind == addressKey:
		return unless(!c.everywhere())
	case c.op.anyValue || !c.op.negated:
		return 0
	case c.kind == networkKey || c.kind == principalKey || c.kind == arnKey:
		return unless(!c.fixed())
	}
	return 0
}

// lacking is whose requests come without the key.
func (c *condition) lacking() audience {
	switch {
	case c.onlyPrincipals():
		return anonymous
	case c.kind == networkKey:
		return everyone
	}
	return 0
}

func (c *condition) says(v string) bool {
	return some(c.values, func(have string) bool { return strings.EqualFold(have, v) })
}

// fixed reports whether every value pins the key down. Values are alternatives:
// one open value makes the condition open.
func (c *condition) fixed() bool {
	n := 0
	return !some(c.values, func(v string) bool {
		n++
		return c.itself(v) || c.op.patterns && c.open(v)
	}) && n > 0
}

// itself reports whether v is the policy variable of the key, which it always
// equals.
func (c *condition) itself(v string) bool {
	inner, ok := strings.CutPrefix(v, "${")
	return ok && c.is(strings.TrimSuffix(inner, "}"))
}

// open reports whether pattern v leaves the account, or all of the value, to
// the caller.
func (c *condition) open(v string) bool {
	switch {
	case c.kind == arnKey:
		return openARN(v)
	case c.is("aws:userid"), c.is("aws:PrincipalOrgPaths"), c.is("aws:SourceOrgPaths"), c.is("aws:VpceOrgPaths"):
		// "AROAEXAMPLE:*" and "o-example/*" leave only the session and the unit open.
		head := strings.TrimRight(v, "*?")
		return strings.ContainsAny(head, "*?") || head != v && !strings.ContainsAny(head, ":/")
	}
	return strings.ContainsAny(v, "*?")
}

// openARN reports whether an ARN pattern leaves the account open. A bucket's
// ARN has no account, but its name is unique.
func openARN(v string) bool {
	rest, service, account := v, "", ""
	for i := range 5 { // arn:partition:service:region:account:resource
		part, after, ok := strings.Cut(rest, ":")
		if !ok {
			return strings.ContainsAny(v, "*?")
		}
		switch i {
		case 2:
			service = part
		case 4:
			account = part
		}
		rest = after
	}
	if service == "s3" && account == "" {
		bucket, _, _ := strings.Cut(rest, "/")
		return strings.ContainsAny(bucket, "*?")
	}
	return account == "" || strings.ContainsAny(account, "*?")
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
func (c *condition) broad() bool {
	n, share := 0, 0.0
	wide := some(c.values, func(v string) bool {
		n++
		p, ok := prefix(v)
		if ok && p.Addr().Is4() {
			share += 1 / float64(uint64(1)<<p.Bits())
		}
		return !ok || p.Bits() <= broadBits
	})
	return wide || n == 0 || share >= broadShare
}

// everywhere reports whether one range is all IPv4 addresses.
func (c *condition) everywhere() bool {
	return some(c.values, func(v string) bool {
		p, ok := prefix(v)
		return ok && p.Bits() == 0 && p.Addr().Is4()
	})
}

func prefix(v string) (netip.Prefix, bool) {
	if strings.IndexByte(v, '/') >= 0 {
		p, err := netip.ParsePrefix(v)
		return p, err == nil
	}
	a, err := netip.ParseAddr(v)
	return netip.PrefixFrom(a, a.BitLen()), err == nil
}
