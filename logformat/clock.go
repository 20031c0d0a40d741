package logformat

import "picket/event"

// clock parses RFC 3339 times. Neighbouring records are of the same minute, so
// it keeps the last one's minute.
type clock struct {
	minute [minuteLen]byte // "2026-03-02T00:00:"
	base   event.Time
}

const minuteLen = 17

// parse is event.ParseTime.
func (c *clock) parse(s string) (event.Time, bool) {
	if len(s) == 20 && s[:minuteLen] == string(c.minute[:]) && s[19] == 'Z' {
		tens, ones := s[17]-'0', s[18]-'0'
		if tens <= 5 && ones <= 9 {
			return c.base + event.Time(tens*10+ones)*event.Second, true
		}
	}
	return c.parseSlow(s)
}

func (c *clock) parseSlow(s string) (event.Time, bool) {
	t, ok := event.ParseTime(s)
	if ok && len(s) == 20 && s[19] == 'Z' {
		copy(c.minute[:], s)
		c.base, ok = event.ParseTime(s[:minuteLen] + "00Z")
	}
	return t, ok
}
