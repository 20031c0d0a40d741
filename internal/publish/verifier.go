package publish

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"picket/internal/buckets"
	"picket/internal/fault"
	"picket/internal/store"
)

// The statuses of destinations, as the wire has them.
const (
	Pending    = "PENDING_VERIFICATION"
	Publishing = "PUBLISHING"
	Unable     = "UNABLE_TO_PUBLISH_FIX_DESTINATION_PROPERTY"
)

const (
	checkTime = 5 * time.Second // of one look in the background
	again     = 2 * time.Second // between looks
	given     = 15 * time.Second
)

// A Verifier sees whether destinations can be written.
type Verifier struct {
	db     *store.DB
	log    *slog.Logger
	client func() (*buckets.Client, error)
	given  time.Duration // that S3 may be out of reach before the destination is at fault
	wake   chan struct{}
	stop   context.CancelFunc
	ended  sync.WaitGroup
}

// New makes a verifier that has not been started.
func New(db *store.DB, log *slog.Logger) *Verifier {
	return &Verifier{db: db, log: log, given: given, wake: make(chan struct{}, 1), client: sync.OnceValues(func() (*buckets.Client, error) {
		return buckets.New(context.Background(), 4)
	})}
}

// Start begins to look at pending destinations.
func (v *Verifier) Start() {
	ctx, stop := context.WithCancel(context.Background())
	v.stop = stop
	v.ended.Go(func() { v.run(ctx) })
}

// Stop ends all work. Destinations that are pending stay so.
func (v *Verifier) Stop() {
	v.stop()
	v.ended.Wait()
}

// Wake has pending destinations looked at now.
func (v *Verifier) Wake() {
	select {
	case v.wake <- struct{}{}:
	default: // it is awake
	}
}

func (v *Verifier) run(ctx context.Context) {
	for {
		left, err := v.round(ctx)
		if err != nil && ctx.Err() == nil {
			v.log.Error("pending destinations can't be looked at", "error", err)
		}
		var soon <-chan time.Time
		if left || err != nil {
			soon = time.After(again)
		}
		select {
		case <-v.wake:
		case <-soon:
		case <-ctx.Done():
			return
		}
	}
}

// round looks at each pending destination once; left says that some still are.
func (v *Verifier) round(ctx context.Context) (left bool, err error) {
	const page = 100
	for after, more := (store.Meta{}), true; more; {
		var found []store.Destination
		err := v.db.Read(ctx, func(tx *store.Tx) (err error) {
			found, err = store.Destinations.Everywhere(tx, after, page)
			return err
		})
		if err != nil {
			return left, err
		}
		for i := range found {
			after = found[i].Meta
			if found[i].Status != Pending {
				continue
			}
			still, err := v.settle(ctx, &found[i])
			if err != nil {
				return left, err
			}
			left = left || still
		}
		more = len(found) == page
	}
	return left, nil
}

// settle looks at a pending destination and writes what it finds.
func (v *Verifier) settle(ctx context.Context, d *store.Destination) (still bool, err error) {
	failed := v.Check(ctx, d, checkTime)
	if ctx.Err() != nil {
		return true, ctx.Err()
	}
	open := failed != nil && !errors.Is(failed, fault.NotFound) && !errors.Is(failed, fault.Denied)
	if open && time.Since(d.UpdatedAt) < v.given {
		return true, nil
	}
	if failed != nil {
		v.log.Warn("findings can't be published", "destination", d.ID, "account", d.Account, "region", d.Region, "arn", d.ARN, "error", failed)
	}
	return false, v.db.Write(ctx, func(tx *store.Tx) error {
		now, err := store.Destinations.Get(tx, d.Scope, d.ID)
		if errors.Is(err, fault.NotFound) {
			return nil
		}
		if err != nil || now != *d {
			return err // changed, and so looked at, since
		}
		now.Status, now.FailureSince = Publishing, time.Time{}
		if failed != nil {
			now.Status, now.FailureSince = Unable, d.UpdatedAt
		}
		return store.Destinations.Put(tx, &now)
	})
}
