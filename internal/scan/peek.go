package scan

import (
	"archive/zip"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"os"
	"slices"
	"sync"

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
	mark    fingerprint
	meta    event.Meta
	err     error // why it can't be read
	empty   bool
}

// fingerprint tells copies apart from different files: equal files have equal
// ones, and files with equal ones are compared whole.
type fingerprint struct {
	size  int64
	first uint64
	head  event.Time
}

const (
	// peekStored is how much of a file is read to look into it, and peekText how
	// much text is unpacked of that, first and at most: the first record of
	// nearly every log lies in the first 16 KiB, and no record of interest is
	// larger than the most.
	peekStored = 32 << 10
	peekText   = 16 << 10
	peekMost   = 2 << 20
)

// look looks into all objects, on n goroutines, and returns the files in the
// order in which they are to be read: by time of the first record. What is
// inside a zip comes out as files of its own.
func look(ctx context.Context, objs []*Object, given event.Meta, n int, report func(Problem)) []*file {
	found := make([][]*file, len(objs))
	var wg sync.WaitGroup
	next := make(chan int)
	for range max(n, 1) {
		wg.Go(func() {
			for i := range next {
				found[i] = lookInto(ctx, objs[i], given, report)
			}
		})
	}
	for i := range objs {
		next <- i
	}
	close(next)
	wg.Wait()
	files := slices.Concat(found...)
	slices.SortStableFunc(files, func(a, b *file) int {
		return cmp.Or(cmp.Compare(a.head, b.head), cmp.Compare(a.mark.size, b.mark.size), cmp.Compare(a.mark.first, b.mark.first), cmp.Compare(a.Name, b.Name))
	})
	return files
}

func lookInto(ctx context.Context, o *Object, given event.Meta, report func(Problem)) []*file {
	f := &file{Object: o, meta: hints(o.Name, given)}
	if o.Once {
		f.bufferStdin()
	}
	err := f.peek(ctx)
	if err == nil && f.packing == zipped {
		inner, err := members(ctx, o)
		if err != nil {
			report(Problem{Path: o.Name, Offset: -1, Reason: err.Error()})
		}
		var out []*file
		for _, m := range inner {
			out = append(out, lookInto(ctx, m, given, report)...)
		}
		return out
	}
	f.err = err
	return []*file{f}
}

// bufferStdin makes an object that can be opened once open twice: the peek
// reads from a buffer that the real reading gets again.
func (f *file) bufferStdin() {
	var rc io.ReadCloser
	var read []byte
	open := f.Object.Open
	o := *f.Object
	o.Open = func(ctx context.Context, from int64) (io.ReadCloser, error) {
		if rc == nil {
			var err error
			if rc, err = open(ctx, 0); err != nil {
				return nil, err
			}
			read, err = io.ReadAll(io.LimitReader(rc, peekMost))
			return io.NopCloser(bytes.NewReader(read)), err
		}
		return struct {
			io.Reader
			io.Closer
		}{io.MultiReader(bytes.NewReader(read), rc), rc}, nil
	}
	f.Object = &o
}

var errNotALog = errors.New("not a known log format")

// peek finds out how f is stored, which format it has and when it begins.
func (f *file) peek(ctx context.Context) error {
	rc, err := f.Open(ctx, 0)
	if err != nil {
		return err
	}
	defer rc.Close()
	stored := make([]byte, peekStored)
	n, err := io.ReadFull(rc, stored)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && err != io.EOF {
		return err
	}
	stored = stored[:n]
	f.mark = fingerprint{size: f.Size, first: fnv(stored)}
	f.empty = n == 0
	f.packing = packingOf(stored)
	switch {
	case f.empty, f.packing == zipped:
		return nil
	case f.packing == parquetFile:
		return errNotALog
	}
	return f.peekText(ctx, stored, rc)
}

// peekText unpacks more and more of the file until its first record is found.
func (f *file) peekText(ctx context.Context, stored []byte, rest io.Reader) error {
	for want := peekText; ; want *= 8 {
		text, err := unpackHead(f.packing, io.MultiReader(bytes.NewReader(stored), rest), &stored, want)
		if len(text) == 0 {
			f.empty = err == nil
			return err
		}
		if f.format = logformat.Detect(text); f.format != nil {
			if f.head = headTime(f.format, text); f.head != 0 {
				f.mark.head = f.head
				return nil
			}
		}
		if len(text) < want || want >= peekMost {
			if f.format == nil {
				return errNotALog
			}
			return nil
		}
	}
}

// unpackHead unpacks up to want bytes; stored grows by what had to be read.
func unpackHead(p packing, r io.Reader, stored *[]byte, want int) ([]byte, error) {
	if need := max(want, peekStored); len(*stored) < need && want > peekText {
		buf := make([]byte, need)
		n, _ := io.ReadFull(r, buf)
		*stored = buf[:n]
	}
	out := make([]byte, 0, want)
	switch p {
	case plain:
		return (*stored)[:min(want, len(*stored))], nil
	case gzipped:
		var z inflate.Reader
		z.Reset(*stored)
		out, err := z.Next(out)
		if len(out) > 0 || errors.Is(err, io.EOF) {
			err = nil
		}
		return out, err
	}
	o := &Object{Size: -1, Open: func(context.Context, int64) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(*stored)), nil
	}}
	u, err := unpack(context.Background(), o, p, func(int64) {})
	if err != nil {
		return nil, err
	}
	defer u.Close()
	out, err = u.Next(out)
	if len(out) > 0 || errors.Is(err, io.EOF) {
		err = nil
	}
	return out, err
}

// headTime is the earliest time among the first records.
func headTime(f *logformat.Format, text []byte) event.Time {
	b := batches.Get().(*event.Batch)
	defer func() { b.Reset(); batches.Put(b) }()
	b.Data = text
	var st logformat.State
	f.Decode(b, &st, false)
	t := earliest(b)
	b.Data = nil
	return t
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

// fnv hashes p with FNV-1a, the same in every run.
func fnv(p []byte) uint64 { return event.Hash(0, p) }

// members lists what is in a zip file.
func members(ctx context.Context, o *Object) ([]*Object, error) {
	ra, size, err := random(ctx, o)
	if err != nil {
		return nil, err
	}
	z, err := zip.NewReader(ra, size)
	if err != nil {
		return nil, fmt.Errorf("zip: %w", err)
	}
	var out []*Object
	for _, m := range z.File {
		if m.FileInfo().IsDir() {
			continue
		}
		name := o.Name + "!" + m.Name
		if m.Flags&1 != 0 {
			err = errors.Join(err, fmt.Errorf("zip: %s is encrypted", m.Name))
			continue
		}
		out = append(out, &Object{Name: name, Size: -1, Open: func(_ context.Context, from int64) (io.ReadCloser, error) {
			rc, err := m.Open()
			if err != nil || from == 0 {
				return rc, err
			}
			_, err = io.CopyN(io.Discard, rc, from)
			return rc, err
		}})
	}
	return out, err
}

// maxSpill is how large an object that needs random access but does not offer
// it may be: it is kept in a temporary file meanwhile.
const maxSpill = 4 << 30

// random gives random access to o. What is not a local file is copied into a
// temporary one, which is removed from its directory at once.
func random(ctx context.Context, o *Object) (io.ReaderAt, int64, error) {
	rc, err := o.Open(ctx, 0)
	if err != nil {
		return nil, 0, err
	}
	if f, ok := rc.(*os.File); ok && o.Size >= 0 {
		return f, o.Size, nil
	}
	defer rc.Close()
	tmp, err := os.CreateTemp("", "picket-")
	if err != nil {
		return nil, 0, err
	}
	os.Remove(tmp.Name())
	n, err := io.Copy(tmp, io.LimitReader(rc, maxSpill+1))
	if err == nil && n > maxSpill {
		err = fmt.Errorf("larger than %d bytes", int64(maxSpill))
	}
	return tmp, n, err
}

// copies drops all but the first of equal files and returns what it dropped.
// Files whose fingerprints agree are compared by a hash of all they hold.
func copies(ctx context.Context, files []*file) (kept []*file, dropped int) {
	seed := maphash.MakeSeed()
	groups := map[fingerprint][]*file{}
	for _, f := range files {
		if !f.Once && f.format != nil {
			groups[f.mark] = append(groups[f.mark], f)
		}
	}
	drop := map[*file]bool{}
	for _, g := range groups {
		if len(g) < 2 {
			continue
		}
		seen := map[uint64]bool{}
		for _, f := range g {
			sum, err := contentHash(ctx, f, seed)
			if err != nil {
				continue
			}
			drop[f] = seen[sum]
			seen[sum] = true
		}
	}
	for _, f := range files {
		if drop[f] {
			dropped++
			continue
		}
		kept = append(kept, f)
	}
	return kept, dropped
}

func contentHash(ctx context.Context, f *file, seed maphash.Seed) (uint64, error) {
	rc, err := f.Open(ctx, 0)
	if err != nil {
		return 0, err
	}
	defer rc.Close()
	var h maphash.Hash
	h.SetSeed(seed)
	_, err = io.Copy(&h, rc)
	return h.Sum64(), err
}
