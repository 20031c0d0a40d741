package inflate

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"hash/crc32"
	"math/rand/v2"
	"testing"
)

func newReference(src []byte) (*gzip.Reader, error) { return gzip.NewReader(bytes.NewReader(src)) }

func appendTrailer(src, data []byte) []byte {
	src = binary.LittleEndian.AppendUint32(src, crc32.ChecksumIEEE(data))
	return binary.LittleEndian.AppendUint32(src, uint32(len(data)))
}

// FuzzFile feeds whole files, header and trailer included.
func FuzzFile(f *testing.F) {
	rng := rand.New(rand.NewPCG(21, 22))
	text := flowText(rng, 2000)
	for level := -2; level <= 9; level++ {
		f.Add(compress(f, text, level), uint16(500))
	}
	f.Add(append(compress(f, text, 1), compress(f, nil, 1)...), uint16(1))
	f.Add(append(compress(f, text[:50], 1), 0, 0, 0), uint16(1))
	f.Fuzz(func(t *testing.T, src []byte, chunk uint16) {
		var r Reader
		compareWithReference(t, &r, src, int(chunk)+1)
	})
}

// FuzzDeflate feeds DEFLATE streams and supplies the checksum, so that what
// decodes at all must decode to the end.
func FuzzDeflate(f *testing.F) {
	rng := rand.New(rand.NewPCG(23, 24))
	for _, data := range [][]byte{flowText(rng, 3000), periodic(rng)[:4000], skewed(rng, 3000), trailText(rng, 3000)} {
		for _, level := range []int{-2, 0, 1, 6, 9} {
			src := compress(f, data, level)
			f.Add(src[headerSize:len(src)-trailerSize], uint16(700))
		}
	}
	f.Fuzz(func(t *testing.T, body []byte, chunk uint16) {
		var r Reader
		src, want, err := member(t, body)
		if err != nil {
			compareWithReference(t, &r, append(src[:headerSize], body...), int(chunk)+1)
			return
		}
		checkDecode(t, &r, src, want, max(int(chunk)+1, len(want)/1000))
	})
}
