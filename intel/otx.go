package intel

import (
	"io"
	"strings"
)

// OTXCSV is the CSV export of AlienVault's Open Threat Exchange.
var OTXCSV = Format{
	Name: "OTX_CSV",
	Doc: `CSV with the header "Indicator type, Indicator, Description". Rows of type IPv4, IPv6, CIDR, "Domain name", domain
and hostname are taken; other types are passed over.`,
	Sniff: sniffHeader(isOTX),
	Parse: parseOTX,
}

var isOTX = hasColumns("indicator type", "indicator")

func parseOTX(r io.Reader, add func(*Entry) error) (st Stats, err error) {
	t, err := openTable(r, isOTX)
	if err != nil {
		return st, err
	}
	var e Entry
	err = t.each(func(row []string, line int) error {
		switch strings.ToLower(t.field(row, "indicator type")) {
		case "ipv4", "ipv6", "cidr", "domain name", "domain", "hostname":
		default:
			st.Ignored++
			return nil
		}
		if err := indicator([]byte(t.field(row, "indicator")), &e); err != nil {
			st.bad(line, err)
			return nil
		}
		st.Entries++
		return add(&e)
	})
	return st, err
}
