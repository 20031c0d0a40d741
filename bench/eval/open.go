package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"picket/bench/report"
)

// labels is labels-open.json.
type labels struct {
	Units map[string]unit `json:"units"` // by path relative to the labels
}

// unit is one file and what there is to find in it. Each is a world of its own.
type unit struct {
	Account *string  `json:"account"` // null where the records name none
	Must    []must   `json:"must"`
	May     []string `json:"may"`
}

// must is a type that has to be raised, or one of Or in its place.
type must struct {
	Type       string   `json:"type"`
	Or         []string `json:"or"`
	Confidence string   `json:"confidence"` // high or medium
}

func (m must) types() []string { return append([]string{m.Type}, m.Or...) }

// Levels of confidence in a label.
const (
	high   = "high"
	medium = "medium"
)

// noAccount stands for the account of records that name none.
const noAccount = "000000000000"

func readLabels(dir string) (*labels, error) {
	b, err := os.ReadFile(filepath.Join(dir, "labels-open.json"))
	if err != nil {
		return nil, fmt.Errorf("read labels: %w", err)
	}
	return parseLabels(b)
}

func parseLabels(b []byte) (*labels, error) {
	var l labels
	if err := json.Unmarshal(b, &l); err != nil {
		return nil, fmt.Errorf("read labels: %w", err)
	}
	if len(l.Units) == 0 {
		return nil, fmt.Errorf("read labels: they name no unit")
	}
	for path, u := range l.Units {
		if !filepath.IsLocal(path) {
			return nil, fmt.Errorf("read labels: unit %q is outside the data", path)
		}
		for _, m := range u.Must {
			if m.Confidence != high && m.Confidence != medium {
				return nil, fmt.Errorf("read labels: unit %q: confidence %q of %s", path, m.Confidence, m.Type)
			}
		}
	}
	return &l, nil
}

// tally is one type's record over all units.
type tally struct {
	asked, hit map[string]int // by confidence
	may, wrong int            // units in which it was raised, allowed or not
}

// note is one line of a list of misses, mistakes or failures.
type note struct{ unit, typ, text string }

// openScore is the result on the open data.
type openScore struct {
	units    int
	types    map[string]*tally
	misses   []note
	wrong    []note
	failures []note
}

func scoreOpen(ctx context.Context, s scanner, dir string) (*openScore, error) {
	l, err := readLabels(dir)
	if err != nil {
		return nil, err
	}
	score := &openScore{types: map[string]*tally{}}
	for _, path := range slices.Sorted(maps.Keys(l.Units)) {
		u := l.Units[path]
		var args []string
		if u.Account == nil {
			args = append(args, "--account", noAccount)
		}
		fs, failure, err := s.scan(ctx, append(args, filepath.Join(dir, filepath.FromSlash(path)))...)
		if err != nil {
			return nil, fmt.Errorf("scan %s: %w", path, err)
		}
		if failure != "" {
			score.failures = append(score.failures, note{unit: path, text: failure})
		}
		score.add(path, u, fs)
	}
	return score, nil
}

// add scores one unit. A type raised is counted once, however often.
func (s *openScore) add(path string, u unit, fs []found) {
	s.units++
	raised := map[string]int{}
	for _, f := range fs {
		raised[f.typ]++
	}
	asked := map[string]bool{}
	for _, m := range u.Must {
		s.askFor(path, m, raised)
		for _, t := range m.types() {
			asked[t] = true
		}
	}
	for _, typ := range slices.Sorted(maps.Keys(raised)) {
		switch {
		case asked[typ]:
		case slices.Contains(u.May, typ):
			s.tally(typ).may++
		default:
			s.tally(typ).wrong++
			s.wrong = append(s.wrong, note{path, typ, fmt.Sprintf("%d findings", raised[typ])})
		}
	}
}

func (s *openScore) askFor(path string, m must, raised map[string]int) {
	t := s.tally(m.Type)
	t.asked[m.Confidence]++
	if slices.ContainsFunc(m.types(), func(typ string) bool { return raised[typ] > 0 }) {
		t.hit[m.Confidence]++
		return
	}
	text := m.Confidence
	if len(m.Or) > 0 {
		text += ", or " + strings.Join(m.Or, ", ")
	}
	s.misses = append(s.misses, note{path, m.Type, text})
}

func (s *openScore) tally(typ string) *tally {
	t := s.types[typ]
	if t == nil {
		t = &tally{asked: map[string]int{}, hit: map[string]int{}}
		s.types[typ] = t
	}
	return t
}

// total sums a confidence over all types.
func (s *openScore) total(confidence string) (hit, asked int) {
	for _, t := range s.types {
		hit += t.hit[confidence]
		asked += t.asked[confidence]
	}
	return hit, asked
}

func (s *openScore) goals() []goal {
	highHit, highAsked := s.total(high)
	mediumHit, mediumAsked := s.total(medium)
	return []goal{
		atLeast("open data, high confidence", 100, highHit, highAsked),
		atLeast("open data, medium confidence", 95, mediumHit, mediumAsked),
		none("open data, false positives", len(s.wrong)),
		none("open data, failed scans", len(s.failures)),
	}
}

func (s *openScore) tables() []*report.Table {
	types := &report.Table{Title: fmt.Sprintf("Open data: %d units, by type", s.units),
		Head: []string{"type", "high", "medium", "allowed", "false"}}
	names := slices.Sorted(maps.Keys(s.types))
	for _, n := range names {
		t := s.types[n]
		types.Add(n, ratio(t.hit[high], t.asked[high]), ratio(t.hit[medium], t.asked[medium]), t.may, t.wrong)
	}
	return []*report.Table{types,
		noteTable("Open data: misses", "confidence", s.misses),
		noteTable("Open data: false positives", "raised", s.wrong),
		noteTable("Open data: failed scans", "failure", s.failures)}
}

func ratio(hit, asked int) string {
	if asked == 0 {
		return "-"
	}
	return fmt.Sprintf("%d/%d", hit, asked)
}

func noteTable(title, what string, notes []note) *report.Table {
	t := &report.Table{Title: title, Head: []string{"unit", "type", what}}
	for _, n := range notes {
		t.Add(n.unit, n.typ, n.text)
	}
	return t
}
