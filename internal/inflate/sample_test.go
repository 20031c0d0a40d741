package inflate

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"

	kgzip "github.com/klauspost/compress/gzip"
)

// flowText makes n bytes of lines like VPC flow records.
func flowText(rng *rand.Rand, n int) []byte {
	var b []byte
	for at := 1767225600; len(b) < n; at += rng.IntN(3) {
		b = fmt.Appendf(b, "2 111122223333 eni-%08x 192.0.2.%d 198.51.100.%d %d %d 6 %d %d %d %d ACCEPT OK\n",
			rng.IntN(40)*0x1234567, rng.IntN(256), rng.IntN(32), 1024+rng.IntN(60000), []int{22, 53, 80, 443}[rng.IntN(4)],
			1+rng.IntN(40), 40+rng.IntN(90000), at, at+60)
	}
	return b[:n]
}

// trailText makes n bytes like a CloudTrail file.
func trailText(rng *rand.Rand, n int) []byte {
	b := []byte(`{"Records":[`)
	names := []string{"GetObject", "ListBuckets", "AssumeRole", "DescribeInstances", "PutObject", "GetCallerIdentity"}
	for i := 0; len(b) < n; i++ {
		b = fmt.Appendf(b, `{"eventVersion":"1.08","userIdentity":{"type":"IAMUser","principalId":"AIDA%016X",`+
			`"arn":"arn:aws:iam::111122223333:user/user%d","accountId":"111122223333"},"eventTime":"2026-01-01T%02d:%02d:%02dZ",`+
			`"eventSource":"s3.amazonaws.com","eventName":"%s","awsRegion":"us-east-1","sourceIPAddress":"203.0.113.%d",`+
			`"requestID":"%016X","eventID":"%08x-%04x","readOnly":%t},`,
			rng.Uint64N(30), rng.IntN(30), i/3600%24, i/60%60, i%60, names[rng.IntN(len(names))], rng.IntN(256),
			rng.Uint64(), rng.Uint32(), rng.Uint32()&0xffff, i%2 == 0)
	}
	return b[:n]
}

func randomBytes(rng *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(rng.Uint32())
	}
	return b
}

// periodic makes runs that repeat at every distance up to 70, so that every
// kind of overlapping copy occurs, and with lengths about the copy steps.
func periodic(rng *rand.Rand) []byte {
	var b []byte
	for dist := 1; dist <= 70; dist++ {
		unit := randomBytes(rng, dist)
		for _, n := range []int{3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 96, 97, 257, 258, 259} {
			unit[0]++
			b = append(b, unit...)
			for i := range n {
				b = append(b, unit[i%dist])
			}
		}
	}
	return b
}

// skewed makes bytes whose frequencies fall by Fibonacci's numbers, which
// gives the longest codes and so subtables.
func skewed(rng *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		for b[i] = 'a'; b[i] < 'a'+24 && rng.IntN(13) < 8; b[i]++ {
		}
	}
	return b
}

func samples() map[string][]byte {
	rng := rand.New(rand.NewPCG(1, 2))
	return map[string][]byte{
		"empty":    nil,
		"one byte": {'x'},
		"flow":     flowText(rng, 80_000),
		"trail":    trailText(rng, 80_000),
		"random":   randomBytes(rng, 80_000),
		"zeros":    make([]byte, 100_000),
		"periodic": periodic(rng),
		"skewed":   skewed(rng, 100_000),
	}
}

func compress(t testing.TB, data []byte, level int) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, level)
	if err != nil {
		t.Fatal(err)
	}
	return finish(t, &b, w, data)
}

func compressKlauspost(t testing.TB, data []byte, level int) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := kgzip.NewWriterLevel(&b, level)
	if err != nil {
		t.Fatal(err)
	}
	return finish(t, &b, w, data)
}

func finish(t testing.TB, b *bytes.Buffer, w io.WriteCloser, data []byte) []byte {
	t.Helper()
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// decode reads src in pieces of at most chunk bytes. It fails if the
// decoder writes beyond the capacity it was given, or stops short of it.
func decode(t testing.TB, r *Reader, src []byte, chunk int) ([]byte, error) {
	t.Helper()
	const fence = 64
	r.Reset(src)
	var all []byte
	whole := make([]byte, Window+chunk+fence)
	for i := range whole[Window+chunk:] {
		whole[Window+chunk+i] = 0xa5
	}
	buf := whole[:0]
	for {
		had := len(buf)
		out, err := r.Next(buf[: had : had+chunk])
		all = append(all, out[had:]...)
		for i, c := range whole[Window+chunk:] {
			if c != 0xa5 {
				t.Fatalf("wrote byte %d beyond the buffer", i)
			}
		}
		if err != nil {
			return all, err
		}
		if len(out) != had+chunk {
			t.Fatalf("no error, yet %d of %d bytes decoded", len(out)-had, chunk)
		}
		if len(all) > 1<<27 {
			t.Fatal("output has no end")
		}
		buf = whole[:len(slide(out, 0))]
	}
}

// slide moves the end of buf to its front, to make room behind it for Next:
// the last keep bytes, which the caller has not used yet, and before them
// what Next needs as history.
func slide(buf []byte, keep int) []byte {
	n := min(len(buf), max(keep, Window))
	return buf[:copy(buf, buf[len(buf)-n:])]
}

// checkDecode decodes src and compares with want.
func checkDecode(t testing.TB, r *Reader, src, want []byte, chunk int) {
	t.Helper()
	got, err := decode(t, r, src, chunk)
	if err != io.EOF {
		t.Fatalf("chunks of %d: error %v", chunk, err)
	}
	if !bytes.Equal(got, want) {
		t.Fatalf("chunks of %d: %d bytes that differ from the wanted %d at %d", chunk, len(got), len(want), commonPrefix(got, want))
	}
	if r.Produced() != int64(len(want)) || r.Consumed() != int64(len(src)) {
		t.Fatalf("counted %d bytes in, %d out; want %d, %d", r.Consumed(), r.Produced(), len(src), len(want))
	}
}

func commonPrefix(a, b []byte) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}
