package baseline

import "math"

// fade is the weight that remains of something ms milliseconds old, when it
// halves every 30 days.
func fade(ms int64) float64 { return math.Exp2(-float64(ms) / monthMS) }

// weekHours are the hours of a week.
const weekHours = 7 * 24

// Season remembers in which hours of the week (UTC) something happened, and
// for each whether in one week or in more: what happens every Sunday at three
// is a schedule, not an anomaly.
type Season struct {
	once, again [(weekHours + 63) / 64]uint64
	hour        int64 // the hour going on, counted from 1970: not in the bits yet
}

// See notes that it happened at now; the same hour counts once.
func (s *Season) See(now int64) {
	hour := now / hourMS
	if hour == s.hour {
		return
	}
	if s.hour != 0 {
		s.close()
	}
	s.hour = hour
}

func (s *Season) close() {
	i, mask := slot(s.hour)
	if s.once[i]&mask != 0 {
		s.again[i] |= mask
	}
	s.once[i] |= mask
}

// Weeks says in how many earlier weeks it happened in the hour of the week that
// now lies in: 0, 1, or 2 for two and more.
func (s *Season) Weeks(now int64) int {
	hour := now / hourMS
	i, mask := slot(hour)
	weeks := 0
	if s.once[i]&mask != 0 {
		weeks++
	}
	if s.again[i]&mask != 0 {
		weeks++
	}
	if s.hour != 0 && s.hour != hour && s.hour%weekHours == hour%weekHours {
		weeks++ // the hour last seen, an earlier week's
	}
	return min(weeks, 2)
}

func slot(hour int64) (i int, mask uint64) {
	h := uint64(hour) % weekHours
	return int(h / 64), 1 << (h % 64)
}
