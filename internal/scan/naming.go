package scan

import (
	"strconv"

	"picket/event"
	"picket/finding"
	"picket/geo"
	"picket/intel"
)

// naming resolves lists and places for findings.
func naming(lists *intel.Set, places *geo.DB) finding.Naming {
	return finding.Naming{
		Lists: func(in finding.Indicator) []finding.ListMatch { return listMatches(lists, in) },
		Where: func(ip event.IP, d *finding.RemoteIPDetails) { where(places, ip, d) },
	}
}

func listMatches(lists *intel.Set, in finding.Indicator) []finding.ListMatch {
	var found []intel.Match
	if in.Domain != "" {
		found = lists.DomainMatches(in.Domain)
	} else {
		found = lists.IPMatches(in.IP, in.Port)
	}
	var out []finding.ListMatch
	for _, m := range found {
		if m.Mark&in.Mark != 0 {
			out = append(out, finding.ListMatch{List: m.ListName, Threats: m.ThreatNames})
		}
	}
	return out
}

// where fills in what the geo database knows. Unknown is said as the real
// service says it: AS number -1, empty city.
func where(places *geo.DB, ip event.IP, d *finding.RemoteIPDetails) {
	d.Organization = &finding.Organization{ASN: "-1"}
	d.City = &finding.City{}
	if places == nil {
		return
	}
	p, ok := places.Lookup(ip)
	if !ok {
		return
	}
	if p.ASN != 0 {
		d.Organization = &finding.Organization{ASN: strconv.FormatUint(uint64(p.ASN), 10), ASNOrg: p.Org, ISP: p.Org, Org: p.Org}
	}
	if p.CountryCode != "" {
		d.Country = &finding.Country{CountryName: p.Country, CountryCode: p.CountryCode}
	}
	d.City.CityName = p.City
	if p.HasLocation {
		d.GeoLocation = &finding.GeoLocation{Lat: p.Lat, Lon: p.Lon}
	}
}
