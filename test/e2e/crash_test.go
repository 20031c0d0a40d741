package e2e

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"syscall"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/guardduty"
	"github.com/aws/aws-sdk-go-v2/service/guardduty/types"
)

const (
	kills          = 4
	writers        = 8
	writesPerKill  = 250
	leftoverWrites = 20 // per writer, so that all are writing when the server dies
)

// TestKilledServersKeepWhatTheyAcknowledged kills servers while they write, and
// asks them when they are back for everything that they said was done.
func TestKilledServersKeepWhatTheyAcknowledged(t *testing.T) {
	t.Parallel()
	for _, store := range stores {
		t.Run(store, func(t *testing.T) {
			t.Parallel()
			testKill(t, store)
		})
	}
}

func testKill(t *testing.T, store string) {
	args, err := newStore(store)
	if err != nil {
		t.Fatal(err)
	}
	if args == nil {
		t.Skip("NOT TESTED: no server on", store)
	}
	data := t.TempDir()
	var all []*writer
	for range kills {
		s, err := start(data, args...)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, writeUntilKilled(t, s, store)...)
	}
	s, err := start(data, args...)
	if err != nil {
		t.Fatal(err)
	}
	acknowledged := 0
	for _, w := range all {
		acknowledged += w.acknowledged
		w.check(t, s.url)
	}
	if acknowledged < kills*writesPerKill {
		t.Errorf("%d writes were acknowledged, want %d", acknowledged, kills*writesPerKill)
	}
	if err := s.stop(); err != nil {
		t.Error(err)
	}
}

// writeUntilKilled kills the server once it has acknowledged enough.
func writeUntilKilled(t *testing.T, s *server, store string) []*writer {
	t.Helper()
	done := make(chan struct{}, 2*writesPerKill+writers*leftoverWrites)
	var all []*writer
	var group sync.WaitGroup
	for range writers {
		w := &writer{world: worldOf(s, store), tags: map[string]string{}, filters: map[string]bool{}}
		all = append(all, w)
		group.Go(func() { w.run(done) })
	}
	for range writesPerKill {
		<-done
	}
	if err := s.cmd.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	<-s.ended // with the error that it was killed
	group.Wait()
	for _, w := range all {
		if w.problem != nil {
			t.Error(w.problem)
		}
	}
	return all
}

// A writer writes in a region of its own and remembers what was acknowledged.
type writer struct {
	*world
	acknowledged int
	detector     string
	frequency    types.FindingPublishingFrequency
	tags         map[string]string
	filters      map[string]bool // whether they exist
	unknown      string          // the write that was not acknowledged: it may have been done
	problem      error           // a refusal
}

// run writes until the server is gone.
func (w *writer) run(done chan<- struct{}) {
	for i := 0; ; i = max(i+1, 5) { // a detector, then five writes at a time
		write, name, note := w.next(i)
		if err := write(); err != nil {
			w.unknown = name
			if _, refusal := errors.AsType[*types.BadRequestException](err); refusal {
				w.problem = fmt.Errorf("write %s: %w", name, err)
			}
			return
		}
		note()
		w.acknowledged++
		select {
		case done <- struct{}{}:
		default:
		}
	}
}

// next is the ith write, the name of what it is about, and what is so after it.
func (w *writer) next(i int) (write func() error, name string, note func()) {
	ctx := context.Background()
	if i == 0 {
		var out *guardduty.CreateDetectorOutput
		return func() (err error) {
			out, err = w.admin.CreateDetector(ctx, &guardduty.CreateDetectorInput{Enable: aws.Bool(true)})
			return err
		}, "detector", func() { w.detector, w.frequency = *out.DetectorId, types.FindingPublishingFrequencySixHours }
	}
	arn := w.admin.arn("detector/" + w.detector)
	name = fmt.Sprint("name-", i-i%5) // five writes about one name
	switch i % 5 {
	case 0:
		return func() error {
			_, err := w.admin.CreateFilter(ctx, &guardduty.CreateFilterInput{DetectorId: &w.detector, Name: &name,
				FindingCriteria: &types.FindingCriteria{Criterion: map[string]types.Condition{"severity": {GreaterThan: aws.Int64(4)}}}})
			return err
		}, name, func() { w.filters[name] = true }
	case 1, 2:
		key := fmt.Sprint("key", i%40) // few enough for a resource
		return func() error {
			_, err := w.admin.TagResource(ctx, &guardduty.TagResourceInput{ResourceArn: &arn, Tags: map[string]string{key: name}})
			return err
		}, key, func() { w.tags[key] = name }
	case 3:
		frequency := types.FindingPublishingFrequency("").Values()[i%3]
		return func() error {
			_, err := w.admin.UpdateDetector(ctx, &guardduty.UpdateDetectorInput{DetectorId: &w.detector, FindingPublishingFrequency: frequency})
			return err
		}, "frequency", func() { w.frequency = frequency }
	}
	return func() error {
		_, err := w.admin.DeleteFilter(ctx, &guardduty.DeleteFilterInput{DetectorId: &w.detector, FilterName: &name})
		return err
	}, name, func() { w.filters[name] = false }
}

// check compares what the writer remembers with what the server at url has.
func (w *writer) check(t *testing.T, url string) {
	t.Helper()
	w.url = url
	c := w.client(adminAccount)
	if w.detector == "" {
		return
	}
	got := c.getDetector(t, w.detector)
	if got.FindingPublishingFrequency != w.frequency && w.unknown != "frequency" {
		t.Errorf("%s: frequency %s, want %s", w.region, got.FindingPublishingFrequency, w.frequency)
	}
	for key, value := range w.tags {
		if got.Tags[key] != value && w.unknown != key {
			t.Errorf("%s: tag %s is %q, want %q", w.region, key, got.Tags[key], value)
		}
	}
	for name, exists := range w.filters {
		_, err := c.GetFilter(t.Context(), &guardduty.GetFilterInput{DetectorId: &w.detector, FilterName: &name})
		if (err == nil) != exists && w.unknown != name {
			t.Errorf("%s: filter %s: %v, want it there: %v", w.region, name, err, exists)
		}
	}
}
