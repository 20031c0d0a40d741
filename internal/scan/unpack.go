package scan

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
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

var packingNames = [...]string{plain: "plain", gzipped: "gzip", zstandard: "zstd", bzipped: "bzip2", zipped: "zip", parquetFile: "Parquet"}

func (p packing) String() string { return packingNames[p] }

func packingOf(head []byte) packing {
	switch {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		return gzipped
	case bytes.HasPrefix(head, []byte{0x28, 0xb5, 0x2f, 0xfd}), skippableFrame(head):
		return zstandard
	case len(head) > 3 && bytes.HasPrefix(head, []byte("BZh")) && head[3] >= '1' && head[3] <= '9':
		return bzipped
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("PK\x05\x06")):
		return zipped
	case bytes.HasPrefix(head, []byte("PAR1")):
		return parquetFile
	}
	return plain
}

// skippableFrame reports whether head begins with the frame that parallel zstd
// tools put first (RFC 8878, section 3.1.2).
func skippableFrame(head []byte) bool {
	return len(head) >= 4 && head[0]&0xf0 == 0x50 && bytes.Equal(head[1:4], []byte{0x2a, 0x4d, 0x18})
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
	// maxPacked is how much larger a log is unpacked, at most: 6 to 14 times is
	// what generated logs show.
	maxPacked = 30
	// A file that unpacks to more than bombBytes at more than bombRatio to one is
	// taken for a decompression bomb. DEFLATE reaches 1,032 to 1.
	bombBytes = 256 << 20
	bombRatio = 200
	// maxWindow is the most memory that a zstd file may ask for: what zstd
	// itself writes with all its options.
	maxWindow = 128 << 20
	// usualWindow is what every zstd decoder should support (RFC 8878, section
	// 3.1.1.1.2).
	usualWindow = 8 << 20
)

var errBomb = fmt.Errorf("unpacks to more than %d times its size: taken for a decompression bomb", bombRatio)

func bomb(unpacked, stored uint64) bool {
	return unpacked > bombBytes && unpacked/bombRatio > stored
}

// estimate is how long f is unpacked, at most.
func estimate(f *file) int64 {
	switch {
	case f.Size < 0 || f.Size > math.MaxInt64/maxPacked:
		return math.MaxInt64
	case f.packing == plain:
		return f.Size
	}
	return f.Size * maxPacked
}

// unpack opens f. read counts stored bytes as they are read.
func unpack(ctx context.Context, f *file, read func(int64)) (unpacker, error) {
	rc, err := f.Open(ctx, 0, 0)
	if err != nil {
		return nil, err
	}
	if f.packing == gzipped && f.Size >= 0 && f.Size <= maxWhole {
		return openWhole(&counter{r: rc, read: read}, rc, int(f.Size))
	}
	if f.Remote && !f.Once {
		near := rc
		rc = newAhead(ctx, func(context.Context) (io.ReadCloser, error) { return near, nil })
	}
	s := &stream{in: counter{r: rc, read: read}, close: rc}
	if err := s.open(f); err != nil {
		return nil, errors.Join(err, rc.Close())
	}
	return s, nil
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
	r      io.Reader
	in     counter
	out    int64
	window int64 // what a zstd file asks for
	packed bool
	zstd   *zstd.Decoder
	close  io.Closer // nil when closed
}

// streamBuffer is how much of a packed file is read at once.
const streamBuffer = 256 << 10

func (s *stream) open(f *file) (err error) {
	s.packed = f.packing != plain
	if !s.packed {
		s.r = &s.in
		return nil
	}
	size := streamBuffer
	if f.Size >= 0 && f.Size < int64(size) {
		size = int(f.Size) + 1
	}
	in := bufio.NewReaderSize(&s.in, size)
	switch f.packing {
	case gzipped:
		s.r, err = gzip.NewReader(in)
	case bzipped:
		s.r = bzip2.NewReader(in)
	case zstandard:
		err = s.openZstd(in)
	default:
		err = fmt.Errorf("%s file is no stream", f.packing)
	}
	return err
}

// openZstd allows the window that the first frame asks for.
func (s *stream) openZstd(in *bufio.Reader) error {
	head, err := in.Peek(zstd.HeaderMaxSize)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	var h zstd.Header
	s.window = usualWindow
	if h.Decode(head) == nil && !h.SingleSegment {
		s.window = int64(min(max(h.WindowSize, 1<<10), maxWindow))
	}
	s.zstd, err = zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxWindow(uint64(max(s.window, usualWindow))))
	s.r = s.zstd
	return err
}

// maxIdleReads is how many reads in a row may give nothing.
const maxIdleReads = 100

func (s *stream) Next(dst []byte) ([]byte, error) {
	for idle := 0; len(dst) < cap(dst); {
		n, err := s.r.Read(dst[len(dst):cap(dst)])
		dst = dst[:len(dst)+n]
		s.out += int64(n)
		if n > 0 {
			idle = 0
		} else if idle++; idle > maxIdleReads && err == nil {
			err = io.ErrNoProgress
		}
		if err == nil && s.packed && bomb(uint64(s.out), uint64(s.in.n)) {
			err = errBomb
		}
		if err != nil {
			s.Close() // early: a small file is held open no longer than it takes to read it
			return dst, err
		}
	}
	return dst, nil
}

func (s *stream) Close() {
	if s.close == nil {
		return
	}
	if s.zstd != nil {
		s.zstd.Close()
	}
	s.close.Close()
	s.close = nil
}

// wholeFile unpacks a gzip file that was read whole.
type wholeFile struct {
	r   inflate.Reader
	src []byte
}

var wholes = sync.Pool{New: func() any { return new(wholeFile) }}

// openWhole reads size bytes and closes. A file that shrank since it was listed
// is decoded as far as it goes.
func openWhole(r io.Reader, c io.Closer, size int) (unpacker, error) {
	w := wholes.Get().(*wholeFile)
	if cap(w.src) < size {
		w.src = make([]byte, 0, size)
	}
	n, err := io.ReadFull(r, w.src[:size])
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		err = nil
	}
	if err = errors.Join(err, c.Close()); err != nil {
		wholes.Put(w)
		return nil, err
	}
	w.src = w.src[:n]
	w.r.Reset(w.src)
	return w, nil
}

// size is how long the file says that it is unpacked, which it need not be.
func (w *wholeFile) size() int {
	n, _ := inflate.Size(w.src)
	return n
}

func (w *wholeFile) Next(dst []byte) ([]byte, error) {
	dst, err := w.r.Next(dst)
	if err == nil && bomb(uint64(w.r.Produced()), uint64(w.r.Consumed())) {
		return dst, errBomb
	}
	return dst, err
}

// Close keeps the buffer for the next file unless it is unusually large.
func (w *wholeFile) Close() {
	const keep = 4 << 20
	w.r.Reset(nil)
	if cap(w.src) > keep {
		w.src = nil
	}
	wholes.Put(w)
}
