package scan

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

// An Object is one file to read, wherever it lies.
type Object struct {
	Name string
	Size int64 // bytes as stored, -1 when unknown
	// Open begins to read at byte from. The reader need not allow seeking.
	Open func(ctx context.Context, from int64) (io.ReadCloser, error)
	// Once says that Open can be called only once: standard input.
	Once bool
}

// A Problem is an input, or part of one, that could not be read.
type Problem struct {
	Path   string
	Offset int64 // in the uncompressed file, -1 when the whole file is meant
	Reason string
	// Minor says that nothing was lost: the file is empty or no log.
	Minor bool
}

// Place says where the problem is.
func (p Problem) Place() string {
	if p.Offset < 0 {
		return p.Path
	}
	return fmt.Sprintf("%s: byte %d", p.Path, p.Offset)
}

func (p Problem) String() string { return p.Place() + ": " + p.Reason }

// Stdin is the name of standard input on the command line.
const Stdin = "-"

// find lists the objects under paths: files, directories (walked), "-" and
// s3:// prefixes. What can't be listed is a problem; the rest is still found.
func find(ctx context.Context, paths []string, stdin io.Reader, report func(Problem)) []*Object {
	var out []*Object
	for _, p := range paths {
		switch {
		case p == Stdin:
			out = append(out, standardInput(stdin))
		case strings.HasPrefix(p, "s3://"):
			objs, err := listS3(ctx, p)
			if err != nil {
				report(Problem{Path: p, Offset: -1, Reason: err.Error()})
			}
			out = append(out, objs...)
		default:
			out = append(out, walk(p, report)...)
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out
}

func standardInput(r io.Reader) *Object {
	return &Object{Name: "standard input", Size: -1, Once: true,
		Open: func(context.Context, int64) (io.ReadCloser, error) { return io.NopCloser(r), nil }}
}

// walk lists the regular files at and below path. Symbolic links to files are
// followed, links to directories are not: they may lead in a circle.
func walk(path string, report func(Problem)) []*Object {
	var out []*Object
	err := filepath.WalkDir(path, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			report(Problem{Path: p, Offset: -1, Reason: reason(err)})
			if d != nil && d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if d.IsDir() {
			return nil
		}
		info, err := os.Stat(p)
		if err != nil {
			report(Problem{Path: p, Offset: -1, Reason: reason(err)})
			return nil
		}
		if info.Mode().IsRegular() || p == path && !info.IsDir() {
			out = append(out, localFile(p, info))
		}
		return nil
	})
	if err != nil {
		report(Problem{Path: path, Offset: -1, Reason: reason(err)})
	}
	return out
}

func localFile(path string, info fs.FileInfo) *Object {
	o := &Object{Name: path, Size: info.Size()}
	if !info.Mode().IsRegular() { // a named pipe or a device: one pass, unknown size
		o.Size, o.Once = -1, true
	}
	o.Open = func(_ context.Context, from int64) (io.ReadCloser, error) {
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
	}
	return o
}

// reason is an error without the path that the problem names anyway.
func reason(err error) string {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Op + ": " + pe.Err.Error()
	}
	return err.Error()
}
