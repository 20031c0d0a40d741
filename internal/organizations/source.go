package organizations

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"picket/internal/access"
)

const (
	// fresh is how old an answer is before a request has it renewed.
	fresh = time.Minute
	// every is how often AWS Organizations is asked when no request needs it.
	every = 5 * time.Minute
	// again is how soon after trouble.
	again = time.Minute
	// share is how many times as long as it took to ask nothing is asked, so
	// that a large organization leaves others their part of the API's rate.
	share = 20
	// patience is how long after asking began requests wait for the answer.
	patience = 2 * time.Second
	// roundTime bounds asking: a large organization has thousands of pages.
	roundTime = 10 * time.Minute
)

// Config is what a Source needs.
type Config struct {
	// Changed is told the organization when it is first known, and when it is
	// another than before. When that fails, it is told again later.
	Changed func(context.Context, *access.Organization) error
	Log     *slog.Logger
}

// A Source has the last answer of AWS Organizations. Organization may be called
// from several goroutines, Start and Stop once each.
type Source struct {
	ask     func(context.Context) (*access.Organization, error)
	changed func(context.Context, *access.Organization) error
	log     *slog.Logger
	stop    context.CancelFunc
	ended   sync.WaitGroup
	wake    chan struct{} // has room for one, which is sent with mu held

	mu    sync.Mutex
	known *access.Organization // the last answer; nil before the first
	round *round               // under way or about to begin; nil: none
	stale time.Time            // from when on a request begins a round; zero: never

	// For the goroutine that asks:
	told    *access.Organization // what changed took
	untold  bool                 // it failed since
	trouble string               // why the last round failed; empty: it did not
}

// A round is one time of asking.
type round struct {
	until time.Time     // requests wait
	ended chan struct{} // closed at the end
}

// New makes a source that has not been started.
func New(c Config) *Source {
	return &Source{ask: ask, changed: c.Changed, log: c.Log, wake: make(chan struct{}, 1)}
}

// Start begins to ask. It does not wait for an answer.
func (s *Source) Start() {
	ctx, stop := context.WithCancel(context.Background())
	s.stop = stop
	s.begin(patience)
	s.ended.Go(func() { s.run(ctx) })
}

// Stop ends asking.
func (s *Source) Stop() {
	s.stop()
	s.ended.Wait()
}

// Organization is the last answer: an organization without accounts when AWS
// says that there is none, nil when nobody could tell yet. An old answer is
// renewed before, if that does not take long. The only error is that ctx ended.
func (s *Source) Organization(ctx context.Context) (*access.Organization, error) {
	if r := s.awaited(); r != nil {
		timer := time.NewTimer(time.Until(r.until))
		defer timer.Stop()
		select {
		case <-r.ended:
		case <-timer.C:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.known, nil
}

// awaited is the round that a request waits for, nil when the answer is new
// enough. When it is old, a round begins.
func (s *Source) awaited() *round {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.round == nil && !s.stale.IsZero() && !time.Now().Before(s.stale) {
		s.round = newRound(patience)
		s.wake <- struct{}{} // there is room: end took what was sent before
	}
	return s.round
}

func newRound(patience time.Duration) *round {
	return &round{until: time.Now().Add(patience), ended: make(chan struct{})}
}

// begin has a round begin, unless a request already did.
func (s *Source) begin(patience time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.round == nil {
		s.round = newRound(patience)
	}
}

// end keeps the answer of the round under way, unless it failed, and says from
// when on the next request begins another.
func (s *Source) end(org *access.Organization, stale time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if org != nil {
		s.known = org
	}
	s.stale = stale
	close(s.round.ended)
	s.round = nil
	select {
	case <-s.wake:
	default:
	}
}
