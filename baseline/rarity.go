package baseline

// Units of the package's times.
const (
	hourMS = 3_600_000
	dayMS  = 24 * hourMS
)

// Tenure is how long, and how steadily, something has been watched: what must
// be known before anything about it can be called unusual.
type Tenure struct {
	first, last int64
	days        uint32 // different days with activity
	_           uint32
}

// See notes activity at now.
func (t *Tenure) See(now int64) {
	switch {
	case t.days == 0:
		t.first, t.last, t.days = now, now, 1
	case now < t.first:
		t.first = now
	case now > t.last:
		if now/dayMS != t.last/dayMS {
			t.days++
		}
		t.last = now
	}
}

// Age is for how long it has been watched at now, in milliseconds; 0 when it
// was never seen before.
func (t *Tenure) Age(now int64) int64 {
	if t.days == 0 {
		return 0
	}
	return max(now-t.first, 0)
}

// Days is on how many different days (UTC) it was active.
func (t *Tenure) Days() int { return int(t.days) }

// Frequency says how often a value occurs, in the words that GuardDuty's
// anomaly findings use.
type Frequency uint8

// The frequencies: rare is less than once a month, infrequent a few times a
// month, frequent daily to weekly (GuardDuty user guide, anomalous behavior).
const (
	Never Frequency = iota
	Rare
	Infrequent
	Frequent
)

var frequencyNames = [...]string{"never", "rare", "infrequent", "frequent"}

func (f Frequency) String() string { return frequencyNames[f] }

// Rarity is how often one value (a port, an address, an API) has been seen. It
// counts days, not events, so that one busy day does not make a value usual.
// Old days fade: their weight halves every 30 days.
type Rarity struct {
	first, last int64
	weight      float64 // of the days seen, as of last
}

// monthMS is what "a month" means here.
const monthMS = 30 * dayMS

// See notes the value at now and returns how often it was seen before.
func (r *Rarity) See(now int64) Frequency {
	before := r.Frequency(now)
	switch {
	case r.first == 0:
		r.first, r.last, r.weight = now, now, 1
	case now <= r.last:
	case now/dayMS == r.last/dayMS:
		r.last = now
	default:
		r.weight = r.weight*fade(now-r.last) + 1
		r.last = now
	}
	return before
}

// First is when the value was first seen, 0 when never.
func (r *Rarity) First() int64 { return r.first }

// Last is when the value was last seen, 0 when never.
func (r *Rarity) Last() int64 { return r.last }

// Frequency says how often the value is seen, as of now. In a steady state a
// value seen every d days weighs 1/(1-2^(-d/30)): 1.9 for once a month, 6.7
// for once a week.
func (r *Rarity) Frequency(now int64) Frequency {
	if r.first == 0 {
		return Never
	}
	w := r.weight
	if now > r.last {
		w *= fade(now - r.last)
	}
	switch {
	case w < 2:
		return Rare
	case w < 6:
		return Infrequent
	}
	return Frequent
}
