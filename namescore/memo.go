package namescore

import "sync/atomic"

// judged remembers of recent labels whether they score Certain: a host asks
// for the same few domains again and again, and judging a label costs ten times
// as much as looking it up here (170 ns against 15). An entry is the label's
// hash with the verdict in its lowest bit; what DGA says never changes, so
// entries can be shared by all goroutines and lost at any time.
var judged [1 << 12]atomic.Uint64

// certain reports whether label scores Certain or more. h must be a hash of
// label and of whatever else, the same for the same label each time.
func certain(label string, h uint64) bool {
	slot := &judged[h>>8%uint64(len(judged))]
	if v := slot.Load(); v|1 == h|1 && v != 0 {
		return v&1 == 1
	}
	yes := scoresCertain(label)
	v := h &^ 1
	if yes {
		v |= 1
	}
	slot.Store(v)
	return yes
}
