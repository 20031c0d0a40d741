package finding

import "picket/event"

// A Hit is what a detector saw, made independent of the batch it came from.
// Hits of one account, region, Type,
// Entity and Key make one finding.
type Hit struct {
	Type     *Type
	Detector string // name of the detector that raised it
	Entity   uint64 // the protected thing, as the event's key names it
	Key      string // what makes two hits the same issue, beside account, region, entity and type
	First    event.Time
	Last     event.Time
	Count    int
	Severity float64
	Account  string
	Region   string
	Role     string
	Resource Resource
	Action   Action
	Info     Info        // service.additionalInfo
	Intel    []Indicator // what was on a list
	Records  []Record    // raw log records behind it, oldest first
	Calls    []Call      // the API calls behind it, by name
}

// Call counts the calls of one API behind a hit.
type Call struct {
	API         string
	Count       int
	First, Last event.Time
}

// MaxCalls is how many different APIs a finding lists.
const MaxCalls = 20

// AddCall counts calls of an API in calls, which tells MaxCalls APIs apart.
func AddCall(calls []Call, c Call) []Call {
	for i := range calls {
		if have := &calls[i]; have.API == c.API {
			have.Count += c.Count
			have.First, have.Last = min(have.First, c.First), max(have.Last, c.Last)
			return calls
		}
	}
	if len(calls) < MaxCalls {
		calls = append(calls, c)
	}
	return calls
}

// Indicator is what a row had in common with a list, for naming the list later.
type Indicator struct {
	Mark   event.Marks // the category that mattered
	IP     event.IP    // zero when a name matched
	Port   uint16
	Domain string
}

// Record is one raw log record and where it was read.
type Record struct {
	Path   string
	Offset int64 // in the uncompressed file; -1 when unknown
	Text   string
}

// Info is service.additionalInfo: keys in the order they were added.
type Info []InfoItem

// InfoItem is one member of Info. Value is a string, a number, a bool, a slice
// or a nested Info.
type InfoItem struct {
	Key   string
	Value any
}

// Get returns the value of key, nil when absent.
func (in Info) Get(key string) any {
	for _, it := range in {
		if it.Key == key {
			return it.Value
		}
	}
	return nil
}

// Set replaces or appends key.
func (in Info) Set(key string, v any) Info {
	for i := range in {
		if in[i].Key == key {
			in[i].Value = v
			return in
		}
	}
	return append(in, InfoItem{key, v})
}

// ThreatName is a Value that becomes the name a list gives the indicator (for
// public resolvers: who runs it); itself where no list gives one.
type ThreatName string
