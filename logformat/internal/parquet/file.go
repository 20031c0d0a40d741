package parquet

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// File is an open Parquet file. Nothing writes to it after Open.
type File struct {
	r         io.ReaderAt
	pages     int64 // pages stand before this offset: the footer begins there
	columns   []Column
	groups    []group
	rowGroups []byte // a Thrift list's elements, each a RowGroup
	count     int    // of them
}

// tailSize is what stands behind the footer: its length and the magic number.
const tailSize = 8

// firstRead is how much of a file's end is read at once, in bytes: most footers
// fit.
const firstRead = 64 << 10

// Open reads the footer of a file of size bytes. It reads the schema; row groups
// are read when their rows are.
func Open(r io.ReaderAt, size int64) (*File, error) {
	footer, err := readFooter(r, size)
	if err != nil {
		return nil, err
	}
	f := &File{r: r, pages: size - tailSize - int64(len(footer))}
	d := compact{data: footer}
	f.readMetadata(&d)
	if d.err != nil {
		return nil, fmt.Errorf("footer, byte %d: %w", f.pages, d.err)
	}
	if len(f.groups) == 0 {
		return nil, errors.New("the footer has no schema")
	}
	return f, nil
}

// Columns are the leaves of the schema, in its order. They are not to be changed.
func (f *File) Columns() []Column { return f.columns }

// readFooter returns the footer without what is behind it.
func readFooter(r io.ReaderAt, size int64) ([]byte, error) {
	const head = 4 // the magic number, with which a file also begins
	if size < head+tailSize {
		return nil, errors.New("file is too short")
	}
	end := make([]byte, min(size, firstRead))
	if err := readAt(r, end, size-int64(len(end))); err != nil {
		return nil, fmt.Errorf("read the end: %w", err)
	}
	tail := end[len(end)-tailSize:]
	n := int64(binary.LittleEndian.Uint32(tail))
	switch {
	case string(tail[4:]) == "PARE":
		return nil, errors.New("the file is encrypted")
	case string(tail[4:]) != "PAR1" || n > size-head-tailSize:
		return nil, errors.New("file is truncated or damaged: it does not end with a footer")
	case n > maxFooter:
		return nil, fmt.Errorf("the footer has %d bytes, more than %d", n, maxFooter)
	case n+tailSize <= int64(len(end)):
		return end[int64(len(end))-tailSize-n : len(end)-tailSize], nil
	}
	footer := make([]byte, n)
	if err := readAt(r, footer, size-tailSize-n); err != nil {
		return nil, fmt.Errorf("read the footer: %w", err)
	}
	return footer, nil
}

// readAt fills b. A file that ends before that is an error other than io.EOF.
func readAt(r io.ReaderAt, b []byte, off int64) error {
	n, err := r.ReadAt(b, off)
	if n == len(b) {
		return nil
	}
	if err == nil || errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return err
}

// readMetadata reads a FileMetaData.
func (f *File) readMetadata(d *compact) {
	d.structure(func(head field) bool {
		switch head.id {
		case 2:
			f.readSchema(d, head)
		case 4:
			f.readRowGroups(d, head)
		default:
			return false
		}
		return true
	})
}

// readRowGroups notes where the row groups stand.
func (f *File) readRowGroups(d *compact, head field) {
	begin := -1
	f.count = 0
	d.structures(head, func(int) {
		if begin < 0 {
			begin = d.at
		}
		d.skip(kindStruct, maxNesting)
		f.count++
	})
	if begin >= 0 {
		f.rowGroups = d.data[begin:d.at]
	}
}
