package geo

import (
	"strconv"
	"strings"

	"github.com/oschwald/maxminddb-golang/v2"
)

// path is where in a record a value lies.
type path []any

// Where the publishers put what, best first: MaxMind's GeoLite2, GeoIP2 and
// Enterprise and DB-IP nest; the flat names are those of ip-location-db
// (country_code, latitude) and IPinfo (country, as_name, lat, lng). IPinfo's
// "country" is a code in some files and a name in others.
var (
	countryCode = []path{{"country", "iso_code"}, {"registered_country", "iso_code"}, {"country_code"}, {"country"}}
	countryName = []path{{"country", "names", "en"}, {"registered_country", "names", "en"}, {"country_name"}, {"country"}}
	city        = []path{{"city", "names", "en"}, {"city"}}
	latitude    = []path{{"location", "latitude"}, {"latitude"}, {"lat"}}
	longitude   = []path{{"location", "longitude"}, {"longitude"}, {"lng"}, {"lon"}}
	asn         = []path{{"autonomous_system_number"}, {"traits", "autonomous_system_number"}, {"asn"}}
	asOrg       = []path{{"autonomous_system_organization"}, {"traits", "autonomous_system_organization"}, {"as_name"}, {"name"}, {"organization"}, {"traits", "organization"}}
	isp         = []path{{"isp"}, {"traits", "isp"}}
)

// codeLen is the length of a country code: what is longer is a name.
const codeLen = 2

// decode reads a record of any schema.
func decode(r maxminddb.Result) Place {
	p := Place{
		CountryCode: strings.ToUpper(text(r, countryCode, func(s string) bool { return len(s) == codeLen })),
		Country:     text(r, countryName, func(s string) bool { return len(s) > codeLen }),
		City:        text(r, city, nil),
		ASN:         systemNumber(r),
		Org:         text(r, asOrg, nil),
		ISP:         text(r, isp, nil),
	}
	lat, okLat := degrees(r, latitude, 90)
	lon, okLon := degrees(r, longitude, 180)
	if okLat && okLon {
		p.Lat, p.Lon, p.HasLocation = lat, lon, true
	}
	return p
}

// text returns the first string at one of the paths that is acceptable. A path
// that leads nowhere, or to something else, is one this schema doesn't have.
func text(r maxminddb.Result, paths []path, accept func(string) bool) string {
	for _, at := range paths {
		var s string
		if r.DecodePath(&s, at...) == nil && s != "" && (accept == nil || accept(s)) {
			return s
		}
	}
	return ""
}

// degrees reads a coordinate, a number or a number as text, of at most limit
// either way.
func degrees(r maxminddb.Result, paths []path, limit float64) (float64, bool) {
	for _, at := range paths {
		var number *float64
		var digits string
		if r.DecodePath(&number, at...) == nil && number != nil {
			return *number, *number >= -limit && *number <= limit
		}
		if r.DecodePath(&digits, at...) == nil && digits != "" {
			v, err := strconv.ParseFloat(digits, 64)
			return v, err == nil && v >= -limit && v <= limit
		}
	}
	return 0, false
}

// systemNumber reads an AS number, which some write as "AS64496".
func systemNumber(r maxminddb.Result) uint32 {
	for _, at := range asn {
		var number uint32
		var digits string
		if r.DecodePath(&number, at...) == nil && number != 0 {
			return number
		}
		if r.DecodePath(&digits, at...) == nil && digits != "" {
			if n, err := strconv.ParseUint(strings.TrimPrefix(strings.ToUpper(digits), "AS"), 10, 32); err == nil {
				return uint32(n)
			}
		}
	}
	return 0
}
