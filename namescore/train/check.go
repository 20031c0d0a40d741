package main

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"picket/namescore/internal/lexical"
)

// check reports the labels of a file of names, one a line, gzip or plain.
func (m *model) check(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return fmt.Errorf("list: %w", err)
	}
	defer f.Close()
	var in io.Reader = f
	if strings.HasSuffix(name, ".gz") {
		if in, err = gzip.NewReader(f); err != nil {
			return fmt.Errorf("list %q: %w", name, err)
		}
	}
	var labels []string
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		if label := registrable(lines.Text()); !lexical.Neutral(label) {
			labels = append(labels, label)
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("list %q: %w", name, err)
	}
	m.report(filepath.Base(name), len(labels), func(i int) string { return labels[i] })
	return nil
}

// registrable guesses the label left of the public suffix: the last but one, or
// the one before when that is short and a second-level suffix such as co.uk is
// likely. It is good enough to describe a list, not to judge by.
func registrable(name string) string {
	parts := strings.Split(strings.ToLower(strings.Trim(name, ". \t\r")), ".")
	n := len(parts)
	switch {
	case n < 2:
		return parts[0]
	case n > 2 && len(parts[n-1]) == 2 && len(parts[n-2]) <= 3:
		return parts[n-3]
	}
	return parts[n-2]
}
