package app

import (
	"context"

	"picket/internal/lists"
	"picket/internal/publish"
)

// startWork begins what goes on beside requests: the index of findings is read,
// findings whose time is over are deleted, lists are read, and destinations looked
// at.
func (a *App) startWork(context.Context) error {
	a.warm()
	a.startExpiry()
	a.lists = lists.New(lists.Config{DB: a.db, Sources: a.config.Lists, Log: a.config.Log})
	a.destinations = publish.New(a.db, a.config.Log)
	a.lists.Start()
	a.onStop("lists", func(context.Context) error { a.lists.Stop(); return nil })
	a.destinations.Start()
	a.onStop("destinations", func(context.Context) error { a.destinations.Stop(); return nil })
	return nil
}

// warm reads the index of findings while requests are served already.
func (a *App) warm() {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := a.db.Warm(ctx); err != nil && ctx.Err() == nil {
			a.config.Log.Error("can't read the index of findings", "error", err)
		}
	}()
	a.onStop("index", func(context.Context) error {
		cancel()
		<-done
		return nil
	})
}
