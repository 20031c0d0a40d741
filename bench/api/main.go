// Command api measures how long the GuardDuty API takes to answer questions
// about many findings: a server on a store of generated findings, asked by
// clients that ask again as soon as they have an answer. It runs the server in
// its own process and talks to it through the official SDK, so that the figures
// are those that a user of the SDK would see, client and server on one machine.
//
//	go run ./bench/api [-sizes 10000,100000] [-stores sqlite,postgres] [-time 30s] [-md] [-check]
//
// Stores are kept in -cache until the schema or the generator changes: to fill
// one with a million findings takes minutes. It exits 0 when it measured, 1 when
// -check is given and a goal is missed, and 2 when it could not measure.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"picket/bench/report"
)

// Exit codes.
const (
	exitDone = iota
	exitMissed
	exitFailed
)

// goal is how long 99 of 100 answers may take.
const goal = 50 * time.Millisecond

type options struct {
	sizes    []int
	stores   []string
	clients  int
	time     time.Duration
	only     string
	cache    string
	markdown bool
	check    bool
}

func parseFlags(args []string) (options, error) {
	var o options
	fs := flag.NewFlagSet("api", flag.ContinueOnError)
	sizes := fs.String("sizes", "10000,100000", "numbers of findings, with commas between")
	stores := fs.String("stores", "sqlite,postgres", "stores, with commas between")
	fs.IntVar(&o.clients, "clients", 8, "clients that ask at the same time")
	fs.DurationVar(&o.time, "time", 30*time.Second, "how long to ask each store")
	fs.StringVar(&o.only, "only", "", "ask only questions whose name contains this")
	fs.StringVar(&o.cache, "cache", filepath.Join(os.TempDir(), "picket-api"), "directory to keep filled stores in")
	fs.BoolVar(&o.markdown, "md", false, "print Markdown")
	fs.BoolVar(&o.check, "check", false, "exit 1 when a goal is missed")
	if err := fs.Parse(args); err != nil {
		return o, err
	}
	for s := range strings.SplitSeq(*sizes, ",") {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 {
			return o, fmt.Errorf("not a number of findings: %q", s)
		}
		o.sizes = append(o.sizes, n)
	}
	for s := range strings.SplitSeq(*stores, ",") {
		if s != "sqlite" && s != "postgres" {
			return o, fmt.Errorf("no such store: %q", s)
		}
		o.stores = append(o.stores, s)
	}
	if o.clients < 1 {
		return o, fmt.Errorf("clients must be above zero")
	}
	return o, nil
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	o, err := parseFlags(os.Args[1:])
	met := false
	if err == nil {
		met, err = run(ctx, o)
	}
	stop()
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, "api:", err)
		os.Exit(exitFailed)
	case o.check && !met:
		os.Exit(exitMissed)
	}
	os.Exit(exitDone)
}

// run measures each size on each store and prints a table for each. It says
// whether all met the goal.
func run(ctx context.Context, o options) (bool, error) {
	cache, err := openCache(ctx, o.cache)
	if err != nil {
		return false, err
	}
	met := true
	for _, size := range o.sizes {
		for _, name := range o.stores {
			t, ok, err := measure(ctx, o, cache, name, size)
			if err != nil {
				return false, fmt.Errorf("%d findings on %s: %w", size, name, err)
			}
			if met = met && ok; report.Write(os.Stdout, o.markdown, t) != nil {
				return false, err
			}
		}
	}
	return met, nil
}

// measure asks one store.
func measure(ctx context.Context, o options, cache *cache, name string, size int) (t *report.Table, met bool, err error) {
	filled, err := cache.open(ctx, name, size)
	if err != nil {
		return nil, false, err
	}
	defer func() {
		if e := filled.close(); err == nil {
			err = e
		}
	}()
	s, err := serve(ctx, filled)
	if err != nil {
		return nil, false, err
	}
	defer s.stop()
	before := load()
	results, err := s.ask(ctx, o, size)
	if err != nil {
		return nil, false, err
	}
	title := fmt.Sprintf("%d findings on %s, %d clients for %v; load of the machine before %s, after %s", size, name, o.clients, o.time, before, load())
	t, met = table(title, results)
	return t, met, nil
}

// load is the machine's load average of the last minute, where that is told.
func load() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	first, _, _ := strings.Cut(string(text), " ")
	return first
}
