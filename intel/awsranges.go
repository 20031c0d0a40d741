package intel

import (
	"encoding/json"
	"io"
)

// AWSRanges is the ip-ranges.json that AWS publishes.
var AWSRanges = Format{
	Name: "AWS_RANGES",
	Doc: `AWS's ip-ranges.json. Service and region are the threat name ("EC2 eu-west-1"); the AMAZON entries, which repeat the
others, are taken too.`,
	Sniff: sniffObject("syncToken", "prefixes", "ipv6_prefixes"),
	Parse: parseAWSRanges,
}

func parseAWSRanges(r io.Reader, add func(*Entry) error) (st Stats, err error) {
	var e Entry
	n := 0
	take := func(dec *json.Decoder) error {
		var p struct {
			IPv4    string `json:"ip_prefix"`
			IPv6    string `json:"ipv6_prefix"`
			Region  string `json:"region"`
			Service string `json:"service"`
		}
		if err := dec.Decode(&p); err != nil {
			return err
		}
		n++
		if err := indicator([]byte(p.IPv4+p.IPv6), &e); err != nil || !e.Prefix.IsValid() {
			st.bad(n, errNotIndicator)
			return nil
		}
		e.Threat = []byte(p.Service + " " + p.Region)
		st.Entries++
		return add(&e)
	}
	err = eachElement(r, map[string]func(*json.Decoder) error{"prefixes": take, "ipv6_prefixes": take}, nil)
	return st, err
}
