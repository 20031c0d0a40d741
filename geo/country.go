package geo

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"
	"sync"
)

// Country is a country or territory of ISO 3166-1, and XK, which is in wide use
// for Kosovo.
type Country struct {
	Code     string  // ISO 3166-1 alpha-2
	Name     string  // common English name
	Lat, Lon float64 // about the middle of its land, in degrees
}

//go:embed countries.tsv
var countriesTSV string

// countries maps codes to countries.
var countries = sync.OnceValue(func() map[string]Country {
	m := make(map[string]Country, 250)
	for line := range strings.Lines(countriesTSV) {
		c, err := parseCountry(strings.TrimSpace(line))
		if err != nil {
			panic(fmt.Sprintf("geo: built-in country %q: %v", line, err))
		}
		m[c.Code] = c
	}
	return m
})

func parseCountry(line string) (Country, error) {
	fields := strings.Split(line, "\t")
	if len(fields) != 4 {
		return Country{}, fmt.Errorf("%d fields, want 4", len(fields))
	}
	lat, err := strconv.ParseFloat(fields[2], 64)
	if err != nil {
		return Country{}, err
	}
	lon, err := strconv.ParseFloat(fields[3], 64)
	if err != nil {
		return Country{}, err
	}
	return Country{Code: fields[0], Name: fields[1], Lat: lat, Lon: lon}, nil
}

// CountryByCode finds a country by its upper-case ISO 3166-1 alpha-2 code.
func CountryByCode(code string) (Country, bool) {
	c, ok := countries()[code]
	return c, ok
}
