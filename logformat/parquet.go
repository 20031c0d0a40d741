package logformat

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"picket/event"
	"picket/logformat/internal/parquet"
)

var flowParquet = Format{
	Name:  "vpc-flow-parquet",
	Kind:  event.KindFlow,
	Doc:   "VPC flow logs as Apache Parquet: columns are fields, with underscores for hyphens.",
	Sniff: func(head []byte) bool { return len(head) >= 4 && string(head[:4]) == "PAR1" },
}

// Parquet reads the flow records of a Parquet file. It belongs to one goroutine.
type Parquet struct {
	plan    flowPlan
	columns []parquetColumn
	rows    *parquet.Rows
	row     int   // the next of those in memory
	inside  int   // rows in memory
	read    int   // rows decoded
	offset  int64 // of the next line in the text they make
}

// Bounds of one batch of a Parquet file.
const (
	parquetRows  = 8192
	parquetBytes = 4 << 20
)

// OpenParquet reads the schema of a file of size bytes. A file that is no flow
// log is an error that names its columns. Close is owed.
func OpenParquet(r io.ReaderAt, size int64) (*Parquet, error) {
	f, err := parquet.Open(r, size)
	if err != nil {
		return nil, fmt.Errorf("open parquet: %w", err)
	}
	p := &Parquet{}
	var picked []int
	var header []string
	for i, c := range f.Columns() {
		if c.Flat && fieldOf(c.Name) != event.FieldUnknown && len(header) < event.MaxColumns {
			header = append(header, c.Name)
			picked = append(picked, i)
		}
	}
	var reason string
	if p.plan, reason = planOf([]byte(strings.Join(header, " "))); reason != "" {
		return nil, fmt.Errorf("open parquet: %s; its columns are %s", reason, columnNames(f))
	}
	p.rows = f.Rows(picked)
	p.columns = make([]parquetColumn, len(picked))
	for i, k := range picked {
		p.columns[i] = parquetColumn{values: p.rows.Values(i), append: appenderOf(f.Columns()[k])}
	}
	return p, nil
}

// columnNames lists the first columns of a file.
func columnNames(f *parquet.File) string {
	names := make([]string, min(len(f.Columns()), event.MaxColumns))
	for i := range names {
		names[i] = f.Path(i)
	}
	return strings.Join(names, ", ")
}

// Close releases what reading took.
func (p *Parquet) Close() { p.rows.Close() }

// Decode appends the next rows to b, which must be freshly reset, and reports
// whether there are more; it bounds the batch itself. b.Data becomes the
// records as lines of text, and Meta.Offset its place in the text of them all.
// The rows before an error are in b.
func (p *Parquet) Decode(b *event.Batch, st *State) (more bool, err error) {
	b.Data = b.Data[:0]
	b.Columns = p.plan.columns
	b.Meta.Offset = p.offset
	st.batch = b
	for n := 0; n < parquetRows && len(b.Data) < parquetBytes; n++ {
		if p.row == p.inside {
			if err := p.fill(); errors.Is(err, io.EOF) {
				return false, nil
			} else if err != nil {
				return false, fmt.Errorf("read parquet row %d: %w", p.read, err)
			}
		}
		p.decodeRow(b, st)
	}
	return true, nil
}

// fill reads rows.
func (p *Parquet) fill() (err error) {
	p.row = 0
	p.inside, err = p.rows.Next(parquet.MaxRows)
	for i := range p.columns {
		p.columns[i].begin()
	}
	return err
}

// decodeRow writes the next row as a line and decodes that.
func (p *Parquet) decodeRow(b *event.Batch, st *State) {
	i := len(b.Data)
	for k := range p.columns {
		b.Data = append(p.columns[k].word(b.Data, p.row), ' ')
	}
	e := len(b.Data) - 1
	b.Data[e] = '\n'
	p.row++
	p.read++
	p.offset += int64(len(b.Data) - i)
	st.flowRecord(&p.plan, i, e)
}
