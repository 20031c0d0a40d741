package scan

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"sync"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/zstd"
)

// An archive is a zip file whose members are read as files of their own. Its
// file is open only while a member is: a scan may find many thousand archives.
type archive struct {
	open func() (randomAccess, error)

	mu    sync.Mutex
	users int
	file  randomAccess // nil when there are no users
}

var (
	errEncrypted = errors.New("zip: this member is encrypted")
	errNested    = errors.New("zip: an archive inside an archive is not read; unpack the outer one first")
	errDirectory = fmt.Errorf("zip: its list of members is larger than %d bytes", maxDirectory)
)

// maxDirectory bounds the list of members of an archive, which is kept in
// memory: some 150,000 members with names as AWS makes them.
const maxDirectory = 16 << 20

// members lists what is in the zip file o.
func members(ctx context.Context, o *Object, report func(Problem)) []*Object {
	a := &archive{open: func() (randomAccess, error) {
		if o.Remote {
			return &pages{ctx: ctx, o: o}, nil
		}
		file, _, err := random(ctx, o)
		return file, err
	}}
	z, err := a.list(o.Size)
	if err != nil {
		report(about(o.Name, err))
		return nil
	}
	var out []*Object
	for _, m := range z.File {
		name := o.Name + "!" + m.Name
		switch {
		case m.FileInfo().IsDir():
		case m.Flags&1 != 0:
			report(about(name, errEncrypted))
		case bomb(m.UncompressedSize64, m.CompressedSize64):
			report(about(name, errBomb))
		default:
			out = append(out, a.member(name, m, o.Remote))
		}
	}
	return out
}

// list reads the list of members.
func (a *archive) list(size int64) (*zip.Reader, error) {
	if err := a.acquire(); err != nil {
		return nil, err
	}
	defer a.release()
	in := &limitedAt{r: a, left: maxDirectory}
	z, err := zip.NewReader(in, size)
	if in.left < 0 {
		return nil, errDirectory
	}
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) { // nothing is written under these names
		return nil, err
	}
	in.off = true // members may be of any size
	z.RegisterDecompressor(zip.Deflate, flate.NewReader)
	z.RegisterDecompressor(zstd.ZipMethodWinZip, zstd.ZipDecompressor(zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow)))
	var text uint64
	for _, m := range z.File {
		text += min(m.UncompressedSize64, math.MaxInt64/uint64(len(z.File)))
	}
	if bomb(text, uint64(size)) { // members may overlap, each of them harmless
		return nil, errBomb
	}
	return z, nil
}

func (a *archive) acquire() (err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.users == 0 {
		if a.file, err = a.open(); err != nil {
			return err
		}
	}
	a.users++
	return nil
}

func (a *archive) release() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.users--; a.users > 0 {
		return nil
	}
	err := a.file.Close()
	a.file = nil
	return err
}

// ReadAt reads the archive's file, for those who acquired it.
func (a *archive) ReadAt(p []byte, off int64) (int, error) { return a.file.ReadAt(p, off) }

func (a *archive) member(name string, m *zip.File, remote bool) *Object {
	o := &Object{Name: name, Size: -1, Remote: remote}
	if m.UncompressedSize64 < math.MaxInt64 {
		o.Size = int64(m.UncompressedSize64) // reading more than that fails
	}
	o.Open = func(_ context.Context, from, _ int64) (io.ReadCloser, error) {
		if err := a.acquire(); err != nil {
			return nil, err
		}
		rc, err := m.Open()
		if err != nil {
			return nil, errors.Join(err, a.release())
		}
		out := &memberReader{rc, a}
		if _, err := io.CopyN(io.Discard, out, from); err != nil {
			return nil, errors.Join(err, out.Close())
		}
		return out, nil
	}
	return o
}

type memberReader struct {
	io.ReadCloser
	a *archive
}

func (r *memberReader) Read(p []byte) (int, error) {
	n, err := r.ReadCloser.Read(p)
	if err != nil && err != io.EOF {
		err = fmt.Errorf("zip data is damaged: %w", err)
	}
	return n, err
}

func (r *memberReader) Close() error { return errors.Join(r.ReadCloser.Close(), r.a.release()) }

// limitedAt fails when more than left bytes were read through it, until it is
// switched off.
type limitedAt struct {
	r    io.ReaderAt
	left int64
	off  bool
}

func (l *limitedAt) ReadAt(p []byte, off int64) (int, error) {
	if l.off {
		return l.r.ReadAt(p, off)
	}
	if l.left -= int64(len(p)); l.left < 0 {
		return 0, errDirectory
	}
	return l.r.ReadAt(p, off)
}
