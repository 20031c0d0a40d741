package parquet

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/klauspost/compress/snappy"
)

// TestSnappy reads blocks put together from Snappy's format_description.txt.
func TestSnappy(t *testing.T) {
	long := strings.Repeat("x", 61)
	for name, c := range map[string]struct{ src, want string }{
		"empty":           {"\x00", ""},
		"literal":         {"\x03\x08abc", "abc"},
		"longer literal":  {"\x3d\xf0\x3c" + long, long},
		"copy, 1 byte":    {"\x0a\x04ab\x11\x02", "ababababab"},
		"copy, 2 bytes":   {"\x08\x0cabcd\x0e\x04\x00", "abcdabcd"},
		"copy, 4 bytes":   {"\x06\x08abc\x0b\x03\x00\x00\x00", "abcabc"},
		"copy of the end": {"\x06\x08abc\x0a\x01\x00", "abcccc"},
	} {
		dst := make([]byte, len(c.want))
		if err := unsnap(dst, []byte(c.src)); err != nil || string(dst) != c.want {
			t.Errorf("%s: %q, error %v, want %q", name, dst, err, c.want)
		}
	}
	for name, src := range map[string]string{
		"nothing": "", "no length": "\x80", "another length": "\x07\x08abc", "too short": "\x06\x08abc", "too long": "\x06\x18abcdefg", "cut literal": "\x06\x14abc",
		"cut length": "\x06\xf4", "cut copy": "\x06\x08abc\x0a\x03", "copy from before": "\x06\x08abc\x0a\x04\x00", "copy from here": "\x06\x08abc\x0a\x00\x00", "copy too long": "\x06\x08abc\x0e\x03\x00",
	} {
		if err := unsnap(make([]byte, 6), []byte(src)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// TestSnappyWritten: whatever is compressed comes back.
func TestSnappyWritten(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for range 300 {
		var src []byte
		for n := rng.IntN(70_000); len(src) < n; {
			src = append(src, text(rng, rng.IntN(20))...)
		}
		dst := make([]byte, len(src))
		if err := unsnap(dst, snappy.Encode(nil, src)); err != nil || !bytes.Equal(src, dst) {
			t.Fatalf("%d bytes: error %v", len(src), err)
		}
	}
}

// TestLZ4 reads blocks put together from lz4_Block_format.md.
func TestLZ4(t *testing.T) {
	long := strings.Repeat("x", 15+255+3)
	for name, c := range map[string]struct{ src, want string }{
		"empty":          {"\x00", ""},
		"literal":        {"\x30abc", "abc"},
		"longer literal": {"\xf0\xff\x03" + long, long},
		"copy":           {"\x31abc\x03\x00\x20de", "abcabcabde"},
		"longer copy":    {"\x1fx\x01\x00\xff\x00\x10y", strings.Repeat("x", 1+4+15+255) + "y"},
	} {
		dst := make([]byte, len(c.want))
		if err := unlz4(dst, []byte(c.src)); err != nil || string(dst) != c.want {
			t.Errorf("%s: %q, error %v, want %q", name, dst, err, c.want)
		}
	}
	for name, src := range map[string]string{
		"nothing": "", "too short": "\x30abc", "too long": "\x70abcdefg", "cut literal": "\x60abc", "cut length": "\xf0\xff", "cut offset": "\x30abc\x03",
		"copy from before": "\x30abc\x04\x00", "copy from here": "\x30abc\x00\x00", "copy too long": "\x32abc\x03\x00", "cut copy": "\x3fabc\x03\x00",
	} {
		if err := unlz4(make([]byte, 6), []byte(src)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
