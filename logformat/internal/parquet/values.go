package parquet

import (
	"encoding/binary"
	"fmt"
)

// List is a list of values of one type, each as PLAIN stores it: numbers in
// little endian, and without a length in front. A boolean is a byte, 0 or 1.
type List struct {
	data  []byte
	width int    // of each value; 0:
	spans []span // they stand here in data
}

// span is where a value stands, in bytes.
type span struct{ off, n uint32 }

// Len is how many values there are.
func (l *List) Len() int {
	if l.width > 0 {
		return len(l.data) / l.width
	}
	return len(l.spans)
}

// At returns value i, a view.
func (l *List) At(i int) []byte {
	if l.width > 0 {
		return l.data[i*l.width : (i+1)*l.width]
	}
	s := l.spans[i]
	return l.data[s.off : s.off+s.n]
}

// Values are those of a column in some rows. All of it is good until the next
// call of Rows.Next.
type Values struct {
	// Null says which of the rows have no value; nil stands for none of them.
	// There is nothing in Index or List for those: the values are those of the
	// other rows, one after the other.
	Null []bool
	// Index says which of List each value is; nil stands for 0, 1, 2 and so on.
	Index []uint32
	// List holds the values, or a dictionary of them.
	List List
	// Dictionary is 0 if List is no dictionary; else a number that is another
	// when List is another dictionary than before.
	Dictionary int
}

// cutPlain cuts n values in the encoding PLAIN off data, each of width bytes, or
// if width is 0 with a length in front. spans is made use of.
func cutPlain(data []byte, width, n int, spans []span) (l List, rest []byte, err error) {
	if width > 0 {
		if n > len(data)/width {
			return l, nil, errValues
		}
		return List{data: data[:n*width], width: width}, data[n*width:], nil
	}
	const head = 4
	at := 0
	for i := range spans[:n] {
		if len(data)-at < head {
			return l, nil, errValues
		}
		size := binary.LittleEndian.Uint32(data[at:])
		at += head
		if uint64(size) > uint64(len(data)-at) {
			return l, nil, fmt.Errorf("value of %d bytes in a page that has %d left", size, len(data)-at)
		}
		spans[i] = span{uint32(at), size}
		at += int(size)
	}
	return List{data: data, spans: spans[:n]}, data[at:], nil
}
