package app

import (
	"context"
	"sync"
	"time"

	"picket/event"
	"picket/finding"
	"picket/internal/store"
)

const (
	// expireEvery is how much longer a finding may be seen. To look whether the
	// time of any is over takes a query for each region.
	expireEvery = time.Hour
	// expireBatch is how many findings a transaction deletes: it takes some 10
	// ms, for which others that write wait.
	expireBatch = 200
)

// startExpiry deletes the findings whose time is over, now and from time to time,
// until the server stops.
func (a *App) startExpiry() {
	ctx, stop := context.WithCancel(context.Background())
	var work sync.WaitGroup
	work.Go(func() { a.repeat(ctx, expireEvery, "can't delete the findings whose time is over", a.expire) })
	a.onStop("expiry of findings", func(context.Context) error {
		stop()
		work.Wait()
		return nil
	})
}

// expire deletes the findings whose time is over: they were last updated longer ago
// than finding.Retention, be they archived or not. Servers of one database may do
// so at once: what one has deleted the others don't find.
func (a *App) expire(ctx context.Context) error {
	before, total := event.Time(a.config.Clock().UnixMilli())-finding.Retention, 0
	defer func() {
		if total > 0 {
			a.config.Log.Info("findings whose time was over were deleted", "findings", total, "updated before", before.String())
		}
	}()
	for {
		began := time.Now()
		n, err := a.expireSome(ctx, before)
		if err != nil {
			return err
		}
		a.meters.expired.Add(float64(n))
		if total += n; n < expireBatch {
			return nil
		}
		select {
		case <-time.After(time.Since(began)): // half of the time is for others
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// expireSome deletes some findings and says how many.
func (a *App) expireSome(ctx context.Context, before event.Time) (n int, err error) {
	err = a.db.Write(ctx, func(tx *store.Tx) error {
		n, err = tx.ExpireFindings(int64(before), expireBatch)
		return err
	})
	return n, err
}
