package inflate

import (
	"bytes"
	"io"
	"math/rand/v2"
	"testing"

	kgzip "github.com/klauspost/compress/gzip"
)

// BenchmarkReader decodes log-like text in pieces of a mebibyte, beside what
// klauspost/compress needs for the same.
func BenchmarkReader(b *testing.B) {
	rng := rand.New(rand.NewPCG(25, 26))
	for _, text := range []struct {
		name string
		data []byte
	}{{"flow", flowText(rng, 4<<20)}, {"trail", trailText(rng, 4<<20)}, {"short", flowText(rng, 2000)}} {
		src := compress(b, text.data, 6)
		b.Run(text.name+"/inflate", func(b *testing.B) {
			var r Reader
			whole := make([]byte, 0, 1<<20)
			b.SetBytes(int64(len(text.data)))
			b.ReportAllocs()
			for b.Loop() {
				r.Reset(src)
				out, err := r.Next(whole)
				for err == nil {
					out, err = r.Next(slide(out, 0))
				}
				if err != io.EOF {
					b.Fatal(err)
				}
			}
		})
		b.Run(text.name+"/klauspost", func(b *testing.B) {
			var z kgzip.Reader
			buf := make([]byte, 1<<20)
			b.SetBytes(int64(len(text.data)))
			b.ReportAllocs()
			for b.Loop() {
				err := z.Reset(bytes.NewReader(src))
				for err == nil {
					_, err = z.Read(buf)
				}
				if err != io.EOF {
					b.Fatal(err)
				}
			}
		})
	}
}
