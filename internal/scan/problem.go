package scan

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"picket/internal/buckets"
	"picket/logformat"
)

// A Problem is an input, or part of one, that could not be read.
type Problem struct {
	Path   string
	Offset int64 // in the uncompressed file, -1 when the whole file is meant
	Reason string
	// Minor says that nothing was lost: the file is empty or no log.
	Minor bool
}

// Place says where the problem is. A name with control characters in it, which
// whoever made the file may have meant for the terminal, is quoted.
func (p Problem) Place() string {
	path := p.Path
	if strings.ContainsFunc(path, unicode.IsControl) {
		path = strconv.Quote(path)
	}
	if p.Offset < 0 {
		return path
	}
	return fmt.Sprintf("%s: byte %d", path, p.Offset)
}

// String is the problem in one line.
func (p Problem) String() string {
	reason := p.Reason
	if strings.ContainsFunc(reason, unicode.IsControl) {
		quoted := strconv.Quote(reason)
		reason = quoted[1 : len(quoted)-1]
	}
	return p.Place() + ": " + reason
}

// about is a problem with a file as such.
func about(path string, err error) Problem {
	return Problem{Path: path, Offset: -1, Reason: reason(err)}
}

// sortProblems brings problems into an order that does not depend on which
// goroutine found them first.
func sortProblems(ps []Problem) {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		if c := strings.Compare(a.Path, b.Path); c != 0 {
			return c
		}
		return int(max(-1, min(1, a.Offset-b.Offset)))
	})
}

// reason is an error without the path, which the reader of a problem knows.
func reason(err error) string {
	text := err.Error()
	var path *fs.PathError
	if errors.As(err, &path) {
		text = strings.Replace(text, path.Op+" "+path.Path+": ", path.Op+": ", 1)
	}
	return text
}

// unpackReason words why a file could not be unpacked to its end.
func unpackReason(p packing, err error) string {
	var path *fs.PathError
	var remote buckets.Failure
	switch {
	case p == plain, errors.Is(err, errBomb), errors.As(err, &path), errors.As(err, &remote):
		return reason(err)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Sprintf("%s data is cut short", p)
	}
	return fmt.Sprintf("%s data is damaged: %s", p, err)
}

// badText words the bad records of a file in one line.
func badText(st *logformat.Stats) string {
	text := "bad record: " + st.First.Reason
	if st.Bad > 1 {
		text = fmt.Sprintf("%d bad records, the first: %s", st.Bad, st.First.Reason)
	}
	if st.Abandoned {
		text += "; so much was broken that the rest of the file was not read"
	}
	return text
}
