package logformat

import (
	"picket/event"
)

var resolverQueries = Format{
	Name:   "route53-resolver",
	Kind:   event.KindDNS,
	Doc:    "Amazon Route 53 Resolver query logs: one JSON object per query.",
	Sniff:  func(head []byte) bool { return shape(head)&seenQueryName != 0 },
	Decode: func(b *event.Batch, st *State, final bool) int { return st.json(b, guessDNS, final) },
}

// Fields of a resolver query.
const (
	dnsTime field = iota
	dnsName
	dnsType
	dnsRcode
	dnsAnswers
	dnsAccount
	dnsRegion
	dnsVPC
	dnsSource
	dnsTransport
	dnsFirewall
	dnsInstance
	dnsResolver
	numDNSFields
)

var srcidsSchema = newSchema(slotSrcids, []key{
	wanted(textValue, dnsInstance, "instance"),
	wanted(textValue, dnsResolver, "resolver_endpoint"),
}, "resolver_network_interface")

var dnsSchema = newSchema(slotDNS, []key{
	wanted(textValue, dnsTime, "query_timestamp"),
	wanted(textValue, dnsName, "query_name"),
	wanted(textValue, dnsType, "query_type"),
	wanted(textValue, dnsRcode, "rcode"),
	wanted(rawValue, dnsAnswers, "answers"),
	wanted(textValue, dnsAccount, "account_id"),
	wanted(textValue, dnsRegion, "region"),
	wanted(textValue, dnsVPC, "vpc_id"),
	wanted(textValue, dnsSource, "srcaddr"),
	wanted(textValue, dnsTransport, "transport"),
	wanted(textValue, dnsFirewall, "firewall_rule_action"),
	nested(noField, "srcids", srcidsSchema),
	list("Records"),
	list("items"),
}, "version", "query_class", "srcport", "firewall_rule_group_id", "firewall_domain_list_id", "firewall_protection")

// dns makes a row of the query that was read from [i, e).
func (st *State) dns(i, e int) verdict {
	s, b := &st.scan, st.batch
	if s.out[dnsName].n == 0 || s.out[dnsTime].n == 0 {
		return stranger
	}
	at, ok := st.clock.parse(s.view(b, dnsTime))
	if !ok {
		st.badText(i, "query_timestamp %q is no plausible time", s.view(b, dnsTime))
		return done
	}
	d := grow(&b.DNS)
	d.At = at
	d.Raw = event.View(s.text[i:e])
	d.Name = s.canonicalName(b, s.view(b, dnsName))
	d.Type = s.view(b, dnsType)
	d.Rcode = s.view(b, dnsRcode)
	d.Answers = s.raw(dnsAnswers)
	d.Account = s.view(b, dnsAccount)
	d.Region = s.view(b, dnsRegion)
	d.VPC = s.view(b, dnsVPC)
	d.Source = s.view(b, dnsSource)
	d.Instance = s.view(b, dnsInstance)
	d.Resolver = s.view(b, dnsResolver)
	d.Firewall = s.view(b, dnsFirewall)
	d.Protocol = s.view(b, dnsTransport)
	d.Registrable = -1
	if ip, ok := event.ParseIP(d.Source); ok {
		d.Src = ip
	}
	st.Stats.Records++
	return done
}

// canonicalName takes the final dot off a name and lowers its case. It copies
// names that have upper case.
func (s *scanner) canonicalName(b *event.Batch, name string) string {
	if n := len(name); n > 0 && name[n-1] == '.' {
		name = name[:n-1]
	}
	if !hasUpper(name) {
		return name
	}
	s.scratch = append(s.scratch[:0], name...)
	for i, c := range s.scratch {
		if c >= 'A' && c <= 'Z' {
			s.scratch[i] = c + 'a' - 'A'
		}
	}
	return b.Keep(s.scratch)
}

func hasUpper(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c >= 'A' && c <= 'Z' {
			return true
		}
	}
	return false
}
