package scan

import (
	"container/list"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
)

// randomAccess is a file that can be read anywhere.
type randomAccess interface {
	io.ReaderAt
	io.Closer
}

// maxSpill is how large an object that needs random access but does not offer
// it may be: it is kept in a temporary file meanwhile.
const maxSpill = 4 << 30

var errSpill = fmt.Errorf("larger than %d bytes, and it cannot be read in place", int64(maxSpill))

// random gives random access to all of o. What is no local file is copied into
// a temporary one that has no name any more.
func random(ctx context.Context, o *Object) (randomAccess, int64, error) {
	if o.at != nil {
		return lent{o.at}, o.Size, nil
	}
	rc, err := o.Open(ctx, 0, 0)
	if err != nil {
		return nil, 0, err
	}
	if f, ok := rc.(*os.File); ok {
		return f, o.Size, nil
	}
	defer rc.Close()
	return spill(rc)
}

// lent is random access that others close.
type lent struct{ io.ReaderAt }

func (lent) Close() error { return nil }

// settle puts an object that can be read once where it can be read anywhere,
// until the scan ends.
func settle(ctx context.Context, o *Object, keep func(io.Closer)) (*Object, error) {
	file, size, err := random(ctx, o)
	if err != nil {
		return nil, err
	}
	keep(file)
	return &Object{Name: o.Name, Size: size, at: file, Open: func(_ context.Context, from, _ int64) (io.ReadCloser, error) {
		return io.NopCloser(io.NewSectionReader(file, from, size-from)), nil
	}}, nil
}

func spill(r io.Reader) (randomAccess, int64, error) {
	tmp, err := os.CreateTemp("", "picket-")
	if err != nil {
		return nil, 0, err
	}
	if err := os.Remove(tmp.Name()); err != nil {
		return nil, 0, errors.Join(err, tmp.Close())
	}
	n, err := io.Copy(tmp, io.LimitReader(r, maxSpill+1))
	if err == nil && n > maxSpill {
		err = errSpill
	}
	if err != nil {
		return nil, 0, errors.Join(err, tmp.Close())
	}
	return tmp, n, nil
}

// pages gives random access to a remote object a page at a time. It suits
// readers that go through the object mostly in order, in a few places at once.
type pages struct {
	ctx    context.Context
	o      *Object
	mu     sync.Mutex
	recent list.List // of page, the latest used first
}

type page struct {
	number int64
	data   []byte
}

const (
	pageBytes = 1 << 20
	maxPages  = 6
)

// ReadAt reads from pages that are kept, or fetches them.
func (c *pages) ReadAt(p []byte, off int64) (n int, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for n < len(p) {
		data, err := c.page(off / pageBytes)
		if err != nil {
			return n, err
		}
		if off%pageBytes >= int64(len(data)) {
			return n, io.EOF
		}
		more := copy(p[n:], data[off%pageBytes:])
		n += more
		off += int64(more)
	}
	return n, nil
}

func (c *pages) page(number int64) ([]byte, error) {
	for e := c.recent.Front(); e != nil; e = e.Next() {
		if pg := e.Value.(*page); pg.number == number {
			c.recent.MoveToFront(e)
			return pg.data, nil
		}
	}
	if number*pageBytes >= c.o.Size {
		return nil, io.EOF
	}
	pg := &page{number: number}
	if last := c.recent.Back(); c.recent.Len() == maxPages {
		pg.data = last.Value.(*page).data
		c.recent.Remove(last)
	}
	var err error
	if pg.data, err = c.fetch(pg.data, number*pageBytes); err != nil {
		return nil, err
	}
	c.recent.PushFront(pg)
	return pg.data, nil
}

func (c *pages) fetch(buf []byte, from int64) ([]byte, error) {
	rc, err := c.o.Open(c.ctx, from, pageBytes)
	if err != nil {
		return nil, err
	}
	defer rc.Close()
	if buf == nil {
		buf = make([]byte, min(pageBytes, c.o.Size-from))
	}
	buf = buf[:min(int64(cap(buf)), c.o.Size-from)]
	_, err = io.ReadFull(rc, buf)
	return buf, err
}

// Close forgets the pages.
func (c *pages) Close() error {
	c.recent.Init()
	return nil
}
