// Command speed measures what a built picket costs on generated corpora,
// against zcat on the same files in the same minute: only such a ratio can be
// carried from one machine to another, or from a quiet hour to a busy one. It
// drives the program from outside, on Unix, and imports the standard library
// and the other rooms of bench only.
//
//	go run ./bench/speed [-size medium] [-kinds cloudtrail,dns] [-rounds 5] [-md] [-check]
//
// It exits 0 when it measured, 1 when -check is given and a limit is missed,
// and 2 when it could not measure.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"

	"picket/bench/report"
	"picket/bench/testbed"
)

// Exit codes.
const (
	exitDone = iota
	exitMissed
	exitFailed
)

type options struct {
	spec     testbed.Spec
	kinds    []string
	rounds   int
	picket   string
	cache    string
	markdown bool
	check    bool
}

func parseFlags(args []string) (options, error) {
	var o options
	fs := flag.NewFlagSet("speed", flag.ContinueOnError)
	fs.StringVar(&o.spec.Size, "size", "medium", "size of the generated corpus")
	fs.IntVar(&o.spec.Threats, "threats", 10, "times each scenario is planted in it")
	fs.Uint64Var(&o.spec.Seed, "seed", 1, "seed of the corpus")
	kinds := fs.String("kinds", "", "comma-separated logs to measure (empty: all)")
	fs.IntVar(&o.rounds, "rounds", 5, "pairs of zcat and picket a log")
	fs.StringVar(&o.picket, "picket", "", "program to measure (empty: build cmd/picket)")
	fs.StringVar(&o.cache, "cache", "", "directory to keep generated corpora in (empty: under the temporary directory)")
	fs.BoolVar(&o.markdown, "md", false, "print Markdown")
	fs.BoolVar(&o.check, "check", false, "exit 1 when a limit is missed")
	if err := fs.Parse(args); err != nil {
		return o, err
	}
	for _, l := range limits {
		o.kinds = append(o.kinds, l.kind)
	}
	if *kinds != "" {
		all := o.kinds
		o.kinds = strings.Split(*kinds, ",")
		for _, k := range o.kinds {
			if !slices.Contains(all, k) {
				return o, fmt.Errorf("no such log: %q", k)
			}
		}
	}
	if o.rounds < 1 {
		return o, fmt.Errorf("rounds must be above zero")
	}
	return o, nil
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	o, err := parseFlags(os.Args[1:])
	met := false
	if err == nil {
		met, err = run(ctx, o, os.Stdout, os.Stderr)
	}
	stop()
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, "speed:", err)
		os.Exit(exitFailed)
	case o.check && !met:
		os.Exit(exitMissed)
	}
	os.Exit(exitDone)
}

// run measures every log asked for and prints the report; progress gets a
// line a log, since a medium corpus takes minutes. It says whether every limit was met.
func run(ctx context.Context, o options, out, progress io.Writer) (bool, error) {
	work, err := os.MkdirTemp("", "picket-speed-")
	if err != nil {
		return false, err
	}
	defer os.RemoveAll(work)
	b, err := prepare(ctx, o, work)
	if err != nil {
		return false, err
	}
	var results []*result
	for _, kind := range o.kinds {
		fmt.Fprintf(progress, "measuring %s, %d rounds\n", kind, o.rounds)
		r, err := b.measure(ctx, kind, o.rounds)
		if err != nil {
			return false, fmt.Errorf("measure %s: %w", kind, err)
		}
		results = append(results, r)
	}
	met := !slices.ContainsFunc(results, func(r *result) bool { return !r.met() })
	return met, report.Write(out, o.markdown, costTable(o.spec, results), coresTable(o.spec, results))
}

// prepare builds what has to be built.
func prepare(ctx context.Context, o options, work string) (*bench, error) {
	root, err := testbed.Root(ctx)
	if err != nil {
		return nil, err
	}
	b := &bench{picket: o.picket, work: work}
	if b.always, err = testbed.NoFetchedLists(work); err != nil {
		return nil, err
	}
	if b.picket == "" {
		if b.picket, err = testbed.Build(ctx, root, "cmd/picket", work); err != nil {
			return nil, err
		}
	}
	cache, err := testbed.OpenCache(ctx, root, work, o.cache)
	if err != nil {
		return nil, err
	}
	b.corpus, err = cache.Corpus(ctx, o.spec)
	return b, err
}
