package detect

import (
	"picket/event"
	"picket/finding"
)

// A Pass carries one row through one detector. It has the row's time and no
// other clock.
type Pass struct {
	Now    event.Time
	Entity uint64
	Batch  *event.Batch

	// Sink receives reports; the engine sets it.
	Sink Sink
}

// Sink takes what a detector reports. It must copy what it keeps.
type Sink interface {
	Report(p *Pass, t *finding.Type, e *Evidence)
}

// Evidence is what a detector says about a report beyond the row it was shown.
// The zero value is a report of this row alone.
type Evidence struct {
	// Key tells issues of one type in one account and region apart; see
	// Key in this package for joining parts.
	Key string
	// First is the time of the earliest row behind the report; zero: this row.
	First event.Time
	// Count is by how much the finding's count grows; zero: 1.
	Count int
	// Severity replaces the type's; zero: the type's.
	Severity float64
	// Role replaces the type's resourceRole; "": the type's.
	Role string
	// Info is service.additionalInfo beyond list names.
	Info finding.Info
	// Intel are the marks on this row that made it a threat-list finding.
	Intel event.Marks
	// Resource, when not nil, edits the resource made from the row.
	Resource func(*finding.Resource)
	// Action, when not nil, edits the action made from the row.
	Action func(*finding.Action)
}

// Report raises t about the row being passed.
func (p *Pass) Report(t *finding.Type, e Evidence) { p.Sink.Report(p, t, &e) }

// Key joins the parts of a finding's key.
func Key(parts ...string) string {
	n := len(parts)
	for _, s := range parts {
		n += len(s)
	}
	b := make([]byte, 0, n)
	for i, s := range parts {
		if i > 0 {
			b = append(b, '|')
		}
		b = append(b, s...)
	}
	return string(b)
}
