package main

import (
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestQuestions: a small store is filled, every question is answered, and asking
// them gives a table.
func TestQuestions(t *testing.T) {
	const size = 300
	f := &filled{dsn: filepath.Join(t.TempDir(), "picket.db"), data: t.TempDir()}
	for range 2 { // the second time it is full
		if err := fill(t.Context(), f.dsn, size); err != nil {
			t.Fatal(err)
		}
	}
	s, err := serve(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	defer s.stop()
	c, d := s.client(), dice{rand.New(rand.NewPCG(1, 1))}
	for _, q := range questions() {
		if err := q.ask(t.Context(), c, d, size); err != nil {
			t.Errorf("%s: %v", q.name, err)
		}
	}
	results, err := s.ask(t.Context(), options{clients: 2, time: 200 * time.Millisecond, only: "COUNT_BY"}, size)
	if err != nil {
		t.Fatal(err)
	}
	table, _ := table("title", results)
	if len(table.Rows) != 2 || !strings.Contains(table.Rows[0][0], "COUNT_BY_SEVERITY") || table.Rows[0][1] == "0" {
		t.Errorf("table %v", table.Rows)
	}
	if _, err := s.ask(t.Context(), options{only: "no such"}, size); err == nil {
		t.Error("asking nothing is accepted")
	}
}

func TestPercentile(t *testing.T) {
	r := result{}
	for i := range 200 {
		r.times = append(r.times, time.Duration(i+1))
	}
	for p, want := range map[int]time.Duration{50: 100, 99: 198, 100: 200} {
		if got := r.percentile(p); got != want {
			t.Errorf("%d of 100: %d, want %d", p, got, want)
		}
	}
	if (&result{}).percentile(99) != 0 {
		t.Error("no answers take time")
	}
}
