package parquet

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
)

// TestBadPages: each error names the column, the row group, counted from 0, and
// where its page begins.
func TestBadPages(t *testing.T) {
	badSum := number32(4, 77)
	huge := func(kind int64, unpacked, packed int64, head member) []byte {
		return structure(number32(1, kind), number32(2, unpacked), number32(3, packed), head)
	}
	four := inner(dataHead, number32(1, 4), number32(2, plainEncoding), number32(3, rleEncoding))
	data := func(encoding int64, body ...byte) [][]byte {
		return [][]byte{dataOf(4, encoding, rleEncoding, body...)}
	}
	three, words := dataOf(3, plainEncoding, rleEncoding, int32s(1, 2, 3)...), dictionaryOf(2, int32s(1, 2)...)
	behind := func(page []byte) string { return fmt.Sprintf("byte %d: ", 4+len(page)) }
	for name, c := range map[string]struct {
		madeColumn
		want string
	}{
		"checksum":           {madeColumn{pages: [][]byte{page(dataPage, int32s(1, 2, 3, 4), badSum, four)}}, "byte 4: the page does not have its checksum"},
		"too few values":     {madeColumn{pages: data(plainEncoding, int32s(1, 2, 3)...)}, "byte 4: the page ends before its values do"},
		"too many values":    {madeColumn{pages: [][]byte{dataOf(5, plainEncoding, rleEncoding, int32s(1, 2, 3, 4, 5)...)}}, "byte 4: page of 5 values, of which the column has 4 left"},
		"missing pages":      {madeColumn{pages: [][]byte{three}}, behind(three) + "the pages end before the last 1 values"},
		"no header":          {madeColumn{pages: [][]byte{make([]byte, 20)}}, "byte 4: the page header lacks the page's kind or size"},
		"long number":        {madeColumn{pages: [][]byte{append([]byte{0x15}, bytes.Repeat([]byte{0x80}, 99)...)}}, "byte 4: page header of 100 bytes or more: number of more than 64 bits"},
		"long header":        {madeColumn{pages: [][]byte{structure(number32(1, dataPage), textOf(9, strings.Repeat("x", maxHeader)))}}, "byte 4: page header of 16777216 bytes or more: cut short"},
		"no head":            {madeColumn{pages: [][]byte{page(dataPage, int32s(1, 2, 3, 4))}}, "byte 4: the page header lacks the number of values or their encoding"},
		"another kind's":     {madeColumn{pages: [][]byte{page(dataPageV2, int32s(1, 2, 3, 4), four)}}, "byte 4: the page header lacks the number of values or their encoding"},
		"huge":               {madeColumn{pages: [][]byte{huge(dataPage, 65<<20, 9, four)}, codec: 1}, "byte 4: page of 68157440 bytes, 9 as stored, more than 67108864"},
		"huge as stored":     {madeColumn{pages: [][]byte{huge(dataPage, 9, math.MaxInt32, four)}, codec: 1}, "byte 4: page of 9 bytes, 2147483647 as stored, more than 67108864"},
		"negative":           {madeColumn{pages: [][]byte{huge(dataPage, -1, 9, four)}}, "byte 4: the page header lacks the page's kind or size"},
		"cut":                {madeColumn{pages: [][]byte{huge(dataPage, 16, 1<<20, four)}, codec: 1}, "byte 4: 1048576 bytes end behind byte"},
		"unknown encoding":   {madeColumn{pages: data(1)}, "byte 4: values in unknown encoding 1"},
		"ALP":                {madeColumn{pages: data(10)}, "byte 4: values in encoding ALP, which is not read"},
		"other type's":       {madeColumn{pages: data(6)}, "byte 4: values in encoding DELTA_LENGTH_BYTE_ARRAY, which is not for type INT32"},
		"level encoding":     {madeColumn{repetition: optional, pages: [][]byte{dataOf(4, plainEncoding, 5, int32s(1, 2, 3, 4)...)}}, "byte 4: definition levels: unknown encoding 5"},
		"level":              {madeColumn{repetition: optional, pages: data(plainEncoding, append([]byte{2, 0, 0, 0, 4 << 1, 2}, int32s(1, 2, 3, 4)...)...)}, "byte 4: definition levels: level 2 in a column that has 1"},
		"too few levels":     {madeColumn{repetition: optional, pages: data(plainEncoding, append([]byte{2, 0, 0, 0, 3 << 1, 1}, int32s(1, 2, 3, 4)...)...)}, "byte 4: definition levels: the page ends before its values do"},
		"more nulls":         {madeColumn{repetition: optional, pages: [][]byte{dataV2Of(4, 0, plainEncoding, fourLevels, int32s(1, 2, 3), 18, true)}}, "byte 4: definition levels: 1 nulls more than the page's header says"},
		"fewer nulls":        {madeColumn{repetition: optional, pages: [][]byte{dataV2Of(4, 2, plainEncoding, fourLevels, int32s(1, 2, 3), 18, true)}}, "byte 4: 1 nulls less than the page's header says"},
		"levels too long":    {madeColumn{pages: [][]byte{page(dataPageV2, int32s(1, 2, 3, 4), inner(dataHeadV2, number32(1, 4), number32(2, 0), number32(4, 0), number32(5, 9), number32(6, 9)))}}, "byte 4: the levels do not fit in the page"},
		"no dictionary":      {madeColumn{pages: [][]byte{fourIndexes}}, "byte 4: values of a dictionary, and no dictionary before them"},
		"index":              {madeColumn{pages: [][]byte{words, fourIndexes}}, behind(words) + "value 2 of a dictionary that has 2"},
		"index width":        {madeColumn{pages: [][]byte{words, dataOf(4, 8, rleEncoding, 33, 8, 0)}}, behind(words) + "indexes of 33 bits"},
		"two dictionaries":   {madeColumn{pages: [][]byte{words, words}}, behind(words) + "a second dictionary"},
		"dictionary too big": {madeColumn{pages: [][]byte{dictionaryOf(3, int32s(1, 2)...)}}, "byte 4: dictionary: the page ends before its values do"},
		"dictionary coded":   {madeColumn{pages: [][]byte{page(dictionaryPage, nil, inner(dictionaryHead, number32(1, 3), number32(2, 5)))}}, "byte 4: dictionary in encoding 5"},
		"delta blocks":       {madeColumn{pages: data(5, 25, 3, 4, 0)}, "byte 4: delta encoding with blocks of 25 in 3 parts"},
		"delta width":        {madeColumn{pages: data(5, 8, 1, 4, 0, 0, 65)}, "byte 4: delta encoding with 65 bits"},
		"delta count":        {madeColumn{pages: data(5, 8, 1, 3, 0, 0, 0)}, "byte 4: the page ends before its values do"},
		"delta cut":          {madeColumn{pages: data(5, 8, 1, 4, 0, 0, 30, 1)}, "byte 4: the page ends before its values do"},
		"gzip":               {madeColumn{codec: 2, pages: data(plainEncoding, int32s(1, 2, 3, 4)...)}, "byte 4: unpack a page with GZIP: inflate byte 0: invalid gzip header"},
		"gzip too long":      {madeColumn{codec: 2, pages: [][]byte{dataV2Of(4, 0, plainEncoding, nil, gzipped(t, make([]byte, 999)), 16, true)}}, "byte 4: unpack a page with GZIP: it does not have the size its header says"},
		"gzip too short":     {madeColumn{codec: 2, pages: [][]byte{dataV2Of(4, 0, plainEncoding, nil, gzipped(t, make([]byte, 15)), 16, true)}}, "byte 4: unpack a page with GZIP: it does not have the size its header says"},
		"zstd":               {madeColumn{codec: 6, pages: data(plainEncoding, int32s(1, 2, 3, 4)...)}, "byte 4: unpack a page with ZSTD: "},
		"stored":             {madeColumn{pages: [][]byte{slices.Concat(huge(dataPage, 17, 16, four), int32s(1, 2, 3, 4))}}, "byte 4: page of 16 bytes: it does not have the size its header says"},
	} {
		c.typ, c.name, c.values = Int32, "srcport", 4
		sameError(t, name, file(4, c.madeColumn), "column srcport, row group 0, "+c.want)
	}
}

func TestBadTextPages(t *testing.T) {
	data := func(encoding int64, body ...byte) [][]byte {
		return [][]byte{dataOf(2, encoding, rleEncoding, body...)}
	}
	for name, c := range map[string]struct {
		typ   Type
		pages [][]byte
		want  string
	}{
		"plain":          {ByteArray, data(plainEncoding, 9, 0, 0, 0, 'a'), "value of 9 bytes in a page that has 1 left"},
		"plain length":   {ByteArray, data(plainEncoding, 9, 0, 0), "the page ends before its values do"},
		"lengths":        {ByteArray, data(6, 8, 1, 2, 4, 2, 0, 'a'), "value of 2 bytes in a page that has 1 left"},
		"negative":       {ByteArray, data(6, 8, 1, 2, 1, 0, 0, 'a'), "value of -1 bytes in a page that has 1 left"},
		"prefix":         {ByteArray, data(7, 8, 1, 2, 0, 4, 0, 8, 1, 2, 2, 0, 0, 'a', 'b'), "value that shares 2 bytes with one of 1"},
		"first prefix":   {ByteArray, data(7, 8, 1, 2, 2, 0, 0, 8, 1, 2, 2, 0, 0, 'a', 'b'), "value that shares 1 bytes with one of 0"},
		"fixed":          {FixedLenByteArray, data(7, 8, 1, 2, 0, 0, 0, 8, 1, 2, 2, 0, 0, 'a', 'b'), "value of 1 bytes in a column of 7"},
		"booleans":       {Boolean, data(rleEncoding, 9, 0, 0, 0, 2, 1), "the page ends before its values do"},
		"boolean":        {Boolean, data(plainEncoding), "the page ends before its values do"},
		"boolean words":  {Boolean, [][]byte{dictionaryOf(3, 7)}, "dictionary: 3 booleans in 1 bytes"},
		"split":          {Double, data(9, make([]byte, 15)...), "the page ends before its values do"},
		"text words":     {ByteArray, [][]byte{dictionaryOf(99, plainTexts("a")...)}, "dictionary: the page ends before its values do"},
		"too long words": {ByteArray, [][]byte{dictionaryOf(1, 5, 0, 0, 0)}, "dictionary: value of 5 bytes in a page that has 0 left"},
	} {
		sameError(t, name, file(2, madeColumn{name: "action", typ: c.typ, values: 2, pages: c.pages}), "column action, row group 0, byte 4: "+c.want)
	}
}

func TestBadChunks(t *testing.T) {
	good := madeColumn{name: "srcaddr", typ: Int32, values: 4, pages: [][]byte{fourInts}}
	for name, c := range map[string]struct {
		change func(c *madeColumn)
		want   string
	}{
		"rows":      {func(c *madeColumn) { c.values = 3 }, "column srcaddr, row group 2: the row group has 4 rows, the column 3"},
		"brotli":    {func(c *madeColumn) { c.codec = 4 }, "column srcaddr, row group 2: it is compressed with BROTLI, which is not read"},
		"LZO":       {func(c *madeColumn) { c.codec = 3 }, "column srcaddr, row group 2: it is compressed with LZO, which is not read"},
		"LZ4":       {func(c *madeColumn) { c.codec = 5 }, "column srcaddr, row group 2: it is compressed with LZ4, which is not read"},
		"codec":     {func(c *madeColumn) { c.codec = 99 }, "column srcaddr, row group 2: it is compressed with unknown codec 99"},
		"encrypted": {func(c *madeColumn) { c.chunk = []member{inner(8, inner(1))} }, "column srcaddr, row group 2: it is encrypted"},
		"type":      {func(c *madeColumn) { c.typ = Double }, "column srcaddr, row group 2: it is of type DOUBLE, in the schema of type INT32"},
		"offset":    {func(c *madeColumn) { c.metadata = []member{number64(9, 1<<40)} }, "column srcaddr, row group 2: its pages begin at byte 1099511627776, outside the"},
		"negative":  {func(c *madeColumn) { c.metadata = []member{number64(9, -1)} }, "column srcaddr, row group 2: its pages begin at byte -1, outside the"},
	} {
		bad := good
		c.change(&bad)
		data := fileOf(madeGroup{4, []madeColumn{good}}, madeGroup{4, []madeColumn{good}}, madeGroup{4, []madeColumn{bad}})
		sameError(t, name, data, c.want)
		if got, _ := readAll(data, MaxRows); len(got["srcaddr"]) != 8 {
			t.Errorf("%s: %d rows before the error, want 8", name, len(got["srcaddr"]))
		}
	}
	sameError(t, "negative rows", fileOf(madeGroup{-4, []madeColumn{good}}), "row group 0: it has -4 rows")
	sameError(t, "missing column", fileOf(madeGroup{4, []madeColumn{good, good}}, madeGroup{4, []madeColumn{good}}), "row group 1: it has 1 columns, the schema 2")
}

func TestBadFooters(t *testing.T) {
	leaf := structure(number32(1, 1), number32(3, 0), textOf(4, "a"))
	root := func(children int64) []byte { return structure(textOf(4, "root"), number32(5, children)) }
	schema := func(elements ...[]byte) []byte {
		return finish([]byte("PAR1"), structure(number32(1, 1), listOf(2, kindStruct, elements...)))
	}
	nested := bytes.Repeat([]byte{0x1c}, 100) // structures in structures
	tail := func(n uint32, magic string) []byte {
		return append(binary.LittleEndian.AppendUint32([]byte("PAR1...."), n), magic...)
	}
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"empty":            {nil, "file is too short"},
		"magic":            {[]byte("PAR1PAR1"), "file is too short"},
		"encrypted":        {tail(4, "PARE"), "the file is encrypted"},
		"no footer":        {tail(4, "PAR2"), "file is truncated or damaged: it does not end with a footer"},
		"longer footer":    {tail(5, "PAR1"), "file is truncated or damaged: it does not end with a footer"},
		"no schema":        {finish([]byte("PAR1"), structure(number32(1, 1))), "the footer has no schema"},
		"cut":              {finish([]byte("PAR1"), []byte{0x15}), "footer, byte 4: cut short"},
		"list too long":    {finish([]byte("PAR1"), []byte{0x29, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x0f, 0}), "footer, byte 4: cut short"},
		"no list":          {finish([]byte("PAR1"), structure(number32(2, 1))), "footer, byte 4: field 2 is of kind 5"},
		"nested":           {finish([]byte("PAR1"), append([]byte{0x9c}, nested...)), "footer, byte 4: values are nested too deep"},
		"unknown kind":     {finish([]byte("PAR1"), []byte{0x9f, 0}), "footer, byte 4: value of unknown kind 15"},
		"too many columns": {schema(root(1), leaf, leaf), "footer, byte 4: the schema has more elements than children"},
		"too few columns":  {schema(root(3), leaf, leaf), "footer, byte 4: the schema lacks children of group root"},
		"unknown type":     {schema(root(1), structure(number32(1, 8), textOf(4, "a"))), "footer, byte 4: column a is of unknown type 8"},
		"no width":         {schema(root(1), structure(number32(1, 7), textOf(4, "a"))), "footer, byte 4: column a has values of 0 bytes"},
		"endless schema":   {schema(append([][]byte{root(1 << 20)}, slices.Repeat([][]byte{leaf}, 1<<20)...)...), "the schema has more than 65536 elements"},
	} {
		sameError(t, name, c.data, c.want)
	}
}

func sameError(t *testing.T, name string, data []byte, want string) {
	t.Helper()
	if _, err := readAll(data, MaxRows); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%s: error %v, want %q", name, err, want)
	}
}

// TestGoodRowsFirst: the rows before a bad page are given, and then the error
// again and again.
func TestGoodRowsFirst(t *testing.T) {
	good, bad := madeColumn{name: "a", typ: Int32, values: 8, pages: [][]byte{fourInts, fourInts}}, madeColumn{name: "b", typ: Int32, values: 8, pages: [][]byte{fourInts, fourIndexes}}
	f, err := Open(bytes.NewReader(file(8, good, bad)), int64(len(file(8, good, bad))))
	if err != nil {
		t.Fatal(err)
	}
	rows := f.Rows([]int{0, 1})
	defer rows.Close()
	if n, err := rows.Next(MaxRows); n != 4 || err != nil {
		t.Errorf("first %d rows, error %v", n, err)
	}
	for range 2 {
		if n, err := rows.Next(MaxRows); n != 0 || err == nil || errors.Is(err, io.EOF) {
			t.Errorf("then %d rows, error %v", n, err)
		}
	}
}

// TestLongShared: values that share much with each other are bounded together.
func TestLongShared(t *testing.T) {
	const long, values = 1 << 20, 100
	// The lengths of what is shared are 0 and then 1 MiB each: the differences
	// are 1 MiB and then 0, in 21 bits each.
	shared := append([]byte{0x80, 1, 1, values, 0, 0, 21, 0, 0, 0x10}, make([]byte, 128*21/8-3)...)
	// Those of the rest are 1 MiB, 0 and so on: the smallest difference is -1 MiB.
	rest := append(binary.AppendVarint(binary.AppendVarint([]byte{0x80, 1, 1, values}, long), -long), 21)
	differences := make([]byte, 128*21/8)
	for i := 1; i < values; i++ {
		differences[(21*i+20)/8] |= 1 << ((21*i + 20) % 8) // 1 MiB more than the smallest
	}
	body := slices.Concat(shared, rest, differences, make([]byte, long))
	data := file(values, madeColumn{name: "a", typ: ByteArray, values: values, pages: [][]byte{dataOf(values, 7, rleEncoding, body...)}})
	sameError(t, "shared", data, "values of more than 67108864 bytes in 100 rows")
	if got, err := readAll(data, values/2); err != nil || len(got["a"]) != values {
		t.Errorf("%d rows, error %v", len(got["a"]), err)
	}
}

// TestMemory: pages that are small in the file and as large as may be in memory
// are an error once all columns together take too much.
func TestMemory(t *testing.T) {
	packer, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
	if err != nil {
		t.Fatal(err)
	}
	body := packer.EncodeAll(make([]byte, maxPage), nil)
	big := dataV2Of(maxPage/4, 0, plainEncoding, nil, body, maxPage, true)
	dictionary := slices.Concat(structure(number32(1, dictionaryPage), number32(2, maxPage), number32(3, int64(len(body))), inner(dictionaryHead, number32(1, 1), number32(2, 0))), body)
	var columns []madeColumn
	for range 9 {
		columns = append(columns, madeColumn{name: "a", typ: Int32, codec: 6, values: maxPage / 4, pages: [][]byte{dictionary, big}})
	}
	data := file(maxPage/4, columns...)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	sameError(t, "columns", data, "the columns take more than 536870912 bytes of memory")
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > maxMemory+(10<<20) {
		t.Errorf("%d bytes allocated", n)
	}
}
