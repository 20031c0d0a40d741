package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"time"

	"picket/internal/access"
	"picket/internal/api/guardduty"
	"picket/internal/lists"
	"picket/internal/publish"
	"picket/internal/store"
)

// Account is the one that the first admin key is made for.
const Account = "000000000000"

// drainTime is how long Run lets requests in flight take to end.
const drainTime = 20 * time.Second

// Config says what to serve and where.
type Config struct {
	Listen        string               // host:port; port 0 takes a free one
	TLSCert       string               // file with a certificate chain in PEM; empty: no TLS
	TLSKey        string               // file with its private key
	MetricsListen string               // where to serve /metrics alone; empty: at Listen, with the rest
	Data          string               // directory of everything that is kept; made when missing
	Store         string               // what store.Open takes; empty: an SQLite file in Data
	Seeds         []access.Seed        // keys to have from the start
	Organization  *access.Organization // nil: no account is in one, unless AskAWS
	AskAWS        bool                 // without Organization, AWS Organizations is asked if AWS credentials or an endpoint are configured
	Lists         lists.Sources        // from where lists are read besides S3
	Version       string               // of the program, for metrics
	Clock         func() time.Time     // by which findings expire; nil: time.Now
	Out           io.Writer            // is told the address and the admin key; nil: nobody is
	Log           *slog.Logger         // nil: nowhere
}

// App is a server. Its methods are for one goroutine, and it is started once.
type App struct {
	config   Config
	started  time.Time
	db       *store.DB
	ring     *access.Ring
	org      guardduty.Organizer // nil: no account is in an organization
	meters   *meters
	door     *door
	refresh  refresher  // of keys that are not known
	failed   chan error // what ended an HTTP server, unless it was Stop
	cleanups []cleanup

	lists        *lists.Worker
	destinations *publish.Verifier
}

// A cleanup undoes one step of Start.
type cleanup struct {
	name string
	undo func(context.Context) error
}

// New makes a server that has not been started.
func New(c Config) *App {
	c.Store = StoreIn(c.Data, c.Store)
	if c.Out == nil {
		c.Out = io.Discard
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Clock == nil {
		c.Clock = time.Now
	}
	return &App{config: c, failed: make(chan error, 2)}
}

// StoreIn is what to open for the store that was asked for: without one, an
// SQLite file in the data directory.
func StoreIn(data, store string) string { return cmp.Or(store, filepath.Join(data, "picket.db")) }

// MasterIn is the file with the master key in a data directory.
func MasterIn(data string) string { return filepath.Join(data, "master.key") }

// Start opens everything and begins to serve. When it fails nothing stays open.
// ctx is for starting only.
func (a *App) Start(ctx context.Context) error {
	a.started = time.Now()
	for _, step := range []func(context.Context) error{a.openStore, a.openKeys, a.organize, a.serveMetrics, a.startWork, a.serveAPI} {
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
