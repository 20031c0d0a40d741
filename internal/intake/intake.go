package intake

import (
	"fmt"

	"picket/internal/store"
)

// A Batch is findings of one account and region that arrive together.
type Batch struct {
	Scope store.Scope // whose findings they are, whatever they say themselves

	// Findings are GuardDuty's JSON, an object each. The id is
	// that of the issue: the first finding of an issue has it, later ones get
	// ids of their own. Account, region, partition, detector, ARN, the times of
	// creation and update and whether it is archived are filled in here.
	Findings []string

	// Samples are made because a user asked for them: a detector that is
	// switched off takes them too, and each counts.
	Samples bool
}

// A State is what became of a finding that arrived.
type State uint8

// The states.
const (
	Refused  State = iota
	Created        // a finding that was not there before
	Updated        // counted in a finding that was there
	Repeated       // told before: nothing changed
)

// An Outcome is what became of one finding of a batch.
type Outcome struct {
	State    State
	ID       string // of the finding in the store; of a refused one, as it came
	Archived bool   // a filter archived it, or it was counted in one that a filter archived
	Reason   string // why it was refused
}

// Put takes a batch up in tx. The outcomes are in the order of b.Findings; a
// finding that can't be taken is refused by itself. All are refused unless the
// account has a detector in the region, which must be enabled but for samples.
//
// A finding tells of count activities from eventFirstSeen to eventLastSeen. What
// was told before counts once: a finding within the time of one that was
// counted, with no more activities, is a repetition, and one that spans several
// adds only what it has beyond them. So a batch may be sent again, and logs may
// be scanned again with newer ones.
//
// What counts goes into the current finding, or opens one. A finding that
// meets a filter whose action is ARCHIVE arrives archived: the first such filter
// by rank decides, of the administrator's filters where the account is a
// member. A current finding stays as it is then.
func Put(tx *store.Tx, b Batch) ([]Outcome, error) {
	d, reason, err := detectorOf(tx, &b)
	if err != nil {
		return nil, err
	}
	out := make([]Outcome, len(b.Findings))
	t := taker{tx: tx, batch: &b, detector: &d}
	as := make([]*arrival, len(b.Findings))
	for i, doc := range b.Findings {
		as[i] = read(doc)
		if reason != "" {
			as[i].fault = reason
		}
	}
	if err := t.load(as); err != nil {
		return nil, fmt.Errorf("take up %d findings: %w", len(as), err)
	}
	for i, a := range as {
		out[i] = t.take(a)
	}
	if err := t.save(); err != nil {
		return nil, fmt.Errorf("write %d findings that arrived: %w", len(as), err)
	}
	return out, nil
}
