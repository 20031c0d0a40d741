package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// truth is truth.json: what was written, and what has to be found in it.
type truth struct {
	End      string            `json:"end"`
	Files    []*file           `json:"files"`
	Findings []*finding        `json:"findings"`
	Decoys   []*decoyNote      `json:"decoys"`
	Flags    map[string]string `json:"flags"` // every flag that decides what is written
	Lists    map[string]int    `json:"lists"` // entries by file
	ListUse  []listUse         `json:"list_use"`
	Start    string            `json:"start"`
	Totals   map[string]*total `json:"totals"`
}

// listUse says what a detector is to be told a list is: "threat-list" for the
// customer's own, else a category of intelligence.
type listUse struct {
	File string `json:"file"`
	Use  string `json:"use"`
}

type total struct {
	Files   int `json:"files"`
	Records int `json:"records"`
	Planted int `json:"planted_records"`
	Decoys  int `json:"decoy_records"`
	Raw     int `json:"raw_bytes"`
	Stored  int `json:"stored_bytes"`
}

func newTruth(w *world, p *planner, o options) *truth {
	t := &truth{Start: stampS(p.c.start), End: stampS(p.c.start + p.c.span), Files: p.c.files,
		Findings: p.findings, Decoys: p.decoys, Flags: o.flags(), Lists: map[string]int{}, Totals: map[string]*total{}}
	for _, l := range w.lists() {
		t.Lists[l.file] = len(l.entries)
		for _, u := range l.uses {
			t.ListUse = append(t.ListUse, listUse{l.file, u})
		}
	}
	for _, f := range p.c.files {
		s := t.Totals[f.Log]
		if s == nil {
			s = &total{}
			t.Totals[f.Log] = s
		}
		s.Files++
		s.Records += f.Records
		s.Raw += f.Raw
		s.Stored += f.Stored
	}
	for _, f := range p.findings {
		t.Totals[f.Log].Planted += f.Records
	}
	for _, d := range p.decoys {
		t.Totals[d.Log].Decoys += d.Records
	}
	return t
}

func (t *truth) write(dir string) error {
	j, err := json.MarshalIndent(t, "", " ")
	if err != nil {
		return fmt.Errorf("encode truth: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "truth.json"), append(j, '\n'), 0o644); err != nil {
		return fmt.Errorf("write truth: %w", err)
	}
	return nil
}

// summarise prints a line a log.
func (t *truth) summarise(to io.Writer) error {
	var b strings.Builder
	for _, k := range kinds {
		if s := t.Totals[k.name]; s != nil {
			fmt.Fprintf(&b, "%-10s %5d files %9d records (%d planted, %d decoys) %11d raw bytes (%.0f/record) %10d stored (%.1f:1)\n",
				k.name, s.Files, s.Records, s.Planted, s.Decoys, s.Raw, float64(s.Raw)/float64(s.Records), s.Stored, float64(s.Raw)/float64(s.Stored))
		}
	}
	fmt.Fprintf(&b, "%d expected findings, %d decoys\n", len(t.Findings), len(t.Decoys))
	_, err := io.WriteString(to, b.String())
	return err
}

func writeLists(w *world, dir string) error {
	dir = filepath.Join(dir, "lists")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("write lists: %w", err)
	}
	for _, l := range w.lists() {
		if err := os.WriteFile(filepath.Join(dir, l.file), []byte(strings.Join(l.entries, "\n")+"\n"), 0o644); err != nil {
			return fmt.Errorf("write list: %w", err)
		}
	}
	return nil
}
