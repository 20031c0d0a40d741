package parquet

import (
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"

	"picket/internal/inflate"
)

// unpacker decompresses pages. It belongs to one goroutine.
type unpacker struct {
	gzip inflate.Reader
	zstd *zstd.Decoder
}

// codec is a way to compress pages.
type codec struct {
	name string
	// unpack decompresses src into dst, which it must fill.
	unpack func(u *unpacker, dst, src []byte) error
}

// codecs are numbered as CompressionCodec is. Those without unpack are not read,
// but for the first, of which there is nothing to unpack.
var codecs = [...]codec{
	{"UNCOMPRESSED", nil},
	{"SNAPPY", (*unpacker).unsnap},
	{"GZIP", (*unpacker).gunzip},
	{"LZO", nil},
	{"BROTLI", nil},
	{"LZ4", nil},
	{"ZSTD", (*unpacker).unzstd},
	{"LZ4_RAW", (*unpacker).unlz4},
}

// uncompressed is the first of the codecs.
const uncompressed = 0

func codecOf(number int64) (*codec, error) {
	if number < 0 || number >= int64(len(codecs)) {
		return nil, fmt.Errorf("it is compressed with unknown codec %d", number)
	}
	c := &codecs[number]
	if c.unpack == nil && number != uncompressed {
		return nil, fmt.Errorf("it is compressed with %s, which is not read", c.name)
	}
	return c, nil
}

var (
	errSize    = errors.New("it does not have the size its header says")
	errCorrupt = errors.New("invalid data")
)

func (u *unpacker) unsnap(dst, src []byte) error { return unsnap(dst, src) }
func (u *unpacker) unlz4(dst, src []byte) error  { return unlz4(dst, src) }

func (u *unpacker) gunzip(dst, src []byte) error {
	u.gzip.Reset(src)
	out, err := u.gzip.Next(dst[:0:len(dst)])
	switch {
	case errors.Is(err, io.EOF) && len(out) == len(dst):
		return nil
	case err == nil || errors.Is(err, io.EOF):
		return errSize
	}
	return err
}

func (u *unpacker) unzstd(dst, src []byte) (err error) {
	if u.zstd == nil {
		u.zstd, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecodeAllCapLimit(true))
		if err != nil {
			return err
		}
	}
	out, err := u.zstd.DecodeAll(src, dst[:0:len(dst)])
	if err == nil && len(out) != len(dst) || errors.Is(err, io.EOF) {
		err = errSize
	}
	return err
}

// close releases what decompression took.
func (u *unpacker) close() {
	if u.zstd != nil {
		u.zstd.Close()
		u.zstd = nil
	}
}
