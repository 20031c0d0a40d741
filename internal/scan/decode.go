package scan

import (
	"fmt"
	"io"
	"slices"

	"picket/enrich"
	"picket/event"
	"picket/internal/inflate"
	"picket/logformat"
)

// A feeder unpacks a file piece by piece.
type feeder struct {
	u       unpacker
	kind    event.Kind
	size    int       // of the next piece
	content io.Writer // is given all that is unpacked; may be nil
	history []byte    // the end of what was unpacked, at most inflate.Window
}

// next unpacks one piece.
func (f *feeder) next() *chunk {
	c := used.get(f.kind, len(f.history)+f.size)
	f.size = chunkBytes
	out, err := f.u.Next(append(c.buf, f.history...))
	c.buf, c.fresh, c.err = out, len(f.history), err
	if f.content != nil {
		f.content.Write(out[c.fresh:]) // a hash never fails
	}
	if err == nil { // the decoder may rewrite the piece, so what comes next is kept now
		f.history = append(f.history[:0], out[len(out)-min(len(out), inflate.Window):]...)
	}
	return c
}

// slack is room behind the text of a small file, by which the unpacker sees
// that the file ends there.
const slack = 512

// firstPiece is the size of the first piece of s.
func firstPiece(s *source, u unpacker) int {
	size := s.text
	if w, ok := u.(*wholeFile); ok {
		size = int64(w.size())
	}
	return int(min(size, chunkBytes-slack) + slack)
}

// A decoder turns a file's bytes into chunks with rows.
type decoder struct {
	s     *source
	w     *workers
	feed  feeder
	waits bool        // unpacking waits for a network
	aside chan *chunk // takes the piece that is unpacked while another is decoded
	begun bool        // such a piece is under way, or in aside

	state  logformat.State
	rest   []byte // what was unpacked and not decoded
	offset int64  // of rest, in the unpacked file
	again  bool   // rest may hold more records: decode it before unpacking more
	agains int64  // how often it did
	ended  bool   // everything was unpacked
	entire bool   // and ended well
	done   bool
}

const (
	// A log whose columns change again and again is given up: each change takes a
	// batch. Logs put together of others have one a file, of megabytes.
	maxAgains  = 1000
	minStretch = 1 << 10
)

// newDecoder takes over u. The decoder must be closed.
func newDecoder(s *source, w *workers, u unpacker) *decoder {
	_, inMemory := u.(*wholeFile)
	d := &decoder{s: s, w: w, waits: s.Remote && !inMemory, aside: make(chan *chunk, 1),
		feed: feeder{u: u, kind: s.format.Kind, size: firstPiece(s, u)}}
	if s.tally != nil {
		d.feed.content = s.tally.content
	}
	return d
}

func (d *decoder) close() {
	if d.begun {
		<-d.aside
	}
	d.feed.u.Close()
}

// next decodes one chunk; nil when nothing came of it. d.done says that the
// file is finished.
func (d *decoder) next() *chunk {
	if d.waits {
		d.begin(nil)
	}
	var piece *chunk
	if d.begun && !d.again {
		piece, d.begun = <-d.aside, false
	}
	e := <-d.w.tokens
	defer func() { d.w.tokens <- e }()
	c := d.pull(piece)
	d.help()
	d.decode(c)
	if c.batch.Len() == 0 {
		c.release()
		return nil
	}
	d.s.prepare(e, &c.batch, d.w)
	return c
}

// begin unpacks the next piece on a goroutine of its own, with the right to
// work e if it is nothing but work.
func (d *decoder) begin(e *enrich.Enricher) {
	if d.begun || d.ended {
		return
	}
	d.begun = true
	go func() {
		c := d.feed.next()
		if e != nil {
			d.w.tokens <- e
		}
		d.aside <- c
	}()
}

// help lets the next piece be unpacked while this one is decoded if there is a
// processor with nothing to do: so one large file keeps two at work.
func (d *decoder) help() {
	if d.waits || d.begun || d.ended {
		return
	}
	select {
	case e := <-d.w.tokens:
		d.begin(e)
	default:
	}
}

// pull returns a chunk whose text, from fresh on, begins with what was left
// over. The piece that follows was unpacked before if it is not nil.
func (d *decoder) pull(c *chunk) *chunk {
	if d.again {
		c := used.get(d.feed.kind, len(d.rest))
		c.buf = append(c.buf, d.rest...)
		return c
	}
	if c == nil {
		c = d.feed.next()
	}
	if len(d.rest) > c.fresh {
		c = d.lengthen(c)
	}
	c.fresh -= len(d.rest)
	copy(c.buf[c.fresh:], d.rest)
	if c.err != nil {
		d.ended, d.entire = true, c.err == io.EOF
	}
	if d.ended && !d.entire {
		d.s.fail(d.offset+int64(len(c.buf)-c.fresh), unpackReason(d.s.packing, c.err))
	}
	return c
}

// lengthen makes room for a rest that is longer than what the piece c begins
// with: part of a long record. As much is unpacked as is left over, so that the
// record is not looked at again for each piece.
func (d *decoder) lengthen(c *chunk) *chunk {
	n := len(d.rest)
	long := slices.Grow(d.rest, n+chunkBytes)
	d.rest = nil // it is long, and becomes the chunk's
	for {
		long = append(long, c.buf[c.fresh:]...)
		if c.err != nil || len(long) >= 2*n {
			c.buf, c.fresh = long, 0
			return c
		}
		c.release()
		c = d.feed.next()
	}
}

// decode decodes the chunk's text and keeps what is left over.
func (d *decoder) decode(c *chunk) {
	b := &c.batch
	b.Meta, b.Meta.Offset = d.s.meta, d.offset
	text := c.buf[c.fresh:]
	b.Data = text
	n := d.s.format.Decode(b, &d.state, d.entire)
	if d.again && n > 0 {
		d.agains++
	}
	d.offset += int64(n)
	if n == 0 && len(text) > inflate.Window && b.Len() == 0 { // part of a long record: spare copying it
		d.rest, c.buf, c.fresh = text, nil, 0
	} else {
		d.rest = append(d.rest[:0], text[n:]...)
	}
	d.again = n > 0 && len(d.rest) > 0 && (d.ended || len(d.rest) > inflate.Window)
	d.done = d.ended && !d.again
	switch {
	case d.agains > maxAgains && d.offset/d.agains < minStretch:
		d.s.fail(d.offset, "its columns change again and again; the rest was not read")
		d.done = true
	case d.done && d.entire && len(d.rest) > 0:
		d.s.fail(d.offset, fmt.Sprintf("%d bytes at the end could not be decoded", len(d.rest)))
	}
}
