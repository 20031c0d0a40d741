package namescore

import "strings"

// Match says what of a name an Exemption is compared with.
type Match uint8

const (
	// Under is the name itself or any parent of it.
	Under Match = iota
	// Label is any one label of the name.
	Label
	// Starting is the start of the label left of the public suffix.
	Starting
)

// Exemption keeps names that look like carriers of data, but are known to be
// something else, from counting towards a Tunnel. A tunnel that puts an exempt
// label into its names hides behind it: a Label is worth that only where
// honest use is common.
type Exemption struct {
	Match Match
	Value string // lower case, no dots at its ends
	Why   string
}

// TunnelExemptions is what detection ships with: services that put hashes,
// addresses and tokens into names by design. It is a fresh copy at each call.
func TunnelExemptions() []Exemption {
	var es []Exemption
	for _, group := range shipped {
		for _, value := range strings.Fields(group.values) {
			es = append(es, Exemption{group.match, value, group.why})
		}
	}
	return es
}

var shipped = []struct {
	match  Match
	why    string
	values string
}{
	{Under, "file and reputation lookups of security products", `sophosxl.net sophosxl.com mcafee.com trellix.com trendmicro.com
		trendmicro.net barracudabrts.com barracudacentral.org kaspersky.com kaspersky-labs.com eset.com e5.sk
		avast.com avcdn.net bitdefender.net f-secure.com fsapi.com webroot.com brightcloud.com
		cyren.com ctmail.com malwarebytes.com symantec.com norton.com immunet.com fireamp.com`},
	{Under, "block lists asked by name", `spamhaus.org spamhaus.net surbl.org uribl.com senderbase.org senderscore.com
		cymru.com spamcop.net sorbs.net dnswl.org mailspike.net mailspike.org abuseat.org njabl.org rfc-ignorant.org nszones.com
		invaluement.com habeas.com isipp.com backscatterer.org uceprotect.net manitu.net psbl.org junkemailfilter.com hostkarma.com
		spameatingmonkey.net support-intelligence.net abuse.ch razor2.net`},
	{Under, "content networks and clouds that name edges and tenants by hash", `cloudfront.net fastly.net fastlylb.net edgekey.net
		edgesuite.net edgekey-staging.net azureedge.net azurefd.net windows.net trafficmanager.net azure.com googleusercontent.com
		googlevideo.com gvt1.com gvt2.com gvt3.com cloudflare.net cdn77.org cdn77.net llnwd.net llnwi.net hwcdn.net footprint.net
		stackpathdns.com b-cdn.net kxcdn.com cachefly.net edgecastcdn.net alphacdn.net nsone.net akadns.net fbcdn.net
		cdninstagram.com whatsapp.net nflxvideo.net aaplimg.com apple-dns.net icloud.com`},
	{Under, "AWS itself: endpoints, buckets, private names", `amazonaws.com amazonaws.com.cn aws.dev api.aws on.aws awsglobalaccelerator.com
		awsdns.com aws.com amazontrust.com elasticbeanstalk.com internal`},
	{Under, "reverse lookups", "in-addr.arpa ip6.arpa e164.arpa"},
	{Under, "local service discovery", "local localdomain"},
	{Under, "certificate status and validation tokens", "acm-validations.aws sectigo.com digicert.com comodoca.com"},
	{Under, "measurement of resolvers, a new name each time", "apnic.net dotnxdomain.net dnsleaktest.com bash.ws browserleaks.net ripe.net potaroo.net"},
	{Starting, "Akamai's edges", "akamai"},
	{Label, "certificate validation (RFC 8555)", "_acme-challenge"},
	{Label, "mail authentication (RFC 6376, 7208, 7489, 8461, 8460)", "_domainkey _dmarc _spf _mta-sts _smtp _report"},
	{Label, "service discovery (RFC 2782, 6763)", "_tcp _udp _msdcs _sites _dns-sd"},
	{Label, "certificates and keys by hash (RFC 7929, 8162)", "_openpgpkey _smimecert"},
}

// Exemptions answers quickly whether a name is exempt. It does not change once
// made and may be used from any goroutine.
type Exemptions struct {
	under, labels map[string]string // value to why
	starting      []Exemption
}

// NewExemptions makes an Exemptions of es.
func NewExemptions(es []Exemption) *Exemptions {
	x := &Exemptions{under: map[string]string{}, labels: map[string]string{}}
	for _, e := range es {
		switch e.Match {
		case Under:
			x.under[e.Value] = e.Why
		case Label:
			x.labels[e.Value] = e.Why
		case Starting:
			x.starting = append(x.starting, e)
		}
	}
	return x
}

// Covers reports whether name is exempt, and why. name is lower case without a
// final dot; registrable is where its registrable domain begins, or -1 if it
// has none. Covers allocates nothing.
func (x *Exemptions) Covers(name string, registrable int) (why string, ok bool) {
	if registrable >= 0 && registrable <= len(name) {
		for _, e := range x.starting {
			if strings.HasPrefix(name[registrable:], e.Value) {
				return e.Why, true
			}
		}
	}
	for rest, more := name, true; more; {
		if why, ok := x.under[rest]; ok {
			return why, true
		}
		var label string
		label, rest, more = strings.Cut(rest, ".")
		if why, ok := x.labels[label]; ok {
			return why, true
		}
	}
	return "", false
}
