package organizations

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/aws/smithy-go"
)

// run asks, again and again, until ctx ends.
func (s *Source) run(ctx context.Context) {
	for {
		rest := time.NewTimer(s.look(ctx))
		select {
		case <-ctx.Done():
			rest.Stop()
			return
		case <-s.wake:
			rest.Stop()
		case <-rest.C:
			wait := patience
			if s.trouble != "" {
				wait = 0 // it would be for nothing
			}
			s.begin(wait)
		}
	}
}

// look asks once and returns after how long to ask again, if no request needs it
// earlier.
func (s *Source) look(ctx context.Context) time.Duration {
	began := time.Now()
	asking, cancel := context.WithTimeout(ctx, roundTime)
	org, err := s.ask(asking)
	cancel()
	took := time.Since(began)
	var stale time.Time
	if err == nil {
		stale = time.Now().Add(max(fresh, share*took))
	}
	s.end(org, stale)
	if ctx.Err() != nil {
		return every
	}
	s.note(err)
	s.tell(ctx)
	if s.untold || err != nil && !errors.Is(err, errNotConfigured) {
		return max(again, took)
	}
	return max(every, share*took)
}

// note logs trouble when it begins, becomes another and ends.
func (s *Source) note(err error) {
	was := s.trouble
	s.trouble = troubleOf(err)
	switch {
	case s.trouble == was:
	case err == nil:
		s.log.Info("AWS Organizations answers again")
	case errors.Is(err, errNotConfigured) && s.known == nil:
		s.log.Debug("AWS Organizations is not asked: no account is in an organization", "error", err)
	default:
		s.log.Warn("can't ask AWS Organizations which accounts there are", "error", err)
	}
}

// troubleOf tells failures apart. Their texts would not do: they have numbers of
// requests and ports.
func troubleOf(err error) string {
	var api smithy.APIError
	switch {
	case err == nil:
		return ""
	case errors.As(err, &api):
		return api.ErrorCode()
	case errors.Is(err, errNotConfigured):
		return "nobody to ask"
	}
	return "no answer"
}

// tell passes on an organization that has changed.
func (s *Source) tell(ctx context.Context) {
	org := s.known // which only this goroutine changes
	if org == nil || s.told != nil && org.Management == s.told.Management && slices.Equal(org.Accounts, s.told.Accounts) {
		return
	}
	err := s.changed(ctx, org)
	switch {
	case err == nil:
		s.told, s.untold = org, false
		s.log.Info("AWS Organizations told which accounts there are", "management", org.Management, "accounts", len(org.Accounts))
	case ctx.Err() == nil:
		if !s.untold {
			s.log.Error("can't enrol the organization's accounts", "error", err)
		}
		s.untold = true
	}
}
