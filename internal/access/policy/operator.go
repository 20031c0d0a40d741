package policy

import (
	"errors"
	"math"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// operator makes matchers of the values that stand in a policy.
type operator struct {
	negated bool
	matcher func(value string, special syntax) (matcher, error)
}

// operators are IAM's, without the prefixes ForAllValues: and ForAnyValue:, the
// suffix IfExists, and Null.
var operators = map[string]operator{
	"StringEquals":              {false, exactly},
	"StringNotEquals":           {true, exactly},
	"StringEqualsIgnoreCase":    {false, ignoringCase},
	"StringNotEqualsIgnoreCase": {true, ignoringCase},
	"StringLike":                {false, like},
	"StringNotLike":             {true, like},
	"ArnEquals":                 {false, arnLike},
	"ArnNotEquals":              {true, arnLike},
	"ArnLike":                   {false, arnLike},
	"ArnNotLike":                {true, arnLike},
	"NumericEquals":             {false, numeric(equal)},
	"NumericNotEquals":          {true, numeric(equal)},
	"NumericLessThan":           {false, numeric(less)},
	"NumericLessThanEquals":     {false, numeric(lessOrEqual)},
	"NumericGreaterThan":        {false, numeric(greater)},
	"NumericGreaterThanEquals":  {false, numeric(greaterOrEqual)},
	"DateEquals":                {false, date(equal)},
	"DateNotEquals":             {true, date(equal)},
	"DateLessThan":              {false, date(less)},
	"DateLessThanEquals":        {false, date(lessOrEqual)},
	"DateGreaterThan":           {false, date(greater)},
	"DateGreaterThanEquals":     {false, date(greaterOrEqual)},
	"Bool":                      {false, boolean},
	"IpAddress":                 {false, address},
	"NotIpAddress":              {true, address},
}

func exactly(value string, special syntax) (matcher, error) {
	p, err := compile(value, special&variables)
	return p.match, err
}

func ignoringCase(value string, special syntax) (matcher, error) {
	p, err := compile(value, special&variables)
	return func(c Context, got string) bool {
		want, ok := p.expand(c)
		return ok && strings.EqualFold(string(want), got)
	}, err
}

func like(value string, special syntax) (matcher, error) {
	p, err := compile(value, special)
	return p.match, err
}

// arnLike compares ARNs field by field: a wildcard stands for nothing beyond its
// field.
func arnLike(value string, special syntax) (matcher, error) {
	want := fields(value, arnFields)
	if len(want) < arnFields && value != "*" {
		return nil, errors.New("not an ARN")
	}
	patterns := make([]pattern, len(want))
	for i, field := range want {
		var err error
		if patterns[i], err = compile(field, special); err != nil {
			return nil, err
		}
	}
	return func(c Context, got string) bool {
		if value == "*" {
			return true
		}
		parts := strings.SplitN(got, ":", arnFields)
		for i, p := range patterns {
			if len(parts) != arnFields || !p.match(c, parts[i]) {
				return false
			}
		}
		return true
	}, nil
}

// The comparisons, of what the request has with what the policy names.
func equal(order int) bool          { return order == 0 }
func less(order int) bool           { return order < 0 }
func lessOrEqual(order int) bool    { return order <= 0 }
func greater(order int) bool        { return order > 0 }
func greaterOrEqual(order int) bool { return order >= 0 }

func numeric(holds func(order int) bool) func(string, syntax) (matcher, error) {
	return func(value string, _ syntax) (matcher, error) {
		want, err := parseNumber(value)
		return func(_ Context, got string) bool {
			n, err := parseNumber(got)
			return err == nil && holds(compareFloat(n, want))
		}, err
	}
}

func compareFloat(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func parseNumber(s string) (float64, error) {
	n, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(n) || math.IsInf(n, 0) || strings.ContainsAny(s, "xX_") {
		return 0, errors.New("not a decimal number")
	}
	return n, nil
}

func date(holds func(order int) bool) func(string, syntax) (matcher, error) {
	return func(value string, _ syntax) (matcher, error) {
		want, err := parseDate(value)
		return func(_ Context, got string) bool {
			t, err := parseDate(got)
			return err == nil && holds(t.Compare(want))
		}, err
	}
}

// parseDate reads the forms of ISO 8601 that the W3C's note on date and time
// formats has, and epoch seconds.
func parseDate(s string) (time.Time, error) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z07:00", time.DateOnly, "2006-01", "2006"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, nil
		}
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return time.Unix(n, 0), nil
	}
	return time.Time{}, errors.New("neither a date in ISO 8601 nor epoch seconds")
}

func boolean(value string, _ syntax) (matcher, error) {
	want := strings.ToLower(value)
	if want != "true" && want != "false" {
		return nil, errors.New("neither true nor false")
	}
	return func(_ Context, got string) bool { return strings.EqualFold(got, want) }, nil
}

// address reads an address or a range in CIDR notation. IPv4 addresses are the
// same in their IPv6 form.
func address(value string, _ syntax) (matcher, error) {
	want, err := parseRange(value)
	if err != nil {
		return nil, err
	}
	return func(_ Context, got string) bool {
		a, err := netip.ParseAddr(got)
		return err == nil && want.Contains(a.Unmap().WithZone(""))
	}, nil
}

func parseRange(s string) (netip.Prefix, error) {
	p, err := netip.ParsePrefix(s)
	if err != nil {
		a, err := netip.ParseAddr(s)
		if err != nil || a.Zone() != "" {
			return netip.Prefix{}, errors.New("neither an IP address nor a range of them")
		}
		p = netip.PrefixFrom(a, a.BitLen())
	}
	if a := p.Addr(); a.Is4In6() && p.Bits() >= 96 {
		p = netip.PrefixFrom(a.Unmap(), p.Bits()-96)
	}
	return p, nil
}
