package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"time"

	"picket/internal/access"
	"picket/internal/store"
)

// Account is the one that the first admin key is made for.
const Account = "000000000000"

// drainTime is how long Run lets requests in flight take to end.
const drainTime = 20 * time.Second

// Config says what to serve and where.
type Config struct {
	Listen string        // host:port; port 0 takes a free one
	Data   string        // directory of everything that is kept; made when missing
	Store  string        // what store.Open takes; empty: an SQLite file in Data
	Seeds  []access.Seed // keys to have from the start
	Out    io.Writer     // is told the address and the admin key; nil: nobody is
	Log    *slog.Logger  // nil: nowhere
}

// App is a server. Its methods are for one goroutine, and it is started once.
type App struct {
	config   Config
	started  time.Time
	db       *store.DB
	ring     *access.Ring
	listener net.Listener
	failed   chan error // what ended the HTTP server, unless it was Stop
	cleanups []cleanup
}

// A cleanup undoes one step of Start.
type cleanup struct {
	name string
	undo func(context.Context) error
}

// New makes a server that has not been started.
func New(c Config) *App {
	c.Store = cmp.Or(c.Store, filepath.Join(c.Data, "picket.db"))
	if c.Out == nil {
		c.Out = io.Discard
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &App{config: c, failed: make(chan error, 1)}
}

// Start opens everything and begins to serve. When it fails nothing stays open.
// ctx is for starting only.
func (a *App) Start(ctx context.Context) error {
	a.started = time.Now()
	for _, step := range []func(context.Context) error{a.openStore, a.openKeys, a.listen} {
		if err := step(ctx); err != nil {
			return errors.Join(err, a.Stop(context.WithoutCancel(ctx)))
		}
	}
	return nil
}

// Stop refuses new requests, waits until those in flight have ended or ctx has,
// and closes everything. Stopping again does nothing.
func (a *App) Stop(ctx context.Context) error {
	var errs []error
	for _, c := range slices.Backward(a.cleanups) {
		a.config.Log.Debug("stopping", "part", c.name)
		if err := c.undo(ctx); err != nil {
			errs = append(errs, fmt.Errorf("stop %s: %w", c.name, err))
		}
	}
	a.cleanups = nil
	return errors.Join(errs...)
}

// Run starts, serves until ctx ends or the server fails, and stops.
func (a *App) Run(ctx context.Context) error {
	if err := a.Start(ctx); err != nil {
		return err
	}
	var err error
	select {
	case <-ctx.Done():
	case err = <-a.failed:
	}
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
	defer cancel()
	return errors.Join(err, a.Stop(drain))
}

// URL is the address that is served, from Start on.
func (a *App) URL() string { return "http://" + a.listener.Addr().String() }

// onStop has undo called by Stop, before all that was opened earlier is closed.
func (a *App) onStop(name string, undo func(context.Context) error) {
	a.cleanups = append(a.cleanups, cleanup{name, undo})
}

func (a *App) openStore(ctx context.Context) (err error) {
	if err := os.MkdirAll(a.config.Data, 0o700); err != nil {
		return fmt.Errorf("make data directory: %w", err)
	}
	if a.db, err = store.Open(ctx, a.config.Store); err != nil {
		return err
	}
	a.onStop("store", func(context.Context) error { return a.db.Close() })
	return nil
}

// openKeys makes the key ring. It is kept in memory: seeded keys are planted and
// the admin key is made anew at each start.
func (a *App) openKeys(ctx context.Context) error {
	master, err := access.OpenMaster(filepath.Join(a.config.Data, "master.key"))
	if err != nil {
		return err
	}
	if a.ring, err = access.Open(ctx, &access.Memory{}, master); err != nil {
		return err
	}
	admin, made, err := a.ring.Bootstrap(ctx, Account, a.started)
	if err != nil {
		return fmt.Errorf("make the admin key: %w", err)
	}
	if made {
		fmt.Fprintf(a.config.Out, "Admin key of account %s, good until the server stops and shown only now:\n  AWS_ACCESS_KEY_ID=%s\n  AWS_SECRET_ACCESS_KEY=%s\n",
			admin.Account, admin.ID, admin.Secret)
	}
	for _, seed := range a.config.Seeds {
		if err := a.ring.Plant(ctx, seed, a.started); err != nil {
			return fmt.Errorf("plant seed key %s: %w", seed, err)
		}
	}
	return nil
}

func (a *App) listen(ctx context.Context) error {
	handler, err := a.handler()
	if err != nil {
		return err
	}
	if a.listener, err = new(net.ListenConfig).Listen(ctx, "tcp", a.config.Listen); err != nil {
		return err
	}
	server := newServer(handler, a.config.Log)
	go func() {
		if err := server.Serve(a.listener); !errors.Is(err, http.ErrServerClosed) {
			a.failed <- fmt.Errorf("serve: %w", err)
		}
	}()
	a.onStop("HTTP server", func(ctx context.Context) error {
		if err := server.Shutdown(ctx); err != nil {
			return errors.Join(err, server.Close())
		}
		return nil
	})
	fmt.Fprintf(a.config.Out, "Listening on %s\n", a.URL())
	return nil
}
