package scan

import (
	"context"
	"io"
)

// An ahead reads on a goroutine of its own, a few blocks before they are asked
// for, so that nobody who could decode waits for a network, and so that a read
// that never returns (a terminal, a pipe nobody writes to) does not keep a scan
// from ending: the goroutine is left behind when the context ends.
type ahead struct {
	ctx    context.Context
	cancel context.CancelFunc
	blocks chan block
	free   chan []byte
	now    block // its data is what was not handed out yet
	buf    []byte
}

// block is what one read gave.
type block struct {
	data []byte
	err  error
}

const (
	aheadBytes  = 128 << 10
	aheadBlocks = 4
)

// newAhead opens and begins to read at once. The errors of open come from Read.
func newAhead(ctx context.Context, open func(context.Context) (io.ReadCloser, error)) *ahead {
	ctx, cancel := context.WithCancel(ctx)
	a := &ahead{ctx: ctx, cancel: cancel, blocks: make(chan block, aheadBlocks), free: make(chan []byte, aheadBlocks)}
	for range aheadBlocks {
		a.free <- nil // made when first used: most objects are small
	}
	go a.fill(open)
	return a
}

func (a *ahead) fill(open func(context.Context) (io.ReadCloser, error)) {
	r, err := open(a.ctx)
	if err != nil {
		a.send(block{nil, err})
		return
	}
	defer r.Close()
	for {
		var buf []byte
		select {
		case buf = <-a.free:
		case <-a.ctx.Done():
			return
		}
		if buf == nil {
			buf = make([]byte, aheadBytes)
		}
		n, err := r.Read(buf)
		if !a.send(block{buf[:n], err}) || err != nil {
			return
		}
	}
}

func (a *ahead) send(b block) bool {
	select {
	case a.blocks <- b:
		return true
	case <-a.ctx.Done():
		return false
	}
}

// Read returns what was read ahead.
func (a *ahead) Read(p []byte) (int, error) {
	for len(a.now.data) == 0 {
		if a.now.err != nil {
			return 0, a.now.err
		}
		if a.buf != nil {
			a.free <- a.buf[:cap(a.buf)]
			a.buf = nil
		}
		select {
		case a.now = <-a.blocks:
			a.buf = a.now.data
		case <-a.ctx.Done():
			return 0, a.ctx.Err()
		}
	}
	n := copy(p, a.now.data)
	a.now.data = a.now.data[n:]
	return n, nil
}

// Close ends reading. It does not wait for a read under way.
func (a *ahead) Close() error {
	a.cancel()
	return nil
}
