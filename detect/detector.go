package detect

import (
	"picket/event"
	"picket/finding"
)

// A Detector declares one detection. It is a constant: nothing writes to it.
type Detector struct {
	// Name is what the detector's state, metrics, parameters and page are
	// called: "flow-port-probe".
	Name string
	// Doc says how it decides, what it misses and its known false positives.
	Doc string
	// Findings are all the types it can raise.
	Findings []*finding.Type
	// Params points to a struct of defaults, each field with a doc tag and a
	// source tag; nil when there is nothing to tune.
	Params any
	// New makes the detector's handlers for one shard. It declares its tables
	// through s.
	New func(s *Setup) Handlers
}

// Handlers are the kinds of rows a detector reads. A nil handler is a kind it
// is never shown: the declaration of data sources and the code can't disagree,
// for they are the same thing. A handler must not keep the row, the pass or
// any string of theirs after it returns.
type Handlers struct {
	Flow  func(*Pass, *event.Flow)
	DNS   func(*Pass, *event.DNS)
	Trail func(*Pass, *event.Trail)
	Audit func(*Pass, *event.Audit)
	// When chooses the rows; an empty When is every row of the handlers' kinds.
	When []When
}

// When is a choice of rows: those that have all of All, none of None, at
// least one of Any (if not zero), at least one of Marks (if not zero), and one
// of Names (if not empty: the event name of a Trail row, the resource of an
// Audit row). Several Whens of one detector are alternatives.
type When struct {
	All, None, Any event.Traits
	Marks          event.Marks
	Names          []string
}

// Setup is what a detector is given to build its handlers with.
type Setup struct {
	// Params is the detector's own parameters, of the type of Detector.Params.
	Params any

	tables []Stored
}

// Tables lists the tables declared so far, for the engine.
func (s *Setup) Tables() []Stored {
	return s.tables
}

// Param returns the detector's parameters as their own type.
func Param[P any](s *Setup) *P { return s.Params.(*P) }
