package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"picket/bench/report"
)

// A result is how long the answers to one question took.
type result struct {
	name  string
	times []time.Duration
}

// ask has clients ask, each all questions in an order of its own again and
// again, until the time is up.
func (s *server) ask(ctx context.Context, o options, size int) ([]result, error) {
	asked := slices.DeleteFunc(questions(), func(q question) bool { return !strings.Contains(q.name, o.only) })
	if len(asked) == 0 {
		return nil, fmt.Errorf("no question's name contains %q", o.only)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	results := make([]result, len(asked))
	var mu sync.Mutex
	var clients sync.WaitGroup
	began := time.Now()
	for i := range o.clients {
		clients.Go(func() {
			c, d := s.client(), dice{rand.New(rand.NewPCG(uint64(i), 2))}
			for n := 0; time.Since(began) < o.time && ctx.Err() == nil; n++ {
				which := d.IntN(len(asked))
				at := time.Now()
				err := asked[which].ask(ctx, c, d, size)
				took := time.Since(at)
				if err != nil {
					cancel(fmt.Errorf("%s: %w", asked[which].name, err))
					return
				}
				if time.Since(began) < o.time/10 {
					continue // the caches fill
				}
				mu.Lock()
				results[which].times = append(results[which].times, took)
				mu.Unlock()
			}
		})
	}
	clients.Wait()
	for i := range results {
		results[i].name = asked[i].name
	}
	return results, context.Cause(ctx)
}

// table shows the results, the slowest first, and says whether all met the goal.
func table(title string, results []result) (t *report.Table, met bool) {
	t, met = &report.Table{Title: title, Head: []string{"question", "answers", "p50 ms", "p99 ms", "max ms"}}, true
	all := result{name: "all"}
	for i := range results {
		slices.Sort(results[i].times)
		all.times = append(all.times, results[i].times...)
	}
	slices.Sort(all.times)
	slices.SortFunc(results, func(a, b result) int { return int(b.percentile(99) - a.percentile(99)) })
	for _, r := range append(results, all) {
		t.Add(r.name, len(r.times), ms(r.percentile(50)), ms(r.percentile(99)), ms(r.percentile(100)))
		met = met && r.percentile(99) < goal
	}
	return t, met
}

// percentile is the time that p of 100 answers did not exceed.
func (r *result) percentile(p int) time.Duration {
	if len(r.times) == 0 {
		return 0
	}
	return r.times[(len(r.times)*p+99)/100-1]
}

func ms(d time.Duration) string { return fmt.Sprintf("%.1f", float64(d.Microseconds())/1000) }
