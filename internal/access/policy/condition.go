package policy

import (
	"errors"
	"fmt"
	"strings"
)

// condition is one key of one operator of a Condition element; all must hold.
type condition struct {
	key      string // lower case
	test     []matcher
	negated  bool // holds when no matcher does
	ifExists bool // holds when the request does not have the key
	set      quantifier
	null     nullTest
}

// quantifier says how the values of the request count.
type quantifier uint8

const (
	single quantifier = iota // any of them, or none for a negated operator
	forAll                   // every one of them; holds for none
	forAny                   // at least one of them
)

// nullTest is what the Null operator asks of a key.
type nullTest uint8

const (
	notNull nullTest = iota // another operator
	absent
	present
)

// A matcher says whether a value of the request is what the policy names.
type matcher func(c Context, got string) bool

func parseConditions(v any, special syntax) ([]condition, error) {
	operators, ok := v.(object)
	if !ok {
		return nil, errors.New("Condition is not an object")
	}
	var all []condition
	seen := map[string]bool{}
	for _, o := range operators {
		keys, ok := o.value.(object)
		if !ok {
			return nil, fmt.Errorf("Condition %s is not an object", o.name)
		}
		for _, k := range keys {
			name := o.name + " " + strings.ToLower(k.name)
			if seen[name] {
				return nil, fmt.Errorf("Condition %s stands there twice", name)
			}
			seen[name] = true
			c, err := parseCondition(o.name, k, special)
			if err != nil {
				return nil, fmt.Errorf("Condition %s: %w", o.name, err)
			}
			all = append(all, c)
		}
	}
	return all, nil
}

func parseCondition(operator string, key member, special syntax) (condition, error) {
	c := condition{key: strings.ToLower(key.name)}
	if err := checkKey(c.key); err != nil {
		return c, err
	}
	values, err := valueList(key.name, key.value)
	if err != nil {
		return c, err
	}
	if operator == "Null" {
		c.null, err = parseNull(values)
		return c, err
	}
	name := operator
	if rest, ok := strings.CutPrefix(name, "ForAllValues:"); ok {
		name, c.set = rest, forAll
	} else if rest, ok := strings.CutPrefix(name, "ForAnyValue:"); ok {
		name, c.set = rest, forAny
	}
	name, c.ifExists = strings.CutSuffix(name, "IfExists")
	op, ok := operators[name]
	if !ok {
		return c, errors.New("unknown operator")
	}
	c.negated = op.negated
	for _, v := range values {
		m, err := op.matcher(v, special)
		if err != nil {
			return c, fmt.Errorf("%s %q: %w", key.name, v, err)
		}
		c.test = append(c.test, m)
	}
	return c, nil
}

func parseNull(values []string) (nullTest, error) {
	if len(values) == 1 {
		switch strings.ToLower(values[0]) {
		case "true":
			return absent, nil
		case "false":
			return present, nil
		}
	}
	return notNull, errors.New("the value is neither true nor false")
}

// checkKey demands the form vendor:name; what comes after it, as the tag's key
// in aws:ResourceTag/Team, may be anything.
func checkKey(key string) error {
	vendor, name, ok := strings.Cut(key, ":")
	if !ok || name == "" || vendor == "" || strings.ContainsFunc(vendor, func(r rune) bool { return !alphanumeric(r) && r != '-' }) {
		return fmt.Errorf("%q is not the name of a condition key", key)
	}
	return nil
}

// holds evaluates the condition. A key that the request does not have fails an
// operator, satisfies a negated one, and any with IfExists or ForAllValues.
func (c *condition) holds(ctx Context) bool {
	got := ctx[c.key]
	if c.null != notNull {
		_, has := ctx[c.key]
		return has == (c.null == present)
	}
	if len(got) == 0 {
		return c.ifExists || c.set == forAll || c.set == single && c.negated
	}
	every := c.set == forAll || c.set == single && c.negated
	for _, v := range got {
		if c.accepts(ctx, v) != every {
			return !every
		}
	}
	return every
}

// accepts applies the operator to one value of the request.
func (c *condition) accepts(ctx Context, got string) bool {
	for _, m := range c.test {
		if m(ctx, got) {
			return !c.negated
		}
	}
	return c.negated
}
