package scan

import (
	"context"
	"hash/maphash"
	"io"
)

// copies drops all but the first of equal files and returns how many it
// dropped. Files are in the order of look, which brings equal fingerprints
// together; those are compared by a hash of all they hold.
func copies(ctx context.Context, files []*file) (kept []*file, dropped int) {
	seed := maphash.MakeSeed()
	kept = files[:0]
	for len(files) > 0 {
		n := 1
		for n < len(files) && files[n].mark == files[0].mark {
			n++
		}
		group := files[:n]
		files = files[n:]
		if n == 1 {
			kept = append(kept, group[0])
			continue
		}
		seen := map[uint64]bool{}
		for _, f := range group {
			sum, ok := contentHash(ctx, f, seed)
			if ok && seen[sum] {
				dropped++
				continue
			}
			seen[sum] = seen[sum] || ok
			kept = append(kept, f)
		}
	}
	return kept, dropped
}

// contentHash hashes all of f. It is not ok for what can't be read, and for
// what has no rows to count twice.
func contentHash(ctx context.Context, f *file, seed maphash.Seed) (sum uint64, ok bool) {
	if f.Once || f.format == nil {
		return 0, false
	}
	rc, err := f.Open(ctx, 0, 0)
	if err != nil {
		return 0, false
	}
	defer rc.Close()
	var h maphash.Hash
	h.SetSeed(seed)
	_, err = io.Copy(&h, stopper{ctx, rc})
	return h.Sum64(), err == nil
}

// stopper ends reading when the context ends.
type stopper struct {
	ctx context.Context
	r   io.Reader
}

func (s stopper) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.r.Read(p)
}
