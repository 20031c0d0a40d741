package inflate

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"testing"
)

func TestEveryLevel(t *testing.T) {
	var r Reader
	for name, data := range samples() {
		for level := gzip.HuffmanOnly; level <= gzip.BestCompression; level++ {
			t.Run(fmt.Sprintf("%s/%d", name, level), func(t *testing.T) {
				for _, src := range [][]byte{compress(t, data, level), compressKlauspost(t, data, level)} {
					for _, chunk := range []int{1 << 20, 32 << 10, 999} {
						checkDecode(t, &r, src, data, chunk)
					}
				}
			})
		}
	}
}

// TestChunks meets the end of the buffer at every place in a symbol.
func TestChunks(t *testing.T) {
	var r Reader
	data := flowText(rand.New(rand.NewPCG(3, 4)), 50_000) // with the rest, more than a stored block holds
	data = append(data, periodic(rand.New(rand.NewPCG(5, 6)))[:20_000]...)
	for _, level := range []int{0, 1, 6, 9} {
		src := compress(t, data, level)
		for _, chunk := range []int{2, 3, 5, 7, 13, 31, 257, 258, 259, outTurn - 1, outTurn, outTurn + 1, 1000, len(data) - 1, len(data), len(data) + 1} {
			checkDecode(t, &r, src, data, chunk)
		}
		checkDecode(t, &r, compress(t, data[:40_000], level), data[:40_000], 1)
	}
}

// TestExactBuffer: a buffer of the size the trailer states ends in one call.
func TestExactBuffer(t *testing.T) {
	var r Reader
	for name, data := range samples() {
		src := compress(t, data, 6)
		n, ok := Size(src)
		if !ok || n != len(data) {
			t.Fatalf("%s: Size %d, %v; want %d", name, n, ok, len(data))
		}
		r.Reset(src)
		out, err := r.Next(make([]byte, 0, n))
		if err != io.EOF || !bytes.Equal(out, data) {
			t.Errorf("%s: %d bytes, %v; want %d and EOF", name, len(out), err, len(data))
		}
		if again, err := r.Next(out); err != io.EOF || len(again) != len(out) {
			t.Errorf("%s: after the end: %d bytes, %v", name, len(again)-len(out), err)
		}
	}
}

func TestMembers(t *testing.T) {
	var r Reader
	var src, want []byte
	for _, data := range samples() {
		src = append(src, compress(t, data, 6)...)
		src = append(src, compress(t, data, 0)...)
		want = append(append(want, data...), data...)
	}
	for range 500 {
		src = append(src, compress(t, []byte("short"), 6)...)
		want = append(want, "short"...)
	}
	checkDecode(t, &r, src, want, 1<<20)
	checkDecode(t, &r, src, want, 1021)
	checkDecode(t, &r, append(src, make([]byte, 511)...), want, 1<<16)
}

// TestMembersShareNothing: a match may not reach into the member before. The
// padding decides which of the two loops meets it.
func TestMembersShareNothing(t *testing.T) {
	var r Reader
	data := flowText(rand.New(rand.NewPCG(27, 28)), 2000)
	for _, pad := range []int{0, 100} {
		src := compress(t, data, 6)
		src = append(src, src[:headerSize]...)
		src = append(src, 0x03, 0x02) // in the fixed code, a match of 3 bytes at distance 1
		src = append(src, make([]byte, trailerSize+pad)...)
		got, err := decode(t, &r, src, 5000)
		if !errors.Is(err, ErrCorrupt) || !bytes.Equal(got, data) {
			t.Errorf("pad %d: %d bytes, %v; want the first member's %d and ErrCorrupt", pad, len(got), err, len(data))
		}
	}
}

func TestTrailingGarbage(t *testing.T) {
	var r Reader
	data := []byte("the data comes all the same")
	member := compress(t, data, 6)
	for _, tt := range []struct {
		tail string
		want error
	}{
		{"garbage", ErrTrailing},
		{"\x00\x00\x00x", ErrTrailing},
		{"\x1f\x8c", ErrTrailing},
		{"\x1f", io.ErrUnexpectedEOF},
		{"\x1f\x8b\x08", io.ErrUnexpectedEOF},
		{"\x1f\x8b\x07\x00\x00\x00\x00\x00\x00\x00", ErrHeader},
	} {
		got, err := decode(t, &r, append(bytes.Clone(member), tt.tail...), 1000)
		if !errors.Is(err, tt.want) || !bytes.Equal(got, data) {
			t.Errorf("tail %q: %q, %v; want all data and %v", tt.tail, got, err, tt.want)
		}
		if _, again := r.Next(make([]byte, 0, 10)); again != err {
			t.Errorf("tail %q: then %v, want the same error", tt.tail, again)
		}
	}
}

// TestHeaderFields lays out the fields as RFC 1952, section 2.3 orders them.
func TestHeaderFields(t *testing.T) {
	var r Reader
	data := []byte("headers")
	body := compress(t, data, 6)[headerSize:]
	fixed := func(flags byte) []byte { return []byte{0x1f, 0x8b, 8, flags, 0, 0, 0, 0, 0, 255} }
	for name, head := range map[string][]byte{
		"none":     fixed(0),
		"text":     fixed(1),
		"extra":    append(fixed(flagExtra), 3, 0, 'a', 'b', 'c'),
		"no extra": append(fixed(flagExtra), 0, 0),
		"name":     append(fixed(flagName), "file.log\x00"...),
		"comment":  append(fixed(flagComment), "remark\x00"...),
		"all":      append(fixed(flagExtra|flagName|flagComment), "\x02\x00xyfile\x00remark\x00"...),
		"sum":      binary.LittleEndian.AppendUint16(fixed(flagHeaderSum), uint16(crc32.ChecksumIEEE(fixed(flagHeaderSum)))),
	} {
		checkDecode(t, &r, append(bytes.Clone(head), body...), data, 100)
		for cut := 1; cut < len(head); cut++ {
			if _, err := decode(t, &r, head[:cut], 100); !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("%s cut to %d bytes: %v", name, cut, err)
			}
		}
	}
	wrong := append(append(fixed(flagHeaderSum), 0, 0), body...)
	if _, err := decode(t, &r, wrong, 100); !errors.Is(err, ErrHeader) {
		t.Errorf("wrong header sum: %v", err)
	}
	for _, bad := range []string{"x", "\x00\x00\x00\x00", "PK\x03\x04", "\x1f\x8c"} {
		if _, err := decode(t, &r, []byte(bad), 100); !errors.Is(err, ErrHeader) {
			t.Errorf("file %q: %v, want ErrHeader", bad, err)
		}
	}
}

func TestNoFile(t *testing.T) {
	var r Reader
	for range 2 {
		if out, err := r.Next(nil); err != io.EOF || len(out) != 0 {
			t.Errorf("%q, %v; want nothing and EOF", out, err)
		}
		r.Reset(nil)
	}
}

func TestHistoryMissing(t *testing.T) {
	var r Reader
	data := flowText(rand.New(rand.NewPCG(7, 8)), 100_000)
	r.Reset(compress(t, data, 6))
	out, err := r.Next(make([]byte, 0, 50_000))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Next(make([]byte, Window-1, 90_000)); !errors.Is(err, ErrHistory) {
		t.Fatalf("short history: %v", err)
	}
	rest, err := r.Next(append(make([]byte, 0, 90_000), out[len(out)-Window:]...))
	if err != io.EOF || !bytes.Equal(rest[Window:], data[50_000:]) {
		t.Fatalf("with the history: %v", err)
	}
}

func TestSizeIsDoubted(t *testing.T) {
	src := compress(t, []byte("hello"), 6)
	lie := append(bytes.Clone(src[:len(src)-4]), 0xff, 0xff, 0xff, 0x7f)
	for name, src := range map[string][]byte{"impossible": lie, "short": src[:17], "no gzip": make([]byte, 100), "empty": nil} {
		if n, ok := Size(src); ok {
			t.Errorf("%s: Size %d, want none", name, n)
		}
	}
}

func TestNoAllocation(t *testing.T) {
	var r Reader
	data := flowText(rand.New(rand.NewPCG(11, 12)), 200_000)
	srcs := [][]byte{compress(t, data, 6), compress(t, data, 0), compress(t, data[:50], 6)}
	buf := make([]byte, 0, 64<<10)
	if n := testing.AllocsPerRun(20, func() {
		for _, src := range srcs {
			r.Reset(src)
			out, err := r.Next(buf)
			for err == nil {
				out, err = r.Next(slide(out, 100))
			}
			if err != io.EOF {
				t.Fatal(err)
			}
		}
	}); n != 0 {
		t.Errorf("%v allocations a run, want 0", n)
	}
}

// A file of any size is read through one buffer; a line that the buffer ends
// within is carried over.
func ExampleReader() {
	var file bytes.Buffer
	w := gzip.NewWriter(&file)
	for i := range 100_000 {
		fmt.Fprintf(w, "line %d\n", i)
	}
	w.Close()

	var r Reader
	r.Reset(file.Bytes())
	buf := make([]byte, 0, 256<<10)
	carry, lines := 0, 0
	for {
		fresh := len(buf)
		out, err := r.Next(buf)
		data := out[fresh-carry:]
		end := bytes.LastIndexByte(data, '\n') + 1
		lines += bytes.Count(data[:end], []byte("\n"))
		if err != nil {
			fmt.Println(lines, err)
			return
		}
		carry = len(data) - end
		buf = slide(out, carry)
	}
	// Output: 100000 EOF
}
