package parquet

import (
	"encoding/binary"
	"fmt"
)

// decoder gives the values of a page one after the other.
type decoder interface {
	// decode makes c.out the next n values, at most MaxRows.
	decode(c *column, n int) error
}

// encoding is a way to write values.
type encoding struct {
	name  string
	types uint // set of the Types it is for
	// begin returns a decoder of data, which is good as long as data is.
	begin func(c *column, data []byte) (decoder, error)
}

const (
	anyType    = 1<<numTypes - 1
	integers   = 1<<Int32 | 1<<Int64
	texts      = 1<<ByteArray | 1<<FixedLenByteArray
	splittable = integers | 1<<Float | 1<<Double | 1<<FixedLenByteArray
)

// encodings are numbered as Encoding is. Those without begin are not read:
// BIT_PACKED is for levels alone, and ALP has yet to be settled.
var encodings = [...]encoding{
	0:  {"PLAIN", anyType, beginPlain},
	2:  {"PLAIN_DICTIONARY", anyType, beginIndexes},
	3:  {"RLE", 1 << Boolean, beginBooleans},
	4:  {"BIT_PACKED", 0, nil},
	5:  {"DELTA_BINARY_PACKED", integers, beginDeltas},
	6:  {"DELTA_LENGTH_BYTE_ARRAY", 1 << ByteArray, beginLengths},
	7:  {"DELTA_BYTE_ARRAY", texts, beginPrefixes},
	8:  {"RLE_DICTIONARY", anyType, beginIndexes},
	9:  {"BYTE_STREAM_SPLIT", splittable, beginSplit},
	10: {"ALP", 1<<Float | 1<<Double, nil},
}

// Encodings that are also those of dictionaries or levels.
const (
	plainEncoding   = 0
	plainDictionary = 2
	rleEncoding     = 3
	bitPacked       = 4
)

// begin returns a decoder of a page's values.
func (c *column) begin(number int, data []byte) (decoder, error) {
	if number >= len(encodings) || encodings[number].name == "" {
		return nil, fmt.Errorf("values in unknown encoding %d", number)
	}
	e := &encodings[number]
	switch {
	case e.begin == nil:
		return nil, fmt.Errorf("values in encoding %s, which is not read", e.name)
	case e.types>>c.info.Type&1 == 0:
		return nil, fmt.Errorf("values in encoding %s, which is not for type %s", e.name, c.info.Type)
	}
	return e.begin(c, data)
}

// plain decodes PLAIN values but booleans.
type plain struct{ data []byte }

func beginPlain(c *column, data []byte) (decoder, error) {
	if c.info.Type == Boolean {
		c.booleans = booleans{bitmap(data, 8*len(data))}
		return &c.booleans, nil
	}
	c.plain.data = data
	return &c.plain, nil
}

func (p *plain) decode(c *column, n int) (err error) {
	c.out.List, p.data, err = cutPlain(p.data, c.info.Width, n, c.spans[:])
	return err
}

// booleans decodes bits.
type booleans struct{ bits hybrid }

// beginBooleans reads the length in front of RLE booleans.
func beginBooleans(c *column, data []byte) (decoder, error) {
	body, _, err := cutSized(data)
	c.booleans = booleans{hybrid{data: body, width: 1}}
	return &c.booleans, err
}

// cutSized cuts off what has its length in front, in four bytes.
func cutSized(data []byte) (body, rest []byte, err error) {
	const head = 4
	if len(data) < head {
		return nil, nil, errValues
	}
	n := binary.LittleEndian.Uint32(data)
	if data = data[head:]; uint64(n) > uint64(len(data)) {
		return nil, nil, errValues
	}
	return data[:n], data[n:], nil
}

func (b *booleans) decode(c *column, n int) (err error) {
	bits := c.index[:n]
	if err := b.bits.decode(bits); err != nil {
		return err
	}
	if c.made, err = room(c.mem, c.made, n); err != nil {
		return err
	}
	for i, bit := range bits {
		c.made[i] = byte(bit & 1)
	}
	c.out.List = List{data: c.made, width: 1}
	return nil
}
