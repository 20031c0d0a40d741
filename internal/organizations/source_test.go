package organizations

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"picket/internal/access"
)

var discard = slog.New(slog.DiscardHandler)

// played is a Source that is answered by its fields.
type played struct {
	*Source
	answer  *access.Organization
	failure error
	takes   time.Duration
	asked   int
	changes []*access.Organization
	refuse  error // what Changed returns
	log     bytes.Buffer
	mu      sync.Mutex // guards the fields; the test has it unless it waits
}

// play starts a source in a bubble, where time passes at once. Its fields may be
// changed while it rests.
func play(t *testing.T, p *played, f func(t *testing.T, p *played)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		p.Source = New(Config{
			Log: slog.New(slog.NewTextHandler(&p.log, nil)),
			Changed: func(_ context.Context, org *access.Organization) error {
				p.mu.Lock()
				defer p.mu.Unlock()
				p.changes = append(p.changes, org)
				return p.refuse
			},
		})
		p.ask = p.play
		p.Start()
		defer p.Stop()
		p.mu.Lock()
		defer p.mu.Unlock()
		f(t, p)
	})
}

// play is AWS Organizations.
func (p *played) play(ctx context.Context) (*access.Organization, error) {
	p.mu.Lock()
	p.asked++
	answer, failure, takes := p.answer, p.failure, p.takes
	p.mu.Unlock()
	select {
	case <-time.After(takes):
		return answer, failure
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// rest lets time pass.
func (p *played) rest(d time.Duration) {
	p.mu.Unlock()
	defer p.mu.Lock()
	time.Sleep(d)
	synctest.Wait()
}

// check asks for the organization, and how long that takes.
func (p *played) check(t *testing.T, want *access.Organization, takes time.Duration) {
	t.Helper()
	began := time.Now()
	p.mu.Unlock()
	got, err := p.Organization(context.Background())
	p.mu.Lock()
	if err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("organization (-want +got):\n%s", diff)
	}
	if took := time.Since(began); took != takes {
		t.Errorf("it took %v, not %v", took, takes)
	}
	p.rest(0)
}

// organization has the management account and others.
func organization(others ...string) *access.Organization {
	return &access.Organization{Management: management, Accounts: append([]string{management}, others...)}
}

func TestFirstRequestsWaitForTheAnswer(t *testing.T) {
	play(t, &played{answer: organization(), takes: time.Second}, func(t *testing.T, p *played) {
		p.check(t, organization(), time.Second)
		p.check(t, organization(), 0)
		if p.asked != 1 {
			t.Errorf("asked %d times", p.asked)
		}
	})
}

func TestRequestsWaitOnceOnly(t *testing.T) {
	play(t, &played{answer: organization(), takes: time.Minute}, func(t *testing.T, p *played) {
		p.check(t, nil, patience)
		p.check(t, nil, 0)
		p.rest(time.Minute)
		p.check(t, organization(), 0)
	})
}

func TestCallerThatLeaves(t *testing.T) {
	play(t, &played{answer: organization(), takes: time.Second}, func(t *testing.T, p *played) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if org, err := p.Organization(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("%v, %v", org, err)
		}
	})
}

func TestRequestsRenewAnOldAnswer(t *testing.T) {
	play(t, &played{answer: organization(), takes: time.Second}, func(t *testing.T, p *played) {
		p.check(t, organization(), time.Second)
		p.answer = organization("444455556666")
		p.rest(fresh - time.Second)
		p.check(t, organization(), 0)
		p.rest(time.Second)
		p.check(t, organization("444455556666"), time.Second)
		p.answer, p.takes = organization("777788889999"), time.Minute // as when it answers slowly
		p.rest(2 * fresh)
		p.check(t, organization("444455556666"), patience)
		p.check(t, organization("444455556666"), 0)
		p.rest(time.Minute)
		p.check(t, organization("777788889999"), 0)
		p.rest(share*time.Minute - 3*time.Second)
		if p.check(t, organization("777788889999"), 0); p.asked != 3 {
			t.Errorf("asked %d times: a large organization is asked about too often", p.asked)
		}
	})
}

func TestAccountsThatJoinAreToldOnce(t *testing.T) {
	play(t, &played{answer: organization()}, func(t *testing.T, p *played) {
		p.rest(3*every + time.Second)
		if p.asked != 4 || len(p.changes) != 1 {
			t.Errorf("asked %d times, told %d", p.asked, len(p.changes))
		}
		p.answer = organization("444455556666")
		p.rest(every)
		p.refuse = errors.New("the store is away")
		p.answer = organization("444455556666", "777788889999")
		p.rest(every + again)
		p.refuse = nil
		p.rest(3 * every)
		want := []*access.Organization{organization(), organization("444455556666"), p.answer, p.answer, p.answer}
		if diff := cmp.Diff(want, p.changes); diff != "" {
			t.Errorf("told (-want +got):\n%s", diff)
		}
		if n := strings.Count(p.log.String(), "the store is away"); n != 1 {
			t.Errorf("logged %d times:\n%s", n, &p.log)
		}
	})
}

func TestTroubleKeepsTheLastAnswer(t *testing.T) {
	play(t, &played{answer: organization()}, func(t *testing.T, p *played) {
		p.check(t, organization(), 0)
		p.answer, p.failure, p.takes = nil, &smithy.GenericAPIError{Code: "AccessDeniedException", Message: "no"}, time.Second
		p.rest(fresh)
		p.check(t, organization(), time.Second)
		for range 10 {
			p.rest(again)
			p.check(t, organization(), 0)
		}
		p.failure = errors.New("connection refused")
		p.rest(3 * again)
		p.answer, p.failure, p.takes = organization("444455556666"), nil, 0
		p.rest(2 * again)
		p.check(t, organization("444455556666"), 0)
		for text, want := range map[string]int{"AccessDeniedException": 1, "connection refused": 1, "answers again": 1, "told which accounts": 2} {
			if n := strings.Count(p.log.String(), text); n != want {
				t.Errorf("%q is logged %d times, not %d:\n%s", text, n, want, &p.log)
			}
		}
		if len(p.changes) != 2 {
			t.Errorf("told %v", p.changes)
		}
	})
}

func TestNothingConfiguredIsQuiet(t *testing.T) {
	play(t, &played{failure: errNotConfigured}, func(t *testing.T, p *played) {
		for range 20 {
			p.check(t, nil, 0)
			p.rest(fresh)
		}
		if p.log.Len() > 0 || len(p.changes) > 0 || p.asked > 5 {
			t.Errorf("asked %d times, told %v, logged %q", p.asked, p.changes, &p.log)
		}
		p.answer, p.failure = organization(), nil // the machine was given a role
		p.rest(every)
		p.check(t, organization(), 0)
	})
}

func TestOrganizationThatEnds(t *testing.T) {
	play(t, &played{answer: organization("444455556666")}, func(t *testing.T, p *played) {
		p.check(t, organization("444455556666"), 0)
		p.answer = &access.Organization{}
		p.rest(every + time.Second)
		p.check(t, &access.Organization{}, 0)
		if diff := cmp.Diff([]*access.Organization{organization("444455556666"), {}}, p.changes); diff != "" {
			t.Errorf("told (-want +got):\n%s", diff)
		}
	})
}
