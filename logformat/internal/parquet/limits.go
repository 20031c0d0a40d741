package parquet

import (
	"fmt"
	"unsafe"
)

// What a file may ask for.
const (
	// maxFooter is the longest footer that is read, in bytes. One row group
	// takes some 150 bytes of it per column.
	maxFooter = 64 << 20
	// maxElements is the most groups and columns of a schema.
	maxElements = 1 << 16
	// maxPage is the largest page, compressed or not, in bytes. Writers make
	// pages of about one mebibyte; some put a whole row group in one. It also
	// bounds what DELTA_BYTE_ARRAY makes of a page in the rows of one Next.
	maxPage = 64 << 20
	// maxHeader is the longest page header, in bytes. It may hold the smallest
	// and the largest value of its page.
	maxHeader = 16 << 20
	// maxMemory is how much all columns of an open file hold together, in bytes:
	// pieces of the file, unpacked pages, dictionaries. The footer comes on top,
	// and 15 KB per column for the rows of a batch.
	maxMemory = 512 << 20
	// piece is how much of a column is read at a time, in bytes, if no page is
	// larger.
	piece = 512 << 10
)

// MaxRows is the most rows that Rows.Next gives.
const MaxRows = 1024

// memory counts what a file makes the reader hold.
type memory struct{ used int }

// room returns s with n elements, in its own array if that is large enough. The
// elements s had stay; the others are undefined.
func room[T byte | span](m *memory, s []T, n int) ([]T, error) {
	if n <= cap(s) {
		return s[:n], nil
	}
	grown := n + n/4
	m.used += (grown - cap(s)) * int(unsafe.Sizeof(*new(T)))
	if m.used > maxMemory {
		return nil, fmt.Errorf("the columns take more than %d bytes of memory", maxMemory)
	}
	out := make([]T, n, grown)
	copy(out, s)
	return out, nil
}
