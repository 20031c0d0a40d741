package scan

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// An Object is one file to read, wherever it lies.
type Object struct {
	Name string
	Size int64 // bytes that Open yields from the beginning, -1 when unknown
	// Open begins to read at byte from. A most above zero says that no more
	// bytes than that are wanted, which saves asking a server for all of them.
	Open func(ctx context.Context, from, most int64) (io.ReadCloser, error)
	// Once says that Open can be called only once, from the beginning.
	Once bool
	// Remote says that reading waits for a network, or for another program.
	Remote bool

	at io.ReaderAt // random access, where that is to be had at once
}

// Stdin is the name of standard input on the command line.
const Stdin = "-"

var (
	errNoFiles   = errors.New("no files in this directory")
	errSpecial   = errors.New("not a regular file: skipped")
	errLinkToDir = errors.New("symbolic link to a directory: not followed")
)

// find lists the objects under paths: files, directories (walked), "-" and
// s3:// prefixes. What can't be listed is a problem; the rest is still found.
// An object that several paths lead to is listed once.
func find(ctx context.Context, paths []string, stdin io.Reader, report func(Problem)) []*Object {
	var out []*Object
	for _, p := range paths {
		switch {
		case p == Stdin:
			out = append(out, standardInput(stdin))
		case strings.HasPrefix(p, "s3://"):
			objs, err := listS3(ctx, p)
			if err != nil {
				report(about(p, err))
			}
			out = append(out, objs...)
		default:
			out = append(out, walk(ctx, p, report)...)
		}
	}
	slices.SortStableFunc(out, func(a, b *Object) int { return strings.Compare(a.Name, b.Name) })
	return slices.CompactFunc(out, func(a, b *Object) bool { return a.Name == b.Name })
}

func standardInput(r io.Reader) *Object {
	return onceOnly("standard input", func(context.Context) (io.ReadCloser, error) { return io.NopCloser(r), nil })
}

// walk lists the regular files at and below path. Symbolic links to files are
// followed, links to directories are not: they may lead in a circle. Only what
// was named on the command line may be a link to a directory, a pipe or a device.
func walk(ctx context.Context, path string, report func(Problem)) []*Object {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		report(about(path, err))
		return nil
	case !info.IsDir() && !info.Mode().IsRegular():
		return []*Object{onceOnly(path, func(context.Context) (io.ReadCloser, error) { return os.Open(path) })}
	case !info.IsDir():
		return []*Object{localFile(path, info.Size())}
	}
	root := path
	if !strings.HasSuffix(root, string(filepath.Separator)) {
		root += string(filepath.Separator) // through a link
	}
	w := walker{report: report}
	err = filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		return errors.Join(ctx.Err(), w.visit(filepath.Clean(p), d, err))
	})
	if err != nil && ctx.Err() == nil {
		report(about(path, err))
	}
	if w.seen == 0 {
		report(Problem{Path: path, Offset: -1, Reason: errNoFiles.Error(), Minor: true})
	}
	return w.found
}

type walker struct {
	found  []*Object
	seen   int // entries that are no directories, and what could not be listed
	report func(Problem)
}

func (w *walker) visit(path string, d fs.DirEntry, err error) error {
	if err != nil {
		w.seen++
		w.report(about(path, err))
		return nil // a directory that can't be listed has nothing to skip
	}
	if d.IsDir() {
		return nil
	}
	w.seen++
	info, err := os.Stat(path)
	switch {
	case err != nil:
		w.report(about(path, err))
	case info.Mode().IsRegular():
		w.found = append(w.found, localFile(path, info.Size()))
	case info.IsDir():
		w.report(Problem{Path: path, Offset: -1, Reason: errLinkToDir.Error(), Minor: true})
	default:
		w.report(Problem{Path: path, Offset: -1, Reason: errSpecial.Error(), Minor: true})
	}
	return nil
}

func localFile(path string, size int64) *Object {
	return &Object{Name: path, Size: size, Open: func(_ context.Context, from, _ int64) (io.ReadCloser, error) {
		f, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		if from > 0 {
			if _, err := f.Seek(from, io.SeekStart); err != nil {
				return nil, errors.Join(err, f.Close())
			}
		}
		return f, nil
	}}
}

// onceOnly is an object that can be read once, such as a pipe. The look into it
// reads its beginning into memory; the reading proper gets that again.
func onceOnly(name string, open func(context.Context) (io.ReadCloser, error)) *Object {
	var rest io.ReadCloser // behind head
	var head []byte
	return &Object{Name: name, Size: -1, Once: true, Remote: true, Open: func(ctx context.Context, _, most int64) (io.ReadCloser, error) {
		if rest == nil {
			rest = newAhead(ctx, open)
		}
		if more := int(most) - len(head); more > 0 {
			read, err := io.ReadAll(io.LimitReader(rest, int64(more)))
			if err != nil {
				return nil, err
			}
			head = append(head, read...)
		}
		if most > 0 {
			return io.NopCloser(bytes.NewReader(head[:min(len(head), int(most))])), nil
		}
		return struct {
			io.Reader
			io.Closer
		}{io.MultiReader(bytes.NewReader(head), rest), rest}, nil
	}}
}

// inMemory is o, whose bytes are known: asking for them again is spared.
func inMemory(o *Object, data []byte) *Object {
	return &Object{Name: o.Name, Size: int64(len(data)), Open: func(_ context.Context, from, _ int64) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(data[min(from, int64(len(data))):])), nil
	}}
}
