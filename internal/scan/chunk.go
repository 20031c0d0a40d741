package scan

import (
	"sync"

	"picket/event"
	"picket/internal/inflate"
)

const (
	// chunkBytes is how much of a file is decoded at once: so little that decoding
	// finds the unpacked text in the processor's cache, so much that handing it on
	// costs nothing (measured: 128 KiB to 1 MiB are equally fast).
	chunkBytes = 256 << 10
	// maxWaiting is how many decoded chunks of a file wait for their turn. The file
	// whose turn it is gives chunks one after the other, so the more of it was
	// decoded before, the less the processors wait for each other: measured with
	// two on all kinds of logs, few files with many chunks beat many files with few.
	maxWaiting = 8
	// smallChunk is up to which size chunks are kept apart, so that thousands of
	// small files do not each hold on to a large buffer.
	smallChunk = 64 << 10
	// maxPooled is how large a chunk is used again: one that a long record has
	// made larger is not.
	maxPooled = 2 * (chunkBytes + inflate.Window)
)

// A chunk is a piece of a file: at first its text, then the rows as well. Its
// batch's Data lies in buf.
type chunk struct {
	batch event.Batch
	buf   []byte
	fresh int   // where in buf the new text begins; before it is what came before
	err   error // of unpacking, which ends with this chunk; io.EOF: it ended well
	left  int   // kinds of rows that were not used up yet
	pool  *sync.Pool
	most  int // how large buf may be to be used again
}

// pools keeps chunks that were used, those of each kind of rows apart: they
// have grown memory for no other kind.
type pools [event.NumKinds + 1][2]sync.Pool

var used pools

// get returns a chunk for size bytes of text of the kind k.
func (p *pools) get(k event.Kind, size int) *chunk {
	class, most := 1, maxPooled
	if size <= smallChunk {
		class, most = 0, smallChunk
	} else {
		size = max(size, chunkBytes+inflate.Window)
	}
	pool := &p[k][class]
	c, ok := pool.Get().(*chunk)
	if !ok {
		c = &chunk{pool: pool, most: most}
	}
	if cap(c.buf) < size {
		c.buf = make([]byte, 0, size)
	}
	c.buf = c.buf[:0]
	return c
}

// release gives the chunk back. Nothing may look at its rows any more.
func (c *chunk) release() {
	c.batch.Reset()
	c.batch.Data = nil // it is part of buf
	c.err, c.fresh = nil, 0
	if cap(c.buf) <= c.most {
		c.pool.Put(c)
	}
}

// Memory that a file takes while it is read, as far as is known beforehand.
const (
	// sourceBytes is what reading any file takes: its goroutine, its decoder's
	// state and tables.
	sourceBytes = 48 << 10
	// rowsFactor is how much larger than its text a chunk is with its rows, in
	// halves. Flow records need the most: 128 bytes for about 100.
	rowsFactor = 5
)

// cost is the memory that reading f takes: a chunk that is being shown to the
// engine, those that wait for that, one that is decoded and can't wait there
// yet, and one that is being unpacked; what the unpacker holds comes on top.
func (f *file) cost() int64 {
	c := int64(sourceBytes) + f.window
	if f.packing == gzipped && f.Size >= 0 && f.Size <= maxWhole {
		c += f.Size
	}
	if f.text <= chunkBytes {
		return c + f.text*rowsFactor/2
	}
	return c + ((1+maxWaiting+1)*rowsFactor/2+1)*chunkBytes
}
