package intel

import (
	"io"
	"strings"
)

// FireEye is the indicator export of FireEye iSIGHT.
var FireEye = Format{
	Name: "FIRE_EYE",
	Doc: `CSV of 47 columns with a header row. Entries are taken from the columns cidr, ip and domain; malwareFamily is the
threat name. Published rows drift against the header by a field or two: where none of the three columns holds an indicator,
the first field of the row that is an IPv4 address or network is taken.`,
	Sniff: sniffHeader(isFireEye),
	Parse: parseFireEye,
}

var isFireEye = hasColumns("reportid", "cidr", "ip", "domain", "malwarefamily")

func parseFireEye(r io.Reader, add func(*Entry) error) (st Stats, err error) {
	t, err := openTable(r, isFireEye)
	if err != nil {
		return st, err
	}
	var e Entry
	err = t.each(func(row []string, line int) error {
		tokens := fireEyeIndicators(t, row)
		if len(tokens) == 0 {
			st.Ignored++ // a report about files, mail or registry keys
			return nil
		}
		family := threat(t.field(row, "malwarefamily"))
		for _, tok := range tokens {
			if err := indicator([]byte(tok), &e); err != nil {
				st.bad(line, err)
				continue
			}
			e.Threat = family
			st.Entries++
			if err := add(&e); err != nil {
				return err
			}
		}
		return nil
	})
	return st, err
}

// fireEyeIndicators picks what a row is about.
func fireEyeIndicators(t *table, row []string) []string {
	var found []string
	var e Entry
	for _, column := range []string{"cidr", "ip", "domain"} {
		if v := t.field(row, column); v != "" && indicator([]byte(v), &e) == nil {
			found = append(found, v)
		}
	}
	if found != nil {
		return found
	}
	for _, v := range row {
		v = strings.TrimSpace(v)
		if _, _, ok := leadingV4([]byte(v)); ok && indicator([]byte(v), &e) == nil {
			return []string{v}
		}
	}
	return nil
}
