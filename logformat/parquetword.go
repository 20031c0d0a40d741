package logformat

import (
	"encoding/binary"
	"math"
	"strconv"

	"picket/logformat/internal/parquet"
)

// parquetColumn writes the values of a column as fields of lines.
type parquetColumn struct {
	values *parquet.Values
	append func(dst, value []byte) []byte
	next   int // of the values

	dictionary int      // whose values are written here:
	words      []byte   // one after the other
	ends       []uint32 // where each of them ends in words
}

// maxSpelled is how many bytes the words of a dictionary may have together to be
// kept. Writers end dictionaries at about as many.
const maxSpelled = 1 << 20

// begin makes the column ready for rows that have just been read.
func (c *parquetColumn) begin() {
	c.next = 0
	if v := c.values; v.Dictionary != 0 && v.Dictionary != c.dictionary {
		c.dictionary = v.Dictionary
		c.spell(&v.List)
	}
}

// spell writes out the values of a dictionary, if they are not too many.
func (c *parquetColumn) spell(list *parquet.List) {
	c.words, c.ends = c.words[:0], c.ends[:0]
	for i := range list.Len() {
		c.words = c.append(c.words, list.At(i))
		c.ends = append(c.ends, uint32(len(c.words)))
		if len(c.words) > maxSpelled {
			c.words, c.ends = nil, nil
			return
		}
	}
}

// word appends the value of a row. Rows come in order.
func (c *parquetColumn) word(dst []byte, row int) []byte {
	v := c.values
	if v.Null != nil && v.Null[row] {
		return append(dst, '-')
	}
	at := c.next
	c.next++
	if v.Index == nil {
		return c.append(dst, v.List.At(at))
	}
	k := v.Index[at]
	if len(c.ends) == 0 {
		return c.append(dst, v.List.At(int(k)))
	}
	from := uint32(0)
	if k > 0 {
		from = c.ends[k-1]
	}
	return append(dst, c.words[from:c.ends[k]]...)
}

// appenderOf says how values of a column become fields of a line: numbers in
// decimal, points in time as Unix seconds, and text as it is.
func appenderOf(c parquet.Column) func(dst, value []byte) []byte {
	switch {
	case c.Type == parquet.Int64 && c.Ticks > 0:
		return func(dst, v []byte) []byte { return strconv.AppendInt(dst, floorDiv(signed64(v), c.Ticks), 10) }
	case c.Type == parquet.Int32 && c.Unsigned:
		return appendUint32
	case c.Type == parquet.Int64 && c.Unsigned:
		return appendUint64
	}
	return parquetWords[c.Type]
}

var parquetWords = [...]func(dst, value []byte) []byte{
	parquet.Boolean:           appendBoolean,
	parquet.Int32:             appendInt32,
	parquet.Int64:             appendInt64,
	parquet.Int96:             appendInt96,
	parquet.Float:             appendFloat32,
	parquet.Double:            appendFloat64,
	parquet.ByteArray:         appendWord,
	parquet.FixedLenByteArray: appendWord,
}

func appendBoolean(dst, v []byte) []byte { return strconv.AppendBool(dst, v[0] != 0) }
func appendInt32(dst, v []byte) []byte {
	return strconv.AppendInt(dst, int64(int32(unsigned32(v))), 10)
}
func appendUint32(dst, v []byte) []byte { return strconv.AppendUint(dst, uint64(unsigned32(v)), 10) }
func appendInt64(dst, v []byte) []byte  { return strconv.AppendInt(dst, signed64(v), 10) }
func appendUint64(dst, v []byte) []byte { return strconv.AppendUint(dst, uint64(signed64(v)), 10) }

func unsigned32(v []byte) uint32 { return binary.LittleEndian.Uint32(v) }
func signed64(v []byte) int64    { return int64(binary.LittleEndian.Uint64(v)) }

// appendInt96 writes a point in time as Impala and Spark wrote it: nanoseconds
// of the day, then the Julian day.
func appendInt96(dst, v []byte) []byte {
	const epoch, day = 2_440_588, 86_400 // Julian day of 1970-01-01; seconds
	seconds := (int64(unsigned32(v[8:]))-epoch)*day + floorDiv(signed64(v), 1e9)
	return strconv.AppendInt(dst, seconds, 10)
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

func appendFloat32(dst, v []byte) []byte {
	return appendFloat(dst, float64(math.Float32frombits(unsigned32(v))), 32)
}

func appendFloat64(dst, v []byte) []byte {
	return appendFloat(dst, math.Float64frombits(uint64(signed64(v))), 64)
}

// appendFloat writes a number without an exponent: tools that know no integers
// with nulls keep ports and times as floats, and their nulls as NaN.
func appendFloat(dst []byte, v float64, bits int) []byte {
	if math.IsNaN(v) {
		return append(dst, '-')
	}
	return strconv.AppendFloat(dst, v, 'f', -1, bits)
}

// maxWord is the most bytes of a text that are written, more than any field has.
const maxWord = 64 << 10

// appendWord writes text as one field of a line.
func appendWord(dst, text []byte) []byte {
	if len(text) == 0 {
		return append(dst, '-')
	}
	i := len(dst)
	dst = append(dst, text[:min(len(text), maxWord)]...)
	for k, c := range dst[i:] {
		if c <= ' ' {
			dst[i+k] = '_'
		}
	}
	return dst
}
