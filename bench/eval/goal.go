package main

import (
	"fmt"

	"picket/bench/report"
)

// goal is one figure that has to be reached.
type goal struct {
	name, want, got string
	met             bool
}

// atLeast wants a share of a number of findings. Of none, every share is met.
func atLeast(name string, percent, hit, of int) goal {
	return goal{name: name, want: fmt.Sprintf(">= %d%%", percent), got: share(hit, of), met: hit*100 >= percent*of}
}

// none wants nothing of a kind to have happened.
func none(name string, n int) goal {
	return goal{name: name, want: "0", got: fmt.Sprint(n), met: n == 0}
}

func share(hit, of int) string {
	if of == 0 {
		return "none asked for"
	}
	return fmt.Sprintf("%d of %d (%.1f%%)", hit, of, 100*float64(hit)/float64(of))
}

func allMet(goals []goal) bool {
	for _, g := range goals {
		if !g.met {
			return false
		}
	}
	return true
}

func goalTable(goals []goal) *report.Table {
	t := &report.Table{Title: "Targets", Head: []string{"target", "wanted", "reached", ""}}
	for _, g := range goals {
		verdict := "met"
		if !g.met {
			verdict = "MISSED"
		}
		t.Add(g.name, g.want, g.got, verdict)
	}
	return t
}
