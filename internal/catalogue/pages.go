package catalogue

import (
	"fmt"
	"strings"

	"picket/detect"
	"picket/event"
	"picket/finding"
	"picket/intel"
	"picket/internal/feeds"
	"picket/logformat"
)

// generated begins every page.
const generated = "<!-- Generated from the declarations by `make generate`. DO NOT EDIT. -->\n\n"

// Pages makes the reference pages: file name below docs/reference to content.
func Pages(ds []*detect.Detector) map[string]string {
	return map[string]string{
		"findings.md":     findingsPage(ds),
		"detectors.md":    detectorsPage(ds),
		"formats.md":      formatsPage(),
		"intel.md":        intelPage(),
		"api-coverage.md": apiPage(),
	}
}

func findingsPage(ds []*detect.Detector) string {
	var b strings.Builder
	types, missing := Types(ds), Missing(ds)
	fmt.Fprintf(&b, "%s# Finding types\n\npicket raises %d of GuardDuty's finding types.\n\n| type | severity | logs | detector |\n|---|---|---|---|\n", generated, len(types))
	for _, t := range types {
		fmt.Fprintf(&b, "| `%s` | %s (%g) | %s | [%s](detectors.md#%s) |\n", t.Name, finding.Band(t.Severity), t.Severity, sources(t.Sources), t.Detector.Name, t.Detector.Name)
	}
	fmt.Fprintf(&b, "\n## Not covered\n\n%d types of GuardDuty's catalogue are not raised: they occur only as sample findings. By what they need:\n", len(missing))
	for _, g := range byFamily(missing) {
		fmt.Fprintf(&b, "\n### %s\n\n", g.family)
		for _, t := range g.types {
			fmt.Fprintf(&b, "* `%s` (%s)\n", t.Name, t.Needs)
		}
	}
	return b.String()
}

func sources(ss []finding.Source) string {
	out := make([]string, len(ss))
	for i, s := range ss {
		out[i] = string(s)
	}
	return strings.Join(out, ", ")
}

func detectorsPage(ds []*detect.Detector) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s# Detectors\n\n%d detectors. Every number that decides is a parameter with its source: AWS's user guide, a paper, a public rule, "+
		"a measurement, or our own choice.\n", generated, len(ds))
	for _, d := range ds {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\nReads %s.\n\n| raises | severity | role | what to do |\n|---|---|---|---|\n", d.Name, strings.TrimSpace(d.Doc), Reads(d))
		for _, t := range d.Findings {
			fmt.Fprintf(&b, "| `%s` | %g | %s | %s |\n", t.Name, t.Severity, t.Role, cell(t.Remedy))
		}
		ps := Params(d)
		if len(ps) == 0 {
			continue
		}
		b.WriteString("\n| parameter | default | meaning | source |\n|---|---|---|---|\n")
		for _, p := range ps {
			fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", p.Name, cell(p.Default), cell(p.Doc), cell(p.Source))
		}
	}
	return b.String()
}

// cell makes text fit for a table's cell.
func cell(s string) string {
	return strings.ReplaceAll(strings.Join(strings.Fields(s), " "), "|", "\\|")
}

func formatsPage() string {
	var b strings.Builder
	b.WriteString(generated + "# Log formats\n\nFormats are recognised by content, never by a file's name. Files may be gzip, zstd or bzip2, or lie in a zip.\n\n| format | what it is |\n|---|---|\n")
	for _, f := range logformat.Formats {
		fmt.Fprintf(&b, "| %s | %s |\n", f.Name, cell(f.Doc))
	}
	b.WriteString("\nRecords that are read and left out on purpose are counted by reason:\n\n")
	for s := range logformat.NumSkips {
		fmt.Fprintf(&b, "* %s\n", s)
	}
	return b.String()
}

func intelPage() string {
	var b strings.Builder
	b.WriteString(generated + "# Threat intelligence\n\n## Categories\n\n`--intel CATEGORY=FILE` and file names in `--intel-dir` use these names.\n\n| category | holds |\n|---|---|\n")
	for _, c := range event.Categories {
		fmt.Fprintf(&b, "| %s | %s |\n", c.ID, c.Doc)
	}
	b.WriteString("\n## List formats\n\n| format | what it is |\n|---|---|\n")
	for _, f := range intel.Formats {
		fmt.Fprintf(&b, "| %s | %s |\n", f.Name, cell(f.Doc))
	}
	b.WriteString("\n## Feeds\n\n`picket intel update` fetches those that are fetched by default; name others to fetch them. picket ships none of their data.\n\n" +
		"| feed | category | by default | renewed every | terms |\n|---|---|---|---|---|\n")
	for _, f := range feeds.All {
		byDefault := "no"
		if f.Default {
			byDefault = "yes"
		}
		fmt.Fprintf(&b, "| [%s](%s) | %s | %s | %s | %s |\n", f.Name, f.URL, f.Category, byDefault, f.Every, cell(f.Terms))
	}
	return b.String()
}
