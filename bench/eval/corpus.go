package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"picket/bench/report"
	"picket/bench/testbed"
)

// The logs whose records name their account are scanned together; a cluster's
// audit log names none, so each account's is scanned for itself.
var (
	accountLogs = []string{"cloudtrail", "s3data", "flow2", "flow5", "dns"}
	auditLog    = "k8s"
)

// scanCorpus scans a whole corpus with all its lists.
func scanCorpus(ctx context.Context, s scanner, c *testbed.Corpus) ([]found, []string, error) {
	var scans [][]string
	lists := c.ListArgs(nil)
	all := slices.Clone(lists)
	for _, log := range accountLogs {
		all = append(all, filepath.Join(c.Dir, log))
	}
	scans = append(scans, all)
	accounts, err := os.ReadDir(filepath.Join(c.Dir, auditLog))
	if err != nil {
		return nil, nil, fmt.Errorf("list clusters: %w", err)
	}
	for _, a := range accounts {
		scans = append(scans, append(slices.Clone(lists), "--account", a.Name(), filepath.Join(c.Dir, auditLog, a.Name())))
	}
	var out []found
	var failures []string
	for _, args := range scans {
		fs, failure, err := s.scan(ctx, args...)
		if err != nil {
			return nil, nil, err
		}
		if failure != "" {
			failures = append(failures, failure)
		}
		out = append(out, fs...)
	}
	return out, failures, nil
}

// matches says whether a finding is the planted one. What the finding does not
// say can't tell it apart: flow records of version 2 name an interface and no
// instance, and some findings are about a whole account.
func matches(f found, p testbed.Planted) bool {
	if f.typ != p.Type && !slices.Contains(p.Or, f.typ) || f.account != p.Account {
		return false
	}
	if p.Role != "" && f.role != "" && f.role != p.Role {
		return false
	}
	switch p.Key {
	case "instance":
		return f.instance == "" && len(f.interfaces) == 0 || sameInstance(f, p.Entity)
	case "bucket":
		return len(f.buckets) == 0 || slices.Contains(f.buckets, p.Entity["bucket"])
	case "user":
		return f.user == "" || f.user == p.Entity["user"]
	}
	return true
}

// sameInstance compares by instance or by interface, whichever the finding names.
func sameInstance(f found, entity map[string]string) bool {
	id, eni := entity["instance"], entity["interface"]
	return f.instance != "" && (f.instance == id || f.instance == eni) || eni != "" && slices.Contains(f.interfaces, eni)
}

// corpusScore is the result on one generated corpus.
type corpusScore struct {
	name     string
	clean    bool // nothing was planted
	asked    map[string]int
	hit      map[string]int
	misses   []testbed.Planted
	extra    []extra // findings that nothing planted explains
	failures []string
}

// extra is a finding too many and the decoy that may have raised it.
type extra struct {
	found
	decoy string
}

// needs are the kinds of planted finding; only a baseline may be missing.
var needs = []string{"record", "list", "window", "baseline"}

const optionalNeed = "baseline"

func scoreCorpus(name string, truth testbed.Truth, fs []found) *corpusScore {
	s := &corpusScore{name: name, clean: len(truth.Findings) == 0, asked: map[string]int{}, hit: map[string]int{}}
	explained := make([]bool, len(fs))
	for _, p := range truth.Findings {
		s.asked[p.Needs]++
		hit := false
		for i, f := range fs {
			if matches(f, p) {
				hit, explained[i] = true, true
			}
		}
		if hit {
			s.hit[p.Needs]++
		} else {
			s.misses = append(s.misses, p)
		}
	}
	for i, f := range fs {
		if !explained[i] {
			s.extra = append(s.extra, extra{f, blame(f, truth.Decoys)})
		}
	}
	return s
}

// blame names the decoy about the same thing as a finding.
func blame(f found, decoys []testbed.Decoy) string {
	for _, d := range decoys {
		e := d.Entity
		if d.Account == f.account && (sameInstance(f, e) || f.user != "" && f.user == e["user"] || e["bucket"] != "" && slices.Contains(f.buckets, e["bucket"])) {
			return d.Name
		}
	}
	return ""
}

func (s *corpusScore) goals() []goal {
	prefix := "generated, " + s.name + ", "
	goals := []goal{none(prefix+"failed scans", len(s.failures))}
	if s.clean {
		return append(goals, none(prefix+"false positives", len(s.extra)))
	}
	for _, n := range needs {
		if n != optionalNeed {
			goals = append(goals, atLeast(prefix+"needs "+n, 100, s.hit[n], s.asked[n]))
		}
	}
	return goals
}

func (s *corpusScore) tables() []*report.Table {
	byNeed := &report.Table{Title: "Generated, " + s.name, Head: []string{"needs", "found"}}
	for _, n := range needs {
		if s.asked[n] > 0 {
			byNeed.Add(n, share(s.hit[n], s.asked[n]))
		}
	}
	misses := &report.Table{Title: "Generated, " + s.name + ": misses", Head: []string{"id", "type", "needs", "account", "entity", "first"}}
	for _, m := range s.misses {
		misses.Add(m.ID, m.Type, m.Needs, m.Account, m.Entity[m.Key], m.First)
	}
	failures := &report.Table{Title: "Generated, " + s.name + ": failed scans", Head: []string{"failure"}}
	for _, f := range s.failures {
		failures.Add(f)
	}
	return []*report.Table{byNeed, misses, s.extraTable(), failures}
}

// extraTable counts by type where threats were planted, since one threat may
// rightly raise more than one type; where none were, it lists every mistake.
func (s *corpusScore) extraTable() *report.Table {
	if s.clean {
		t := &report.Table{Title: "Generated, " + s.name + ": false positives", Head: []string{"type", "account", "about", "decoy"}}
		for _, e := range s.extra {
			t.Add(e.typ, e.account, e.who(), e.decoy)
		}
		return t
	}
	counts := map[[2]string]int{}
	var order [][2]string
	for _, e := range s.extra {
		k := [2]string{e.typ, e.decoy}
		if counts[k] == 0 {
			order = append(order, k)
		}
		counts[k]++
	}
	slices.SortFunc(order, func(a, b [2]string) int { return slices.Compare(a[:], b[:]) })
	t := &report.Table{Title: "Generated, " + s.name + ": also raised (not judged)", Head: []string{"type", "findings", "decoy"}}
	for _, k := range order {
		t.Add(k[0], counts[k], k[1])
	}
	return t
}
