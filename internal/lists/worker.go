package lists

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"picket/intel"
	"picket/internal/fault"
	"picket/internal/store"
)

const (
	queue    = 1024            // lists that wait for a reader; more wait for the next look around
	readers  = 4               // lists that are read at once; each is in memory whole
	patience = 2 * time.Second // how long a caller of Activate waits at most
	again    = 5 * time.Minute // between looks for activations that nobody works on
	remember = 7 * 24 * time.Hour
)

// Config is what a Worker needs.
type Config struct {
	DB      *store.DB
	Sources Sources
	Log     *slog.Logger
}

// A Worker activates lists.
type Worker struct {
	Sources
	db    *store.DB
	log   *slog.Logger
	fetch *fetcher
	jobs  chan job
	stop  context.CancelFunc
	ended sync.WaitGroup

	remember time.Duration // how long deleted lists can be read
}

// A job is a list to activate. done, which has room, hears how that ended.
type job struct {
	kind  *Kind
	scope store.Scope
	id    string
	done  chan error
}

// New makes a worker that has not been started.
func New(c Config) *Worker {
	return &Worker{Sources: c.Sources, db: c.DB, log: c.Log, fetch: newFetcher(c.Sources), jobs: make(chan job, queue), remember: remember}
}

// Start begins to work, with what was left to do when another worker stopped.
func (w *Worker) Start() {
	ctx, stop := context.WithCancel(context.Background())
	w.stop = stop
	for range readers {
		w.ended.Go(func() {
			for {
				select {
				case j := <-w.jobs:
					j.done <- w.activate(ctx, j)
				case <-ctx.Done():
					return
				}
			}
		})
	}
	w.ended.Go(func() { w.lookAround(ctx) })
}

// Stop ends all work. What was under way is left as it was.
func (w *Worker) Stop() {
	w.stop()
	w.ended.Wait()
}

// Activate reads a list that has been set to ACTIVATING, and sets it to ACTIVE
// or ERROR. It waits for that only shortly: nil means as well that the work goes
// on. Errors are those for which the service refuses a call: fault.Denied when
// the file is missing or may not be read, fault.Conflict when the bucket is not
// its expected owner's.
func (w *Worker) Activate(ctx context.Context, k *Kind, s store.Scope, id string) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	j := job{k, s, id, make(chan error, 1)}
	select {
	case w.jobs <- j:
	case <-ctx.Done():
		return nil // lookAround will find it
	}
	select {
	case err := <-j.done:
		if errors.Is(err, fault.Denied) || errors.Is(err, fault.Conflict) {
			return err
		}
	case <-ctx.Done():
	}
	return nil
}

// activate does a job. Its error is what went wrong with the list.
func (w *Worker) activate(ctx context.Context, j job) error {
	l, err := w.get(ctx, j)
	if err != nil || l.Status != Activating {
		return err
	}
	data, err := w.read(ctx, j.kind, &l)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	log := w.log.With("list", l.ID, "kind", j.kind.Name, "account", l.Account, "region", l.Region, "location", l.Location)
	if err != nil {
		log.Warn("a list could not be activated", "error", err)
	} else {
		log.Info("a list was activated", "bytes", len(data))
	}
	if werr := w.finish(ctx, j.kind, &l, data, err); werr != nil && ctx.Err() == nil {
		log.Error("the end of an activation could not be written", "error", werr)
	}
	return err
}

func (w *Worker) get(ctx context.Context, j job) (l store.List, err error) {
	err = w.db.Read(ctx, func(tx *store.Tx) (err error) {
		l, err = j.kind.Collection.Get(tx, j.scope, j.id)
		return err
	})
	return l, err
}

// read fetches a list's file and sees whether detection could use it.
func (w *Worker) read(ctx context.Context, k *Kind, l *store.List) ([]byte, error) {
	owner := l.BucketOwner
	if owner == "" && k.Entities && !w.fetch.ownEndpoint() {
		owner = l.Account // entity sets are read from the account's own buckets unless they name another's
	}
	data, err := w.fetch.fetch(ctx, l.Location, owner, l.Region)
	if err != nil {
		return nil, err
	}
	if _, err := new(intel.Builder).Add(k.Reading(l.Name, l.Format), bytes.NewReader(data)); err != nil {
		// What is in the file is for the log: its reader need not be its owner.
		return nil, fault.Wrap(fault.Invalid, err, fmt.Sprintf("The file is not a list of 1 to %d entries in the format %s.", k.most, l.Format))
	}
	return data, nil
}

// finish writes how the activation of read ended, unless it is overtaken.
func (w *Worker) finish(ctx context.Context, k *Kind, read *store.List, data []byte, failed error) error {
	return w.db.Write(ctx, func(tx *store.Tx) error {
		l, err := k.Collection.Get(tx, read.Scope, read.ID)
		if errors.Is(err, fault.NotFound) {
			return nil
		}
		if err != nil || l.Status != Activating || l.Attempts != read.Attempts {
			return err
		}
		if failed != nil {
			l.Status, l.Error = Failed, fault.Message(failed)
			return k.Collection.Put(tx, &l)
		}
		l.Status, l.Error, l.ReadAt = InUse, "", tx.Now
		if err := k.Collection.PutContent(tx, l.Scope, l.ID, data); err != nil {
			return err
		}
		return k.Collection.Put(tx, &l)
	})
}

// lookAround takes up activations that nobody works on: those that a server left
// behind, and those that had to wait for too long. It forgets lists that were
// deleted long ago.
func (w *Worker) lookAround(ctx context.Context) {
	for before := time.Now(); ; before = time.Now().Add(-2 * readTime) {
		for _, k := range kinds {
			if err := w.resume(ctx, k, before); err != nil && ctx.Err() == nil {
				w.log.Error("lists to activate can't be found", "kind", k.Name, "error", err)
			}
		}
		select {
		case <-time.After(again):
		case <-ctx.Done():
			return
		}
	}
}

func (w *Worker) resume(ctx context.Context, k *Kind, before time.Time) error {
	const page = 100
	for after, more := (store.Meta{}), true; more; {
		var found []store.List
		err := w.db.Read(ctx, func(tx *store.Tx) (err error) {
			found, err = k.Collection.Everywhere(tx, after, page)
			return err
		})
		if err != nil {
			return err
		}
		for _, l := range found {
			after = l.Meta
			if err := w.resumeOne(ctx, k, &l, before); err != nil {
				return err
			}
		}
		more = len(found) == page
	}
	return nil
}

func (w *Worker) resumeOne(ctx context.Context, k *Kind, l *store.List, before time.Time) error {
	switch {
	case l.Status == Deleted && time.Since(l.UpdatedAt) > w.remember:
		err := w.db.Write(ctx, func(tx *store.Tx) error { return k.Collection.Delete(tx, l.Scope, l.ID) })
		if errors.Is(err, fault.NotFound) {
			return nil // another server has forgotten it
		}
		return err
	case l.Status == Activating && !l.UpdatedAt.After(before):
		select {
		case w.jobs <- job{k, l.Scope, l.ID, make(chan error, 1)}:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}
