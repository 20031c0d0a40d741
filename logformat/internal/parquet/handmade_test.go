package parquet

import (
	"bytes"
	"compress/gzip"
	"hash/crc32"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// int32Cells are values as List gives them. A negative one is null.
func int32Cells(values ...int32) (cells []cell) {
	for _, v := range values {
		if v < 0 {
			cells = append(cells, nil)
		} else {
			cells = append(cells, int32s(v))
		}
	}
	return cells
}

func textCells(values ...string) (cells []cell) {
	for _, v := range values {
		cells = append(cells, cell(v))
	}
	return cells
}

func gzipped(tb testing.TB, data []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(data); err != nil {
		tb.Fatal(err)
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

// unknownMembers are of ids that parquet.thrift does not have, and of all kinds
// that the compact protocol has.
var unknownMembers = []member{
	flag(30, true), {31, kindByte, []byte{7}}, {32, kindInt16, []byte{1}}, {33, kindDouble, make([]byte, 8)}, {34, kindUUID, make([]byte, 16)},
	listOf(35, kindTrue, []byte{1}, []byte{2}), {36, kindSet, []byte{0x15, 4}}, {37, kindMap, []byte{0}},
	{38, kindMap, []byte{2, byte(kindBinary)<<4 | byte(kindStruct), 1, 'k', 0, 1, 'l', 0x11, 0}}, inner(39, inner(1, textOf(700, "deep")), flag(2, false)),
	{40, kindMap, []byte{1, byte(kindTrue)<<4 | byte(kindInt64), 1, 9}}, number32(3000, 4),
}

var (
	fourInts   = dataOf(4, plainEncoding, rleEncoding, int32s(5, 6, 7, 8)...)
	threeTexts = dictionaryOf(3, plainTexts("a", "bc", "")...)
	// The indexes 0, 1, 2, 2: a packed run of eight, two bits each, of which the
	// last four are padding.
	fourIndexes = dataOf(4, 8, rleEncoding, 2, 1<<1|1, 0b10_10_01_00, 0)
	// Two values, a null, a value.
	fourLevels = []byte{2 << 1, 1, 1 << 1, 0, 1 << 1, 1}
	sumOf12    = number32(4, int64(int32(crc32.ChecksumIEEE(int32s(1, 2)))))
	headOf2    = inner(dataHead, number32(1, 2), number32(2, plainEncoding), number32(3, rleEncoding))
)

func TestTextPages(t *testing.T) {
	words := textCells("a", "bc", "", "")
	xy := dataOf(2, plainEncoding, rleEncoding, plainTexts("x", "y")...)
	for name, c := range map[string]struct {
		madeColumn
		want []cell
	}{
		"dictionary":             {madeColumn{values: 4, pages: [][]byte{threeTexts, fourIndexes}, dictionary: true}, words},
		"no dictionary offset":   {madeColumn{values: 4, pages: [][]byte{threeTexts, fourIndexes}}, words},
		"dictionary offset 0":    {madeColumn{values: 4, pages: [][]byte{threeTexts, fourIndexes}, metadata: []member{number64(11, 0)}}, words},
		"dictionary, then plain": {madeColumn{values: 6, pages: [][]byte{threeTexts, fourIndexes, xy}, dictionary: true}, slices.Concat(words, textCells("x", "y"))},
		// Encodings.md, "Delta-length byte array": the lengths 5, 5, 6, 6.
		"delta lengths": {madeColumn{values: 4, pages: [][]byte{dataOf(4, 6, rleEncoding,
			append([]byte{8, 1, 4, 10, 0, 1, 0b010}, "HelloWorldFoobarABCDEF"...)...)}}, textCells("Hello", "World", "Foobar", "ABCDEF")},
		"one length": {madeColumn{values: 1, pages: [][]byte{dataOf(1, 6, rleEncoding, 8, 1, 1, 4, 'a', 'b')}}, textCells("ab")},
		"a whole block of lengths": {madeColumn{values: 9, pages: [][]byte{dataOf(9, 6, rleEncoding, append([]byte{8, 1, 9, 2, 0, 0}, "abcdefghi"...)...)}},
			textCells("a", "b", "c", "d", "e", "f", "g", "h", "i")},
		"dictionary far away": {madeColumn{values: 4, dictionary: true, pages: [][]byte{threeTexts, page(1, make([]byte, 2*piece)), fourIndexes}}, words},
		// Encodings.md, "Delta Strings": the prefixes 0, 2, 0, 3 and the suffixes 4, 2, 6, 5.
		"delta strings": {madeColumn{values: 4, pages: [][]byte{dataOf(4, 7, rleEncoding,
			append([]byte{8, 1, 4, 0, 3, 3, 0b01_000_100, 0b1, 0, 8, 1, 4, 8, 3, 3, 0b01_110_000, 0, 0}, "axislebabbleyhood"...)...)}},
			textCells("axis", "axle", "babble", "babyhood")},
	} {
		c.typ = ByteArray
		sameCells(t, name, c.madeColumn, c.want)
	}
}

func TestInt32Pages(t *testing.T) {
	packed := gzipped(t, int32s(5, 6, 8))
	for name, c := range map[string]struct {
		madeColumn
		want []cell
	}{
		// Encodings.md, "Bit-packed": from the highest bit of each byte on.
		"bit-packed levels": {madeColumn{repetition: optional, values: 9,
			pages: [][]byte{dataOf(9, plainEncoding, bitPacked, append([]byte{0b1011_0000, 0b1000_0000}, int32s(5, 6, 7, 8)...)...)}}, int32Cells(5, -1, 6, 7, -1, -1, -1, -1, 8)},
		"version 2, compressed":     {madeColumn{codec: 2, repetition: optional, values: 4, pages: [][]byte{dataV2Of(4, 1, plainEncoding, fourLevels, packed, 6+12, true)}}, int32Cells(5, 6, -1, 8)},
		"version 2, not compressed": {madeColumn{codec: 2, repetition: optional, values: 4, pages: [][]byte{dataV2Of(4, 1, plainEncoding, fourLevels, int32s(5, 6, 8), 6+12, false)}}, int32Cells(5, 6, -1, 8)},
		"version 2, nulls alone":    {madeColumn{codec: 1, repetition: optional, values: 3, pages: [][]byte{dataV2Of(3, 3, plainEncoding, []byte{3 << 1, 0}, nil, 2, true)}}, int32Cells(-1, -1, -1)},
		"index page":                {madeColumn{values: 4, pages: [][]byte{page(1, []byte("index"), inner(6)), fourInts}}, int32Cells(5, 6, 7, 8)},
		"unknown page":              {madeColumn{values: 4, pages: [][]byte{page(77, []byte("?")), fourInts}}, int32Cells(5, 6, 7, 8)},
		"empty page":                {madeColumn{values: 4, pages: [][]byte{dataOf(0, plainEncoding, rleEncoding), fourInts}}, int32Cells(5, 6, 7, 8)},
		"unknown members": {madeColumn{values: 2, schema: unknownMembers, metadata: unknownMembers, chunk: unknownMembers,
			pages: [][]byte{page(dataPage, int32s(5, 6), append([]member{headOf2}, unknownMembers...)...)}}, int32Cells(5, 6)},
		"checksum":        {madeColumn{values: 2, pages: [][]byte{page(dataPage, int32s(1, 2), sumOf12, headOf2)}}, int32Cells(1, 2)},
		"members of gzip": {madeColumn{codec: 2, values: 3, pages: [][]byte{dataV2Of(3, 0, plainEncoding, nil, slices.Concat(gzipped(t, int32s(5)), gzipped(t, int32s(6, 7))), 12, true)}}, int32Cells(5, 6, 7)},
		// Encodings.md, "Delta Encoding", examples 1 and 2.
		"equal deltas":     {madeColumn{values: 5, pages: [][]byte{dataOf(5, 5, rleEncoding, 8, 1, 5, 2, 2, 0)}}, int32Cells(1, 2, 3, 4, 5)},
		"deltas":           {madeColumn{values: 8, pages: [][]byte{dataOf(8, 5, rleEncoding, 8, 1, 8, 14, 3, 2, 0b11_00_00_00, 0b00_11_11_11)}}, int32Cells(7, 5, 3, 1, 2, 3, 4, 5)},
		"unpadded deltas":  {madeColumn{values: 8, pages: [][]byte{dataOf(8, 5, rleEncoding, 32, 1, 8, 14, 3, 2, 0b11_00_00_00, 0b00_11_11_11)}}, int32Cells(7, 5, 3, 1, 2, 3, 4, 5)},
		"unused bit width": {madeColumn{values: 2, pages: [][]byte{dataOf(2, 5, rleEncoding, 32, 2, 2, 14, 3, 0, 99)}}, int32Cells(7, 5)},
		// The numbers 1 to 7 of Encodings.md, "RLE", as indexes of three bits.
		"packed indexes": {madeColumn{values: 8, dictionary: true,
			pages: [][]byte{dictionaryOf(8, int32s(10, 11, 12, 13, 14, 15, 16, 17)...), dataOf(8, plainDictionary, rleEncoding, 3, 3, 0b10001000, 0b11000110, 0b11111010)}},
			int32Cells(10, 11, 12, 13, 14, 15, 16, 17)},
		"long run":       {madeColumn{values: 300, dictionary: true, pages: [][]byte{dictionaryOf(2, int32s(4, 9)...), dataOf(300, 8, rleEncoding, 1, 0xd8, 4, 1)}}, slices.Repeat(int32Cells(9), 300)},
		"indexes 0 wide": {madeColumn{values: 2, dictionary: true, pages: [][]byte{dictionaryOf(1, int32s(4)...), dataOf(2, 8, rleEncoding, 0, 2<<1)}}, int32Cells(4, 4)},
	} {
		c.typ = Int32
		sameCells(t, name, c.madeColumn, c.want)
	}
}

func TestOtherPages(t *testing.T) {
	for name, c := range map[string]struct {
		madeColumn
		want []cell
	}{
		"dictionary of booleans": {madeColumn{typ: Boolean, values: 4, pages: [][]byte{dictionaryOf(2, 0b01), dataOf(4, 8, rleEncoding, 1, 1<<1|1, 0b0110)}}, []cell{{1}, {0}, {0}, {1}}},
		"runs of booleans":       {madeColumn{typ: Boolean, values: 3, pages: [][]byte{dataOf(3, rleEncoding, rleEncoding, 4, 0, 0, 0, 2<<1, 1, 1<<1, 0)}}, []cell{{1}, {1}, {0}}},
		// Encodings.md, "Byte Stream Split".
		"split": {madeColumn{typ: Float, values: 3, pages: [][]byte{dataOf(3, 9, rleEncoding, 0xaa, 0x00, 0xa3, 0xbb, 0x11, 0xb4, 0xcc, 0x22, 0xc5, 0xdd, 0x33, 0xd6)}},
			[]cell{{0xaa, 0xbb, 0xcc, 0xdd}, {0x00, 0x11, 0x22, 0x33}, {0xa3, 0xb4, 0xc5, 0xd6}}},
		"split texts": {madeColumn{typ: FixedLenByteArray, values: 2, pages: [][]byte{dataOf(2, 9, rleEncoding, []byte("aAbBcCdDeEfFgG")...)}}, textCells("abcdefg", "ABCDEFG")},
	} {
		sameCells(t, name, c.madeColumn, c.want)
	}
}

// sameCells checks what is read of a file of one column, however it is read.
func sameCells(t *testing.T, name string, c madeColumn, want []cell) {
	t.Helper()
	c.name = "x"
	for _, most := range []int{1, 3, MaxRows} {
		got, err := readAll(file(c.values, c), most)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(want, got["x"]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
