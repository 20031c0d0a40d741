package parquet

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	library "github.com/parquet-go/parquet-go"
)

// TestColumns: what a schema says of its columns, by LogicalTypes.md.
func TestColumns(t *testing.T) {
	type item struct {
		SKU string `parquet:"sku"`
	}
	type row struct {
		A int32   `parquet:"a"`
		B *uint32 `parquet:"b,optional"`
		C uint64  `parquet:"c"`
		D int64   `parquet:"d,timestamp(millisecond)"`
		E int64   `parquet:"e,timestamp(microsecond)"`
		F int64   `parquet:"f,timestamp(nanosecond)"`
		G []item  `parquet:"g"`
		H []int64 `parquet:"h"`
		I item    `parquet:"i"`
		J [3]byte `parquet:"j"`
	}
	var b bytes.Buffer
	w := library.NewGenericWriter[row](&b)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	f, err := Open(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	want := []Column{
		{Name: "a", Type: Int32, Width: 4, Flat: true}, {Name: "b", Type: Int32, Width: 4, Flat: true, Unsigned: true},
		{Name: "c", Type: Int64, Width: 8, Flat: true, Unsigned: true}, {Name: "d", Type: Int64, Width: 8, Flat: true, Ticks: 1e3},
		{Name: "e", Type: Int64, Width: 8, Flat: true, Ticks: 1e6}, {Name: "f", Type: Int64, Width: 8, Flat: true, Ticks: 1e9},
		{Name: "sku", Type: ByteArray}, {Name: "h", Type: Int64, Width: 8}, {Name: "sku", Type: ByteArray},
		{Name: "j", Type: FixedLenByteArray, Width: 3, Flat: true},
	}
	if diff := cmp.Diff(want, f.Columns(), cmpopts.IgnoreUnexported(Column{})); diff != "" {
		t.Errorf("columns (-want +got):\n%s", diff)
	}
	for i, want := range map[int]string{0: "a", 6: "g.sku", 8: "i.sku"} {
		if got := f.Path(i); got != want {
			t.Errorf("path %q, want %q", got, want)
		}
	}
}

// TestConvertedTypes: files of old writers have no LogicalTypes.
func TestConvertedTypes(t *testing.T) {
	column := func(name string, typ Type, converted int64) madeColumn {
		return madeColumn{name: name, typ: typ, schema: []member{number32(6, converted)}}
	}
	data := file(0, column("a", Int64, 9), column("b", Int64, 10), column("c", Int32, 13), column("d", Int64, 14), column("e", Int32, 17))
	f, err := Open(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	want := []Column{{Name: "a", Type: Int64, Width: 8, Flat: true, Ticks: 1e3}, {Name: "b", Type: Int64, Width: 8, Flat: true, Ticks: 1e6},
		{Name: "c", Type: Int32, Width: 4, Flat: true, Unsigned: true}, {Name: "d", Type: Int64, Width: 8, Flat: true, Unsigned: true},
		{Name: "e", Type: Int32, Width: 4, Flat: true}}
	if diff := cmp.Diff(want, f.Columns(), cmpopts.IgnoreUnexported(Column{})); diff != "" {
		t.Errorf("columns (-want +got):\n%s", diff)
	}
}

// countedReads notes what is read.
type countedReads struct {
	io.ReaderAt
	calls, bytes int
}

func (c *countedReads) ReadAt(b []byte, off int64) (int, error) {
	c.calls++
	c.bytes += len(b)
	return c.ReaderAt.ReadAt(b, off)
}

// TestFewReads: a file is read in large pieces, only the columns picked, and
// nothing twice.
func TestFewReads(t *testing.T) {
	const rows = 200_000
	type row struct {
		A int64  `parquet:"a"`
		B string `parquet:"b"`
		C int64  `parquet:"c"`
	}
	var b bytes.Buffer
	w := library.NewGenericWriter[row](&b, library.PageBufferSize(4000))
	for i := range rows {
		if _, err := w.Write([]row{{A: int64(i), B: fmt.Sprint("some longer text ", i), C: int64(-i)}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	in := &countedReads{ReaderAt: bytes.NewReader(b.Bytes())}
	f, err := Open(in, int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	if in.calls > 2 {
		t.Errorf("%d reads of the footer", in.calls)
	}
	in.calls, in.bytes = 0, 0
	r := f.Rows([]int{0, 2})
	for n := 0; err == nil; {
		n, err = r.Next(MaxRows)
		_ = n
	}
	if !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	pieces, size := 0, 0
	for _, i := range []int{0, 2} {
		n := int(libraryFile(t, b.Bytes()).Metadata().RowGroups[0].Columns[i].MetaData.TotalCompressedSize)
		pieces, size = pieces+n/piece+1, size+n
	}
	if in.calls > pieces || in.bytes != size {
		t.Errorf("%d bytes in %d reads, want %d in at most %d", in.bytes, in.calls, size, pieces)
	}
}

func libraryFile(t *testing.T, data []byte) *library.File {
	t.Helper()
	f, err := library.OpenFile(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestDictionaryOverflow: writers give a dictionary up when it becomes too
// large, and dictionaries have numbers of their own in each row group.
func TestDictionaryOverflow(t *testing.T) {
	const rows = 20_000
	type row struct {
		A string `parquet:"a,dict"`
	}
	rng := rand.New(rand.NewPCG(7, 8))
	var in []row
	var want []cell
	for range rows {
		in = append(in, row{string(text(rng, 19))})
		want = append(want, cell(in[len(in)-1].A))
	}
	var b bytes.Buffer
	w := library.NewGenericWriter[row](&b, library.DictionaryMaxBytes(20_000), library.PageBufferSize(2000), library.MaxRowsPerRowGroup(rows/2))
	if _, err := w.Write(in); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	f, err := Open(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	r := f.Rows([]int{0})
	var got []cell
	var dictionaries []int
	for {
		n, err := r.Next(MaxRows)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		v := r.Values(0)
		got = appendCells(got, v, n)
		if len(dictionaries) == 0 || dictionaries[len(dictionaries)-1] != v.Dictionary {
			dictionaries = append(dictionaries, v.Dictionary)
		}
	}
	if diff := cmp.Diff([]int{1, 0, 2, 0}, dictionaries); diff != "" {
		t.Errorf("dictionaries (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(len(want), len(got)); diff != "" || !cmp.Equal(want[rows-1], got[rows-1]) {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
}

// TestNoAllocations: rows of pages that are not larger than those before them
// take no memory.
func TestNoAllocations(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	const rows = 1200
	columns, schema := writtenColumns(rng, rows)
	for _, codec := range writtenCodecs {
		data := write(t, columns, schema, rows, library.Compression(codec), library.PageBufferSize(1<<20))
		f, err := Open(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			t.Fatal(err)
		}
		picked := make([]int, len(columns))
		for i := range picked {
			picked[i] = i
		}
		r := f.Rows(picked)
		next := func() {
			if _, err := r.Next(10); err != nil {
				t.Fatal(err)
			}
		}
		for range 10 {
			next()
		}
		if n := testing.AllocsPerRun(100, next); n > 0 {
			t.Errorf("%s: %v allocations in 10 rows", codec, n)
		}
		r.Close()
	}
}
