package intel

import (
	"io"
	"strings"
)

// FeedCSV is what open feeds publish as CSV.
var FeedCSV = Format{
	Name: "FEED_CSV",
	Doc: `CSV with a header row, which may be a # comment, as published by Feodo Tracker, ThreatFox, URLhaus and others. The
indicator comes from the first filled column of ioc_value, ioc, indicator, url, domain, hostname, host, dst_ip, ip, ip_address,
src_ip; the port from dst_port or port; the threat name from malware_printable, malware, malware_family, family, threat; the
confidence from confidence_level, confidence. Rows whose ioc_type is a hash are passed over.`,
	Sniff: sniffHeader(isFeedCSV),
	Parse: parseFeedCSV,
}

// The columns are in the order of preference: a URL or name says more than the
// address it was seen on, which others may share.
var (
	feedIndicator  = []string{"ioc_value", "ioc", "indicator", "url", "domain", "hostname", "host", "dst_ip", "ip", "ip_address", "src_ip"}
	feedPort       = []string{"dst_port", "port"}
	feedThreat     = []string{"malware_printable", "malware", "malware_family", "family", "threat"}
	feedConfidence = []string{"confidence_level", "confidence"}
)

func isFeedCSV(columns map[string]int) bool {
	for _, name := range feedIndicator {
		if _, ok := columns[name]; ok {
			return true
		}
	}
	return false
}

func parseFeedCSV(r io.Reader, add func(*Entry) error) (st Stats, err error) {
	t, err := openTable(r, isFeedCSV)
	if err != nil {
		return st, err
	}
	var e Entry
	err = t.each(func(row []string, line int) error {
		if strings.Contains(strings.ToLower(t.field(row, "ioc_type")), "hash") {
			st.Ignored++
			return nil
		}
		if err := indicator([]byte(t.field(row, feedIndicator...)), &e); err != nil {
			st.bad(line, err)
			return nil
		}
		feedDetails(t, row, &e)
		st.Entries++
		return add(&e)
	})
	return st, err
}

func feedDetails(t *table, row []string, e *Entry) {
	if p, ok := number([]byte(t.field(row, feedPort...)), 65535); ok && e.Port == 0 &&
		e.Prefix.IsValid() && e.Prefix.IsSingleIP() {
		e.Port = uint16(p)
	}
	e.Threat = threat(t.field(row, feedThreat...))
	e.Confidence = percent(t.field(row, feedConfidence...))
}
