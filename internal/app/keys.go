package app

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"picket/internal/access"
	"picket/internal/awsrpc/sigv4"
	"picket/internal/fault"
)

const (
	// KeysSeen is how long it takes at most until a running server has seen what
	// another process did to the access keys.
	KeysSeen = 2 * reloadEvery

	reloadEvery = 500 * time.Millisecond
	flushEvery  = time.Minute // the times of last use are written
)

// openKeys opens the access keys that the store has. On first start, when it has
// none, the admin key is made and shown; seeds are planted at each start.
func (a *App) openKeys(ctx context.Context) error {
	master, err := access.OpenMaster(MasterIn(a.config.Data))
	if err != nil {
		return err
	}
	if a.ring, err = access.Open(ctx, a.db.AccessKeys(), master); err != nil {
		return err
	}
	if err := a.ring.Check(); err != nil {
		return err
	}
	admin, made, err := a.ring.Bootstrap(ctx, Account, a.started)
	if err != nil {
		return fmt.Errorf("make the admin key: %w", err)
	}
	if made {
		fmt.Fprintf(a.config.Out, "Admin key of account %s, shown only now:\n%s", admin.Account, admin.Env())
	}
	for _, seed := range a.config.Seeds {
		if err := a.ring.Plant(ctx, seed, a.started); err != nil {
			return fmt.Errorf("plant seed key %s: %w", seed, err)
		}
	}
	a.keepKeys()
	return nil
}

// keepKeys sees what other processes do to the keys and writes when keys were
// last used, until the server stops.
func (a *App) keepKeys() {
	ctx, stop := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	every := func(d time.Duration, what string, do func(context.Context) error) {
		wg.Go(func() { a.repeat(ctx, d, what, do) })
	}
	every(reloadEvery, "can't read the access keys", a.ring.Reload)
	every(flushEvery, "can't note the use of access keys", a.ring.Flush)
	a.onStop("access keys", func(ctx context.Context) error {
		stop()
		wg.Wait()
		return a.ring.Flush(ctx)
	})
}

// repeat does something now and every so often until ctx ends. It logs when that
// begins to fail, what being the trouble, and when it works again.
func (a *App) repeat(ctx context.Context, d time.Duration, what string, do func(context.Context) error) {
	ticks := time.NewTicker(d)
	defer ticks.Stop()
	for failing := false; ; {
		err := do(ctx)
		switch {
		case err != nil && !failing && ctx.Err() == nil:
			a.config.Log.Error(what, "error", err)
		case err == nil && failing:
			a.config.Log.Info(what + ": no longer")
		}
		failing = err != nil
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
		}
	}
}

// secret is the secret of a key. One that is not known may have just been made
// by another process, so the store is asked.
func (a *App) secret(id string) (sigv4.Secret, error) {
	asked := time.Now()
	s, err := a.ring.Secret(id)
	if !errors.Is(err, fault.NotFound) {
		return s, err
	}
	if err := a.refresh.after(asked, a.ring.Reload); err != nil {
		return s, err
	}
	return a.ring.Secret(id)
}

// A refresher reloads for those who need it, all at once and not too often:
// anybody can name unknown keys.
type refresher struct {
	mu   sync.Mutex
	last time.Time // when the last reload began
}

// after returns when a reload has ended that began after a time.
func (r *refresher) after(at time.Time, reload func(context.Context) error) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.last.After(at) {
		return nil
	}
	time.Sleep(time.Until(r.last.Add(reloadEvery / 5)))
	r.last = time.Now()
	return reload(context.Background())
}
