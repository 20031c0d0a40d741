package event

import "time"

// Time is an event's own time in Unix milliseconds. It is a type of its own so
// that event time and the wall clock can't be mixed up. Zero means unknown.
type Time int64

// Units of event time.
const (
	Second Time = 1000
	Minute      = 60 * Second
	Hour        = 60 * Minute
	Day         = 24 * Hour
)

// TimeOf converts a wall-clock time.
func TimeOf(t time.Time) Time { return Time(t.UnixMilli()) }

// Std converts t to a time.Time in UTC.
func (t Time) Std() time.Time { return time.UnixMilli(int64(t)).UTC() }

// String prints t as GuardDuty does: ISO 8601 with milliseconds, in UTC.
func (t Time) String() string { return t.Std().Format("2006-01-02T15:04:05.000Z") }

// The years a time may lie in. Clocks that were never set and captures with
// relative times begin in 1970; their order is still an order. After 2100 a
// time stamp is a broken field, not a time.
const (
	minTime Time = 1                 // 1970-01-01
	maxTime Time = 4_102_444_800_000 // 2100-01-01
)

// Plausible reports whether t can be the time of a log record.
func (t Time) Plausible() bool { return t >= minTime && t < maxTime }

// ParseTime reads an RFC 3339 time such as 2026-03-02T00:00:00Z, with or
// without fractional seconds and offset. It refuses what is not Plausible.
func ParseTime[T string | []byte](s T) (Time, bool) {
	if len(s) < 20 || len(s) > 40 || s[4] != '-' || s[7] != '-' || s[10] != 'T' || s[13] != ':' || s[16] != ':' {
		return 0, false
	}
	year, ok0 := digits(s[0:4])
	month, ok1 := digits(s[5:7])
	day, ok2 := digits(s[8:10])
	hour, ok3 := digits(s[11:13])
	minute, ok4 := digits(s[14:16])
	second, ok5 := digits(s[17:19])
	if !(ok0 && ok1 && ok2 && ok3 && ok4 && ok5) || month < 1 || month > 12 || day < 1 || day > 31 ||
		hour > 23 || minute > 59 || second > 60 {
		return 0, false
	}
	t := Time(days(year, month, day))*Day + Time(hour)*Hour + Time(minute)*Minute + Time(second)*Second
	i := 19
	if s[i] == '.' {
		frac, scale := 0, 100
		for i++; i < len(s) && s[i] >= '0' && s[i] <= '9'; i++ {
			frac += int(s[i]-'0') * scale
			scale /= 10
		}
		t += Time(frac)
	}
	off, ok := zone(s[i:])
	t -= off
	return t, ok && t.Plausible()
}

func zone[T string | []byte](s T) (Time, bool) {
	if len(s) == 1 && s[0] == 'Z' {
		return 0, true
	}
	if len(s) != 6 || s[3] != ':' || s[0] != '+' && s[0] != '-' {
		return 0, false
	}
	h, ok1 := digits(s[1:3])
	m, ok2 := digits(s[4:6])
	off := Time(h)*Hour + Time(m)*Minute
	if s[0] == '-' {
		off = -off
	}
	return off, ok1 && ok2
}

func digits[T string | []byte](s T) (n int, ok bool) {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, true
}

// days counts days from 1970-01-01 in the Gregorian calendar; a day past its
// month's end runs into the next month.
func days(y, m, d int) int {
	if m <= 2 {
		y--
		m += 12
	}
	return 365*y + y/4 - y/100 + y/400 + (153*(m-3)+2)/5 + d - 1 - 719468
}
