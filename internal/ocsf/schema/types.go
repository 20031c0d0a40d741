package schema

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"regexp"
	"unicode/utf8"
)

const objectType = "object_t"

// MaxString is how many characters a string_t may have (OCSF 1.2.0,
// dictionary.json, types).
const MaxString = 65535

// MaxPort is the largest port_t (as above).
const MaxPort = 65535

// scalars checks values of the OCSF types, as decoded by encoding/json with
// numbers kept as text. Limits and patterns are those of OCSF 1.2.0,
// dictionary.json, types; addresses are parsed instead of matched. The check
// says what is wrong, "" when nothing is.
var scalars = map[string]func(any) string{
	"boolean_t":   boolean,
	"datetime_t":  pattern("a date and time", MaxString, datetimePattern.MatchString),
	"email_t":     pattern("an e-mail address", MaxString, emailPattern.MatchString),
	"float_t":     number,
	"hostname_t":  pattern("a host name", MaxString, Hostname),
	"integer_t":   integer,
	"ip_t":        pattern("an IP address", 40, isIP),
	"json_t":      func(any) string { return "" },
	"long_t":      integer,
	"mac_t":       pattern("a MAC address", 32, macPattern.MatchString),
	"port_t":      port,
	"string_t":    pattern("a string", MaxString, anything),
	"subnet_t":    pattern("a subnet", 42, anything),
	"timestamp_t": integer,
	"url_t":       pattern("a URL", MaxString, anything),
	"uuid_t":      pattern("a UUID", MaxString, uuidPattern.MatchString),
}

var (
	datetimePattern = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(Z|[\+-]\d{2}:\d{2})?$`)
	emailPattern    = regexp.MustCompile("^[a-zA-Z0-9!#$%&'*+-/=?^_`{|}~.]+@[a-zA-Z0-9-]+\\.[a-zA-Z0-9-.]+$")
	hostnamePattern = regexp.MustCompile(`^(([a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9\-]*[a-zA-Z0-9])\.)*([A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9\-]*[A-Za-z0-9])$`)
	macPattern      = regexp.MustCompile(`^([0-9A-Fa-f]{2}[:-]){5}([0-9A-Fa-f]{2})$`)
	uuidPattern     = regexp.MustCompile(`[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}`)
)

// Known reports whether the validator can check values of an OCSF type.
func Known(typ string) bool { return typ == objectType || scalars[typ] != nil }

// Hostname reports whether s may stand where OCSF wants a hostname_t. A DNS
// name with an underscore, which is a legal query, may not.
func Hostname(s string) bool {
	return utf8.RuneCountInString(s) <= MaxString && hostnamePattern.MatchString(s)
}

func isIP(s string) bool {
	_, err := netip.ParseAddr(s)
	return err == nil
}

func anything(string) bool { return true }

// pattern checks strings of at most limit characters; what names their kind.
func pattern(what string, limit int, ok func(string) bool) func(any) string {
	return func(v any) string {
		s, isString := v.(string)
		switch {
		case !isString:
			return fmt.Sprintf("want a string, got %s", kind(v))
		case utf8.RuneCountInString(s) > limit:
			return fmt.Sprintf("more than %d characters", limit)
		case !ok(s):
			return fmt.Sprintf("%.100q is not %s", s, what)
		}
		return ""
	}
}

func boolean(v any) string {
	if _, ok := v.(bool); !ok {
		return fmt.Sprintf("want a boolean, got %s", kind(v))
	}
	return ""
}

func number(v any) string {
	if _, ok := v.(json.Number); !ok {
		return fmt.Sprintf("want a number, got %s", kind(v))
	}
	return ""
}

func integer(v any) string {
	n, ok := v.(json.Number)
	if !ok {
		return fmt.Sprintf("want an integer, got %s", kind(v))
	}
	if _, err := n.Int64(); err != nil {
		return fmt.Sprintf("%.40s is not a 64-bit integer", n)
	}
	return ""
}

func port(v any) string {
	if msg := integer(v); msg != "" {
		return msg
	}
	if n, _ := v.(json.Number).Int64(); n < 0 || n > MaxPort {
		return fmt.Sprintf("%d is not a port", n)
	}
	return ""
}

// kind names the JSON kind of v.
func kind(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case bool:
		return "a boolean"
	case json.Number:
		return "a number"
	case string:
		return "a string"
	case []any:
		return "a list"
	}
	return "an object"
}
