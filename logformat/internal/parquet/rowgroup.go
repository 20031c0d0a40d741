package parquet

import (
	"errors"
	"fmt"
)

// chunk is what a row group's metadata say of one column.
type chunk struct {
	typ, codec   int64
	values       int64
	size         int64 // of its pages, headers included; a hint: some writers are off by a header
	data         int64 // offset of the first data page
	dictionary   int64 // offset of the dictionary page; 0 if there is none, or its writer is old
	elsewhere    bool  // in another file
	hasMetadata  bool
	hasEncrypted bool
}

// begin is where the first page stands.
func (c *chunk) begin() int64 {
	if c.dictionary > 0 && c.dictionary < c.data {
		return c.dictionary
	}
	return c.data
}

// check reports what makes the chunk of a column unreadable.
func (c *chunk) check(f *File, column *Column, rows int64) error {
	switch {
	case c.hasEncrypted:
		return errors.New("it is encrypted")
	case c.elsewhere:
		return errors.New("its values are in another file")
	case !c.hasMetadata:
		return errors.New("it has no metadata")
	case c.typ != int64(column.Type):
		return fmt.Errorf("it is of type %s, in the schema of type %s", typeName(c.typ), column.Type)
	case c.values != rows:
		return fmt.Errorf("the row group has %d rows, the column %d", rows, c.values)
	case rows > 0 && (c.begin() < 4 || c.begin() >= f.pages):
		return fmt.Errorf("its pages begin at byte %d, outside the %d bytes of pages", c.begin(), f.pages)
	}
	return nil
}

// readRowGroup reads a RowGroup: how many rows it has, and into chunks what it
// says of the picked columns, which ascend.
func (f *File) readRowGroup(d *compact, picked []int, chunks []chunk) (rows int64, err error) {
	rows = -1
	columns := 0
	clear(chunks)
	d.structure(func(head field) bool {
		switch head.id {
		case 1:
			next := 0
			d.structures(head, func(i int) {
				columns++
				if next == len(picked) || i != picked[next] {
					d.skip(kindStruct, maxNesting)
					return
				}
				chunks[next].read(d)
				next++
			})
		case 3:
			rows = d.integer(head)
		default:
			return false
		}
		return true
	})
	switch {
	case d.err != nil:
		return 0, d.err
	case columns != len(f.columns):
		return 0, fmt.Errorf("it has %d columns, the schema %d", columns, len(f.columns))
	case rows < 0:
		return 0, fmt.Errorf("it has %d rows", rows)
	}
	return rows, nil
}

// read reads a ColumnChunk.
func (c *chunk) read(d *compact) {
	d.structure(func(f field) bool {
		switch f.id {
		case 1:
			c.elsewhere = len(d.binary(f)) > 0
		case 3:
			c.hasMetadata = true
			c.readMetadata(d, f)
		case 8:
			c.hasEncrypted = true
			return false
		default:
			return false
		}
		return true
	})
}

// readMetadata reads a ColumnMetaData.
func (c *chunk) readMetadata(d *compact, head field) {
	numbers := map[int16]*int64{1: &c.typ, 4: &c.codec, 5: &c.values, 7: &c.size, 9: &c.data, 11: &c.dictionary}
	c.typ, c.codec, c.values = -1, -1, -1
	d.inner(head, func(f field) bool {
		to, ok := numbers[f.id]
		if ok {
			*to = d.integer(f)
		}
		return ok
	})
}
