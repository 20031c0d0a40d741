package parquet

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	library "github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress"
	"github.com/parquet-go/parquet-go/deprecated"
	libraryencoding "github.com/parquet-go/parquet-go/encoding"
)

// fixedWidth is the length of the test's FIXED_LEN_BYTE_ARRAY values.
const fixedWidth = 7

// A cell is a value as List gives it; nil is null.
type cell = []byte

// writtenType is a physical type, how to make values of it, and the encodings
// parquet-go writes it in.
type writtenType struct {
	name      string
	typ       library.Type
	make      func(rng *rand.Rand) cell
	value     func(c cell) library.Value
	encodings []libraryencoding.Encoding
}

var writtenTypes = []writtenType{
	{"boolean", library.BooleanType,
		func(rng *rand.Rand) cell { return cell{byte(rng.IntN(2))} },
		func(c cell) library.Value { return library.BooleanValue(c[0] == 1) },
		[]libraryencoding.Encoding{&library.Plain, &library.RLE}},
	{"int32", library.Int32Type,
		func(rng *rand.Rand) cell { return binary.LittleEndian.AppendUint32(nil, uint32(number(rng))) },
		func(c cell) library.Value { return library.Int32Value(int32(binary.LittleEndian.Uint32(c))) },
		[]libraryencoding.Encoding{&library.Plain, &library.DeltaBinaryPacked, &library.RLEDictionary, &library.PlainDictionary}},
	{"int64", library.Int64Type,
		func(rng *rand.Rand) cell { return binary.LittleEndian.AppendUint64(nil, number(rng)) },
		func(c cell) library.Value { return library.Int64Value(int64(binary.LittleEndian.Uint64(c))) },
		[]libraryencoding.Encoding{&library.Plain, &library.DeltaBinaryPacked, &library.RLEDictionary, &library.PlainDictionary}},
	{"int96", library.Int96Type,
		func(rng *rand.Rand) cell { return text(rng, 12) },
		func(c cell) library.Value {
			return library.Int96Value(deprecated.Int96{binary.LittleEndian.Uint32(c), binary.LittleEndian.Uint32(c[4:]), binary.LittleEndian.Uint32(c[8:])})
		},
		[]libraryencoding.Encoding{&library.Plain, &library.RLEDictionary}},
	{"float", library.FloatType,
		func(rng *rand.Rand) cell { return binary.LittleEndian.AppendUint32(nil, uint32(rng.IntN(200))<<16) },
		func(c cell) library.Value {
			return library.FloatValue(math.Float32frombits(binary.LittleEndian.Uint32(c)))
		},
		[]libraryencoding.Encoding{&library.Plain, &library.ByteStreamSplit, &library.RLEDictionary}},
	{"double", library.DoubleType,
		func(rng *rand.Rand) cell { return binary.LittleEndian.AppendUint64(nil, uint64(rng.IntN(200))<<32) },
		func(c cell) library.Value {
			return library.DoubleValue(math.Float64frombits(binary.LittleEndian.Uint64(c)))
		},
		[]libraryencoding.Encoding{&library.Plain, &library.ByteStreamSplit, &library.RLEDictionary}},
	{"text", library.ByteArrayType,
		func(rng *rand.Rand) cell { return text(rng, rng.IntN(20)) },
		func(c cell) library.Value { return library.ByteArrayValue(c) },
		[]libraryencoding.Encoding{&library.Plain, &library.DeltaLengthByteArray, &library.DeltaByteArray, &library.RLEDictionary, &library.PlainDictionary}},
	{"fixed", library.FixedLenByteArrayType(fixedWidth),
		func(rng *rand.Rand) cell { return text(rng, fixedWidth) },
		func(c cell) library.Value { return library.FixedLenByteArrayValue(c) },
		[]libraryencoding.Encoding{&library.Plain, &library.DeltaByteArray, &library.RLEDictionary}},
}

// number is small or of any size, and now and then negative.
func number(rng *rand.Rand) uint64 { return uint64(int64(rng.Uint64()) >> rng.IntN(64)) }

// text often begins like others do.
func text(rng *rand.Rand, n int) cell {
	b := append(cell{}, "203.0.113.255-eni-0"[:min(n, 19)]...)
	for i := rng.IntN(n + 1); i < n; i++ {
		b[i] = byte('0' + rng.IntN(10))
	}
	return b
}

var writtenCodecs = []compress.Codec{&library.Uncompressed, &library.Snappy, &library.Gzip, &library.Zstd, &library.Lz4Raw}

// written is a column of the test's files.
type written struct {
	writtenType
	optional bool
	index    int // in the file
	cells    []cell
}

// writtenColumns makes a column for each type, encoding and repetition, and one
// of nulls alone. Values repeat in places, as values of logs do.
func writtenColumns(rng *rand.Rand, rows int) (columns map[string]*written, schema *library.Schema) {
	columns = map[string]*written{}
	group := library.Group{}
	add := func(name string, node library.Node, w *written, nullEvery int) {
		if w.optional {
			node, name = library.Optional(node), name+"-optional"
		}
		group[name], columns[name] = node, w
		for i := range rows {
			c := w.make(rng)
			if i > 0 && rng.IntN(3) > 0 {
				c = w.cells[rng.IntN(i)]
			}
			if w.optional && (nullEvery == 1 || i/430%2 == 0 && rng.IntN(nullEvery) == 0) {
				c = nil
			}
			w.cells = append(w.cells, c)
		}
	}
	for _, wt := range writtenTypes {
		for _, e := range wt.encodings {
			node := library.Encoded(library.Leaf(wt.typ), e)
			add(wt.name+"-"+e.String(), node, &written{writtenType: wt}, 0)
			add(wt.name+"-"+e.String(), node, &written{writtenType: wt, optional: true}, 3)
			add(wt.name+"-"+e.String()+"-null", node, &written{writtenType: wt, optional: true}, 1)
		}
	}
	schema = library.NewSchema("test", group)
	for i, path := range schema.Columns() {
		columns[path[0]].index = i
	}
	return columns, schema
}

func write(t testing.TB, columns map[string]*written, schema *library.Schema, rows int, options ...library.WriterOption) []byte {
	t.Helper()
	var out bytes.Buffer
	w := library.NewGenericWriter[any](&out, append(options, schema)...)
	for i := range rows {
		row := make(library.Row, len(columns))
		for _, c := range columns {
			v, level := library.NullValue(), 0
			if c.cells[i] != nil {
				v = c.value(c.cells[i])
				if c.optional {
					level = 1
				}
			}
			row[c.index] = v.Level(0, level, c.index)
		}
		if _, err := w.WriteRows([]library.Row{row}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func sameCell(a, b cell) bool { return (a == nil) == (b == nil) && bytes.Equal(a, b) }

// readAll reads all columns that are flat, by name.
func readAll(data []byte, most int) (map[string][]cell, error) {
	f, err := Open(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, err
	}
	var picked []int
	out := map[string][]cell{}
	for i, c := range f.Columns() {
		if c.Flat {
			picked = append(picked, i)
			out[c.Name] = nil
		}
	}
	rows := f.Rows(picked)
	defer rows.Close()
	for {
		n, err := rows.Next(most)
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return out, err
		}
		for i, k := range picked {
			name := f.Columns()[k].Name
			out[name] = appendCells(out[name], rows.Values(i), n)
		}
	}
}

func appendCells(dst []cell, v *Values, rows int) []cell {
	at := 0
	for i := range rows {
		if v.Null != nil && v.Null[i] {
			dst = append(dst, nil)
			continue
		}
		k := at
		if v.Index != nil {
			k = int(v.Index[at])
		}
		at++
		dst = append(dst, append(cell{}, v.List.At(k)...))
	}
	return dst
}

// TestWritten reads what parquet-go writes, in all types, encodings, codecs,
// versions of pages and sizes of row groups.
func TestWritten(t *testing.T) {
	const rows = 1000
	columns, schema := writtenColumns(rand.New(rand.NewPCG(3, 4)), rows)
	want := map[string][]cell{}
	for name, c := range columns {
		want[name] = c.cells
	}
	for i, codec := range writtenCodecs {
		for version := 1; version <= 2; version++ {
			group := []int64{rows, 370}[(i+version)%2]
			name := fmt.Sprintf("%s-v%d-groups of %d", codec, version, group)
			data := write(t, columns, schema, rows, library.Compression(codec), library.DataPageVersion(version),
				library.MaxRowsPerRowGroup(group), library.PageBufferSize(int(4*group)), library.DictionaryMaxBytes(8*group), library.DataPageStatistics(true))
			got, err := readAll(data, 330)
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			for column, cells := range want {
				if !slices.EqualFunc(cells, got[column], sameCell) { // cmp is slow
					t.Errorf("%s: %s (-want +got):\n%.2000s", name, column, cmp.Diff(cells, got[column]))
				}
			}
		}
	}
}

// TestWrittenEmpty: a file without rows has columns and no values.
func TestWrittenEmpty(t *testing.T) {
	columns, schema := writtenColumns(rand.New(rand.NewPCG(3, 4)), 0)
	got, err := readAll(write(t, columns, schema, 0), MaxRows)
	if err != nil || len(got) != len(columns) {
		t.Fatalf("%d columns, want %d; error %v", len(got), len(columns), err)
	}
	for name, cells := range got {
		if len(cells) > 0 {
			t.Errorf("%s has %d values", name, len(cells))
		}
	}
}
