package intake

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"picket/event"
)

// A span is activity that was told of at once: count activities, the first and
// the last of them at these times.
type span struct {
	First, Last event.Time
	Count       int64
}

// MarshalJSON writes a span as short as it can: there are many.
func (s span) MarshalJSON() ([]byte, error) {
	return json.Marshal([3]int64{int64(s.First), int64(s.Last), s.Count})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (s *span) UnmarshalJSON(b []byte) error {
	var v [3]int64
	if err := json.Unmarshal(b, &v); err != nil {
		return fmt.Errorf("read a span of activity: %w", err)
	}
	*s = span{event.Time(v[0]), event.Time(v[1]), v[2]}
	return nil
}

// within reports whether o may have told everything that s tells.
func (s span) within(o span) bool {
	return o.spans(s) && s.Count <= o.Count
}

// maxSpans is how many spans are remembered for one finding.
const maxSpans = 64

// A tally is activity that was told of, oldest first.
type tally []span

// beyond is how many of s's activities were not told before. A span that spans
// others, and has as many activities as they have together, tells of those again.
func (t tally) beyond(s span) int64 {
	if slices.ContainsFunc(t, s.within) {
		return 0
	}
	if again := t.inside(s); again <= s.Count {
		return s.Count - again
	}
	return s.Count
}

// inside counts the activities of the spans that s spans.
func (t tally) inside(s span) (n int64) {
	for _, o := range t {
		if s.spans(o) {
			n += o.Count
		}
	}
	return n
}

func (s span) spans(o span) bool { return s.First <= o.First && o.Last <= s.Last }

// add notes s, in place of the spans that it tells of again.
func (t *tally) add(s span) {
	if t.inside(s) <= s.Count {
		*t = slices.DeleteFunc(*t, s.spans)
	}
	*t = append(*t, s)
	slices.SortStableFunc(*t, func(a, b span) int { return cmp.Compare(a.First, b.First) })
	t.shorten()
}

// shorten joins the oldest spans when there are too many: then what lies
// between them counts as told.
func (t *tally) shorten() {
	for len(*t) > maxSpans {
		a, b := (*t)[0], (*t)[1]
		(*t)[1] = span{a.First, max(a.Last, b.Last), a.Count + b.Count}
		*t = (*t)[1:]
	}
}
