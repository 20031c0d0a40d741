package parquet

import (
	"fmt"
	"io"
)

// Rows reads rows of some columns of a file. It belongs to one goroutine.
type Rows struct {
	f       *File
	groups  compact // at the next row group
	group   int     // the next one
	picked  []int
	chunks  []chunk
	columns []column
	mem     memory
	unpack  unpacker
	deltas  deltaSpace
	left    int64 // rows of this row group
	err     error
}

// Rows returns the rows of the columns picked, which are places in Columns,
// ascending, and must be flat. Close is owed.
func (f *File) Rows(picked []int) *Rows {
	r := &Rows{f: f, groups: compact{data: f.rowGroups}, picked: picked}
	r.chunks, r.columns = make([]chunk, len(picked)), make([]column, len(picked))
	for i := range r.columns {
		c := &r.columns[i]
		c.info, c.mem, c.unpack, c.deltas = &f.columns[picked[i]], &r.mem, &r.unpack, &r.deltas
		c.win = window{r: f.r, mem: &r.mem, end: f.pages}
	}
	return r
}

// Values returns what the latest Next read of the i-th of the picked columns.
func (r *Rows) Values(i int) *Values { return &r.columns[i].out }

// Close releases memory. There are no rows behind it.
func (r *Rows) Close() {
	r.unpack.close()
	*r = Rows{f: r.f, err: io.EOF}
}

// Next reads the next rows, and returns how many: at most most and MaxRows. Behind
// the last row it returns io.EOF. Another error is final; it names the column,
// the row group, counted from 0, and the offset of the page.
func (r *Rows) Next(most int) (n int, err error) {
	if r.err == nil {
		n, r.err = r.next(min(most, MaxRows))
	}
	return n, r.err
}

func (r *Rows) next(most int) (int, error) {
	for r.left == 0 {
		if r.group == r.f.count {
			return 0, io.EOF
		}
		if err := r.nextGroup(); err != nil {
			return 0, err
		}
	}
	n := int(min(int64(most), r.left))
	for i := range r.columns {
		c := &r.columns[i]
		if err := c.ready(); err != nil {
			return 0, r.where(c, err)
		}
		n = min(n, c.left)
	}
	for i := range r.columns {
		if err := r.columns[i].take(n); err != nil {
			return 0, r.where(&r.columns[i], err)
		}
	}
	r.left -= int64(n)
	return n, nil
}

// where says where err was met.
func (r *Rows) where(c *column, err error) error {
	return fmt.Errorf("column %s, row group %d, byte %d: %w", c.info.Name, r.group-1, c.begun, err)
}

// nextGroup begins with the next row group.
func (r *Rows) nextGroup() (err error) {
	if r.left, err = r.f.readRowGroup(&r.groups, r.picked, r.chunks); err != nil {
		return fmt.Errorf("row group %d: %w", r.group, err)
	}
	for i := range r.columns {
		c := &r.columns[i]
		err := r.chunks[i].check(r.f, c.info, r.left)
		if err == nil && r.left > 0 {
			err = c.open(&r.chunks[i])
		}
		if err != nil {
			return fmt.Errorf("column %s, row group %d: %w", c.info.Name, r.group, err)
		}
	}
	r.group++
	return nil
}
