// Command eval scores what a built picket finds: on open labelled logs, where
// every finding is either asked for, allowed or false, and on generated
// corpora, where everything planted is known. It drives the program from
// outside, as a user does, so it imports the standard library and the other
// rooms of bench only.
//
//	go run ./bench/eval -data DIR [-gen small,medium] [-md]
//
// It exits 0 when every target is met, 1 when one is missed and 2 when it
// could not measure.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"

	"picket/bench/report"
	"picket/bench/testbed"
)

// Exit codes.
const (
	exitMet = iota
	exitMissed
	exitFailed
)

type options struct {
	data     string
	sizes    []string
	picket   string
	cache    string
	seed     uint64
	markdown bool
}

func parseFlags(args []string) (options, error) {
	var o options
	fs := flag.NewFlagSet("eval", flag.ContinueOnError)
	fs.StringVar(&o.data, "data", "", "directory of open data with labels-open.json (empty: leave out)")
	sizes := fs.String("gen", "small", "comma-separated sizes of generated corpora (empty: leave out)")
	fs.StringVar(&o.picket, "picket", "", "program to score (empty: build cmd/picket)")
	fs.StringVar(&o.cache, "cache", "", "directory to keep generated corpora in (empty: under the temporary directory)")
	fs.Uint64Var(&o.seed, "seed", 1, "seed of the generated corpora")
	fs.BoolVar(&o.markdown, "md", false, "print Markdown")
	if err := fs.Parse(args); err != nil {
		return o, err
	}
	if *sizes != "" {
		o.sizes = strings.Split(*sizes, ",")
	}
	if o.data == "" && len(o.sizes) == 0 {
		return o, fmt.Errorf("nothing to score: give -data or -gen")
	}
	return o, nil
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	o, err := parseFlags(os.Args[1:])
	met := false
	if err == nil {
		met, err = run(ctx, o, os.Stdout)
	}
	stop()
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, "eval:", err)
		os.Exit(exitFailed)
	case !met:
		os.Exit(exitMissed)
	}
	os.Exit(exitMet)
}

// run scores everything asked for, prints the report, and says whether every target was met.
func run(ctx context.Context, o options, out io.Writer) (bool, error) {
	root, err := testbed.Root(ctx)
	if err != nil {
		return false, err
	}
	work, err := os.MkdirTemp("", "picket-eval-")
	if err != nil {
		return false, err
	}
	defer os.RemoveAll(work)
	s, err := newScanner(ctx, o, root, work)
	if err != nil {
		return false, err
	}
	var goals []goal
	var tables []*report.Table
	if o.data != "" {
		score, err := scoreOpen(ctx, s, o.data)
		if err != nil {
			return false, err
		}
		goals, tables = append(goals, score.goals()...), append(tables, score.tables()...)
	}
	if len(o.sizes) > 0 {
		cache, err := testbed.OpenCache(ctx, root, work, o.cache)
		if err != nil {
			return false, err
		}
		g, t, err := generated(ctx, s, cache, o)
		if err != nil {
			return false, err
		}
		goals, tables = append(goals, g...), append(tables, t...)
	}
	return allMet(goals), report.Write(out, o.markdown, append(tables, goalTable(goals))...)
}

// newScanner builds picket unless a program was given.
func newScanner(ctx context.Context, o options, root, work string) (scanner, error) {
	s := scanner{program: o.picket}
	var err error
	if s.always, err = testbed.NoFetchedLists(work); err != nil {
		return s, err
	}
	if s.program == "" {
		s.program, err = testbed.Build(ctx, root, "cmd/picket", work)
	}
	return s, err
}

// generated scores each size with every scenario planted once and with none.
func generated(ctx context.Context, s scanner, cache *testbed.Cache, o options) ([]goal, []*report.Table, error) {
	var goals []goal
	var tables []*report.Table
	for _, size := range o.sizes {
		for _, threats := range []int{1, 0} {
			spec := testbed.Spec{Size: size, Threats: threats, Seed: o.seed}
			corpus, err := cache.Corpus(ctx, spec)
			if err != nil {
				return nil, nil, err
			}
			findings, failures, err := scanCorpus(ctx, s, corpus)
			if err != nil {
				return nil, nil, fmt.Errorf("scan corpus %s: %w", spec, err)
			}
			score := scoreCorpus(spec.String(), corpus.Truth, findings)
			score.failures = failures
			goals, tables = append(goals, score.goals()...), append(tables, score.tables()...)
		}
	}
	return goals, tables, nil
}
