package scan

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"picket/internal/inflate"
)

// packing is how a file is stored, told by its first bytes.
type packing uint8

const (
	plain packing = iota
	gzipped
	zstandard
	bzipped
	zipped
	parquetFile
)

func packingOf(head []byte) packing {
	switch {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		return gzipped
	case bytes.HasPrefix(head, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		return zstandard
	case bytes.HasPrefix(head, []byte("BZh")):
		return bzipped
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("PK\x05\x06")):
		return zipped
	case bytes.HasPrefix(head, []byte("PAR1")):
		return parquetFile
	}
	return plain
}

// unpacker yields a file's uncompressed bytes.
type unpacker interface {
	// Next decodes onto the end of dst, into the capacity dst has. io.EOF says
	// that the file ended well; any other error is final, and what was decoded
	// before it is returned with it. dst must begin with the last
	// inflate.Window bytes of what came before.
	Next(dst []byte) ([]byte, error)
	Close()
}

const (
	// maxWhole is up to which stored size a gzip file is read whole and decoded
	// by package inflate; larger ones are streamed.
	maxWhole = 16 << 20
	// A file that unpacks to more than bombBytes at more than bombRatio to one is
	// taken for a decompression bomb. DEFLATE reaches 1,032 to 1; logs stay
	// under 30 (measured on generated logs: 6 to 14).
	bombBytes = 256 << 20
	bombRatio = 200
)

var errBomb = fmt.Errorf("unpacks to more than %d times its size: taken for a decompression bomb", bombRatio)

// unpack opens o, which is stored as p. read counts stored bytes as they are read.
func unpack(ctx context.Context, o *Object, p packing, read func(int64)) (unpacker, error) {
	rc, err := o.Open(ctx, 0)
	if err != nil {
		return nil, err
	}
	in := &counter{r: rc, read: read}
	switch p {
	case gzipped:
		if o.Size >= 0 && o.Size <= maxWhole {
			return openWhole(in, rc, int(o.Size))
		}
		z, err := gzip.NewReader(bufio.NewReaderSize(in, 1<<20))
		if err != nil {
			return nil, errors.Join(err, rc.Close())
		}
		return &stream{r: z, in: in, close: []io.Closer{z, rc}}, nil
	case zstandard:
		z, err := zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(128<<20))
		if err != nil {
			return nil, errors.Join(err, rc.Close())
		}
		return &stream{r: z, in: in, close: []io.Closer{z.IOReadCloser(), rc}}, nil
	case bzipped:
		return &stream{r: bzip2.NewReader(bufio.NewReaderSize(in, 1<<20)), in: in, close: []io.Closer{rc}}, nil
	}
	return &stream{r: in, in: in, raw: true, close: []io.Closer{rc}}, nil
}

// counter counts the bytes read through it.
type counter struct {
	r    io.Reader
	n    int64
	read func(int64)
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	c.read(int64(n))
	return n, err
}

// stream unpacks by reading.
type stream struct {
	r     io.Reader
	in    *counter
	out   int64
	raw   bool // not compressed
	close []io.Closer
}

func (s *stream) Next(dst []byte) ([]byte, error) {
	for len(dst) < cap(dst) {
		n, err := s.r.Read(dst[len(dst):cap(dst)])
		dst = dst[:len(dst)+n]
		s.out += int64(n)
		if err != nil {
			return dst, err
		}
		if !s.raw && s.out > bombBytes && s.out/bombRatio > s.in.n {
			return dst, errBomb
		}
	}
	return dst, nil
}

func (s *stream) Close() {
	for _, c := range s.close {
		c.Close()
	}
}

// whole unpacks a gzip file that was read whole.
type whole struct {
	r   inflate.Reader
	src []byte
}

var wholes = sync.Pool{New: func() any { return new(whole) }}

func openWhole(r io.Reader, c io.Closer, size int) (unpacker, error) {
	w := wholes.Get().(*whole)
	if cap(w.src) < size+1 {
		w.src = make([]byte, 0, size+size/8+1)
	}
	n, err := io.ReadFull(r, w.src[:size])
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		err = nil // the file shrank since it was listed: decode what there is
	}
	if err = errors.Join(err, c.Close()); err != nil {
		wholes.Put(w)
		return nil, err
	}
	w.src = w.src[:n]
	w.r.Reset(w.src)
	return w, nil
}

func (w *whole) Next(dst []byte) ([]byte, error) {
	dst, err := w.r.Next(dst)
	if err == nil && w.r.Produced() > bombBytes && w.r.Produced()/bombRatio > w.r.Consumed() {
		return dst, errBomb
	}
	return dst, err
}

// Close keeps the buffer for the next file unless it is unusually large.
func (w *whole) Close() {
	const keep = 4 << 20
	w.r.Reset(nil)
	if cap(w.src) > keep {
		w.src = nil
	}
	wholes.Put(w)
}
