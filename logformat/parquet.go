package logformat

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/parquet-go/parquet-go"

	"picket/event"
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
	place   []int // of the plan's columns in the file, ascending
	groups  []parquet.RowGroup
	rows    parquet.Rows
	buffer  []parquet.Row
	pending []parquet.Row // read and not yet decoded
	read    int           // rows decoded
	offset  int64         // of the next line in the text they make
}

// Bounds of one batch of a Parquet file.
const (
	parquetRows  = 8192
	parquetBytes = 4 << 20
)

// OpenParquet reads the schema of a file of size bytes. A file that is no flow
// log is an error that names its columns. Close is owed.
func OpenParquet(r io.ReaderAt, size int64) (p *Parquet, err error) {
	defer guard(&err)
	if err := checkFooter(r, size); err != nil {
		return nil, err
	}
	f, err := parquet.OpenFile(r, size, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return nil, fmt.Errorf("open parquet: %w", err)
	}
	p = &Parquet{groups: f.RowGroups(), buffer: make([]parquet.Row, 256)}
	var header, names []string
	for i, path := range f.Schema().Columns() {
		names = append(names, strings.Join(path, "."))
		if len(path) == 1 && fieldOf(path[0]) != event.FieldUnknown && len(header) < event.MaxColumns {
			header = append(header, path[0])
			p.place = append(p.place, i)
		}
	}
	var reason string
	if p.plan, reason = planOf([]byte(strings.Join(header, " "))); reason != "" {
		return nil, fmt.Errorf("open parquet: %s; its columns are %s", reason, strings.Join(names[:min(len(names), event.MaxColumns)], ", "))
	}
	return p, nil
}

// checkFooter checks what the reader believes: the length of the footer, for
// which it makes room.
func checkFooter(r io.ReaderAt, size int64) error {
	const tail = 8 // the footer's length and the magic
	var b [tail]byte
	if size < 2*tail {
		return errors.New("open parquet: file is too short")
	}
	if _, err := r.ReadAt(b[:], size-tail); err != nil {
		return fmt.Errorf("open parquet: read the end: %w", err)
	}
	if n := int64(binary.LittleEndian.Uint32(b[:])); string(b[4:]) != "PAR1" || n > size-2*tail+4 {
		return errors.New("open parquet: file is truncated or damaged: it does not end with a footer")
	}
	return nil
}

// Close releases what reading took.
func (p *Parquet) Close() error {
	if p.rows == nil {
		return nil
	}
	err := p.rows.Close()
	p.rows = nil
	return err
}

// Decode appends the next rows to b, which must be freshly reset, and reports
// whether there are more; it bounds the batch itself. b.Data becomes the
// records as lines of text, and Meta.Offset its place in the text of them all.
func (p *Parquet) Decode(b *event.Batch, st *State) (more bool, err error) {
	defer guard(&err)
	b.Data = b.Data[:0]
	b.Columns = p.plan.columns
	b.Meta.Offset = p.offset
	st.batch = b
	for n := 0; n < parquetRows && len(b.Data) < parquetBytes; n++ {
		if len(p.pending) == 0 {
			if err := p.fill(); err != nil {
				if errors.Is(err, io.EOF) {
					return false, nil
				}
				return false, fmt.Errorf("read parquet row %d: %w", p.read, err)
			}
		}
		p.row(b, st, p.pending[0])
		p.pending = p.pending[1:]
		p.read++
	}
	return true, nil
}

// fill reads rows until there are some.
func (p *Parquet) fill() error {
	for {
		if p.rows == nil {
			if len(p.groups) == 0 {
				return io.EOF
			}
			p.rows, p.groups = p.groups[0].Rows(), p.groups[1:]
		}
		n, err := p.rows.ReadRows(p.buffer)
		if n > 0 {
			p.pending = p.buffer[:n]
			return nil
		}
		if err == nil {
			err = io.ErrNoProgress
		}
		if !errors.Is(err, io.EOF) {
			return err
		}
		if err := p.Close(); err != nil {
			return err
		}
	}
}

// row writes a row as a line and decodes that.
func (p *Parquet) row(b *event.Batch, st *State, row parquet.Row) {
	i, at := len(b.Data), 0
	for _, column := range p.place {
		for at < len(row) && row[at].Column() < column {
			at++
		}
		if at < len(row) && row[at].Column() == column {
			b.Data = appendValue(b.Data, row[at])
		} else {
			b.Data = append(b.Data, '-')
		}
		b.Data = append(b.Data, ' ')
	}
	e := len(b.Data) - 1
	b.Data[e] = '\n'
	p.offset += int64(len(b.Data) - i)
	st.flowRecord(&p.plan, i, e)
}

func appendValue(dst []byte, v parquet.Value) []byte {
	switch {
	case v.IsNull():
		return append(dst, '-')
	case v.Kind() == parquet.Int32:
		return strconv.AppendInt(dst, int64(v.Int32()), 10)
	case v.Kind() == parquet.Int64:
		return strconv.AppendInt(dst, v.Int64(), 10)
	case v.Kind() == parquet.ByteArray || v.Kind() == parquet.FixedLenByteArray:
		return appendWord(dst, v.ByteArray())
	}
	return appendWord(dst, []byte(v.String()))
}

// appendWord writes text as one field of a line.
func appendWord(dst, text []byte) []byte {
	if len(text) == 0 {
		return append(dst, '-')
	}
	for _, c := range text {
		if c <= ' ' {
			c = '_'
		}
		dst = append(dst, c)
	}
	return dst
}

// guard turns a panic of the Parquet reader, which damaged files can cause,
// into an error.
func guard(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("read parquet: damaged file: %v", r)
	}
}
