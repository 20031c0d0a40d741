package parquet

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"github.com/klauspost/compress/snappy"
	library "github.com/parquet-go/parquet-go"
)

// FuzzFile reads whatever is said to be a file. The rows before an error are as
// many as Next says, and the memory is bounded.
func FuzzFile(f *testing.F) {
	const rows = 20
	columns, schema := writtenColumns(rand.New(rand.NewPCG(3, 4)), rows)
	for i, codec := range writtenCodecs {
		f.Add(write(f, columns, schema, rows, library.Compression(codec), library.DataPageVersion(1+i%2), library.PageBufferSize(40)))
	}
	f.Add(file(4, madeColumn{name: "a", typ: ByteArray, values: 4, pages: [][]byte{threeTexts, fourIndexes}}, madeColumn{name: "b", typ: Int32, values: 4, pages: [][]byte{fourInts}}))
	f.Add(file(4, madeColumn{name: "a", typ: Int32, repetition: optional, codec: 2, values: 4, pages: [][]byte{dataV2Of(4, 1, plainEncoding, fourLevels, gzipped(f, int32s(5, 6, 8)), 6+12, true)}}))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Open(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			return
		}
		var picked []int
		for i, c := range file.Columns() {
			file.Path(i)
			if c.Flat && len(picked) < 64 {
				picked = append(picked, i)
			}
		}
		walk(t, file.Rows(picked), len(picked))
	})
}

// walk touches all values. It gives up on files that repeat a few of them
// without end.
func walk(t *testing.T, rows *Rows, columns int) {
	defer rows.Close()
	for range 300 {
		n, err := rows.Next(MaxRows)
		if err != nil {
			if n != 0 {
				t.Fatalf("%d rows with error %v", n, err)
			}
			return
		}
		if n <= 0 || n > MaxRows || rows.mem.used > maxMemory {
			t.Fatalf("%d rows, %d bytes of memory", n, rows.mem.used)
		}
		for i := range columns {
			touch(t, rows.Values(i), n)
		}
	}
}

// touch looks at each value, of which there must be as many as rows that are
// not null.
func touch(t *testing.T, v *Values, rows int) {
	at := 0
	for i := range rows {
		if v.Null != nil && v.Null[i] {
			continue
		}
		k := at
		if v.Index != nil {
			k = int(v.Index[at])
		}
		v.List.At(k)
		at++
	}
	if got := max(len(v.Index), v.List.Len()); v.Index == nil && got != at {
		t.Fatalf("%d values in %d rows", got, at)
	}
}

// FuzzThrift skips whatever is said to be a structure, and reads it as a header.
func FuzzThrift(f *testing.F) {
	f.Add(structure(unknownMembers...))
	f.Add(fourInts)
	f.Add(dataV2Of(4, 1, plainEncoding, fourLevels, int32s(5, 6, 8), 18, false))
	f.Fuzz(func(t *testing.T, data []byte) {
		d := compact{data: data}
		d.skip(kindStruct, maxNesting)
		if d.at > len(data) {
			t.Fatalf("at byte %d of %d", d.at, len(data))
		}
		h, err := readHeader(data)
		if err == nil && (h.length > len(data) || h.check() == nil && h.hasDetail && (h.values < 0 || h.packed > maxPage)) {
			t.Fatalf("header %+v of %d bytes", h, len(data))
		}
		if err == nil && d.err == nil && h.length != d.at {
			t.Fatalf("header of %d bytes, skipped %d", h.length, d.at)
		}
	})
}

// FuzzPages decodes whatever is said to be the values of a page.
func FuzzPages(f *testing.F) {
	for i, e := range encodings {
		f.Add(uint8(i), uint8(Int32), uint8(40), append([]byte{8, 1, 8, 14, 3, 2}, e.name...))
		f.Add(uint8(i), uint8(ByteArray), uint8(3), []byte{8, 1, 4, 0, 3, 3, 0b01_000_100, 0b1, 0, 8, 1, 4, 8, 3, 3, 0b01_110_000, 0, 0, 'a', 'b'})
		f.Add(uint8(i), uint8(Boolean), uint8(90), []byte{2, 3, 0x88, 0xc6, 0xfa, 90 << 1, 1})
	}
	f.Fuzz(func(t *testing.T, number, typ, rows uint8, body []byte) {
		c := madeColumn{name: "a", typ: Type(typ % uint8(numTypes)), repetition: int64(number >> 4 & 1), values: int64(rows)}
		words := dictionaryOf(3, make([]byte, 64)...)
		data := file(int64(rows), madeColumn{name: c.name, typ: c.typ, repetition: c.repetition, values: c.values, pages: [][]byte{words, dataOf(int64(rows), int64(number&15), int64(3+number>>5&1), body...)}})
		file, err := Open(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			t.Fatal(err)
		}
		walk(t, file.Rows([]int{0}), 1)
	})
}

// FuzzDelta compares what is decoded at once with what is decoded piece by
// piece, and skipped.
func FuzzDelta(f *testing.F) {
	f.Add([]byte{8, 1, 8, 14, 3, 2, 0b11_00_00_00, 0b00_11_11_11, 'x'}, uint8(3))
	f.Add([]byte{32, 4, 60, 14, 3, 64, 0, 3, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9}, uint8(1))
	f.Fuzz(func(t *testing.T, data []byte, step uint8) {
		var whole, parts delta
		if whole.begin(data) != nil || whole.left > 1<<16 || step == 0 {
			return
		}
		parts = whole
		rest, skipErr := whole.rest()
		want := make([]uint64, whole.left)
		err := whole.decode(want)
		if (err == nil) != (skipErr == nil) || err == nil && !bytes.Equal(rest, whole.data) {
			t.Fatalf("decoded: error %v, %d bytes left; skipped: error %v, %d bytes left", err, len(whole.data), skipErr, len(rest))
		}
		got := make([]uint64, 0, len(want))
		for err == nil && len(got) < len(want) {
			n := min(int(step), len(want)-len(got))
			if err := parts.decode(got[len(got) : len(got)+n]); err != nil {
				t.Fatal(err)
			}
			got = got[:len(got)+n]
		}
		for i := range got {
			if got[i] != want[i] {
				t.Fatalf("number %d is %d, piece by piece %d", i, want[i], got[i])
			}
		}
	})
}

// FuzzUnpack compares unpack with reading bit by bit.
func FuzzUnpack(f *testing.F) {
	f.Add([]byte{0b10001000, 0b11000110, 0b11111010}, uint8(3), uint8(2))
	f.Add(bytes.Repeat([]byte{0xa5, 0x0f}, 20), uint8(61), uint8(5))
	f.Fuzz(func(t *testing.T, data []byte, width, at uint8) {
		width %= 65
		n := (8*len(data) - int(at)) / max(int(width), 1)
		if n <= 0 {
			return
		}
		got := make([]uint64, n)
		unpack(got, data, int(at), int(width))
		for i, v := range got {
			want := uint64(0)
			for b := range int(width) {
				bit := int(at) + i*int(width) + b
				want |= uint64(data[bit/8]>>(bit%8)&1) << b
			}
			if v != want {
				t.Fatalf("number %d of %d bits is %#x, want %#x", i, width, v, want)
			}
		}
	})
}

// FuzzSnappy decompresses what is compressed, and whatever is said to be so.
func FuzzSnappy(f *testing.F) {
	f.Add([]byte("\x0a\x04ab\x11\x02"))
	f.Add(snappy.Encode(nil, bytes.Repeat([]byte("203.0.113.1 "), 40)))
	f.Fuzz(func(t *testing.T, data []byte) {
		size, _ := binary.Uvarint(data)
		dst := make([]byte, min(size, 1<<20))
		err := unsnap(dst, data)
		if size <= 1<<20 { // the library makes room for whatever is claimed
			want, wantErr := snappy.Decode(nil, data)
			if (err == nil) != (wantErr == nil) || err == nil && !bytes.Equal(dst, want) {
				t.Fatalf("error %v, want %v", err, wantErr)
			}
		}
		dst = make([]byte, len(data))
		if err := unsnap(dst, snappy.Encode(nil, data)); err != nil || !bytes.Equal(dst, data) {
			t.Fatalf("error %v", err)
		}
	})
}

// FuzzLZ4 decompresses what is compressed, and whatever is said to be so.
func FuzzLZ4(f *testing.F) {
	f.Add([]byte("\x31abc\x03\x00\x20de"), uint16(10))
	f.Add([]byte("\x1fx\x01\x00\xff\x00\x10y"), uint16(1+4+15+255+1))
	f.Fuzz(func(t *testing.T, data []byte, size uint16) {
		_ = unlz4(make([]byte, size), data)
		packed, err := library.Lz4Raw.Encode(nil, data)
		if err != nil {
			t.Skip()
		}
		dst := make([]byte, len(data))
		if err := unlz4(dst, packed); err != nil || !bytes.Equal(dst, data) {
			t.Fatalf("error %v", err)
		}
	})
}
