package scan

import (
	"context"
	"io"

	"picket/enrich"
	"picket/event"
	"picket/logformat"
)

// A source is a file being read by goroutines of its own.
type source struct {
	*file
	order  int // position among all files: decides between rows of the same time
	cost   int64
	chunks chan *chunk // decoded, waiting for their turn
	tally  *tally      // nil: nothing is counted

	// What follows belongs to the reading goroutine until chunks is closed.
	stats      logformat.Stats
	interfaces enrich.Interfaces // that flow records told of so far
	opened     bool
	failed     *Problem // why it was not read to its end
	read       int64    // stored bytes
	first      event.Time
	last       event.Time // of the earliest and the latest row
}

func newSource(f *file, order int) *source {
	return &source{file: f, order: order, cost: f.cost(), chunks: make(chan *chunk, maxWaiting)}
}

// workers share the right to work, which goes with what enrichment needs.
type workers struct {
	tokens chan *enrich.Enricher
	read   func(stored int64)
	rows   func(n int)
}

// run decodes s to its end. It closes s.chunks when done.
func (s *source) run(ctx context.Context, w *workers) {
	defer close(s.chunks)
	if s.packing == parquetFile {
		s.runParquet(ctx, w)
		return
	}
	u, err := unpack(ctx, s.file, s.count(w))
	if err != nil {
		s.fail(-1, unpackReason(s.packing, err))
		return
	}
	s.opened = true
	d := newDecoder(s, w, u)
	defer d.close()
	for !d.done && ctx.Err() == nil {
		if c := d.next(); c != nil && !s.send(ctx, c) {
			return
		}
	}
	s.stats = d.state.Stats
}

// count passes on how many stored bytes are read.
func (s *source) count(w *workers) func(int64) {
	return func(n int64) {
		s.read += n
		w.read(n)
	}
}

// send hands a chunk with rows to the merger. It reports false when the scan
// has ended.
func (s *source) send(ctx context.Context, c *chunk) bool {
	select {
	case s.chunks <- c:
		return true
	case <-ctx.Done():
		return false
	}
}

// prepare makes a decoded batch ready for the engine.
func (s *source) prepare(e *enrich.Enricher, b *event.Batch, w *workers) {
	e.Enrich(b, &s.interfaces)
	b.Sort()
	w.rows(b.Len())
	if s.tally != nil {
		s.tally.add(b)
	}
	for k := range event.NumKinds {
		if n := b.Rows(k); n > 0 {
			if at := b.At(k, 0); s.first == 0 || at < s.first {
				s.first = at
			}
			s.last = max(s.last, b.At(k, n-1))
		}
	}
}

func (s *source) fail(offset int64, reason string) {
	if s.failed == nil {
		s.failed = &Problem{Path: s.Name, Offset: offset, Reason: reason}
	}
}

// problem is all that was wrong with the file, as one problem.
func (s *source) problem() (p Problem, ok bool) {
	bad := s.stats.First
	switch {
	case s.failed == nil && bad == nil:
		return p, false
	case s.failed == nil:
		p = Problem{Path: s.Name, Offset: bad.Offset, Reason: badText(&s.stats)}
		if s.packing == parquetFile {
			p.Offset = -1 // its rows have no place in bytes
		}
		return p, true
	}
	p = *s.failed
	if bad != nil {
		p.Reason += "; before that, " + badText(&s.stats)
	}
	return p, true
}

// runParquet is run for Parquet files, which are read row group by row group.
func (s *source) runParquet(ctx context.Context, w *workers) {
	p, err := openParquet(ctx, s.file)
	if err != nil {
		s.fail(-1, reason(err))
		return
	}
	defer p.Close()
	s.opened = true
	count := s.count(w)
	var st logformat.State
	for more := true; more && ctx.Err() == nil; {
		e := <-w.tokens
		c := used.get(event.KindFlow, chunkBytes)
		b := &c.batch
		b.Meta, b.Data = s.meta, c.buf
		before := p.read()
		more, err = p.Decode(b, &st)
		c.buf = b.Data
		if s.tally != nil {
			s.tally.content.Write(b.Data)
		}
		count(p.read() - before)
		s.prepare(e, b, w)
		w.tokens <- e
		if err != nil {
			s.fail(-1, reason(err))
		}
		if b.Len() == 0 {
			c.release()
		} else if !s.send(ctx, c) {
			return
		}
	}
	s.stats = st.Stats
}

// parquetReader is an open Parquet file.
type parquetReader struct {
	*logformat.Parquet
	file randomAccess
	in   *counterAt
}

func openParquet(ctx context.Context, f *file) (*parquetReader, error) {
	file, size, err := random(ctx, f.Object)
	if err != nil {
		return nil, err
	}
	in := &counterAt{r: file}
	p, err := logformat.OpenParquet(in, size)
	if err != nil {
		file.Close()
		return nil, err
	}
	return &parquetReader{p, file, in}, nil
}

func (p *parquetReader) read() int64 { return p.in.n }

func (p *parquetReader) Close() {
	p.Parquet.Close()
	p.file.Close()
}

// counterAt counts the bytes read through it.
type counterAt struct {
	r io.ReaderAt
	n int64
}

func (c *counterAt) ReadAt(p []byte, off int64) (int, error) {
	n, err := c.r.ReadAt(p, off)
	c.n += int64(n)
	return n, err
}
