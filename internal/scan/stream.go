package scan

import (
	"context"
	"fmt"
	"io"
	"sync"

	"picket/enrich"
	"picket/event"
	"picket/internal/inflate"
	"picket/logformat"
)

// chunkBytes is how much of a file is decoded at once: so little that decoding
// finds the unpacked text in the processor's cache, so much that handing it on
// costs nothing (measured: 256 KiB to 1 MiB are equally fast).
const chunkBytes = 512 << 10

// chunkSlack is room for the record that the chunk before left over.
const chunkSlack = 64 << 10

var batches = sync.Pool{New: func() any { return new(event.Batch) }}

// A chunk is a decoded piece of a file. Its batch's Data lies in buf.
type chunk struct {
	batch event.Batch
	buf   []byte
}

var chunks = sync.Pool{New: func() any { return new(chunk) }}

func (c *chunk) release() {
	c.batch.Reset()
	c.batch.Data = nil // it is part of buf
	chunks.Put(c)
}

// A source is a file being read by a goroutine of its own.
type source struct {
	*file
	order  int // position among all files: decides between rows of the same time
	chunks chan *chunk
	stats  logformat.Stats
	errors []Problem
	cost   int64
	first  event.Time // of the earliest and the latest row
	last   event.Time
}

// workers share the right to decode and what decoding needs.
type workers struct {
	tokens chan *enrich.Enricher
	read   func(stored int64)
	rows   func(n int)
}

// run decodes s to its end. It closes s.chunks when done; stats and errors may
// be read after that.
func (s *source) run(ctx context.Context, w *workers) {
	defer close(s.chunks)
	u, err := unpack(ctx, s.Object, s.packing, w.read)
	if err != nil {
		s.fail(-1, err)
		return
	}
	defer u.Close()
	d := decoder{s: s, u: u}
	for !d.done {
		e := <-w.tokens
		c := d.next()
		if c != nil {
			s.prepare(e, &c.batch, w)
		}
		w.tokens <- e
		if c == nil {
			continue
		}
		select {
		case s.chunks <- c:
		case <-ctx.Done():
			c.release()
			return
		}
	}
	s.stats = d.state.Stats
}

// prepare makes a decoded batch ready for the engine.
func (s *source) prepare(e *enrich.Enricher, b *event.Batch, w *workers) {
	e.Enrich(b)
	b.Sort()
	w.rows(b.Len())
	for k := range event.NumKinds {
		if n := b.Rows(k); n > 0 {
			if at := b.At(k, 0); s.first == 0 || at < s.first {
				s.first = at
			}
			s.last = max(s.last, b.At(k, n-1))
		}
	}
}

func (s *source) fail(offset int64, err error) {
	s.errors = append(s.errors, Problem{Path: s.Name, Offset: offset, Reason: reason(err)})
}

// A decoder turns a file's bytes into chunks.
type decoder struct {
	s       *source
	u       unpacker
	state   logformat.State
	history []byte // the end of what was unpacked: the window, or the rest if that is longer
	rest    int    // how much of the end of history was not decoded yet
	offset  int64  // of the first byte that was not decoded
	ended   bool   // everything was unpacked
	done    bool   // everything was decoded
}

// next decodes one chunk; nil when nothing came of it. d.done says that the
// file is finished.
func (d *decoder) next() *chunk {
	c := chunks.Get().(*chunk)
	out := d.start(c)
	if !d.ended {
		var err error
		out, err = d.u.Next(out)
		if d.ended = err != nil; d.ended && err != io.EOF {
			d.s.fail(d.offset+int64(len(out)-len(d.history)+d.rest), fmt.Errorf("unpack: %w", err))
		}
	}
	data := out[len(d.history)-d.rest:]
	b := &c.batch
	b.Meta, b.Meta.Offset = d.s.meta, d.offset
	b.Data = data
	window := d.saveWindow(out)
	used := d.s.format.Decode(b, &d.state, d.ended)
	d.offset += int64(used)
	d.saveRest(data[used:], window)
	d.done = d.ended && (d.rest == 0 || used == 0)
	if b.Len() == 0 {
		c.release()
		return nil
	}
	return c
}

// start returns c's buffer, beginning with the history, with room for a chunk.
func (d *decoder) start(c *chunk) []byte {
	size := len(d.history) + chunkBytes
	if d.rest > chunkBytes/2 {
		size += d.rest // a long record: grow with it
	}
	if cap(c.buf) < size {
		c.buf = make([]byte, 0, size+chunkSlack)
	}
	return append(c.buf[:0], d.history...)
}

// saveWindow keeps the last bytes that were unpacked, which unpacking goes on
// from, before decoding: decoders may rewrite what they are done with.
func (d *decoder) saveWindow(out []byte) (n int) {
	n = min(len(out), inflate.Window)
	d.history = append(d.history[:0], out[len(out)-n:]...)
	return n
}

// saveRest makes the history end with the rest, which is within the window
// unless a record is longer than that.
func (d *decoder) saveRest(rest []byte, window int) {
	d.rest = len(rest)
	if d.rest > window {
		d.history = append(d.history[:0], rest...)
	}
}
