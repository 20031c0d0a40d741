// Package report prints the tables of the measuring tools, for a terminal or
// for a Markdown page. It imports the standard library only.
package report

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Table is one titled table. Rows may be shorter than Head.
type Table struct {
	Title string
	Head  []string
	Rows  [][]string
}

// Add appends a row, printing each value as fmt.Sprint does.
func (t *Table) Add(cells ...any) {
	row := make([]string, len(cells))
	for i, c := range cells {
		row[i] = fmt.Sprint(c)
	}
	t.Rows = append(t.Rows, row)
}

// Write prints the tables one after the other, those without rows left out.
func Write(w io.Writer, markdown bool, tables ...*Table) error {
	var b strings.Builder
	for _, t := range tables {
		switch {
		case len(t.Rows) == 0:
		case markdown:
			t.markdown(&b)
		default:
			t.text(&b)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (t *Table) markdown(b *strings.Builder) {
	fmt.Fprintf(b, "## %s\n\n", t.Title)
	line := func(cells []string) {
		for i := range t.Head {
			cell := ""
			if i < len(cells) {
				cell = strings.NewReplacer("|", `\|`, "\n", " ").Replace(cells[i])
			}
			b.WriteString("| " + cell + " ")
		}
		b.WriteString("|\n")
	}
	line(t.Head)
	b.WriteString(strings.Repeat("| --- ", len(t.Head)) + "|\n")
	for _, r := range t.Rows {
		line(r)
	}
	b.WriteString("\n")
}

func (t *Table) text(b *strings.Builder) {
	widths := make([]int, len(t.Head))
	lines := append([][]string{t.Head}, t.Rows...)
	for _, r := range lines {
		for i := range min(len(r), len(widths)) {
			widths[i] = max(widths[i], utf8.RuneCountInString(r[i]))
		}
	}
	fmt.Fprintf(b, "%s\n", t.Title)
	for _, r := range lines {
		var line strings.Builder
		for i := range min(len(r), len(widths)) {
			fmt.Fprintf(&line, "  %-*s", widths[i], r[i])
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	b.WriteString("\n")
}
