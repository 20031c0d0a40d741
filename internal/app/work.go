package app

import (
	"context"

	"picket/internal/lists"
	"picket/internal/publish"
)

// startWork begins what goes on beside requests: lists are read and destinations
// looked at.
func (a *App) startWork(context.Context) error {
	a.lists = lists.New(lists.Config{DB: a.db, Sources: a.config.Lists, Log: a.config.Log})
	a.destinations = publish.New(a.db, a.config.Log)
	a.lists.Start()
	a.onStop("lists", func(context.Context) error { a.lists.Stop(); return nil })
	a.destinations.Start()
	a.onStop("destinations", func(context.Context) error { a.destinations.Stop(); return nil })
	return nil
}
