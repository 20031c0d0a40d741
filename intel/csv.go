package intel

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
)

// table is a CSV file whose columns are known by the names in its header.
type table struct {
	csv     *csv.Reader
	above   int // lines up to and including the header
	columns map[string]int
}

// openTable reads up to the header: the first line accept takes, a leading '#'
// cut off. Blank lines and comments may stand before it.
func openTable(r io.Reader, accept func(columns map[string]int) bool) (*table, error) {
	in := newLines(r)
	for {
		line, err := in.next()
		if err == io.EOF {
			return nil, errors.New("no header row that names a known column")
		}
		if err != nil {
			return nil, err
		}
		if len(line) == 0 {
			continue
		}
		if columns := headerColumns(line); columns != nil && accept(columns) {
			cr := csv.NewReader(in.r)
			cr.FieldsPerRecord, cr.TrimLeadingSpace, cr.ReuseRecord, cr.Comment = -1, true, true, '#'
			return &table{csv: cr, above: in.n, columns: columns}, nil
		}
		if line[0] != '#' {
			return nil, fmt.Errorf("line %d: not the expected header row", in.n)
		}
	}
}

// headerColumns maps the lower-case names in a header row to their positions.
// A line of a single field is no header.
func headerColumns(line []byte) map[string]int {
	line = bytes.TrimLeft(line, "# ")
	cr := csv.NewReader(bytes.NewReader(line))
	cr.TrimLeadingSpace = true
	names, err := cr.Read()
	if err != nil || len(names) < 2 {
		return nil
	}
	columns := make(map[string]int, len(names))
	for i, name := range names {
		name = strings.ToLower(strings.TrimSpace(name))
		if _, seen := columns[name]; !seen {
			columns[name] = i
		}
	}
	return columns
}

// next returns the next row and its line number; the row is good until the
// next call. The end is io.EOF.
func (t *table) next() (row []string, line int, err error) {
	row, err = t.csv.Read()
	if err == io.EOF {
		return nil, 0, err
	}
	if bad := new(csv.ParseError); errors.As(err, &bad) {
		return nil, 0, fmt.Errorf("line %d: %w", t.above+bad.Line, bad.Err)
	}
	if err != nil {
		return nil, 0, err
	}
	line, _ = t.csv.FieldPos(0)
	return row, t.above + line, nil
}

// field returns the trimmed value of the first of the named columns that the
// row fills, "" when none does.
func (t *table) field(row []string, names ...string) string {
	for _, name := range names {
		if i, ok := t.columns[name]; ok && i < len(row) {
			if v := strings.TrimSpace(row[i]); v != "" {
				return v
			}
		}
	}
	return ""
}

// each calls take for every row and stops at its first error.
func (t *table) each(take func(row []string, line int) error) error {
	for {
		row, line, err := t.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err := take(row, line); err != nil {
			return err
		}
	}
}

// hasColumns makes an accept function for openTable and a sniffer of headers.
func hasColumns(names ...string) func(map[string]int) bool {
	return func(columns map[string]int) bool {
		for _, name := range names {
			if _, ok := columns[name]; !ok {
				return false
			}
		}
		return true
	}
}

// sniffHeader makes a Sniff that looks for a header row accept takes.
func sniffHeader(accept func(map[string]int) bool) func([]byte) bool {
	return func(head []byte) bool {
		for line := range bytes.Lines(head) {
			if line = bytes.TrimSpace(line); len(line) == 0 {
				continue
			}
			if columns := headerColumns(line); columns != nil && accept(columns) {
				return true
			}
			if line[0] != '#' {
				return false
			}
		}
		return false
	}
}

func threat(name string) []byte {
	if name == "" {
		return nil
	}
	return []byte(name)
}
