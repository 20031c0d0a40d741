package inflate

import (
	"bytes"
	"compress/flate"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
)

// reference decodes src with compress/gzip.
func reference(src []byte) ([]byte, error) {
	z, err := newReference(src)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}

// member makes a gzip file of body, a DEFLATE stream that compress/flate
// decodes to data.
func member(t testing.TB, body []byte) (src, data []byte, err error) {
	t.Helper()
	in := bytes.NewReader(body)
	data, err = io.ReadAll(flate.NewReader(in))
	src = append([]byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255}, body[:len(body)-in.Len()]...)
	return appendTrailer(src, data), data, err
}

func TestTruncated(t *testing.T) {
	var r Reader
	rng := rand.New(rand.NewPCG(13, 14))
	text := flowText(rng, 3000)
	for name, src := range map[string][]byte{
		"dynamic": compress(t, text, 6),
		"huffman": compress(t, text, -2),
		"stored":  compress(t, text[:500], 0),
		"fixed":   compress(t, []byte("fixed codes are best for short texts, short texts"), 9),
	} {
		want, err := reference(src)
		if err != nil {
			t.Fatal(err)
		}
		for cut := 1; cut < len(src); cut++ {
			for _, chunk := range []int{5000, 100} {
				got, err := decode(t, &r, src[:cut], chunk)
				if !errors.Is(err, io.ErrUnexpectedEOF) {
					t.Fatalf("%s cut to %d of %d bytes: %v", name, cut, len(src), err)
				}
				theirs, _ := reference(src[:cut])
				if !bytes.HasPrefix(want, got) || len(got) < len(theirs) {
					t.Fatalf("%s cut to %d of %d bytes: %d bytes, compress/gzip has %d", name, cut, len(src), len(got), len(theirs))
				}
			}
		}
	}
}

func TestErrorSaysWhere(t *testing.T) {
	var r Reader
	src := compress(t, flowText(rand.New(rand.NewPCG(15, 16)), 3000), 6)
	_, err := decode(t, &r, src[:200], 5000)
	if err == nil || !strings.HasPrefix(err.Error(), "inflate byte 200: ") {
		t.Errorf("error %q does not name byte 200, where the file ends", err)
	}
}

// TestBitFlips damages every bit. A checksum covers all data, so a flip is
// noticed or, in a header field or the padding of a block, changes nothing.
func TestBitFlips(t *testing.T) {
	var r Reader
	text := flowText(rand.New(rand.NewPCG(17, 18)), 700)
	for _, level := range []int{0, 6} {
		src := compress(t, text, level)
		unnoticed := 0
		for bit := range len(src) * 8 {
			src[bit/8] ^= 1 << (bit % 8)
			compareWithReference(t, &r, src, 300)
			got, err := decode(t, &r, src, 1000)
			if err == io.EOF && bit/8 >= headerSize {
				unnoticed++
				if !bytes.Equal(got, text) {
					t.Errorf("level %d: flip of bit %d gave other data", level, bit)
				}
			}
			src[bit/8] ^= 1 << (bit % 8)
		}
		if unnoticed > 2*7 {
			t.Errorf("level %d: %d flips unnoticed, more than two blocks have padding", level, unnoticed)
		}
	}
}

func TestTrailerMismatch(t *testing.T) {
	var r Reader
	data := []byte("checked at the end")
	for at := 1; at <= trailerSize; at++ {
		src := compress(t, data, 6)
		src[len(src)-at]++
		if got, err := decode(t, &r, src, 100); !errors.Is(err, ErrChecksum) || !bytes.Equal(got, data) {
			t.Errorf("byte %d from the end changed: %q, %v", at, got, err)
		}
	}
}

// TestBomb: the most DEFLATE can do stays within the buffer, and shows.
func TestBomb(t *testing.T) {
	var r Reader
	src := compress(t, make([]byte, 16<<20), 9)
	r.Reset(src)
	if out, err := r.Next(make([]byte, 0, 1<<20)); err != nil || len(out) != 1<<20 {
		t.Fatalf("%d bytes, %v", len(out), err)
	}
	if ratio := r.Produced() / r.Consumed(); ratio < 900 || ratio > maxRatio {
		t.Errorf("ratio %d to 1 after the first piece, want about %d", ratio, maxRatio)
	}
}

// compareWithReference requires what compress/gzip makes of src: the same
// bytes and success, or failure. Two differences are intended: zeros after
// the last member, and header texts over 511 bytes, are accepted here.
func compareWithReference(t testing.TB, r *Reader, src []byte, chunk int) {
	t.Helper()
	want, wantErr := reference(src)
	chunk = max(chunk, len(want)/1000) // every call moves Window bytes
	got, err := decode(t, r, src, chunk)
	for end := len(src); err == io.EOF && wantErr != nil && end > 0 && src[end-1] == 0; end-- {
		want, wantErr = reference(src[:end-1])
	}
	if n := min(len(got), len(want)); !bytes.Equal(got[:n], want[:n]) {
		t.Fatalf("output differs from compress/gzip's at byte %d of %d", commonPrefix(got, want), n)
	}
	switch {
	case err == io.EOF && wantErr == nil && len(got) != len(want):
		t.Fatalf("%d bytes, compress/gzip has %d", len(got), len(want))
	case err == io.EOF && wantErr != nil && 0 < len(src) && len(src) < 512:
		t.Fatalf("accepted what compress/gzip refuses: %v", wantErr)
	case err != io.EOF && wantErr == nil:
		t.Fatalf("refused what compress/gzip accepts: %v", err)
	}
}
