package parquet

import (
	"fmt"
	"io"
)

// window is the piece of the file through which a column is read, front to
// back: reading little at a time is slow where files are far away.
type window struct {
	r     io.ReaderAt
	mem   *memory
	buf   []byte // what stands in the file from at on
	at    int64
	ahead int64 // nothing behind this offset is read before it is asked for
	end   int64 // nothing behind this offset is read
}

// bytes returns the n bytes at off, and those behind them that are at hand. They
// are good until the next call.
func (w *window) bytes(off int64, n int) ([]byte, error) {
	var kept []byte
	if off >= w.at && off-w.at <= int64(len(w.buf)) {
		kept = w.buf[off-w.at:]
	}
	if len(kept) >= n {
		return kept, nil
	}
	if int64(n) > w.end-off {
		return nil, fmt.Errorf("%d bytes end behind byte %d, where the footer begins", n, w.end)
	}
	return w.load(off, kept, int(min(max(int64(n), min(piece, w.ahead-off)), w.end-off)))
}

// load reads n bytes at off, of which kept are the first.
func (w *window) load(off int64, kept []byte, n int) ([]byte, error) {
	moved := copy(w.buf, kept)
	w.at, w.buf = off, w.buf[:moved]
	buf, err := room(w.mem, w.buf, n)
	if err != nil {
		return nil, err
	}
	if err := readAt(w.r, buf[moved:], off+int64(moved)); err != nil {
		return nil, err
	}
	w.buf = buf
	return buf, nil
}

// forget makes the window ready for pages from begin to end, of which those up
// to ahead may be read at once.
func (w *window) forget(begin, ahead int64) {
	w.buf, w.at, w.ahead = w.buf[:0], begin, ahead
}
