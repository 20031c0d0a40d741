package scan

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"slices"
	"sync"
	"sync/atomic"

	"picket/event"
	"picket/internal/inflate"
	"picket/logformat"
)

// A file is an object that was looked into.
type file struct {
	*Object
	packing packing
	format  *logformat.Format // nil: not a log
	head    event.Time        // of its first record, 0 when unknown
	text    int64             // how long it is unpacked, at most; estimated from Size if need be
	window  int64             // of memory that unpacking needs beside
	mark    fingerprint
	meta    event.Meta
	err     error // why it can't be read
	trouble error // why it can't be read to its end
}

// fingerprint tells copies apart from different files: equal files have equal
// ones, and files with equal ones are compared whole.
type fingerprint struct {
	size  int64
	first uint64
	head  event.Time
}

var (
	errNotALog       = errors.New("not a known log format")
	errEmpty         = errors.New("empty file")
	errPackedParquet = errors.New("a Parquet file inside another compression is not read: unpack it first")
)

// minor reports whether err means that nothing was lost.
func minor(err error) bool { return errors.Is(err, errNotALog) || errors.Is(err, errEmpty) }

// A stage is how much of a file is read to look into it, and how much text is
// unpacked of that. The first record of nearly every log lies in the first
// stage; the second is what recognising a format may take; the third finds
// the first record of interest behind others.
type stage struct{ stored, text int }

var stages = []stage{{32 << 10, 16 << 10}, {logformat.HeadLen, logformat.HeadLen}, {2 << 20, 2 << 20}}

const (
	// remoteLooks is how many remote objects are looked into at once: it takes
	// waiting, not work.
	remoteLooks = 32
	// maxRemembered bounds the small remote objects that the look has read
	// whole and keeps for the reading.
	maxRemembered = 32 << 20
)

// looker is what looking into files shares.
type looker struct {
	given      event.Meta
	report     func(Problem)
	keep       func(io.Closer) // takes what must stay open until the scan ends
	remembered atomic.Int64
}

// look looks into all objects, on n goroutines, and returns the files in the
// order in which they are to be read: by time of the first record. What is
// inside a zip comes out as files of its own.
func (l *looker) look(ctx context.Context, objs []*Object, n int) []*file {
	found := make([][]*file, len(objs))
	var next atomic.Int64
	var wg sync.WaitGroup
	if slices.ContainsFunc(objs, func(o *Object) bool { return o.Remote }) {
		n = max(n, remoteLooks)
	}
	for range min(n, len(objs)) {
		wg.Go(func() {
			g := glass{l: l}
			for i := next.Add(1) - 1; i < int64(len(objs)) && ctx.Err() == nil; i = next.Add(1) - 1 {
				found[i] = g.lookInto(ctx, objs[i], false)
			}
		})
	}
	wg.Wait()
	files := slices.Concat(found...)
	slices.SortStableFunc(files, func(a, b *file) int {
		return cmp.Or(cmp.Compare(a.head, b.head), cmp.Compare(a.mark.size, b.mark.size), cmp.Compare(a.mark.first, b.mark.first), cmp.Compare(a.Name, b.Name))
	})
	return files
}

// A glass is what one goroutine looks through: its buffers.
type glass struct {
	l      *looker
	stored []byte
	text   []byte
	z      inflate.Reader
	batch  event.Batch
}

func (g *glass) lookInto(ctx context.Context, o *Object, inArchive bool) []*file {
	f := &file{Object: o, meta: hints(o.Name, g.l.given)}
	f.err = g.peek(ctx, f)
	if f.err != nil || f.packing != zipped {
		return []*file{f}
	}
	if inArchive {
		f.err = errNested
		return []*file{f}
	}
	var out []*file
	for _, m := range members(ctx, f.Object, g.l.report) {
		out = append(out, g.lookInto(ctx, m, true)...)
	}
	return out
}

// peek finds out how f is stored, which format it has and when it begins.
func (g *glass) peek(ctx context.Context, f *file) error {
	for i, st := range stages {
		whole, err := g.read(ctx, f, st.stored)
		if err != nil {
			return err
		}
		if i == 0 {
			if len(g.stored) == 0 {
				return errEmpty
			}
			f.packing = packingOf(g.stored)
			f.mark = fingerprint{size: f.Size, first: event.Hash(0, g.stored)}
			if err := g.hold(ctx, f, whole); err != nil || f.packing == zipped {
				return err
			}
		}
		if f.packing == parquetFile {
			return g.peekParquet(ctx, f)
		}
		if done, err := g.peekText(f, st.text, whole); done || err != nil {
			f.mark.head = f.head
			return err
		}
	}
	if f.format == nil {
		return errNotALog
	}
	return nil
}

// read reads the first n bytes of f; whole says that there are no more.
func (g *glass) read(ctx context.Context, f *file, n int) (whole bool, err error) {
	rc, err := f.Open(ctx, 0, int64(n))
	if err != nil {
		return false, err
	}
	defer rc.Close()
	g.stored = slices.Grow(g.stored[:0], n)[:n]
	n, err = io.ReadFull(rc, g.stored)
	g.stored = g.stored[:n]
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), err == io.EOF:
		return true, nil
	case err != nil && n == 0:
		return false, err
	case err != nil: // the reading will come to it, after what can be read
		f.trouble = err
		return true, nil
	}
	return int64(n) == f.Size, nil
}

// hold keeps what must not, or need not, be asked for again: a pipe that is not
// read in order, a small remote object that was read whole.
func (g *glass) hold(ctx context.Context, f *file, whole bool) (err error) {
	n := int64(len(g.stored))
	switch {
	case f.Once && (f.packing == zipped || f.packing == parquetFile):
		f.Object, err = settle(ctx, f.Object, g.l.keep)
	case whole && f.Remote && !f.Once && g.l.remembered.Add(n) <= maxRemembered:
		f.Object = inMemory(f.Object, bytes.Clone(g.stored))
	}
	return err
}

// peekText looks at the first want bytes of f's text. It is done when there is
// no more to learn.
func (g *glass) peekText(f *file, want int, whole bool) (done bool, err error) {
	ended, err := g.unpackHead(f, want)
	if f.trouble != nil {
		ended, err = false, f.trouble
	}
	if !whole && errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil // the end of what was read
	}
	ended = ended && whole
	if f.text = estimate(f); ended {
		f.text = int64(len(g.text))
	}
	f.format = logformat.Detect(g.text)
	switch {
	case len(g.text) == 0 && err == nil: // a block of bzip2 or zstd may be longer than what was read
		if whole {
			err = errEmpty
		}
		return whole, err
	case f.format == nil && err != nil:
		return true, errors.New(unpackReason(f.packing, err))
	case f.format == nil && (ended || len(g.text) >= logformat.HeadLen || bytes.IndexByte(g.text, 0) >= 0):
		return true, errNotALog
	case f.format == nil:
		return false, nil
	case f.format.Decode == nil:
		return true, errPackedParquet
	}
	f.head = g.headTime(f.format, ended)
	return f.head != 0 || ended || err != nil, nil
}

// unpackHead unpacks the beginning of f from stored, up to want bytes; ended
// says that this was all of stored.
func (g *glass) unpackHead(f *file, want int) (ended bool, err error) {
	g.text = slices.Grow(g.text[:0], want)[:0:want]
	if f.packing == gzipped {
		g.z.Reset(g.stored)
		g.text, err = g.z.Next(g.text)
	} else {
		o := inMemory(f.Object, g.stored)
		var u unpacker
		if u, err = unpack(context.Background(), &file{Object: o, packing: f.packing}, func(int64) {}); err != nil {
			return false, err
		}
		defer u.Close()
		g.text, err = u.Next(g.text)
		if z, ok := u.(*stream); ok && f.packing == zstandard {
			f.window = z.window
		}
	}
	if err == io.EOF {
		return true, nil
	}
	return false, err
}

// headTime is the earliest time among the first records.
func (g *glass) headTime(f *logformat.Format, ended bool) event.Time {
	b := &g.batch
	b.Data = g.text
	var st logformat.State
	f.Decode(b, &st, ended)
	t := earliest(b)
	b.Data = nil // it is not the batch's own
	b.Reset()
	return t
}

// peekParquet reads the first rows.
func (g *glass) peekParquet(ctx context.Context, f *file) error {
	f.format = logformat.Detect(g.stored)
	f.text = max(f.Size, 0) * maxPacked
	p, err := openParquet(ctx, f)
	if err != nil {
		return err
	}
	defer p.Close()
	var st logformat.State
	b := new(event.Batch)
	if _, err := p.Decode(b, &st); err != nil {
		return nil // the reading will say so, and give the rows before the damage
	}
	f.head = earliest(b)
	f.mark.head = f.head
	return nil
}

func earliest(b *event.Batch) (t event.Time) {
	for k := range event.NumKinds {
		for i := range b.Rows(k) {
			if at := b.At(k, i); t == 0 || at < t {
				t = at
			}
		}
	}
	return t
}
